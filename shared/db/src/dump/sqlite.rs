//! SQLite's side: rows go out by one statement for each table, and come in many at a time.

use super::snapshot::{Rows, Source};
use super::value::{Value, canonical_json};
use super::{Column, Kind, Shape, TABLES, bad_line};
use crate::failure::failed;
use domain::{Error, Result, Timestamp};
use futures_util::StreamExt;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use std::fs::File;
use std::path::Path;
use uuid::Uuid;

/// Values of one statement at most: far below what SQLite takes, and beyond it nothing is gained.
const MAX_VALUES: usize = 1_000;

/// Takes the lock of the one backup, where it is free.
pub(super) fn claim(database: &Path) -> Result<Option<File>> {
    crate::sqlite::try_lock(database, "backup-lock")
}

pub(super) async fn count(connection: &mut SqliteConnection) -> Result<Vec<(&'static str, u64)>> {
    const EXISTS: &str = "/* dump.exist */ SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1";
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let exists: i64 =
            sqlx::query_scalar(EXISTS).bind(table.name).fetch_one(&mut *connection).await.map_err(failed)?;
        if exists == 1 {
            let count = AssertSqlSafe(format!("/* dump.count */ SELECT count(*) FROM {}", table.name));
            let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut *connection).await.map_err(failed)?;
            counts.push((table.name, rows.cast_unsigned()));
        }
    }
    Ok(counts)
}

pub(super) fn read<'c>(connection: &'c mut SqliteConnection, shape: &Shape) -> Rows<'c> {
    let quoted =
        |columns: &[Column]| columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ");
    let (columns, key) = (quoted(&shape.columns), quoted(&shape.columns[..shape.table.key]));
    let sql = format!("/* dump.read */ SELECT {columns} FROM {} ORDER BY {key}", shape.table.name);
    Rows::new(shape, Source::Sqlite(sqlx::query(AssertSqlSafe(sql)).fetch(connection).boxed()))
}

pub(super) fn values<'r>(row: &'r SqliteRow, columns: &[Column]) -> Result<Vec<Value<'r>>> {
    let value = |(index, column): (usize, &Column)| {
        value(row, index, column.kind)
            .ok_or_else(|| Error::internal(format!("a value of the column {} is no {:?}", column.name, column.kind)))
    };
    columns.iter().enumerate().map(value).collect()
}

fn value(row: &SqliteRow, index: usize, kind: Kind) -> Option<Value<'_>> {
    let text = || row.try_get_unchecked::<Option<&str>, _>(index).ok();
    let number = || row.try_get_unchecked::<Option<i64>, _>(index).ok();
    let found = match kind {
        Kind::Uuid => match text()? {
            Some(text) => Some(Value::Uuid(Uuid::try_parse(text).ok()?)),
            None => None,
        },
        Kind::Text => text()?.map(|text| Value::Text(text.into())),
        Kind::Float => row.try_get_unchecked::<Option<f64>, _>(index).ok()?.map(Value::Float),
        Kind::Int2 | Kind::Int4 | Kind::Int8 => number()?.map(Value::Int),
        Kind::Bool => number()?.map(|number| Value::Bool(number != 0)),
        Kind::Time => number()?.map(|micros| Value::Time(Timestamp::from_micros(micros))),
        Kind::Json => match text()? {
            Some(text) => Some(Value::Json(canonical_json(text)?.into())),
            None => None,
        },
    };
    Some(found.unwrap_or(Value::Null))
}

/// Keeps every other writer off, and foreign keys and triggers from looking before all is there; empties the tables where they may
/// be. Answers what makes the triggers again.
pub(super) async fn open(connection: &mut SqliteConnection, may_replace: bool) -> Result<Vec<String>> {
    const TRIGGERS: &str =
        "/* dump.triggers */ SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid";
    const LATER: &str = "PRAGMA defer_foreign_keys = ON";
    let counts = count(connection).await?;
    super::load::refuse_to_mix(&counts, may_replace)?;
    sqlx::raw_sql(LATER).execute(&mut *connection).await.map_err(failed)?;
    let triggers: Vec<(String, String)> = sqlx::query_as(TRIGGERS).fetch_all(&mut *connection).await.map_err(failed)?;
    for (name, _) in &triggers {
        let drop = AssertSqlSafe(format!("/* dump.unhook */ DROP TRIGGER {name}"));
        sqlx::raw_sql(drop).execute(&mut *connection).await.map_err(failed)?;
    }
    if may_replace {
        for (table, _) in counts.iter().rev() {
            let empty = AssertSqlSafe(format!("/* dump.empty */ DELETE FROM {table}"));
            sqlx::raw_sql(empty).execute(&mut *connection).await.map_err(failed)?;
        }
    }
    Ok(triggers.into_iter().map(|(_, sql)| sql).collect())
}

/// Brings lines of one table in.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    shape: &Shape,
    lines: &[u8],
    first_line: u64,
) -> Result<u64> {
    let rows_at_a_time = (MAX_VALUES / shape.columns.len()).max(1);
    let mut lines = lines.split_inclusive(|byte| *byte == b'\n').peekable();
    let (mut rows, mut values) = (0, Vec::new());
    while lines.peek().is_some() {
        let some: Vec<&[u8]> = lines.by_ref().take(rows_at_a_time).collect();
        let sql = insert(shape, some.len());
        // The last statement of a part is one of many lengths.
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(some.len() == rows_at_a_time);
        for line in &some {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            shape.read(line, &mut values).map_err(|wrong| bad_line(first_line + rows, &wrong))?;
            if values.iter().any(|value| matches!(value, Value::Float(number) if number.is_nan())) {
                return Err(bad_line(first_line + rows, "it holds a NaN, which SQLite cannot keep"));
            }
            query = values.drain(..).fold(query, bind);
            rows += 1;
        }
        query.execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(rows)
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

fn bind<'q>(query: Query<'q>, value: Value<'_>) -> Query<'q> {
    match value {
        Value::Null => query.bind(None::<i64>),
        Value::Uuid(id) => query.bind(id.hyphenated().to_string()),
        Value::Text(text) | Value::Json(text) => query.bind(text.into_owned()),
        Value::Float(number) => query.bind(number),
        Value::Int(number) => query.bind(number),
        Value::Bool(is_so) => query.bind(i64::from(is_so)),
        Value::Time(time) => query.bind(time.as_micros()),
    }
}

/// So many rows. What a load numbers anew is numbered when all rows are there.
fn insert(shape: &Shape, rows: usize) -> String {
    let mut names: Vec<String> = shape.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    names.extend(shape.table.numbered.iter().map(|name| format!("\"{name}\"")));
    let mut row = vec!["?"; shape.columns.len()];
    row.extend(shape.table.numbered.iter().map(|_| "0"));
    let row = format!("({})", row.join(","));
    format!(
        "/* dump.write */ INSERT INTO {} ({}) VALUES {}",
        shape.table.name,
        names.join(","),
        vec![row; rows].join(",")
    )
}

/// When all is there: numbers what is numbered in the order of its times, derives what is derived, and hooks the triggers in
/// again. The foreign keys are looked at by the commit.
pub(super) async fn close(connection: &mut SqliteConnection, triggers: &[String]) -> Result<()> {
    const NUMBER: &str = "/* dump.number */ UPDATE charger_changes AS c SET created_in = o.n, changed_in = o.n
         FROM (SELECT charger_id, row_number() OVER (ORDER BY changed_at, charger_id) AS n FROM charger_changes) AS o
         WHERE o.charger_id = c.charger_id";
    for sql in [NUMBER, super::load::COUNT_FACETS] {
        sqlx::raw_sql(sql).execute(&mut *connection).await.map_err(failed)?;
    }
    for trigger in triggers {
        sqlx::raw_sql(AssertSqlSafe(trigger.clone())).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}
