//! An HTTP request as the event that API Gateway sends to Lambda (HTTP API, payload format 2.0).
//!
//! What the documentation leaves open follows what others measured on the real service: the path arrives decoded, the
//! query string does not; a body is text only under `text/*` and three application types, and Base64 under all others.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, USER_AGENT};
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::route::Taken;

const ACCOUNT: &str = "000000000000";
const API_ID: &str = "local";
const TEXT_TYPES: [&str; 3] = ["application/json", "application/javascript", "application/xml"];

/// A request that arrived, whole.
pub struct Arrival<'a> {
    /// Method, address and headers.
    pub parts: &'a Parts,
    /// The body.
    pub body: &'a Bytes,
    /// Who sent it.
    pub peer: IpAddr,
    /// The gateway's name for it.
    pub request_id: &'a str,
    /// When.
    pub now: OffsetDateTime,
}

/// The path as API Gateway sees it: decoded, and cut at a `?` that was hidden in it.
pub fn decoded_path(raw: &str) -> String {
    let decoded = percent_decode_str(raw).decode_utf8_lossy();
    decoded.split('?').next().unwrap_or_default().to_owned()
}

/// The event; `claims` are those of the authorizer, where the route has one.
pub fn of_request(arrival: &Arrival, taken: &Taken, claims: Option<Map<String, Value>>) -> Value {
    let uri = &arrival.parts.uri;
    let headers = &arrival.parts.headers;
    let query = uri.query().unwrap_or_default();
    let route_key = format!("{} {}", taken.route.method, taken.route.path);
    let path = decoded_path(uri.path());
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": event_headers(arrival),
        "requestContext": request_context(arrival, &route_key, &path, claims),
        "isBase64Encoded": false,
    });
    if let Some(cookies) = cookies(headers) {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query_parameters(query));
    }
    if !taken.parameters.is_empty() {
        event["pathParameters"] = json!(taken.parameters);
    }
    if !arrival.body.is_empty() {
        let (body, is_base64) = event_body(headers, arrival.body);
        event["body"] = body.into();
        event["isBase64Encoded"] = is_base64.into();
    }
    event
}

fn request_context(arrival: &Arrival, route_key: &str, path: &str, claims: Option<Map<String, Value>>) -> Value {
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    let domain = host_name(&arrival.parts.headers);
    let user_agent = arrival.parts.headers.get(USER_AGENT).map(lossy).unwrap_or_default();
    let mut context = json!({
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": arrival.parts.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", arrival.parts.version),
            "sourceIp": arrival.peer.to_string(),
            "userAgent": user_agent,
        },
        "requestId": arrival.request_id,
        "routeKey": route_key,
        "stage": "$default",
        "time": arrival.now.format(format).unwrap_or_default(),
        "timeEpoch": (arrival.now.unix_timestamp_nanos() / 1_000_000) as i64,
    });
    if let Some(claims) = claims {
        // `scopes` is null for a route that asks for none.
        context["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
    }
    context
}

/// Names in lower case, values of one name joined by commas, cookies apart, and what API Gateway adds.
fn event_headers(arrival: &Arrival) -> BTreeMap<String, String> {
    let headers = &arrival.parts.headers;
    let mut result = BTreeMap::new();
    for name in headers.keys().filter(|name| *name != COOKIE) {
        let values: Vec<String> = headers.get_all(name).iter().map(lossy).collect();
        result.insert(name.as_str().to_owned(), values.join(","));
    }
    let port = headers.get(HOST).map(lossy).and_then(|host| host.rsplit_once(':').map(|(_, port)| port.to_owned()));
    let peer = arrival.peer.to_string();
    let forwarded = result.get("x-forwarded-for").map(|earlier| format!("{earlier}, {peer}"));
    result.insert("x-forwarded-for".into(), forwarded.unwrap_or(peer));
    result.insert("x-forwarded-port".into(), port.unwrap_or_else(|| "80".into()));
    result.insert("x-forwarded-proto".into(), "http".into());
    let unique = arrival.request_id.replace('-', "");
    let trace = format!("Root=1-{:08x}-{:.24}", arrival.now.unix_timestamp(), unique);
    result.insert("x-amzn-trace-id".into(), trace);
    result
}

fn cookies(headers: &HeaderMap) -> Option<Vec<String>> {
    let lines = headers.get_all(COOKIE).iter().map(lossy);
    let cookies: Vec<String> =
        lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()).collect();
    (!cookies.is_empty()).then_some(cookies)
}

/// Decoded, values of one name joined by commas: the reason why functions read `rawQueryString`.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value);
        parameters
            .entry(decode(name))
            .and_modify(|earlier| {
                earlier.push(',');
                earlier.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

fn event_body(headers: &HeaderMap, body: &Bytes) -> (String, bool) {
    let content_type = headers.get(CONTENT_TYPE).map(lossy).unwrap_or_default().to_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_text = media_type.starts_with("text/") || TEXT_TYPES.contains(&media_type);
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

fn host_name(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).map(lossy).unwrap_or_else(|| "localhost".into());
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

fn lossy(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
