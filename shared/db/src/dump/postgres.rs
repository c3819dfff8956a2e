//! PostgreSQL's side: everything goes out and in by COPY, in its binary format.

use super::snapshot::{Rows, Source};
use super::value::{Value, canonical_json};
use super::{Column, DERIVED, Kind, Shape, TABLES, bad_line};
use crate::copy::{CopyBuffer, EPOCH_MICROS, Field, HEADER, JSONB_VERSION, NULL, TRAILER};
use crate::failure::failed;
use domain::{Error, Result, Timestamp};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// The lock of the one backup of a database.
const BACKUP: i64 = i64::from_be_bytes(*b"backup..");
/// The one foreign key that leads to a table that comes later.
const AHEAD: [&str; 2] = ["contributors", "contributors_photo_id_fkey"];

/// For this transaction: whatever it takes.
pub(super) async fn lift_limits(connection: &mut PgConnection) -> Result<()> {
    const UNLIMITED: &str = "/* dump.unlimited */ SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
         SET LOCAL idle_in_transaction_session_timeout = 0";
    sqlx::raw_sql(UNLIMITED).execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Takes the lock of the one backup until the transaction ends; whether it was free.
pub(super) async fn claim(connection: &mut PgConnection) -> Result<bool> {
    const CLAIM: &str = "/* dump.claim */ SELECT pg_try_advisory_xact_lock($1)";
    sqlx::query_scalar(CLAIM).bind(BACKUP).fetch_one(connection).await.map_err(failed)
}

pub(super) async fn count(connection: &mut PgConnection) -> Result<Vec<(&'static str, u64)>> {
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in existing(connection).await? {
        let count = AssertSqlSafe(format!("/* dump.count */ SELECT count(*) FROM {table}"));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut *connection).await.map_err(failed)?;
        counts.push((table, rows.cast_unsigned()));
    }
    Ok(counts)
}

/// The tables that are there: an older schema lacks some.
async fn existing(connection: &mut PgConnection) -> Result<Vec<&'static str>> {
    const EXISTS: &str = "/* dump.exist */ SELECT to_regclass($1) IS NOT NULL";
    let mut existing = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        if sqlx::query_scalar(EXISTS).bind(table.name).fetch_one(&mut *connection).await.map_err(failed)? {
            existing.push(table.name);
        }
    }
    Ok(existing)
}

pub(super) async fn read<'c>(connection: &'c mut PgConnection, shape: &Shape) -> Result<Rows<'c>> {
    // As the bytes are, whatever the database's collation: SQLite compares so, too.
    let collated = |column: &Column| match column.kind {
        Kind::Text => format!("\"{}\" COLLATE \"C\"", column.name),
        _ => format!("\"{}\"", column.name),
    };
    let key: Vec<String> = shape.columns[..shape.table.key].iter().map(collated).collect();
    let sql = format!(
        "/* dump.read */ COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT binary)",
        names(shape, &[]),
        shape.table.name,
        key.join(", ")
    );
    let messages = connection.copy_out_raw(&sql).await.map_err(failed)?;
    Ok(Rows::new(shape, Source::Postgres(Some(messages), Decoder::default())))
}

fn names(shape: &Shape, further: &[&str]) -> String {
    let names = shape.columns.iter().map(|column| column.name).chain(further.iter().copied());
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// Keeps every other writer off, and triggers and the one foreign key from looking before all is there; empties the tables where
/// they may be. Answers the number for what a load draws anew.
pub(super) async fn open(connection: &mut PgConnection, may_replace: bool) -> Result<i64> {
    const NUMBER: &str = "/* dump.number */ SELECT pg_current_xact_id()::text::bigint";
    lift_limits(connection).await?;
    let existing = existing(connection).await?;
    let tables = [&existing, DERIVED].concat();
    // What is emptied, nobody may be reading; the lock is taken at once, since two that rise to it would wait for each other.
    let mode = if may_replace { "ACCESS EXCLUSIVE" } else { "SHARE ROW EXCLUSIVE" };
    let lock = format!("/* dump.lock */ LOCK TABLE {} IN {mode} MODE", tables.join(", "));
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *connection).await.map_err(failed)?;
    super::load::refuse_to_mix(&count(connection).await?, may_replace)?;
    set_apart(connection, &existing, "DISABLE", "DEFERRABLE INITIALLY DEFERRED").await?;
    let empty = format!("/* dump.empty */ TRUNCATE {}", tables.join(", "));
    if may_replace {
        sqlx::raw_sql(AssertSqlSafe(empty)).execute(&mut *connection).await.map_err(failed)?;
    }
    sqlx::query_scalar(NUMBER).fetch_one(connection).await.map_err(failed)
}

async fn set_apart(connection: &mut PgConnection, tables: &[&str], triggers: &str, deferral: &str) -> Result<()> {
    let alter = tables.iter().map(|table| format!("ALTER TABLE {table} {triggers} TRIGGER USER;"));
    let [table, key] = AHEAD;
    let sql = format!(
        "/* dump.apart */ {} ALTER TABLE {table} ALTER CONSTRAINT {key} {deferral}",
        alter.collect::<Vec<_>>().join(" ")
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Brings lines of one table in.
pub(super) async fn write(
    connection: &mut PgConnection,
    shape: &Shape,
    lines: &[u8],
    first_line: u64,
    number: i64,
) -> Result<u64> {
    let (mut copy, mut rows, mut values) = (CopyBuffer::new(), 0, Vec::new());
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let place = first_line + rows;
        shape.read(line.strip_suffix(b"\n").unwrap_or(line), &mut values).map_err(|wrong| bad_line(place, &wrong))?;
        if values.iter().any(holds_nul) {
            return Err(bad_line(place, "it holds a character U+0000, which PostgreSQL cannot keep"));
        }
        let fields = shape.columns.iter().zip(&values).map(|(column, value)| field(column.kind, value));
        let fields: Vec<Field<'_>> = fields.chain(shape.table.numbered.iter().map(|_| Field::Int8(number))).collect();
        copy.push(fields);
        rows += 1;
    }
    let (table, names) = (shape.table.name, names(shape, shape.table.numbered));
    let sql = format!("/* dump.write */ COPY {table} ({names}) FROM STDIN (FORMAT binary)");
    copy.send(connection, &sql).await?;
    Ok(rows)
}

fn holds_nul(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => text.contains('\0'),
        // An escape, and not the text of one behind an escaped backslash.
        Value::Json(text) => text
            .match_indices("\\u0000")
            .any(|(at, _)| text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count().is_multiple_of(2)),
        _ => false,
    }
}

fn field<'a>(kind: Kind, value: &'a Value<'_>) -> Field<'a> {
    match value {
        Value::Null => Field::Null,
        Value::Uuid(id) => Field::Uuid(*id),
        Value::Text(text) => Field::Text(text),
        Value::Float(number) => Field::Float8(*number),
        // They were read within the limits of their kind.
        Value::Int(number) if kind == Kind::Int2 => Field::Int2(*number as i16),
        Value::Int(number) if kind == Kind::Int4 => Field::Int4(*number as i32),
        Value::Int(number) => Field::Int8(*number),
        Value::Bool(is_so) => Field::Bool(*is_so),
        Value::Time(time) => Field::Time(*time),
        Value::Json(text) => Field::Json(text),
    }
}

/// When all is there: looks at the one foreign key, puts everything back as it was, and derives what is derived.
pub(super) async fn close(connection: &mut PgConnection) -> Result<()> {
    const LOOK: &str = "/* dump.look */ SET CONSTRAINTS ALL IMMEDIATE";
    sqlx::raw_sql(LOOK).execute(&mut *connection).await.map_err(failed)?;
    let tables = existing(connection).await?;
    set_apart(connection, &tables, "ENABLE", "NOT DEFERRABLE").await?;
    sqlx::raw_sql(super::load::COUNT_FACETS).execute(&mut *connection).await.map_err(failed)?;
    // Without them the first hours would go by with plans for empty tables.
    let statistics = format!("/* dump.analyze */ ANALYZE {}", tables.join(", "));
    sqlx::raw_sql(AssertSqlSafe(statistics)).execute(connection).await.map_err(failed)?;
    Ok(())
}

/// Rows of `COPY … TO STDOUT (FORMAT binary)` out of messages that begin and end wherever they like; the mirror of
/// [`CopyBuffer`].
#[derive(Debug, Default)]
pub(super) struct Decoder {
    bytes: Vec<u8>,
    /// Up to here everything is dealt with.
    at: usize,
    has_header: bool,
    is_over: bool,
}

impl Decoder {
    /// What the server has sent next.
    pub(super) fn push(&mut self, message: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.at));
        self.bytes.extend(message);
    }

    /// There is nothing more.
    ///
    /// # Errors
    /// Internal where there should be.
    pub(super) fn finish(&self) -> Result<()> {
        if self.is_over { Ok(()) } else { Err(broken()) }
    }

    /// The next row that is whole.
    ///
    /// # Errors
    /// Internal for what the format does not allow, and for a value that is none of its column's kind.
    pub(super) fn row(&mut self, columns: &[Column]) -> Result<Option<Vec<Value<'_>>>> {
        if !self.has_header {
            if self.bytes.len() < HEADER.len() {
                return Ok(None);
            }
            if !self.bytes.starts_with(HEADER) {
                return Err(broken());
            }
            (self.has_header, self.at) = (true, HEADER.len());
        }
        let mut rest = &self.bytes[self.at..];
        let Some(fields) = take(&mut rest).map(i16::from_be_bytes) else { return Ok(None) };
        if fields == TRAILER {
            self.is_over = true;
            return Ok(None);
        }
        if usize::try_from(fields) != Ok(columns.len()) {
            return Err(broken());
        }
        let mut values = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(length) = take(&mut rest).map(i32::from_be_bytes) else { return Ok(None) };
            if length == NULL {
                values.push(Value::Null);
                continue;
            }
            let length = usize::try_from(length).map_err(|_| broken())?;
            let Some((field, after)) = rest.split_at_checked(length) else { return Ok(None) };
            values.push(value(column.kind, field).ok_or_else(broken)?);
            rest = after;
        }
        self.at = self.bytes.len() - rest.len();
        Ok(Some(values))
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

fn value(kind: Kind, field: &[u8]) -> Option<Value<'_>> {
    Some(match kind {
        Kind::Uuid => Value::Uuid(Uuid::from_slice(field).ok()?),
        Kind::Text => Value::Text(std::str::from_utf8(field).ok()?.into()),
        Kind::Float => Value::Float(f64::from_be_bytes(field.try_into().ok()?)),
        Kind::Int2 => Value::Int(i16::from_be_bytes(field.try_into().ok()?).into()),
        Kind::Int4 => Value::Int(i32::from_be_bytes(field.try_into().ok()?).into()),
        Kind::Int8 => Value::Int(i64::from_be_bytes(field.try_into().ok()?)),
        Kind::Bool => Value::Bool(field == [1]),
        Kind::Time => {
            let micros = i64::from_be_bytes(field.try_into().ok()?).wrapping_add(EPOCH_MICROS);
            Value::Time(Timestamp::from_micros(micros))
        }
        Kind::Json => {
            let text = field.strip_prefix(&[JSONB_VERSION])?;
            Value::Json(canonical_json(std::str::from_utf8(text).ok()?)?.into())
        }
    })
}

fn broken() -> Error {
    Error::internal("a row of COPY does not decode")
}

#[cfg(test)]
mod tests;
