//! A call of an AWS service, read from its request.

mod s3;

use crate::Trouble;
use crate::template::{ACCOUNT, REGION};
use bytes::Bytes;
use http::request::Parts;
use serde_json::Value;
use std::collections::BTreeMap;

/// What somebody asks of AWS, in IAM's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    /// `s3:GetObject`.
    pub(crate) action: String,
    /// The ARN of what it is done to, or `*`.
    pub(crate) resource: String,
    /// What conditions may ask about, by its key: `s3:prefix`.
    pub(crate) context: BTreeMap<String, String>,
}

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    S3,
    SecretsManager,
    CloudFront,
}

impl Service {
    /// The service that a request was signed for. A form carries its signature in its body, and only S3 takes forms.
    ///
    /// # Errors
    /// When it was signed for another one.
    pub(crate) fn of(head: &Parts) -> Result<Self, Trouble> {
        let Some(signature) = head.headers.get("authorization") else { return Ok(Self::S3) };
        // Credential=KEY/DAY/REGION/SERVICE/aws4_request
        let scope = signature.to_str()?.split("Credential=").nth(1).and_then(|scope| scope.split('/').nth(3));
        match scope {
            Some("s3") => Ok(Self::S3),
            Some("secretsmanager") => Ok(Self::SecretsManager),
            Some("cloudfront") => Ok(Self::CloudFront),
            other => Err(format!("a request for {}", other.unwrap_or("nobody")).into()),
        }
    }
}

impl Call {
    /// What a request asks for; several things where it has several objects.
    ///
    /// # Errors
    /// When it is none of the requests that are known here.
    pub(crate) fn read(service: Service, head: &Parts, body: &Bytes) -> Result<Vec<Self>, Trouble> {
        match service {
            Service::S3 => s3::read(head, body),
            Service::SecretsManager => secrets_manager(head, body).map(|call| vec![call]),
            Service::CloudFront => cloudfront(head).map(|call| vec![call]),
        }
    }
}

/// The target names the operation, and that is the action's name.
fn secrets_manager(head: &Parts, body: &[u8]) -> Result<Call, Trouble> {
    let target = head.headers.get("x-amz-target").ok_or("a request without a target")?.to_str()?;
    let operation = target.strip_prefix("secretsmanager.").ok_or_else(|| format!("{target} is not known"))?;
    let body: Value = serde_json::from_slice(body)?;
    let resource = match (operation, body["SecretId"].as_str()) {
        // A password belongs to no secret yet.
        ("GetRandomPassword", _) => "*".to_owned(),
        (_, Some(arn)) if arn.starts_with("arn:") => arn.to_owned(),
        (_, Some(name)) => format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"),
        _ => return Err(format!("{operation} of no secret").into()),
    };
    Ok(Call { action: format!("secretsmanager:{operation}"), resource, ..Call::default() })
}

fn cloudfront(head: &Parts) -> Result<Call, Trouble> {
    let path: Vec<&str> = head.uri.path().trim_matches('/').split('/').collect();
    match (head.method.as_str(), path.as_slice()) {
        ("POST", [_, "distribution", id, "invalidation"]) => Ok(Call {
            action: "cloudfront:CreateInvalidation".to_owned(),
            resource: format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}"),
            ..Call::default()
        }),
        (method, _) => Err(format!("{method} {} of CloudFront is not known", head.uri.path()).into()),
    }
}

#[cfg(test)]
mod tests;
