//! Requests of S3, addressed path-style: which action each needs.

use super::Call;
use crate::Trouble;
use bytes::Bytes;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// What the SDK adds to every request for its own statistics.
const OPERATION: &str = "x-id";

pub(super) fn read(head: &Parts, body: &Bytes) -> Result<Vec<Call>, Trouble> {
    let path = decoded(head.uri.path().trim_start_matches('/'))?;
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    let query = query(head.uri.query().unwrap_or_default())?;
    let asks = |names: &[&str]| names.iter().all(|name| query.contains_key(*name)) && query.len() == names.len();
    let object = |action: &str, key: &str| {
        let resource = format!("arn:aws:s3:::{bucket}/{key}");
        Call { action: action.to_owned(), resource, ..Call::default() }
    };
    let copies = head.headers.contains_key("x-amz-copy-source");
    let calls = match (head.method.as_str(), key) {
        ("POST", "") if query.is_empty() => vec![object("s3:PutObject", &form_key(body)?)],
        ("GET", "") if query.get("list-type").is_some_and(|version| version == "2") => vec![list(bucket, &query)],
        ("HEAD", "") if query.is_empty() => vec![list(bucket, &query)],
        ("GET" | "HEAD", key) if !key.is_empty() && query.is_empty() => vec![object("s3:GetObject", key)],
        ("GET" | "HEAD", key) if asks(&["versionId"]) => vec![object("s3:GetObjectVersion", key)],
        ("PUT", key) if !key.is_empty() && query.is_empty() && !copies => vec![object("s3:PutObject", key)],
        ("DELETE", key) if !key.is_empty() && query.is_empty() => vec![object("s3:DeleteObject", key)],
        ("DELETE", key) if asks(&["versionId"]) => vec![object("s3:DeleteObjectVersion", key)],
        // The parts of a large object, and their end.
        ("POST", key) if asks(&["uploads"]) || asks(&["uploadId"]) => vec![object("s3:PutObject", key)],
        ("PUT", key) if asks(&["partNumber", "uploadId"]) => vec![object("s3:PutObject", key)],
        ("DELETE", key) if asks(&["uploadId"]) => vec![object("s3:AbortMultipartUpload", key)],
        (method, _) => return Err(format!("{method} {} of S3 is not known", head.uri).into()),
    };
    Ok(calls)
}

fn list(bucket: &str, query: &BTreeMap<String, String>) -> Call {
    let prefix = query.get("prefix").cloned().unwrap_or_default();
    Call {
        action: "s3:ListBucket".to_owned(),
        resource: format!("arn:aws:s3:::{bucket}"),
        context: [("s3:prefix".to_owned(), prefix)].into_iter().collect(),
    }
}

fn query(text: &str) -> Result<BTreeMap<String, String>, Trouble> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    let pairs = parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Ok((decoded(name)?, decoded(value)?))
    });
    let mut pairs = pairs.collect::<Result<BTreeMap<_, _>, Trouble>>()?;
    pairs.remove(OPERATION);
    Ok(pairs)
}

fn decoded(text: &str) -> Result<String, Trouble> {
    Ok(percent_decode_str(text).decode_utf8()?.into_owned())
}

/// The field `key` of a form. Fields come before the file, so it is near the beginning, and text.
fn form_key(body: &[u8]) -> Result<String, Trouble> {
    let text = String::from_utf8_lossy(body);
    let field = text.split("name=\"key\"").nth(1).and_then(|rest| rest.split("\r\n\r\n").nth(1));
    let key = field.and_then(|value| value.split("\r\n").next());
    key.map(str::to_owned).ok_or_else(|| "a form without a key".into())
}
