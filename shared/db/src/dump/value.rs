//! A value on its way between an engine and a line, and its one spelling there.

use super::Kind;
use domain::Timestamp;
use std::borrow::Cow;
use uuid::Uuid;

/// A value of a column; which one, says the column's [`Kind`].
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Uuid(Uuid),
    Text(Cow<'a, str>),
    Float(f64),
    Int(i64),
    Bool(bool),
    Time(Timestamp),
    /// The text of a JSON value in its one spelling.
    Json(Cow<'a, str>),
}

/// What RFC 3339 can write: the years 0001 to 9999.
const WRITABLE_MICROS: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// The doubles that JSON has no number for.
const NO_NUMBERS: [(&str, f64); 3] = [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)];

impl Value<'_> {
    /// Appends it as it stands on a line.
    pub(super) fn write(&self, line: &mut Vec<u8>) {
        match self {
            Self::Null => line.extend(b"null"),
            Self::Uuid(id) => {
                let mut text = uuid::Uuid::encode_buffer();
                write_plain(line, id.hyphenated().encode_lower(&mut text));
            }
            Self::Text(text) => write_json(line, text),
            Self::Float(number) => match NO_NUMBERS.iter().find(|(_, other)| same_bits(*number, *other)) {
                Some((word, _)) => write_plain(line, word),
                None => write_json(line, number),
            },
            Self::Int(number) => write_json(line, number),
            Self::Bool(is_so) => write_json(line, is_so),
            // The databases know other years as well: such a time is written as they keep it.
            Self::Time(time) if !WRITABLE_MICROS.contains(&time.as_micros()) => write_json(line, &time.as_micros()),
            Self::Time(time) => write_plain(line, &time.to_string()),
            Self::Json(text) => line.extend(text.as_bytes()),
        }
    }
}

/// All NaNs are one.
fn same_bits(number: f64, other: f64) -> bool {
    number.to_bits() == other.to_bits() || (number.is_nan() && other.is_nan())
}

/// Text in which nothing needs an escape.
fn write_plain(line: &mut Vec<u8>, text: &str) {
    line.push(b'"');
    line.extend(text.as_bytes());
    line.push(b'"');
}

fn write_json(line: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    // Writing to a Vec cannot fail, and neither can a text or a number.
    let _ = serde_json::to_writer(line, value);
}

/// The one spelling of a JSON text; `None` where it is none.
pub(super) fn canonical_json(text: &str) -> Option<String> {
    serde_json::from_str(text).ok().map(spell)
}

fn spell(mut value: serde_json::Value) -> String {
    value.sort_all_objects();
    value.to_string()
}

impl<'a> Value<'a> {
    /// Reads the value that a line goes on with; answers what comes after it. `None` for what is none of this kind.
    pub(super) fn read(kind: Kind, line: &'a [u8]) -> Option<(Self, &'a [u8])> {
        if let Some(rest) = line.strip_prefix(b"null") {
            return Some((Self::Null, rest));
        }
        if kind == Kind::Json {
            let mut values = serde_json::Deserializer::from_slice(line).into_iter::<serde_json::Value>();
            let value = values.next()?.ok()?;
            let rest = &line[values.byte_offset()..];
            return Some((Self::Json(spell(value).into()), rest));
        }
        match line.strip_prefix(b"\"") {
            Some(text) => {
                let (text, rest) = read_text(text)?;
                Some((Self::from_text(kind, text)?, rest))
            }
            None => {
                let end = line.iter().position(|byte| matches!(byte, b',' | b'}'))?;
                let (word, rest) = line.split_at(end);
                Some((Self::from_word(kind, std::str::from_utf8(word).ok()?)?, rest))
            }
        }
    }

    fn from_text(kind: Kind, text: Cow<'a, str>) -> Option<Self> {
        match kind {
            Kind::Text => Some(Self::Text(text)),
            Kind::Uuid => Uuid::try_parse(&text).ok().map(Self::Uuid),
            Kind::Time => Timestamp::parse(&text).map(Self::Time),
            Kind::Float => NO_NUMBERS.iter().find(|(word, _)| *word == text).map(|(_, number)| Self::Float(*number)),
            _ => None,
        }
    }

    fn from_word(kind: Kind, word: &str) -> Option<Self> {
        match kind {
            Kind::Float => word.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Float),
            Kind::Int2 => word.parse::<i16>().ok().map(|number| Self::Int(number.into())),
            Kind::Int4 => word.parse::<i32>().ok().map(|number| Self::Int(number.into())),
            Kind::Int8 => word.parse().ok().map(Self::Int),
            Kind::Bool => word.parse().ok().map(Self::Bool),
            Kind::Time => word.parse().ok().map(|micros| Self::Time(Timestamp::from_micros(micros))),
            _ => None,
        }
    }
}

/// A text up to its closing quote, and what comes after that.
fn read_text(text: &[u8]) -> Option<(Cow<'_, str>, &[u8])> {
    let mut end = 0;
    let mut has_escapes = false;
    loop {
        match text.get(end)? {
            b'"' => break,
            b'\\' => {
                has_escapes = true;
                end += 2;
            }
            _ => end += 1,
        }
    }
    let rest = &text[end + 1..];
    if !has_escapes {
        return Some((std::str::from_utf8(&text[..end]).ok()?.into(), rest));
    }
    let quoted = [b"\"", &text[..=end]].concat();
    serde_json::from_slice::<String>(&quoted).ok().map(|text| (text.into(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value<'_>) -> String {
        let mut line = Vec::new();
        value.write(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_value_reads_as_it_was_written() {
        let text = |text: &'static str| Value::Text(text.into());
        let time = |micros| Value::Time(Timestamp::from_micros(micros));
        for (kind, value, expected) in [
            (Kind::Text, Value::Null, "null"),
            (
                Kind::Text,
                text("a \"b\\\" \n\u{1}\u{7f}é\u{1f6a9},}"),
                "\"a \\\"b\\\\\\\" \\n\\u0001\u{7f}é\u{1f6a9},}\"",
            ),
            (Kind::Text, text(""), "\"\""),
            (Kind::Uuid, Value::Uuid(Uuid::from_u128(0xAB)), "\"00000000-0000-0000-0000-0000000000ab\""),
            (Kind::Float, Value::Float(-0.0), "-0.0"),
            (Kind::Float, Value::Float(5e-324), "5e-324"),
            (Kind::Float, Value::Float(f64::MAX), "1.7976931348623157e+308"),
            (Kind::Float, Value::Float(0.1 + 0.2), "0.30000000000000004"),
            (Kind::Float, Value::Float(f64::NEG_INFINITY), "\"-Infinity\""),
            (Kind::Int8, Value::Int(i64::MIN), "-9223372036854775808"),
            (Kind::Int2, Value::Int(-1), "-1"),
            (Kind::Bool, Value::Bool(true), "true"),
            (Kind::Time, time(1), "\"1970-01-01T00:00:00.000001Z\""),
            (Kind::Time, time(-62_135_596_800_000_000), "\"0001-01-01T00:00:00Z\""),
            (Kind::Time, time(i64::MAX), "9223372036854775807"),
            (Kind::Json, Value::Json("[{\"a\":1.5}]".into()), "[{\"a\":1.5}]"),
        ] {
            assert_eq!(written(&value), expected);
            let line = format!("{expected},\"next\":");
            assert_eq!(Value::read(kind, line.as_bytes()), Some((value, &b",\"next\":"[..])));
        }
        let nan = format!("{}}}", written(&Value::Float(-f64::NAN)));
        assert!(matches!(Value::read(Kind::Float, nan.as_bytes()), Some((Value::Float(nan), b"}")) if nan.is_nan()));
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_refused() {
        for (kind, text) in [
            (Kind::Int2, "40000,"),
            (Kind::Int4, "1.5,"),
            (Kind::Int8, "\"1\","),
            (Kind::Float, "1e999,"),
            (Kind::Float, "\"x\","),
            (Kind::Bool, "1,"),
            (Kind::Time, "\"yesterday\","),
            (Kind::Uuid, "\"1\","),
            (Kind::Text, "\"no end"),
            (Kind::Text, "\"no end\\\""),
            (Kind::Text, "\"\\x\","),
            (Kind::Json, "{,"),
            (Kind::Int8, ""),
        ] {
            assert_eq!(Value::read(kind, text.as_bytes()), None, "{kind:?} {text}");
        }
    }

    #[test]
    fn json_has_one_spelling() {
        let spelled = canonical_json(r#" {"b": [1.0, 1e2, "\u00e9"], "a": {"d": null, "c": 1} } "#).unwrap();
        assert_eq!(spelled, r#"{"a":{"c":1,"d":null},"b":[1.0,100.0,"é"]}"#);
        assert_eq!(canonical_json(&spelled), Some(spelled));
        assert_eq!(canonical_json("{"), None);
    }
}
