//! A form of `POST /api/uploads`, sent to S3 as a browser sends it.

use crate::Trouble;
use crate::client;
use serde_json::Value;

const BOUNDARY: &str = "of-verify-aws";

/// What S3 says to a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) status: u16,
    /// The error's code, such as `AccessDenied`.
    pub(super) code: String,
}

/// Posts the fields, and then the file.
///
/// # Errors
/// When there is no answer.
pub(super) async fn post(form: &Value, file: &[u8]) -> Result<Said, Trouble> {
    post_to(form["url"].as_str().ok_or("a form without an address")?, form, file).await
}

/// The same to another address.
///
/// # Errors
/// When there is no answer.
pub(super) async fn post_to(url: &str, form: &Value, file: &[u8]) -> Result<Said, Trouble> {
    let mut body = Vec::new();
    for (name, value) in form["fields"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let field = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let reply = client::post(url, &[("content-type", &kind)], body).await?;
    Ok(Said { status: reply.status.as_u16(), code: reply.element("Code").unwrap_or_default() })
}
