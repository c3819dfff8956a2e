//! What Lambda writes of an event that a function has given up.

use crate::arn::FunctionArn;
use serde_json::Value;

/// Of a text that somebody else has written, as much as a line of a report takes.
const MAX_TEXT_CHARS: usize = 200;

/// An event that was given up, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Whom the event was meant for.
    pub function: FunctionArn,
    /// When it was given up.
    pub failed_at: String,
    /// Why no more tries were made: `RetriesExhausted`, `EventAgeExceeded`.
    pub condition: String,
    /// What the function said at last; empty where it did not come to that.
    pub error: String,
    /// What has happened to which object, where the event tells of S3: `ObjectCreated:Post raw/…`.
    pub objects: Vec<String>,
    /// The event.
    pub event: Value,
}

impl Letter {
    /// Reads a letter.
    ///
    /// # Errors
    /// A sentence that says why it is none.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let mut record: Value = serde_json::from_slice(text).map_err(|_| "it is no JSON".to_owned())?;
        let context = &record["requestContext"];
        let function = context["functionArn"].as_str().and_then(FunctionArn::parse);
        let function = function.ok_or("it names no function in requestContext.functionArn")?;
        let condition = shown(&context["condition"]);
        let answer = &record["responsePayload"];
        let words = [shown(&answer["errorType"]), shown(&answer["errorMessage"])];
        let error = words.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(": ");
        let failed_at = shown(&record["timestamp"]);
        let event = record["requestPayload"].take();
        if !event.is_object() {
            return Err("it holds no event in requestPayload".to_owned());
        }
        let objects = event["Records"].as_array().into_iter().flatten().filter_map(object).collect();
        Ok(Self { function, failed_at, condition, error, objects, event })
    }
}

fn object(record: &Value) -> Option<String> {
    let key = record["s3"]["object"].get("key")?;
    Some(format!("{} {}", shown(&record["eventName"]), shown(key)))
}

/// A text of somebody else as it may stand on a terminal; empty for what is none.
fn shown(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default();
    let mut short: String = text.chars().take(MAX_TEXT_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_TEXT_CHARS).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({
            "version": "1.0",
            "timestamp": "2026-11-26T02:00:04.123Z",
            "requestContext": {
                "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
                "functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:optimize-photo:live",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": {"Records": [
                {"eventName": "ObjectCreated:Post", "s3": {"object": {"key": "raw/charger/20261126/x"}}},
                {"eventName": "ObjectCreated:Put", "s3": {}},
            ]},
            "responseContext": {"statusCode": 200, "executedVersion": "7", "functionError": "Unhandled"},
            "responsePayload": {"errorType": "Error", "errorMessage": "no answer"},
        })
    }

    fn parse(record: &Value) -> Result<Letter, String> {
        Letter::parse(record.to_string().as_bytes())
    }

    #[test]
    fn a_letter_tells_whom_its_event_was_meant_for_and_why_it_was_given_up() {
        let letter = parse(&record()).unwrap();
        assert_eq!(letter.function.to_string(), "optimize-photo:live");
        assert_eq!((letter.condition.as_str(), letter.error.as_str()), ("RetriesExhausted", "Error: no answer"));
        assert_eq!(letter.failed_at, "2026-11-26T02:00:04.123Z");
        assert_eq!(letter.objects, ["ObjectCreated:Post raw/charger/20261126/x"]);
        assert_eq!(letter.event, record()["requestPayload"]);
    }

    #[test]
    fn what_is_not_said_is_left_out_and_an_event_of_another_kind_is_one_too() {
        let mut bare = record();
        for member in ["timestamp", "responsePayload", "responseContext"] {
            bare.as_object_mut().unwrap().remove(member);
        }
        bare["requestPayload"] = json!({"command": "backup"});
        let letter = parse(&bare).unwrap();
        assert_eq!((letter.failed_at.as_str(), letter.error.as_str(), letter.objects.len()), ("", "", 0));
    }

    #[test]
    fn what_is_no_letter_says_why() {
        let with = |pointer: &str, value: Value| {
            let mut record = record();
            *record.pointer_mut(pointer).unwrap() = value;
            parse(&record).unwrap_err()
        };
        assert_eq!(Letter::parse(b"hello").unwrap_err(), "it is no JSON");
        for function in [json!(null), json!(7), json!("optimize-photo")] {
            assert!(with("/requestContext/functionArn", function).contains("names no function"));
        }
        // Lambda leaves it out where the letter would be too large with it.
        for event in [json!(null), json!("text"), json!([])] {
            assert!(with("/requestPayload", event).contains("holds no event"));
        }
    }

    #[test]
    fn no_text_of_a_letter_moves_the_cursor_or_fills_the_screen() {
        let mut record = record();
        record["responsePayload"]["errorMessage"] = json!(format!("\u{1b}[2J{}", "é".repeat(500)));
        let error = parse(&record).unwrap().error;
        assert!(error.starts_with("Error: \\u{1b}[2J") && error.ends_with("é…"), "{error}");
        assert!(error.chars().count() < 230);
    }
}
