//! `GET /processed/…`: published photos from the local store, as CloudFront serves them from the bucket.

use domain::Kind;
use domain::photo::PROCESSED_PREFIX;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::Full;
use storage::{Local, Object};

use crate::answer::{self, Answer};
use crate::event::decoded_path;

/// No rendition comes near it.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Answers for a path under `/processed/`; nothing outside that prefix is ever read.
pub async fn answer(store: &Local, method: &Method, path: &str, headers: &HeaderMap) -> Answer {
    if method != Method::GET && method != Method::HEAD {
        let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Only GET and HEAD are allowed.");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    let path = decoded_path(path);
    let key = path.trim_start_matches('/');
    if !key.starts_with(PROCESSED_PREFIX) {
        return access_denied();
    }
    match store.get(key, MAX_BYTES).await {
        Ok(Some(object)) => serve(object, headers),
        Ok(None) => access_denied(),
        // A key that cannot be, such as one with `..`.
        Err(error) if error.kind() == Kind::BadInput => access_denied(),
        Err(error) => {
            tracing::error!("cannot read {key}: {error}");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "We encountered an internal error.")
        }
    }
}

fn serve(object: Object, headers: &HeaderMap) -> Answer {
    let is_known = headers.get_all(IF_NONE_MATCH).iter().any(|value| lists(value, &object.etag));
    let mut answer =
        if is_known { answer::empty(StatusCode::NOT_MODIFIED) } else { Answer::new(Full::new(object.bytes)) };
    let mut insert = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    };
    insert(ETAG, &object.etag);
    if let Some(cache_control) = &object.cache_control {
        insert(CACHE_CONTROL, cache_control);
    }
    if !is_known {
        insert(CONTENT_TYPE, &object.content_type);
        insert(CONTENT_LENGTH, &object.size_bytes.to_string());
    }
    answer
}

/// Whether an `If-None-Match` names this tag; weak and strong tags compare alike there (RFC 9110, 13.1.2).
fn lists(value: &HeaderValue, etag: &str) -> bool {
    let tags = value.to_str().unwrap_or_default().split(',').map(|tag| tag.trim().trim_start_matches("W/"));
    tags.into_iter().any(|tag| tag == "*" || tag == etag)
}

/// S3 says this of an object that is missing, too, to whoever may not list the bucket; CloudFront may not.
fn access_denied() -> Answer {
    refusal(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Answer {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let mut answer = Answer::new(Full::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}
