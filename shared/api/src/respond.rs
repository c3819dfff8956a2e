//! How an answer looks: the one place where a status is chosen.

mod packed;

use domain::error::FieldError;
use domain::health::{Health, Status};
use domain::idempotency::KeptAnswer;
use domain::{ConsistencyToken, Error, Kind, Result};
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, RETRY_AFTER};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const PROBLEM: &str = "application/problem+json";

/// A successful answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// 200 with JSON.
    ///
    /// # Errors
    /// Internal when the value cannot be written as JSON.
    pub fn ok(value: &impl Serialize) -> Result<Self> {
        Self::json(StatusCode::OK, JSON, value)
    }

    /// 200 with GeoJSON.
    ///
    /// # Errors
    /// As [`Answer::ok`].
    pub fn geojson(value: &impl Serialize) -> Result<Self> {
        Self::json(StatusCode::OK, GEOJSON, value)
    }

    /// 201 with JSON.
    ///
    /// # Errors
    /// As [`Answer::ok`].
    pub fn created(value: &impl Serialize) -> Result<Self> {
        Self::json(StatusCode::CREATED, JSON, value)
    }

    /// How we are, which nobody may keep: 200, or 503 where nothing works.
    ///
    /// # Errors
    /// As [`Answer::ok`].
    pub fn health(health: &Health) -> Result<Self> {
        let is_down = health.status == Status::Down;
        let status = if is_down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        let mut answer = Self::json(status, JSON, health)?;
        answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(answer)
    }

    /// 204: it is done, and there is nothing to show.
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: Vec::new() }
    }

    fn json(status: StatusCode, content_type: &'static str, value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(Error::internal)?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Ok(Self { status, headers, body })
    }

    fn whole(headers: HeaderMap, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, headers, body }
    }

    /// Adds a header; a value that is there already is followed by a comma and this one.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        // One line for each name: of repeated ones, a Lambda's response keeps the first only.
        let line = match self.headers.get(name).and_then(|before| before.to_str().ok()) {
            Some(before) => format!("{before}, {value}"),
            None => value.to_owned(),
        };
        // What is no header value (a line break) is left out; ours are numbers and encoded addresses.
        if let Ok(line) = HeaderValue::from_str(&line) {
            self.headers.insert(HeaderName::from_static(name), line);
        }
        self
    }

    /// Says what later reads need to see what was just written; nothing where the database did not say.
    #[must_use]
    pub fn consistent(self, token: Option<ConsistencyToken>) -> Self {
        match token {
            Some(token) => self.with_header("x-consistency-token", &token.to_string()),
            None => self,
        }
    }

    /// Adds a `Link` header.
    #[must_use]
    pub fn with_link(self, target: &str, relation: &str) -> Self {
        self.with_header("link", &format!("<{target}>; rel=\"{relation}\""))
    }

    /// Says how long the answer may be kept, and gives it an `ETag`.
    #[must_use]
    pub fn cached(mut self, cache_control: &'static str) -> Self {
        self.headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
        let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&self.body)[..12]));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            self.headers.insert(ETAG, tag);
        }
        // Whoever has just written wants more than what a cache has kept for everybody.
        self.with_header("vary", "x-consistency-token")
    }

    /// Says that it is for the caller alone and for nobody to keep.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        self
    }

    /// What is kept of it, to be given again.
    pub(crate) fn keep(&self) -> KeptAnswer {
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = self.headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
        let body = String::from_utf8_lossy(&self.body).into_owned();
        KeptAnswer { status: self.status.as_u16(), headers: headers.collect(), body }
    }

    /// What was answered before, which it says.
    pub(crate) fn again(kept: KeptAnswer) -> Self {
        let header = |(name, value): (String, String)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        };
        let headers: HeaderMap = kept.headers.into_iter().filter_map(header).collect();
        let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
        Self { status, headers, body: kept.body.into_bytes() }.with_header("idempotency-replayed", "true")
    }

    /// The response; 304 without a body where the client has exactly this already.
    pub(crate) fn into_response(self, if_none_match: Option<&str>) -> Response<Body> {
        let has_it = match (if_none_match, self.headers.get(ETAG).and_then(|tag| tag.to_str().ok())) {
            (Some(known), Some(tag)) => {
                known.split(',').any(|one| matches!(one.trim().trim_start_matches("W/"), t if t == tag || t == "*"))
            }
            _ => false,
        };
        if has_it {
            let mut headers = self.headers;
            headers.remove(CONTENT_TYPE);
            return build(StatusCode::NOT_MODIFIED, headers, Vec::new());
        }
        build(self.status, self.headers, self.body)
    }
}

/// Why a request was not served: RFC 9457 problem details.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Problem<'a> {
    r#type: &'static str,
    /// The same for all problems of this status.
    title: &'static str,
    /// The HTTP status once more.
    status: u16,
    /// A sentence for people.
    detail: &'a str,
    /// What to name when asking us about it.
    request_id: &'a str,
    /// Every field that is not as it should be.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(flatten)]
    member: HashMap<&'static str, &'a Value>,
}

/// The one table from kinds to statuses and titles.
fn status(kind: Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::BadInput => (StatusCode::BAD_REQUEST, "Bad input"),
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, "Not signed in"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "Not allowed"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        Kind::Conflict => (StatusCode::CONFLICT, "Conflict"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
        Kind::Unprocessable => (StatusCode::UNPROCESSABLE_ENTITY, "Not possible"),
        Kind::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
    }
}

/// An error as RFC 9457 problem details; the cause stays behind.
pub(crate) fn problem(error: &Error, request_id: &str) -> Response<Body> {
    let (status, title) = status(error.kind());
    let problem = Problem {
        r#type: "about:blank",
        title,
        status: status.as_u16(),
        detail: error.detail(),
        request_id,
        errors: error.fields(),
        member: error.member().into_iter().map(|(name, value)| (*name, value)).collect(),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = error.retry_after_s() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    build(status, headers, serde_json::to_vec(&problem).unwrap_or_default())
}

fn build(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Response<Body> {
    // Text, not base64: everything that we answer is JSON.
    let body = if body.is_empty() { Body::Empty } else { String::from_utf8(body).map_or(Body::Empty, Body::Text) };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_every_field_and_hides_the_cause() {
        let error = Error::bad_field("page", "out_of_range", "Must be 1.").because("SELECT secret FROM hidden");
        let response = problem(&error, "r-1");
        assert_eq!(response.status(), 400);
        let Body::Text(body) = response.body() else { panic!("text") };
        assert!(body.contains(r#""field":"page""#) && body.contains("r-1") && !body.contains("secret"));
    }

    #[test]
    fn an_answer_that_was_kept_is_given_again_and_says_so() {
        let answer = Answer::created(&"x").unwrap().with_header("location", "/api/chargers/7");
        let again = Answer::again(answer.keep());
        assert_eq!((again.status, &again.body), (answer.status, &answer.body));
        assert_eq!(again.headers["location"], "/api/chargers/7");
        assert_eq!(again.headers[CONTENT_TYPE], JSON);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(Answer::again(Answer::no_content().keep()).into_response(None).status(), 204);
    }

    #[test]
    fn links_share_one_header_line() {
        let answer = Answer::ok(&"x").unwrap().with_link("/a?page=1", "first").with_link("/a?page=3", "next");
        let lines: Vec<_> = answer.headers.get_all("link").iter().collect();
        assert_eq!(lines, ["</a?page=1>; rel=\"first\", </a?page=3>; rel=\"next\""]);
    }

    #[test]
    fn a_client_that_has_the_answer_gets_304_without_a_body() {
        let answer = || Answer::ok(&"x").unwrap().cached("public, max-age=30");
        let tag = answer().into_response(None).headers()[ETAG].to_str().unwrap().to_owned();
        let response = answer().into_response(Some(&format!("\"other\", W/{tag}")));
        assert_eq!(response.status(), 304);
        assert!(matches!(response.body(), Body::Empty));
        assert_eq!(answer().into_response(Some("\"other\"")).status(), 200);
    }
}
