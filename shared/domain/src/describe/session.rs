//! Makes readers describe.

use crate::Result;
use serde_json::Value;
use std::cell::RefCell;

thread_local! {
    /// What the readers of this thread have described; `None` while they read.
    static DESCRIBED: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// The schema of the body that a reader takes.
///
/// # Panics
/// Where the reader reads no body, or more than one.
pub fn body<T>(read: impl FnOnce(&[u8]) -> Result<T>) -> Value {
    only_one(|| read(b"{}").map(drop))
}

/// The schema of the query that a reader takes: an object with a property for each parameter.
///
/// # Panics
/// Where the reader reads no query, or more than one.
pub fn query<T>(read: impl FnOnce(&str) -> Result<T>) -> Value {
    only_one(|| read("").map(drop))
}

fn only_one(read: impl FnOnce() -> Result<()>) -> Value {
    DESCRIBED.set(Some(Vec::new()));
    let result = read();
    let mut described = DESCRIBED.take().unwrap_or_default();
    assert!(described.len() == 1, "a reader is to describe one thing, not {}: {result:?}", described.len());
    described.remove(0)
}

/// Whether readers describe now.
pub(super) fn is_on() -> bool {
    DESCRIBED.with_borrow(Option::is_some)
}

/// Takes what a reader has described.
pub(super) fn deliver(schema: Value) {
    DESCRIBED.with_borrow_mut(|described| described.as_mut().into_iter().for_each(|all| all.push(schema.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{Fields, parse_body};
    use crate::query::Query;
    use serde_json::json;

    fn describe(read: impl Fn(&mut Fields<'_>)) -> Value {
        body(|bytes| {
            let object = parse_body(bytes)?;
            let mut fields = Fields::new(&object);
            read(&mut fields);
            fields.finish()
        })
    }

    #[test]
    fn limits_are_those_that_the_getters_keep_and_null_is_as_good_as_nothing() {
        let described = describe(|fields| {
            fields.required("count", |f, name| f.integer(name, 1..=9));
            fields.words("kinds", 1..=2, |word| word.parse::<bool>().ok(), "true, false");
            fields.parsed("id", |_| Some(()), "the id of a thing");
        });
        let expected = json!({
            "type": "object", "additionalProperties": false, "required": ["count"],
            "properties": {
                "count": {"type": "integer", "minimum": 1, "maximum": 9},
                "id": {"type": ["string", "null"], "format": "uuid", "description": "Must be the id of a thing."},
                "kinds": {
                    "type": ["array", "null"], "minItems": 1, "maxItems": 2,
                    "items": {"type": "string", "enum": ["true", "false"]},
                },
            },
        });
        assert_eq!(described, expected);
    }

    #[test]
    fn what_stands_inside_is_described_by_its_own_reader() {
        let described = describe(|fields| {
            fields.nested("place", |place| place.required("lat", |f, name| f.number(name, -90.0..=90.0)));
            fields.objects("stops", 0..=3, |stop| stop.boolean("rest"));
        });
        let place = &described["properties"]["place"];
        assert_eq!((&place["type"], &place["required"]), (&json!(["object", "null"]), &json!(["lat"])));
        assert_eq!(described["properties"]["stops"]["items"]["properties"]["rest"]["type"], json!(["boolean", "null"]));
    }

    #[test]
    fn forms_are_alternatives_with_what_all_of_them_have() {
        let described = describe(|fields| {
            fields.boolean("common");
            fields.form(&["many"], |fields, mark| match mark {
                Some(name) => fields.integer("many", 1..=2).map(|_| name),
                None => fields.boolean("one").map(|_| ""),
            });
        });
        let names = |form: usize| -> Vec<_> {
            described["anyOf"][form]["properties"].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(
            (names(0), names(1)),
            (vec!["common".into(), "many".into()], vec!["common".to_owned(), "one".into()])
        );
        assert_eq!(
            (&described["anyOf"][0]["required"], &described["anyOf"][1]["required"]),
            (&json!(["many"]), &Value::Null)
        );
    }

    #[test]
    fn a_query_has_no_null_and_a_reader_reads_again_afterwards() {
        let described = query(|raw| {
            let mut query = Query::parse(raw);
            query.number("lat", -90.0..=90.0);
            query.finish()
        });
        assert_eq!(described["properties"], json!({"lat": {"type": "number", "minimum": -90.0, "maximum": 90.0}}));
        assert_eq!(Query::parse("lat=1").number("lat", -90.0..=90.0), Some(1.0));
    }

    #[test]
    #[should_panic(expected = "cannot be read")]
    fn a_list_that_names_a_word_which_is_not_known_is_found_out() {
        describe(|fields| _ = fields.word("kind", |word| (word == "a").then_some(()), "a, b"));
    }
}
