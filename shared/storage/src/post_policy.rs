//! Signs S3 POST policies (Signature Version 4), for both stores. Pure: credentials and time are parameters.
//!
//! The form and its signature are described in "Authenticating Requests in Browser-Based Uploads Using POST (AWS
//! Signature Version 4)" of the S3 API reference.

use crate::object::{PostForm, PresignedPost};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;

/// Who signs.
pub(crate) struct Signer<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_access_key: &'a str,
    /// Temporary credentials have one. It belongs in the form *and* in the policy.
    pub(crate) session_token: Option<&'a str>,
    pub(crate) region: &'a str,
}

/// Signs `form` for the bucket that is reached at `url`.
pub(crate) fn sign(url: String, bucket: &str, form: &PostForm<'_>, signer: &Signer<'_>) -> PresignedPost {
    let mut fields = fields_to_sign(form, signer);
    let policy = BASE64.encode(policy(bucket, form, &fields).to_string());
    let signature = signature(&policy, form.now, signer);
    fields.insert("policy".into(), policy);
    fields.insert("x-amz-signature".into(), signature);
    PresignedPost { url, fields, expires_at: form.expires_at }
}

fn fields_to_sign(form: &PostForm<'_>, signer: &Signer<'_>) -> BTreeMap<String, String> {
    let scope = format!("{}/{}/s3/aws4_request", form.now.day(), signer.region);
    let mut fields = BTreeMap::from([
        ("key".to_owned(), form.key.to_owned()),
        ("Content-Type".to_owned(), form.content_type.to_owned()),
        ("success_action_status".to_owned(), "204".to_owned()),
        ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
        ("x-amz-credential".to_owned(), format!("{}/{scope}", signer.access_key_id)),
        ("x-amz-date".to_owned(), basic_time(form.now)),
    ]);
    if let Some(token) = signer.session_token {
        fields.insert("x-amz-security-token".into(), token.to_owned());
    }
    if let Some(sha256) = form.sha256 {
        fields.insert("x-amz-checksum-algorithm".into(), "SHA256".to_owned());
        fields.insert("x-amz-checksum-sha256".into(), BASE64.encode(sha256));
    }
    fields
}

/// S3 refuses fields that no condition names, so every field is one, and exactly.
fn policy(bucket: &str, form: &PostForm<'_>, fields: &BTreeMap<String, String>) -> Value {
    let mut conditions =
        vec![json!({ "bucket": bucket }), json!(["content-length-range", form.min_bytes, form.max_bytes])];
    conditions.extend(fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])));
    json!({ "expiration": extended_time(form.expires_at), "conditions": conditions })
}

/// The string to sign of a POST form is the policy as sent: base64.
fn signature(policy_base64: &str, now: Timestamp, signer: &Signer<'_>) -> String {
    let secret = format!("AWS4{}", signer.secret_access_key);
    let key = [now.day().as_str(), signer.region, "s3", "aws4_request"]
        .into_iter()
        .fold(secret.into_bytes(), |key, part| hmac_sha256(&key, part.as_bytes()));
    hex::encode(hmac_sha256(&key, policy_base64.as_bytes()))
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// `2026-11-20T11:30:00.000Z`, the form of S3's own examples; finer than a second is cut off.
fn extended_time(time: Timestamp) -> String {
    let seconds = Timestamp::from_micros(time.as_seconds() * 1_000_000).to_string();
    seconds.replace('Z', ".000Z")
}

/// `20261120T113000Z`.
fn basic_time(time: Timestamp) -> String {
    Timestamp::from_micros(time.as_seconds() * 1_000_000).to_string().replace(['-', ':'], "")
}

#[cfg(test)]
mod tests;
