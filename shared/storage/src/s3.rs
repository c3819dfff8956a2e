//! A bucket.

mod client;
mod failure;

use crate::object::{Object, ObjectHeaders, ObjectInfo, PostForm, PresignedPost};
use crate::post_policy::{self, Signer};
use crate::{check_key, too_large};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use bytes::{Bytes, BytesMut};
use domain::{Error, Result, Timestamp};
use failure::failed;

/// What S3 says of an object that was stored without a type.
pub(crate) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// A bucket, reached with the credentials, region and endpoint that the AWS SDK finds.
#[derive(Clone, Debug)]
pub struct S3 {
    client: Client,
    credentials: SharedCredentialsProvider,
    bucket: String,
    region: String,
    /// Where forms are posted to.
    upload_url: String,
}

impl S3 {
    /// The bucket of that name. Opens no connection and fetches no credentials. An endpoint of one's own
    /// (`AWS_ENDPOINT_URL_S3`) is addressed path-style, S3 itself by the bucket's host name.
    pub async fn connect(bucket: &str) -> Result<Self> {
        client::connect(bucket).await
    }

    /// The bucket at an endpoint that a test has started; `key` is the access key's id and secret.
    #[cfg(feature = "contract")]
    pub fn connect_to(endpoint: &str, region: &str, key: (&str, &str), bucket: &str) -> Result<Self> {
        client::connect_to(endpoint, region, key, bucket)
    }

    /// See [`crate::Storage::bucket`].
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// See [`crate::Storage::put`].
    pub async fn put(&self, key: &str, bytes: Bytes, headers: &ObjectHeaders) -> Result<()> {
        check_key(key)?;
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(&headers.content_type)
            .set_cache_control(headers.cache_control.clone())
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// See [`crate::Storage::get`].
    pub async fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>> {
        check_key(key)?;
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                return Ok(None);
            }
            answer => answer.map_err(failed)?,
        };
        let size_bytes = size(answer.content_length);
        if size_bytes > max_bytes {
            return Err(too_large(size_bytes, max_bytes));
        }
        let bytes = read(answer.body, size_bytes, max_bytes).await?;
        Ok(Some(Object {
            size_bytes: bytes.len() as u64,
            bytes,
            content_type: answer.content_type.unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned()),
            cache_control: answer.cache_control,
            etag: answer.e_tag.unwrap_or_default(),
            last_modified: timestamp(answer.last_modified),
            version: answer.version_id,
        }))
    }

    /// See [`crate::Storage::head`].
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        check_key(key)?;
        let answer = match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => {
                return Ok(None);
            }
            answer => answer.map_err(failed)?,
        };
        Ok(Some(ObjectInfo {
            key: key.to_owned(),
            size_bytes: size(answer.content_length),
            etag: answer.e_tag.unwrap_or_default(),
            last_modified: timestamp(answer.last_modified),
            content_type: Some(answer.content_type.unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned())),
            cache_control: answer.cache_control,
            version: answer.version_id,
        }))
    }

    /// See [`crate::Storage::delete`].
    pub async fn delete(&self, key: &str) -> Result<()> {
        check_key(key)?;
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map_err(failed)?;
        Ok(())
    }

    /// See [`crate::Storage::list`].
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            objects.extend(page.map_err(failed)?.contents.unwrap_or_default().into_iter().map(listed));
        }
        Ok(objects)
    }

    /// See [`crate::Storage::list_page`].
    pub async fn list_page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let request = request.set_start_after(after.map(str::to_owned)).max_keys(limit.min(crate::MAX_PAGE) as i32);
        let mut answer = request.clone().send().await.map_err(failed)?;
        loop {
            let is_last = answer.next_continuation_token.is_none();
            let objects = answer.contents.unwrap_or_default();
            if is_last || !objects.is_empty() {
                return Ok(objects.into_iter().map(listed).collect());
            }
            // S3 may have looked at as many keys as it does at a time, and found none that is still there.
            let more = request.clone().set_continuation_token(answer.next_continuation_token);
            answer = more.send().await.map_err(failed)?;
        }
    }

    /// See [`crate::Storage::presign_post`].
    pub async fn presign_post(&self, form: &PostForm<'_>) -> Result<PresignedPost> {
        check_key(form.key)?;
        let credentials =
            self.credentials.provide_credentials().await.map_err(|error| Error::unavailable(crate::PART, error))?;
        let signer = Signer {
            access_key_id: credentials.access_key_id(),
            secret_access_key: credentials.secret_access_key(),
            session_token: credentials.session_token(),
            region: &self.region,
        };
        let mut post = post_policy::sign(self.upload_url.clone(), &self.bucket, form, &signer);
        if let Some(expiry) = credentials.expiry() {
            // A form dies with the session that signed it; its policy cannot outlive that.
            let seconds = DateTime::from(expiry).secs();
            post.expires_at = post.expires_at.min(Timestamp::from_micros(seconds.saturating_mul(1_000_000)));
        }
        Ok(post)
    }
}

fn listed(object: aws_sdk_s3::types::Object) -> ObjectInfo {
    ObjectInfo {
        key: object.key.unwrap_or_default(),
        size_bytes: size(object.size),
        etag: object.e_tag.unwrap_or_default(),
        last_modified: timestamp(object.last_modified),
        content_type: None,
        cache_control: None,
        version: None,
    }
}

/// Reads a body, and stops where it is longer than it said.
async fn read(mut body: ByteStream, size_bytes: u64, max_bytes: u64) -> Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(usize::try_from(size_bytes).unwrap_or_default());
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| Error::unavailable(crate::PART, error))?);
        if bytes.len() as u64 > max_bytes {
            return Err(too_large(bytes.len() as u64, max_bytes));
        }
    }
    Ok(bytes.freeze())
}

fn size(content_length: Option<i64>) -> u64 {
    content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default()
}

fn timestamp(time: Option<DateTime>) -> Timestamp {
    Timestamp::from_micros(time.map_or(0, |time| time.secs().saturating_mul(1_000_000)))
}
