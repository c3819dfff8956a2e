//! What Lambda hands to an on-failure destination.

use super::queue::Attempts;
use serde_json::{Value, json};
use storage::local::REGION;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The record of an event that was given up.
pub(super) fn of(function_name: &str, request_id: &str, payload: &Value, attempts: &Attempts) -> Value {
    // Where no attempt came to an end, the process died under each.
    let died = ("Runtime.ExitError".to_owned(), "The process ended before the handler did".to_owned());
    let (error_type, error_message) = attempts.last_error.clone().unwrap_or(died);
    json!({
        "version": "1.0",
        "timestamp": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        "requestContext": {
            "requestId": request_id,
            "functionArn": format!("arn:aws:lambda:{REGION}:000000000000:function:{function_name}:$LATEST"),
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts.begun,
        },
        "requestPayload": payload,
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
        "responsePayload": { "errorType": error_type, "errorMessage": error_message },
    })
}
