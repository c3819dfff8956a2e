//! A bucket behind S3's protocol, for programs with the real client, and a trap at its door.

use crate::trap::Trap;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local::s3::{S3Endpoint, s3_service};
use std::convert::Infallible;
use std::sync::Arc;
use storage::local::REGION;
use storage::{Local, LocalSettings};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A bucket that lives as long as the test's runtime.
#[derive(Debug)]
pub struct Bucket {
    /// Its objects, past the door.
    pub store: Local,
    /// Every request is a step.
    pub trap: Arc<Trap>,
    endpoint: String,
    _dir: TempDir,
}

impl Bucket {
    /// An empty one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let dir = TempDir::new().unwrap();
        let store = Local::open(LocalSettings {
            dir: dir.path().to_owned(),
            public_endpoint: endpoint.clone(),
            bucket: "photos".to_owned(),
            now: config::world().now,
        })
        .unwrap();
        let trap = Arc::new(Trap::default());
        tokio::spawn(serve(listener, s3_service(store.clone()), trap.clone()));
        Self { store, trap, endpoint, _dir: dir }
    }

    /// The variables with which the AWS SDK, and so a function, finds it.
    pub fn variables(&self) -> [(&str, &str); 5] {
        let key = self.store.credentials();
        [
            ("S3_BUCKET", self.store.bucket()),
            ("AWS_ENDPOINT_URL_S3", &self.endpoint),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", &key.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &key.secret_access_key),
        ]
    }
}

async fn serve(listener: TcpListener, s3: S3Endpoint, trap: Arc<Trap>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (s3, trap) = (s3.clone(), trap.clone());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (s3, trap) = (s3.clone(), trap.clone());
            async move { Ok::<_, Infallible>(trap.pass(s3.call(request.map(s3s::Body::from))).await) }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
