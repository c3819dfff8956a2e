//! S3's refusals, in S3's words.
//!
//! `s3s` decides; its codes and messages for forms differ from those of S3, which clients and people look up. The words
//! here are those that S3 was seen to answer.

use super::form::Fields;
use http::{HeaderValue, Response, StatusCode, header};
use s3s::Body;
use std::fmt::Write as _;

/// An error as S3 answers it.
pub(super) struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
    details: Vec<(&'static str, String)>,
}

/// What a signed form cannot be without, in the order in which S3 asks for it.
const REQUIRED: [&str; 6] = ["key", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature", "Policy"];

const BAD_SIGNATURE: &str = "The request signature we calculated does not match the signature you provided. Check your \
                             key and signing method.";

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned(), details: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// What S3 says where `s3s` answered `xml` to a form with these fields.
    pub(super) fn of_form(status: StatusCode, xml: &str, fields: &Fields) -> Self {
        let (code, message) = (element(xml, "Code"), element(xml, "Message"));
        if let Some(refusal) = incomplete(fields).filter(|_| code != "MalformedPOSTRequest") {
            return refusal;
        }
        match (code.as_str(), message.as_str()) {
            ("AccessDenied", "Request has expired") => against_policy("Policy expired."),
            ("AccessDenied", message) if message.starts_with("Each form field") => {
                let name = message.split('"').nth(1).unwrap_or_default();
                against_policy(&format!("Extra input fields: {name}"))
            }
            ("InvalidPolicyDocument", message) if message.starts_with("Policy condition") => unmet(message, fields),
            // Neither a policy that cannot be read nor one that names other credentials is one that was signed.
            ("SignatureDoesNotMatch" | "InvalidPolicyDocument", _) | ("InvalidRequest", "invalid field: policy") => {
                bad_signature(fields)
            }
            ("NotSignedUp", _) => unknown_key(fields),
            ("EntityTooLarge", _) => {
                let refusal = bad_request("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
                limited(refusal, "MaxSizeAllowed", fields.size_range().map(|(_, most)| most))
            }
            ("EntityTooSmall", _) => {
                let refusal =
                    bad_request("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
                limited(refusal, "MinSizeAllowed", fields.size_range().map(|(fewest, _)| fewest))
            }
            ("MalformedPOSTRequest", _) | ("InvalidRequest", "failed to read file stream") => bad_request(
                "MalformedPOSTRequest",
                "The body of your POST request is not well-formed multipart/form-data.",
            ),
            (code, message) => Self::new(status, code, message),
        }
    }
}

/// A post to the bucket that is no form.
pub(super) fn not_a_form() -> Refusal {
    Refusal::new(
        StatusCode::PRECONDITION_FAILED,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
    .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data")
}

pub(super) fn internal() -> Refusal {
    let message = "We encountered an internal error. Please try again.";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
}

/// A form without a field that signed forms need; without any of them it is nobody's.
fn incomplete(fields: &Fields) -> Option<Refusal> {
    let has = |name: &str| fields.get(&name.to_ascii_lowercase()).is_some();
    if !REQUIRED[1..5].iter().any(|name| has(name)) {
        return Some(forbidden("AccessDenied", "Access Denied"));
    }
    let missing = REQUIRED.iter().find(|name| !has(name))?;
    let message = format!(
        "Bucket POST must contain a field named '{missing}'.  If it is specified, please check the order of the fields."
    );
    Some(bad_request("InvalidArgument", &message).with("ArgumentName", *missing).with("ArgumentValue", ""))
}

/// From `Policy condition 'eq' for field 'key' failed: …`.
fn unmet(message: &str, fields: &Fields) -> Refusal {
    let mut quoted = message.split('\'').skip(1).step_by(2);
    let (operator, field) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
    let condition = fields.condition(operator, field).unwrap_or_else(|| format!(r#"["{operator}", "${field}"]"#));
    against_policy(&format!("Policy Condition failed: {condition}"))
}

fn bad_signature(fields: &Fields) -> Refusal {
    let field = |name| fields.get(name).unwrap_or_default();
    forbidden("SignatureDoesNotMatch", BAD_SIGNATURE)
        .with("AWSAccessKeyId", access_key_id(fields))
        .with("StringToSign", field("policy"))
        .with("SignatureProvided", field("x-amz-signature"))
}

fn unknown_key(fields: &Fields) -> Refusal {
    forbidden("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
        .with("AWSAccessKeyId", access_key_id(fields))
}

fn access_key_id(fields: &Fields) -> &str {
    fields.get("x-amz-credential").unwrap_or_default().split('/').next().unwrap_or_default()
}

fn limited(refusal: Refusal, name: &'static str, limit: Option<u64>) -> Refusal {
    match limit {
        Some(limit) => refusal.with(name, limit.to_string()),
        None => refusal,
    }
}

fn against_policy(what: &str) -> Refusal {
    forbidden("AccessDenied", &format!("Invalid according to Policy: {what}"))
}

fn forbidden(code: &str, message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}

fn bad_request(code: &str, message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}

impl From<Refusal> for Response<Body> {
    fn from(refusal: Refusal) -> Self {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let id = uuid::Uuid::new_v4().simple().to_string();
        let first = [("Code", refusal.code), ("Message", refusal.message)];
        let last = [("RequestId", id), ("HostId", "local".to_owned())];
        for (name, value) in first.into_iter().chain(refusal.details).chain(last) {
            // Writing into a string does not fail.
            let _ = write!(xml, "<{name}>{}</{name}>", escape(&value));
        }
        xml.push_str("</Error>");
        let mut response = Response::new(Body::from(xml));
        *response.status_mut() = refusal.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        response
    }
}

const ESCAPES: [(&str, &str); 5] = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&apos;")];

fn escape(text: &str) -> String {
    // S3 leaves quotes as they are.
    ESCAPES[..3].iter().fold(text.to_owned(), |text, (plain, escaped)| text.replace(plain, escaped))
}

fn element(xml: &str, name: &str) -> String {
    let inner = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
    let text = inner.map_or("", |(text, _)| text).to_owned();
    ESCAPES.iter().rev().fold(text, |text, (plain, escaped)| text.replace(escaped, plain))
}
