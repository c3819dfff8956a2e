//! Rows in the binary format of PostgreSQL's `COPY … FROM STDIN (FORMAT binary)`.
//!
//! <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format": a signature, rows of fields with their lengths in
//! front, a trailer; every number in network byte order. The server reads each field with the receive function of its column's
//! type and converts nothing: a [`Field`] must be of exactly that type.

use crate::failure::failed;
use domain::{Result, Timestamp};
use sqlx::PgConnection;
use std::time::Instant;
use uuid::Uuid;

/// The signature; then 32 flags and the length of an extension, none of each.
pub(crate) const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Stands where the next row would say how many fields it has.
pub(crate) const TRAILER: i16 = -1;
pub(crate) const NULL: i32 = -1;
/// 2000-01-01T00:00:00Z, from which `timestamptz` counts, in microseconds since 1970.
pub(crate) const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// `jsonb` travels as text behind its version.
pub(crate) const JSONB_VERSION: u8 = 1;

/// A value of a column of the type that it names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    /// NULL in a column of any type.
    Null,
    /// `uuid`
    Uuid(Uuid),
    /// `text`
    Text(&'a str),
    /// `double precision`
    Float8(f64),
    /// `bigint`
    Int8(i64),
    /// `integer`
    Int4(i32),
    /// `smallint`
    Int2(i16),
    /// `timestamptz`
    Time(Timestamp),
    /// `boolean`
    Bool(bool),
    /// `jsonb`
    Json(&'a str),
}

/// Rows of `N` fields each, encoded as they come.
pub(crate) struct CopyRows<const N: usize>(CopyBuffer);

/// Rows of a number of fields that only the caller knows, encoded as they come.
pub(crate) struct CopyBuffer(Vec<u8>);

impl<const N: usize> CopyRows<N> {
    /// No rows yet.
    pub(crate) fn new() -> Self {
        Self(CopyBuffer::new())
    }

    /// Adds a row; its fields stand in the order of the statement's columns.
    pub(crate) fn push(&mut self, fields: [Field<'_>; N]) {
        self.0.push(fields);
    }

    /// As [`CopyBuffer::send`].
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn send(self, connection: &mut PgConnection, statement: &str) -> Result<()> {
        self.0.send(connection, statement).await
    }
}

impl CopyBuffer {
    /// No rows yet.
    pub(crate) fn new() -> Self {
        Self(HEADER.to_vec())
    }

    /// Adds a row; its fields stand in the order of the statement's columns.
    pub(crate) fn push<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>, IntoIter: ExactSizeIterator>) {
        let fields = fields.into_iter();
        self.0.extend((fields.len() as i16).to_be_bytes());
        fields.for_each(|field| self.push_field(field));
    }

    fn push_field(&mut self, field: Field<'_>) {
        match field {
            Field::Null => self.0.extend(NULL.to_be_bytes()),
            Field::Uuid(id) => self.push_bytes(id.as_bytes()),
            Field::Text(text) => self.push_bytes(text.as_bytes()),
            Field::Float8(number) => self.push_bytes(&number.to_be_bytes()),
            Field::Int8(number) => self.push_bytes(&number.to_be_bytes()),
            Field::Int4(number) => self.push_bytes(&number.to_be_bytes()),
            Field::Int2(number) => self.push_bytes(&number.to_be_bytes()),
            // Forth and back, every time that the server knows stays what it is, its infinities too.
            Field::Time(time) => self.push_bytes(&time.as_micros().wrapping_sub(EPOCH_MICROS).to_be_bytes()),
            Field::Bool(is_so) => self.push_bytes(&[is_so.into()]),
            Field::Json(text) => self.push_bytes(&[&[JSONB_VERSION], text.as_bytes()].concat()),
        }
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        // The server refuses a field above 1 GB, and a length that promises more than follows.
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.0.extend(length.to_be_bytes());
        self.0.extend(bytes);
    }

    /// The whole of it, as the server takes it.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.extend(TRAILER.to_be_bytes());
        self.0
    }

    /// Sends the rows with a statement `COPY … FROM STDIN (FORMAT binary)`; all of them arrive or none.
    ///
    /// # Errors
    /// As every query: a row that breaks a constraint fails the statement, and with it its transaction.
    pub(crate) async fn send(self, connection: &mut PgConnection, statement: &str) -> Result<()> {
        let started = Instant::now();
        let mut copy = connection.copy_in_raw(statement).await.map_err(failed)?;
        copy.send(self.finish()).await.map_err(failed)?;
        copy.finish().await.map_err(failed)?;
        tracing::info!(target: "metric", db_ms = started.elapsed().as_secs_f64() * 1000.0, db_statements = 1_u64);
        Ok(())
    }
}

impl<'a> Field<'a> {
    /// The value's field, or NULL where there is none.
    pub(crate) fn maybe<T>(value: Option<T>, field: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Field::Null, field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const N: usize>(rows: impl IntoIterator<Item = [Field<'static>; N]>) -> Vec<u8> {
        let mut encoded = CopyRows::new();
        rows.into_iter().for_each(|row| encoded.push(row));
        encoded.0.finish()
    }

    #[test]
    fn no_rows_are_header_and_trailer() {
        assert_eq!(rows::<3>([]), b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\xff\xff");
    }

    #[test]
    fn a_row_says_how_many_fields_follow_and_each_field_how_long_it_is() {
        let encoded =
            rows([[Field::Int2(258), Field::Null, Field::Text("né")], [Field::Text(""), Field::Null, Field::Null]]);
        let expected = [
            &HEADER[..],
            b"\0\x03",
            b"\0\0\0\x02\x01\x02",
            b"\xff\xff\xff\xff",
            b"\0\0\0\x03n\xc3\xa9",
            b"\0\x03",
            b"\0\0\0\0",
            b"\xff\xff\xff\xff",
            b"\xff\xff\xff\xff",
            b"\xff\xff",
        ];
        assert_eq!(encoded, expected.concat());
    }

    #[test]
    fn every_type_is_written_in_network_byte_order() {
        let table: [(Field<'static>, &[u8]); 10] = [
            (Field::Uuid(Uuid::from_u128(0x0102 << 112 | 0x0f)), b"\x01\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f"),
            (Field::Float8(1.5), b"\x3f\xf8\0\0\0\0\0\0"),
            (Field::Float8(-0.0), b"\x80\0\0\0\0\0\0\0"),
            (Field::Int8(-2), b"\xff\xff\xff\xff\xff\xff\xff\xfe"),
            (Field::Int4(i32::MIN), b"\x80\0\0\0"),
            (Field::Int2(-1), b"\xff\xff"),
            (Field::Time(Timestamp::from_micros(EPOCH_MICROS + 1)), b"\0\0\0\0\0\0\0\x01"),
            (Field::Time(Timestamp::from_micros(EPOCH_MICROS - 1)), b"\xff\xff\xff\xff\xff\xff\xff\xff"),
            (Field::Bool(true), b"\x01"),
            (Field::Json("[]"), b"\x01[]"),
        ];
        for (field, bytes) in table {
            let expected = [HEADER, &b"\0\x01"[..], &(bytes.len() as i32).to_be_bytes(), bytes, b"\xff\xff"].concat();
            assert_eq!(rows([[field]]), expected, "{field:?}");
        }
    }
}
