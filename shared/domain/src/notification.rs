//! What S3 sends, read tolerantly: an `s3:TestEvent`, a record without an identity and events of other kinds are ordinary.

mod sequencer;

pub use sequencer::Sequencer;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was stored, in whatever way, also over another one.
    Created,
    /// It was deleted, or hidden by a delete marker where the bucket keeps versions.
    Removed,
}

impl Change {
    /// What the names of its events begin with.
    const fn event_prefix(self) -> &'static str {
        match self {
            Self::Created => "ObjectCreated:",
            Self::Removed => "ObjectRemoved:",
        }
    }
}

/// An object that was created or removed. Its version is not among what we read: whatever version an event is about, what counts
/// is what is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedObject {
    /// The bucket's name.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// Its ETag as the event has it, without quotes; empty where it has none.
    pub etag: String,
    /// When it changed among the events of its key, where the event says so.
    pub sequencer: Option<Sequencer>,
}

/// Every record of an event, `None` for those that tell of no such change. What is not a notification of S3 has none.
pub fn changed_objects(event: &Value, change: Change) -> impl Iterator<Item = Option<ChangedObject>> {
    event["Records"].as_array().into_iter().flatten().map(move |record| changed_object(record, change))
}

fn changed_object(record: &Value, change: Change) -> Option<ChangedObject> {
    let name = record["eventName"].as_str()?;
    let (bucket, object) = (record["s3"]["bucket"]["name"].as_str()?, &record["s3"]["object"]);
    let key = decode_key(object["key"].as_str()?)?;
    let etag = object["eTag"].as_str().unwrap_or_default().trim_matches('"').to_owned();
    let sequencer = object["sequencer"].as_str().and_then(Sequencer::parse);
    let is_told = name.trim_start_matches("s3:").starts_with(change.event_prefix());
    is_told.then(|| ChangedObject { bucket: bucket.to_owned(), key, etag, sequencer })
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
    fn only_one_kind_of_change_is_taken_and_every_record_counts() {
        let object = json!({"key": "raw/x", "eTag": "\"e\"", "sequencer": "0A", "versionId": "v1"});
        let record = |name: &str| json!({"eventName": name, "s3": {"bucket": {"name": "b"}, "object": object}});
        let names = [
            "ObjectCreated:Post",
            "s3:ObjectCreated:Copy",
            "ObjectRemoved:Delete",
            "ObjectRemoved:DeleteMarkerCreated",
            "ObjectRestore:Completed",
        ];
        let mut event = json!({"Records": names.map(record)});
        event["Records"].as_array_mut().unwrap().extend([json!({}), json!(7), json!(null)]);
        let object = || {
            Some(ChangedObject {
                bucket: "b".to_owned(),
                key: "raw/x".to_owned(),
                etag: "e".to_owned(),
                sequencer: Sequencer::parse("0A"),
            })
        };
        let created = [object(), object(), None, None, None, None, None, None];
        assert_eq!(changed_objects(&event, Change::Created).collect::<Vec<_>>(), created);
        let removed = [None, None, object(), object(), None, None, None, None];
        assert_eq!(changed_objects(&event, Change::Removed).collect::<Vec<_>>(), removed);
        for odd in
            [json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}), json!({"Records": 7}), json!(null), json!([])]
        {
            assert_eq!(changed_objects(&odd, Change::Created).count(), 0, "{odd}");
        }
    }
}
