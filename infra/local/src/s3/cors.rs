//! CORS as the bucket of `template.yaml` has it: browsers of every origin may post forms, and nothing else.

use super::refusal::Refusal;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use s3s::Body;

const ALLOWED_METHOD: Method = Method::POST;
const MAX_AGE_S: &str = "3600";
const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// Answers a browser that asks before it posts.
pub(super) fn preflight(headers: &HeaderMap) -> Response<Body> {
    if !headers.contains_key(header::ORIGIN) {
        let message = "Insufficient information. Origin request header needed.";
        return Refusal::new(StatusCode::BAD_REQUEST, "BadRequest", message).into();
    }
    let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    if method.is_none_or(|method| method != ALLOWED_METHOD.as_str()) {
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, \
                       request method / Access-Control-Request-Method or Access-Control-Request-Headers are not \
                       whitelisted by the resource's CORS spec.";
        return Refusal::new(StatusCode::FORBIDDEN, "AccessForbidden", message).into();
    }
    let mut response = Response::new(Body::empty());
    allow(response.headers_mut());
    set(response.headers_mut(), header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

/// Lets a browser read the answer to its post, refusals included.
pub(super) fn decorate(method: &Method, request: &HeaderMap, response: &mut HeaderMap) {
    if *method == ALLOWED_METHOD && request.contains_key(header::ORIGIN) {
        allow(response);
    }
}

fn allow(headers: &mut HeaderMap) {
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHOD.as_str());
    set(headers, header::VARY, VARY);
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_yaml_ng::Value;

    #[test]
    fn the_rule_is_the_one_of_the_template() {
        let template: Value = serde_yaml_ng::from_str(crate::template::TEMPLATE).unwrap();
        let resources = template["Resources"].as_mapping().unwrap();
        let cors = |resource: &Value| resource["Properties"]["CorsConfiguration"]["CorsRules"].as_sequence().cloned();
        let rules = resources.values().find_map(cors).unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0]["AllowedMethods"], Value::from(vec![ALLOWED_METHOD.as_str()]));
        assert_eq!(rules[0]["AllowedHeaders"], Value::from(vec!["*"]));
        assert_eq!(rules[0]["MaxAge"].as_u64().unwrap().to_string(), MAX_AGE_S);
        assert_eq!(template["Parameters"]["CorsAllowedOrigins"]["Default"], "*");
    }
}
