//! The event that S3 sends, to the letter.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use storage::local::REGION;
use storage::local::event::ObjectEvent;

/// S3 encodes keys as forms do, and leaves slashes alone.
const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// The payload of an invocation. S3 writes times with milliseconds.
pub(super) fn of(event: &ObjectEvent, bucket: &str, request_id: &str) -> Value {
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": milliseconds(&event.event_time),
        "eventName": event.event_name,
        "userIdentity": { "principalId": "AWS:LOCAL" },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": request_id, "x-amz-id-2": "local" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "optimize-photo",
            "bucket": {
                "name": bucket,
                "ownerIdentity": { "principalId": "LOCAL" },
                "arn": format!("arn:aws:s3:::{bucket}"),
            },
            "object": {
                "key": encode(&event.key),
                "size": event.size,
                "eTag": event.etag,
                "sequencer": event.sequencer,
            },
        },
    }] })
}

fn encode(key: &str) -> String {
    utf8_percent_encode(key, KEY).to_string().replace(' ', "+")
}

fn milliseconds(rfc3339: &str) -> String {
    let (seconds, fraction) =
        rfc3339.trim_end_matches('Z').split_once('.').unwrap_or((rfc3339.trim_end_matches('Z'), ""));
    format!("{seconds}.{:0<3.3}Z", fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use storage::local::event::EventName;

    #[test]
    fn the_event_is_the_one_that_s3_sends() {
        let event = ObjectEvent {
            event_name: EventName::ObjectCreatedPost,
            event_time: "2026-11-20T11:30:00.123456Z".to_owned(),
            key: "raw/a+b c%2B(1)ä.JPG".to_owned(),
            size: 5,
            etag: "5d41402abc4b2a76b9719d911017c592".to_owned(),
            sequencer: "0055AED6DCD90281E5".to_owned(),
        };
        let payload = of(&event, "photos", "id");
        let record = &payload["Records"][0];
        assert_eq!(record["eventName"], "ObjectCreated:Post");
        assert_eq!(record["eventTime"], "2026-11-20T11:30:00.123Z");
        assert_eq!(record["s3"]["object"]["key"], "raw/a%2Bb+c%252B%281%29%C3%A4.JPG");
        assert_eq!(record["s3"]["bucket"]["arn"], "arn:aws:s3:::photos");
        assert_eq!(record["s3"]["object"]["size"], 5);
    }

    #[test]
    fn times_have_milliseconds() {
        for (time, expected) in [("2026-11-20T11:30:00Z", "00.000Z"), ("2026-11-20T11:30:00.1Z", "00.100Z")] {
            assert!(milliseconds(time).ends_with(expected), "{}", milliseconds(time));
        }
    }
}
