//! The operations that `s3s` has checked and read, on the folder.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::checksum::ChecksumHasher;
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use std::time::{Duration, SystemTime};
use storage::local::event::EventName;
use storage::{Local, ObjectHeaders, ObjectInfo};

const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";
const MAX_LISTED: usize = 1000;
/// What S3 leaves as it is in the `Location` of a form's answer: the slash is not among it.
const LOCATION: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) struct Bucket {
    local: Local,
}

impl Bucket {
    pub(super) fn new(local: Local) -> Self {
        Self { local }
    }

    fn check(&self, bucket: &str) -> S3Result<()> {
        if bucket == self.local.bucket() {
            return Ok(());
        }
        Err(s3_error!(NoSuchBucket, "The specified bucket does not exist"))
    }

    async fn store(&self, event_name: EventName, input: PutObjectInput) -> S3Result<ObjectInfo> {
        self.check(&input.bucket)?;
        let mut hasher = hasher(&input);
        let bytes = read(input.body, &mut hasher).await?;
        compare(
            hasher,
            &Expected {
                crc32: input.checksum_crc32,
                crc32c: input.checksum_crc32c,
                crc64nvme: input.checksum_crc64nvme,
                sha1: input.checksum_sha1,
                sha256: input.checksum_sha256,
            },
        )?;
        let headers = ObjectHeaders {
            content_type: input.content_type.unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned()),
            cache_control: input.cache_control,
        };
        self.local.put_as(event_name, &input.key, bytes, &headers).await.map_err(refused)
    }
}

#[async_trait::async_trait]
impl S3 for Bucket {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let info = self.store(EventName::ObjectCreatedPut, request.input).await?;
        Ok(S3Response::new(PutObjectOutput { e_tag: etag(&info.etag), ..Default::default() }))
    }

    async fn post_object(&self, request: S3Request<PostObjectInput>) -> S3Result<S3Response<PostObjectOutput>> {
        let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let PostObjectInput { bucket, key, body, content_type, cache_control, checksum_sha256, .. } = request.input;
        let at = format!("http://{host}/{bucket}/{}", utf8_percent_encode(&key, LOCATION));
        let mut input = PutObjectInput::builder().bucket(bucket).key(key).build().map_err(S3Error::internal_error)?;
        input.body = body;
        input.content_type = content_type;
        input.cache_control = cache_control;
        input.checksum_sha256 = checksum_sha256;
        let info = self.store(EventName::ObjectCreatedPost, input).await?;
        let values = [(header::ETAG, info.etag.as_str()), (header::LOCATION, at.as_str())];
        let headers: HeaderMap =
            values.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?))).collect();
        let output = PostObjectOutput { e_tag: etag(&info.etag), ..Default::default() };
        Ok(S3Response::with_headers(output, headers))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.check(&request.input.bucket)?;
        let found = self.local.get(&request.input.key, super::MAX_OBJECT_BYTES).await.map_err(refused)?;
        let object = found.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?;
        let range = request.input.range.map(|range| range.check(object.size_bytes)).transpose()?;
        let content_range =
            range.as_ref().map(|range| format!("bytes {}-{}/{}", range.start, range.end - 1, object.size_bytes));
        let bytes =
            range.map_or(object.bytes.clone(), |range| object.bytes.slice(range.start as usize..range.end as usize));
        Ok(S3Response::new(GetObjectOutput {
            content_length: Some(bytes.len() as i64),
            body: Some(StreamingBlob::from(s3s::Body::from(bytes))),
            content_range,
            accept_ranges: Some("bytes".to_owned()),
            content_type: Some(object.content_type),
            cache_control: object.cache_control,
            e_tag: etag(&object.etag),
            last_modified: Some(time(object.last_modified)),
            ..Default::default()
        }))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        self.check(&request.input.bucket)?;
        let found = self.local.head(&request.input.key).await.map_err(refused)?;
        let info = found.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(info.size_bytes as i64),
            accept_ranges: Some("bytes".to_owned()),
            content_type: info.content_type,
            cache_control: info.cache_control,
            e_tag: etag(&info.etag),
            last_modified: Some(time(info.last_modified)),
            ..Default::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.check(&request.input.bucket)?;
        self.local.delete(&request.input.key).await.map_err(refused)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let ListObjectsV2Input { bucket, prefix, continuation_token, start_after, max_keys, delimiter, .. } =
            request.input;
        self.check(&bucket)?;
        if delimiter.is_some_and(|delimiter| !delimiter.is_empty()) {
            return Err(s3_error!(NotImplemented, "Listings by delimiter are not played here"));
        }
        let found = self.local.list(prefix.as_deref().unwrap_or_default()).await.map_err(refused)?;
        // A page goes on after the last key of the one before: what is stored meanwhile does not shift it.
        let after = continuation_token.clone().or(start_after.clone()).unwrap_or_default();
        let size = usize::try_from(max_keys.unwrap_or(MAX_LISTED as i32)).unwrap_or(0).min(MAX_LISTED);
        let mut rest = found.into_iter().filter(|info| info.key > after);
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let is_truncated = size > 0 && rest.next().is_some();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(bucket),
            prefix,
            start_after,
            continuation_token,
            max_keys: Some(size as i32),
            key_count: Some(page.len() as i32),
            is_truncated: Some(is_truncated),
            next_continuation_token: page.last().filter(|_| is_truncated).map(|info| info.key.clone()),
            contents: Some(page.into_iter().map(listed).collect()),
            ..Default::default()
        }))
    }
}

fn listed(info: ObjectInfo) -> Object {
    Object {
        e_tag: etag(&info.etag),
        size: Some(info.size_bytes as i64),
        last_modified: Some(time(info.last_modified)),
        key: Some(info.key),
        ..Default::default()
    }
}

/// Hashes what the client said the hash of.
fn hasher(input: &PutObjectInput) -> ChecksumHasher {
    ChecksumHasher {
        crc32: input.checksum_crc32.as_ref().map(|_| Default::default()),
        crc32c: input.checksum_crc32c.as_ref().map(|_| Default::default()),
        sha1: input.checksum_sha1.as_ref().map(|_| Default::default()),
        sha256: input.checksum_sha256.as_ref().map(|_| Default::default()),
        crc64nvme: input.checksum_crc64nvme.as_ref().map(|_| Default::default()),
    }
}

struct Expected {
    crc32: Option<String>,
    crc32c: Option<String>,
    crc64nvme: Option<String>,
    sha1: Option<String>,
    sha256: Option<String>,
}

/// `s3s` reads the checksums and leaves it to us to compare them.
fn compare(hasher: ChecksumHasher, expected: &Expected) -> S3Result<()> {
    let is = hasher.finalize();
    let pairs = [
        ("CRC32", &expected.crc32, is.checksum_crc32),
        ("CRC32C", &expected.crc32c, is.checksum_crc32c),
        ("CRC64NVME", &expected.crc64nvme, is.checksum_crc64nvme),
        ("SHA1", &expected.sha1, is.checksum_sha1),
        ("SHA256", &expected.sha256, is.checksum_sha256),
    ];
    match pairs.into_iter().find(|(_, expected, is)| **expected != *is) {
        None => Ok(()),
        Some((name, ..)) => {
            Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."))
        }
    }
}

async fn read(body: Option<StreamingBlob>, hasher: &mut ChecksumHasher) -> S3Result<Bytes> {
    let mut bytes = BytesMut::new();
    let Some(mut body) = body else { return Ok(bytes.freeze()) };
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| S3Error::with_source(S3ErrorCode::IncompleteBody, error))?;
        hasher.update(&chunk);
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > super::MAX_OBJECT_BYTES {
            return Err(s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size"));
        }
    }
    Ok(bytes.freeze())
}

fn refused(error: domain::Error) -> S3Error {
    match error.kind() {
        domain::Kind::BadInput => s3_error!(error, InvalidURI, "Couldn't parse the specified URI."),
        domain::Kind::TooLarge => s3_error!(error, EntityTooLarge),
        _ => s3_error!(error, InternalError, "We encountered an internal error. Please try again."),
    }
}

fn etag(quoted: &str) -> Option<ETag> {
    Some(ETag::Strong(quoted.trim_matches('"').to_owned()))
}

fn time(time: domain::Timestamp) -> Timestamp {
    let seconds = u64::try_from(time.as_seconds()).unwrap_or_default();
    Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}
