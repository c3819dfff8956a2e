//! The decoder against the encoder.

use super::*;
use crate::dump::Table;

const EVERY_KIND: [Column; 9] = {
    const fn of(kind: Kind) -> Column {
        Column { name: "x", kind }
    }
    [
        of(Kind::Uuid),
        of(Kind::Text),
        of(Kind::Float),
        of(Kind::Int2),
        of(Kind::Int4),
        of(Kind::Int8),
        of(Kind::Bool),
        of(Kind::Time),
        of(Kind::Json),
    ]
};

fn rows() -> [[Value<'static>; 9]; 3] {
    let time = |micros| Value::Time(Timestamp::from_micros(micros));
    [
        [
            Value::Uuid(Uuid::from_u128(7)),
            Value::Text("né\0".into()),
            Value::Float(-0.0),
            Value::Int(-2),
            Value::Int(i32::MIN.into()),
            Value::Int(i64::MAX),
            Value::Bool(true),
            time(-1),
            Value::Json("{\"a\":[]}".into()),
        ],
        [const { Value::Null }; 9],
        [
            Value::Uuid(Uuid::max()),
            Value::Text("".into()),
            Value::Float(f64::MAX),
            Value::Int(0),
            Value::Int(1),
            Value::Int(i64::MIN),
            Value::Bool(false),
            // What the server calls infinity.
            time(i64::MAX.wrapping_add(EPOCH_MICROS)),
            Value::Json("null".into()),
        ],
    ]
}

fn encoded() -> Vec<u8> {
    let mut copy = CopyBuffer::new();
    for row in &rows() {
        copy.push(EVERY_KIND.iter().zip(row).map(|(column, value)| field(column.kind, value)).collect::<Vec<_>>());
    }
    copy.finish()
}

#[test]
fn rows_are_decoded_as_they_were_encoded_however_they_are_cut_into_messages() {
    let bytes = encoded();
    for length in [1, 2, 3, 7, 19, 20, 64, bytes.len()] {
        let mut decoder = Decoder::default();
        let mut decoded = Vec::new();
        for message in bytes.chunks(length) {
            decoder.push(message);
            while let Some(row) = decoder.row(&EVERY_KIND).unwrap() {
                decoded.push(format!("{row:?}"));
            }
        }
        decoder.finish().unwrap();
        let expected: Vec<String> = rows().iter().map(|row| format!("{:?}", row.to_vec())).collect();
        assert_eq!(decoded, expected, "{length}");
    }
}

#[test]
fn what_ends_early_or_is_no_copy_is_an_error() {
    let bytes = encoded();
    let mut decoder = Decoder::default();
    decoder.push(&bytes[..bytes.len() - 1]);
    while decoder.row(&EVERY_KIND).unwrap().is_some() {}
    assert!(decoder.finish().is_err());
    let mut other = Decoder::default();
    other.push(b"no such format at all");
    assert!(other.row(&EVERY_KIND).is_err());
    let mut fewer = Decoder::default();
    fewer.push(&bytes);
    assert!(fewer.row(Table::named("erasures").unwrap().columns).is_err());
}

#[test]
fn a_nul_is_told_from_the_text_of_one() {
    let json = |text: &'static str| holds_nul(&Value::Json(text.into()));
    assert!(json(r#""\u0000""#) && json(r#""\\\u0000""#) && holds_nul(&Value::Text("a\0".into())));
    assert!(!json(r#""\\u0000""#) && !holds_nul(&Value::Null));
}
