//! S3, as far as this system uses it, over the local folder.
//!
//! The crate `s3s` reads requests and checks signatures, policies, sizes and expiry; it then calls [`bucket::Bucket`].
//! What it leaves open is here: CORS as of the bucket ([`cors`]), an answer that reaches the client although its upload
//! was refused half way ([`upload`]), and S3's own words for each refusal of a form ([`form`], [`refusal`]).

mod bucket;
mod cors;
mod form;
mod refusal;
mod upload;

use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::BodyExt as _;
use refusal::Refusal;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::S3ServiceBuilder;
use std::sync::Arc;
use storage::Local;
use upload::Upload;

/// More than any photo; S3 itself would take 5 GB, which here would have to fit into memory.
const MAX_OBJECT_BYTES: u64 = 100 * 1024 * 1024;

/// `s3s` counts the first piece of the file among the fields, so this is far above S3's own 20 KB.
const MAX_FIELDS_BYTES: usize = 2 * 1024 * 1024;

/// How far the clock of a signed request may be off.
const MAX_SKEW_S: u32 = 900;

/// S3's endpoint.
#[derive(Clone)]
pub struct S3Endpoint {
    requests: s3s::service::S3Service,
    forms: s3s::service::S3Service,
}

/// S3 over this folder: one bucket, path-style, one access key.
pub fn s3_service(local: Local) -> S3Endpoint {
    S3Endpoint {
        requests: service(local.clone(), MAX_SKEW_S),
        // A form is as old as its policy allows; the quarter of an hour for clocks that differ is for other requests.
        forms: service(local, u32::MAX),
    }
}

fn service(local: Local, max_skew_s: u32) -> s3s::service::S3Service {
    let mut config = S3Config::default();
    config.post_object_max_file_size = MAX_OBJECT_BYTES;
    config.form_max_fields_size = MAX_FIELDS_BYTES;
    config.presigned_url_max_skew_time_secs = max_skew_s;
    let credentials = local.credentials();
    let auth = SimpleAuth::from_single(&*credentials.access_key_id, &*credentials.secret_access_key);
    let mut builder = S3ServiceBuilder::new(bucket::Bucket::new(local));
    builder.set_auth(auth);
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.build()
}

impl S3Endpoint {
    /// Answers one request, as S3 would.
    pub async fn call(&self, request: Request<Body>) -> Response<Body> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let mut response = match form_boundary(&method, &headers) {
            _ if method == Method::OPTIONS => cors::preflight(&headers),
            Some(boundary) => self.take_form(request, &boundary).await,
            None if method == Method::POST && request.uri().query().is_none() => refusal::not_a_form().into(),
            None => answer(self.requests.call(request).await),
        };
        cors::decorate(&method, &headers, response.headers_mut());
        let id = HeaderValue::try_from(uuid::Uuid::new_v4().simple().to_string());
        response.headers_mut().extend(id.ok().map(|id| (header::HeaderName::from_static("x-amz-request-id"), id)));
        response
    }

    async fn take_form(&self, request: Request<Body>, boundary: &str) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let upload = Upload::of(body);
        let response = answer(self.forms.call(Request::from_parts(parts, upload.lend())).await);
        upload.finish().await;
        if !response.status().is_client_error() {
            return response;
        }
        let (status, body) = (response.status(), response.into_body().collect().await);
        let xml = body.map(|body| body.to_bytes()).unwrap_or_default();
        let fields = form::fields(&upload.head(), boundary);
        Refusal::of_form(status, &String::from_utf8_lossy(&xml), &fields).into()
    }
}

fn answer(answer: Result<Response<Body>, s3s::HttpError>) -> Response<Body> {
    answer.unwrap_or_else(|error| {
        tracing::error!(?error, "S3 could not answer");
        refusal::internal().into()
    })
}

fn form_boundary(method: &Method, headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(header::CONTENT_TYPE).filter(|_| method == Method::POST)?.to_str().ok()?;
    let (kind, parameters) = content_type.split_once(';')?;
    let boundary = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    kind.trim().eq_ignore_ascii_case("multipart/form-data").then(|| boundary.trim_matches('"').to_owned())
}
