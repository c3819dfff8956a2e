//! What S3 sends, read tolerantly: an `s3:TestEvent`, a record without an identity and events of other kinds are ordinary.

use crate::sequencer::Sequencer;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// An object that was created. Its version is not among what we read: whatever version an event is about, what counts is the
/// object that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Created {
    /// The bucket's name.
    pub(crate) bucket: String,
    /// Its key, decoded.
    pub(crate) key: String,
    /// Its ETag as the event has it, without quotes; empty where it has none.
    pub(crate) etag: String,
    /// When it was created among the events of its key, where the event says so.
    pub(crate) sequencer: Option<Sequencer>,
}

/// Every record of an event, `None` for those that tell of no object's creation. What is not a notification of S3 has none.
pub(crate) fn records(event: &Value) -> impl Iterator<Item = Option<Created>> {
    event["Records"].as_array().into_iter().flatten().map(created_object)
}

fn created_object(record: &Value) -> Option<Created> {
    let name = record["eventName"].as_str()?;
    let (bucket, object) = (record["s3"]["bucket"]["name"].as_str()?, &record["s3"]["object"]);
    let key = decode_key(object["key"].as_str()?)?;
    let etag = object["eTag"].as_str().unwrap_or_default().trim_matches('"').to_owned();
    let sequencer = object["sequencer"].as_str().and_then(Sequencer::parse);
    let is_creation = name.trim_start_matches("s3:").starts_with("ObjectCreated:");
    is_creation.then(|| Created { bucket: bucket.to_owned(), key, etag, sequencer })
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
        let table = [
            ("raw/a+b", "raw/a b"),
            ("raw/c%2B%281%29.JPG", "raw/c+(1).JPG"),
            ("raw/a%2Bb+c%252B%281%29.JPG", "raw/a+b c%2B(1).JPG"),
            ("raw/%C3%A9", "raw/é"),
            ("raw%2Fx", "raw/x"),
        ];
        for (encoded, key) in table {
            assert_eq!(decode_key(encoded).unwrap(), key);
        }
        assert_eq!(decode_key("raw/%FF"), None);
    }

    #[test]
    fn only_created_objects_are_taken_and_every_record_counts() {
        let object = json!({"key": "raw/x", "eTag": "\"e\"", "sequencer": "0A", "versionId": "v1"});
        let record = |name: &str| json!({"eventName": name, "s3": {"bucket": {"name": "b"}, "object": object}});
        let names = ["ObjectCreated:Post", "s3:ObjectCreated:Copy", "ObjectRemoved:Delete", "ObjectRestore:Completed"];
        let mut event = json!({"Records": names.map(record)});
        event["Records"].as_array_mut().unwrap().extend([json!({}), json!(7), json!(null)]);
        let created = Created {
            bucket: "b".to_owned(),
            key: "raw/x".to_owned(),
            etag: "e".to_owned(),
            sequencer: Sequencer::parse("0A"),
        };
        let expected = [Some(created.clone()), Some(created), None, None, None, None, None];
        assert_eq!(records(&event).collect::<Vec<_>>(), expected);
        for odd in
            [json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}), json!({"Records": 7}), json!(null), json!([])]
        {
            assert_eq!(records(&odd).count(), 0, "{odd}");
        }
    }
}
