//! A bucket behind S3's protocol, whose calls can be made to fail.

use super::faults::{Fault, Faults};
use crate::Trouble;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local::s3::{S3Endpoint, s3_service};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use storage::local::REGION;
use storage::{Local, LocalSettings};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const NAME: &str = "photos";
const SLOW_DOWN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

/// A bucket over a folder, served by this process.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Which calls fail.
    pub(crate) faults: Arc<Faults>,
    store: Local,
    endpoint: String,
    serving: AbortHandle,
}

impl Bucket {
    /// Serves an empty bucket.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub(crate) async fn start(place: &Path) -> Result<Self, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let store = open(&place.join("bucket"), &endpoint)?;
        let faults = Arc::new(Faults::new(1));
        let serving = tokio::spawn(serve(listener, s3_service(store.clone()), faults.clone())).abort_handle();
        Ok(Self { faults, store, endpoint, serving })
    }

    /// The variables with which the AWS SDK, and so a function, finds it.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let key = self.store.credentials();
        vec![
            ("S3_BUCKET", NAME.to_owned()),
            ("AWS_ENDPOINT_URL_S3", self.endpoint.clone()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", key.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", key.secret_access_key.clone()),
        ]
    }

    /// Its folder.
    pub(crate) fn dir(&self) -> PathBuf {
        self.store.dir().to_owned()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The folder as a bucket.
///
/// # Errors
/// When it cannot be made or read.
pub(super) fn open(dir: &Path, endpoint: &str) -> Result<Local, Trouble> {
    let (dir, public_endpoint) = (dir.to_owned(), endpoint.to_owned());
    let settings = LocalSettings { dir, public_endpoint, bucket: NAME.to_owned(), now: config::world().now };
    Ok(Local::open(settings)?)
}

async fn serve(listener: TcpListener, s3: S3Endpoint, faults: Arc<Faults>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (s3, faults) = (s3.clone(), faults.clone());
        let service = service_fn(move |request| {
            let (s3, faults) = (s3.clone(), faults.clone());
            async move { answer(&s3, &faults, request).await }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// An error closes the connection.
async fn answer(
    s3: &S3Endpoint,
    faults: &Faults,
    request: Request<Incoming>,
) -> Result<Response<s3s::Body>, std::io::Error> {
    let Some(fault) = faults.draw(request.method().as_str()) else {
        return Ok(s3.call(request.map(s3s::Body::from)).await);
    };
    if fault == Fault::Refused {
        // Read to its end, so that the client gets to read the refusal.
        let _ = request.into_body().collect().await;
        return Ok(slow_down());
    }
    let _ = s3.call(request.map(s3s::Body::from)).await.into_body().collect().await;
    if fault == Fault::Silent { Err(std::io::ErrorKind::ConnectionReset.into()) } else { Ok(slow_down()) }
}

fn slow_down() -> Response<s3s::Body> {
    let mut response = Response::new(s3s::Body::from(Bytes::from_static(SLOW_DOWN.as_bytes())));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
