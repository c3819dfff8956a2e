//! What S3 sends, read tolerantly: an `s3:TestEvent`, a record without an identity and events of other kinds are ordinary.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// An object that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Created {
    /// Its key, decoded.
    pub(crate) key: String,
    /// Its ETag as the event has it, without quotes.
    pub(crate) etag: String,
}

/// The created objects of an event; everything else in it is passed over.
pub(crate) fn created_objects(event: &Value) -> Vec<Created> {
    event["Records"].as_array().into_iter().flatten().filter_map(created_object).collect()
}

fn created_object(record: &Value) -> Option<Created> {
    let name = record["eventName"].as_str()?;
    let object = &record["s3"]["object"];
    let key = decode_key(object["key"].as_str()?)?;
    let etag = object["eTag"].as_str().unwrap_or_default().trim_matches('"').to_owned();
    name.trim_start_matches("s3:").starts_with("ObjectCreated:").then_some(Created { key, etag })
}

/// S3 encodes keys as forms do: `+` is a space, then `%XX`.
fn decode_key(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    Some(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_decoded_as_s3_encodes_them() {
        let table = [("raw/a+b", "raw/a b"), ("raw/c%2B%281%29.JPG", "raw/c+(1).JPG"), ("raw/%C3%A9", "raw/é")];
        for (encoded, key) in table {
            assert_eq!(decode_key(encoded).unwrap(), key);
        }
        assert_eq!(decode_key("raw/%FF"), None);
    }

    #[test]
    fn only_created_objects_are_taken() {
        let record = |name: &str| json!({"eventName": name, "s3": {"object": {"key": "raw/x", "eTag": "\"e\""}}});
        let event = json!({"Records": [record("ObjectCreated:Post"), record("ObjectRemoved:Delete"), {}]});
        assert_eq!(created_objects(&event), [Created { key: "raw/x".into(), etag: "e".into() }]);
        assert!(created_objects(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent"})).is_empty());
    }
}
