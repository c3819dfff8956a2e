//! A bucket behind S3's protocol, for programs with the real client, and a trap at its door.

use crate::trap::Trap;
use hyper::Method;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local::s3::{S3Endpoint, s3_service};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
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
    denied: Arc<Mutex<Option<Method>>>,
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
        let denied = Arc::default();
        tokio::spawn(serve(listener, s3_service(store.clone()), trap.clone(), Arc::clone(&denied)));
        Self { store, trap, denied, endpoint, _dir: dir }
    }

    /// From now on refuses requests of this method, as S3 does where the role lacks the right; `None` refuses nobody.
    pub fn deny(&self, method: Option<Method>) {
        *self.denied.lock().unwrap() = method;
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

async fn serve(listener: TcpListener, s3: S3Endpoint, trap: Arc<Trap>, denied: Arc<Mutex<Option<Method>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (s3, trap, denied) = (s3.clone(), trap.clone(), denied.clone());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (s3, trap) = (s3.clone(), trap.clone());
            let is_denied = denied.lock().unwrap().as_ref() == Some(request.method());
            async move {
                if is_denied {
                    return Ok(access_denied());
                }
                Ok::<_, Infallible>(trap.pass(s3.call(request.map(s3s::Body::from))).await)
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn access_denied() -> hyper::Response<s3s::Body> {
    let error = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let answer = hyper::Response::builder().status(403).header("content-type", "application/xml");
    answer.body(s3s::Body::from(error.to_owned())).unwrap()
}
