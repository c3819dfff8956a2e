//! CORS as an HTTP API does it: preflights are answered by the gateway, whatever routes exist, and the CORS headers
//! of a function are replaced by the configured ones.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName,
    HeaderValue, ORIGIN,
};
use http::{Method, StatusCode};

use crate::answer::{self, Answer};
use crate::template::Cors;

/// The answer to a preflight; None when the request is none.
pub fn preflight(cors: &Cors, method: &Method, headers: &HeaderMap) -> Option<Answer> {
    let asked_method = headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    if method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
        return None;
    }
    let mut answer = answer::empty(StatusCode::NO_CONTENT);
    let method_is_allowed =
        cors.allow_methods.iter().any(|allowed| allowed == "*" || allowed.as_bytes() == asked_method.as_bytes());
    if let Some(origin) = allowed_origin(cors, headers).filter(|_| method_is_allowed) {
        let answer_headers = answer.headers_mut();
        answer_headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        insert_list(answer_headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
        insert_list(answer_headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
        if let Some(seconds) = cors.max_age {
            answer_headers.insert(ACCESS_CONTROL_MAX_AGE, seconds.into());
        }
    }
    Some(answer)
}

/// Puts the configured headers on an ordinary answer, in place of the function's own.
pub fn decorate(cors: &Cors, request_headers: &HeaderMap, answer: &mut Answer) {
    let foreign: Vec<HeaderName> =
        answer.headers().keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in foreign {
        answer.headers_mut().remove(name);
    }
    if let Some(origin) = allowed_origin(cors, request_headers) {
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        insert_list(answer.headers_mut(), ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
    }
}

fn allowed_origin(cors: &Cors, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    if cors.allow_origins.iter().any(|allowed| allowed == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    // API Gateway knows two wildcards: `https://*` and `http://*`.
    let matches = |allowed: &String| match allowed.strip_suffix('*') {
        Some(scheme) => origin.as_bytes().starts_with(scheme.as_bytes()),
        None => origin.as_bytes() == allowed.as_bytes(),
    };
    cors.allow_origins.iter().any(matches).then(|| origin.clone())
}

fn insert_list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let Some(value) = HeaderValue::from_str(&values.join(",")).ok().filter(|value| !value.is_empty()) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(origin: &'static str, method: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method));
        headers
    }

    fn named() -> Cors {
        Cors {
            allow_origins: vec!["https://app.example".into()],
            allow_methods: vec!["GET".into(), "POST".into()],
            allow_headers: vec!["authorization".into()],
            expose_headers: vec!["etag".into()],
            max_age: Some(60),
        }
    }

    #[test]
    fn a_preflight_from_a_known_origin_gets_every_permission() {
        let answer = preflight(&named(), &Method::OPTIONS, &asks("https://app.example", "POST")).unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");
        assert_eq!(answer.headers()["access-control-allow-methods"], "GET,POST");
        assert_eq!(answer.headers()["access-control-allow-headers"], "authorization");
        assert_eq!(answer.headers()["access-control-max-age"], "60");
    }

    #[test]
    fn a_preflight_from_elsewhere_or_for_another_method_gets_none() {
        for (origin, method) in [("https://evil.example", "POST"), ("https://app.example", "DELETE")] {
            let answer = preflight(&named(), &Method::OPTIONS, &asks(origin, method)).unwrap();
            assert_eq!(answer.status(), StatusCode::NO_CONTENT);
            assert!(answer.headers().is_empty(), "{origin} {method}: {answer:?}");
        }
    }

    #[test]
    fn options_without_origin_is_no_preflight() {
        assert!(preflight(&named(), &Method::OPTIONS, &HeaderMap::new()).is_none());
        assert!(preflight(&named(), &Method::POST, &asks("https://app.example", "POST")).is_none());
    }

    #[test]
    fn the_functions_own_cors_headers_are_replaced() {
        let mut answer = answer::empty(StatusCode::OK);
        answer.headers_mut().insert("access-control-allow-credentials", HeaderValue::from_static("true"));
        decorate(&named(), &asks("https://app.example", "GET"), &mut answer);
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");
        assert_eq!(answer.headers()["access-control-expose-headers"], "etag");
    }
}
