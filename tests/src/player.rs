//! A server in this process, for what plays a part of AWS: it answers while the test waits, and is gone with this value.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// What a player says.
pub(crate) type Answer = Response<Full<Bytes>>;

/// An address on this machine.
#[derive(Debug)]
pub(crate) struct Player {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Player {
    /// Answers requests, each with its whole body.
    pub(crate) async fn start<A>(answer: impl Fn(Request<Bytes>) -> A + Clone + Send + 'static) -> Self
    where
        A: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            // They go with this task.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let answer = answer.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let answer = answer.clone();
                    async move {
                        let (head, body) = request.into_parts();
                        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                        Ok::<_, Infallible>(answer(Request::from_parts(head, body)).await)
                    }
                });
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, server }
    }

    /// `http://127.0.0.1:…`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.server.abort();
    }
}
