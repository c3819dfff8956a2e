//! The event of a request, field by field.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use http::Request;
use local::event::{Arrival, decoded_path, of_request};
use local::route::Router;
use local::template::Route;
use serde_json::{Value, json};
use time::macros::datetime;

fn event_of(request: http::request::Builder, body: &'static str, path: &str, claims: Option<Value>) -> Value {
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let router = Router::new(vec![Route {
        method: parts.method.to_string(),
        path: path.to_owned(),
        function: "any".to_owned(),
        needs_token: claims.is_some(),
    }]);
    let decoded = decoded_path(parts.uri.path());
    let taken = router.find(parts.method.as_str(), &decoded).unwrap();
    let body = Bytes::from_static(body.as_bytes());
    let arrival = Arrival {
        parts: &parts,
        body: &body,
        peer: "203.0.113.9".parse().unwrap(),
        request_id: "0190f3a2-1111-4222-8333-444455556666",
        now: datetime!(2026-03-01 09:05:07.25 UTC),
    };
    of_request(&arrival, &taken, claims.map(|claims| claims.as_object().unwrap().clone()))
}

#[test]
fn a_signed_in_post_has_every_field() {
    let request = Request::post("/api/a%20b/photos?bbox=1,2&port=Type%202&port=CCS&note=a+b%2Cc&empty&bbox=3")
        .header("Host", "localhost:3000")
        .header("User-Agent", "curl/8")
        .header("Content-Type", "application/json")
        .header("Accept", "text/plain")
        .header("Accept", "text/html")
        .header("Cookie", "one=1; two=2")
        .header("X-Forwarded-For", "198.51.100.1");
    let event = event_of(request, r#"{"a": "ä"}"#, "/api/{id}/photos", Some(json!({"sub": "alice"})));
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /api/{id}/photos",
        "rawPath": "/api/a b/photos",
        "rawQueryString": "bbox=1,2&port=Type%202&port=CCS&note=a+b%2Cc&empty&bbox=3",
        "cookies": ["one=1", "two=2"],
        "headers": {
            "accept": "text/plain,text/html",
            "content-type": "application/json",
            "host": "localhost:3000",
            "user-agent": "curl/8",
            "x-amzn-trace-id": "Root=1-69a40143-0190f3a21111422283334444",
            "x-forwarded-for": "198.51.100.1, 203.0.113.9",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http"
        },
        "queryStringParameters": {"bbox": "1,2,3", "port": "Type 2,CCS", "note": "a b,c", "empty": ""},
        "pathParameters": {"id": "a b"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "authorizer": {"jwt": {"claims": {"sub": "alice"}, "scopes": null}},
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": "POST",
                "path": "/api/a b/photos",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "curl/8"
            },
            "requestId": "0190f3a2-1111-4222-8333-444455556666",
            "routeKey": "POST /api/{id}/photos",
            "stage": "$default",
            "time": "01/Mar/2026:09:05:07 +0000",
            "timeEpoch": 1_772_355_907_250_i64
        },
        "body": "{\"a\": \"ä\"}",
        "isBase64Encoded": false
    });
    assert_eq!(event, expected);
}

#[test]
fn what_is_absent_is_left_out() {
    let event = event_of(Request::get("/api/chargers"), "", "/api/chargers", None);
    for field in ["cookies", "queryStringParameters", "pathParameters", "body"] {
        assert_eq!(event.get(field), None, "{field}");
    }
    assert_eq!(event["requestContext"].get("authorizer"), None);
    assert_eq!((&event["rawQueryString"], &event["isBase64Encoded"]), (&json!(""), &json!(false)));
}

#[test]
fn a_body_of_another_type_is_base64() {
    let request = Request::post("/api/x").header("content-type", "application/octet-stream");
    let event = event_of(request, "abc", "/api/x", None);
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("YWJj"), &json!(true)));
}

#[test]
fn a_path_is_decoded_and_cut_at_a_hidden_question_mark() {
    let cases = [("/a%20b", "/a b"), ("/a%2Fb", "/a/b"), ("/a%3Fb=1", "/a"), ("/a%FF", "/a\u{fffd}"), ("/a+b", "/a+b")];
    for (raw, expected) in cases {
        assert_eq!(decoded_path(raw), expected, "{raw}");
    }
}
