//! Connections in, answers out: accepts, hands each request to whom it is for, and stops cleanly.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::json;
use time::OffsetDateTime;
use tokio::net::TcpListener;

use crate::answer::{self, Answer};
use crate::authorizer::Authorizer;
use crate::dev_token;
use crate::gateway::{Gateway, read_body};
use crate::invoke::INTEGRATION_TIMEOUT;

/// Something that answers every request under a path.
pub type Endpoint = Arc<dyn Fn(Request<Incoming>) -> BoxFuture<'static, Answer> + Send + Sync>;

const MAX_TOKEN_REQUEST_BYTES: usize = 16 * 1024;
/// Running requests may finish; none lasts longer than the gateway waits for a function.
const LAST_REQUESTS: Duration = INTEGRATION_TIMEOUT.saturating_add(Duration::from_secs(2));
/// After a failed accept, such as for want of file handles, trying at once again would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// All that one address serves.
pub struct Server {
    gateway: Gateway,
    authorizer: Arc<Authorizer>,
    mounts: Vec<(String, Endpoint)>,
    now: fn() -> OffsetDateTime,
}

impl Server {
    /// The API and `POST /dev/token`, by this clock.
    pub fn new(gateway: Gateway, authorizer: Arc<Authorizer>, now: fn() -> OffsetDateTime) -> Self {
        Self { gateway, authorizer, mounts: Vec::new(), now }
    }

    /// Also answers `/{name}` and everything below it.
    pub fn mount(mut self, name: &str, endpoint: Endpoint) -> Self {
        self.mounts.push((format!("/{name}"), endpoint));
        self
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let path = request.uri().path();
        if path == "/dev/token" && request.method() == Method::POST {
            return self.hand_out_token(request).await;
        }
        let is_under =
            |mount: &str| path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if let Some((_, endpoint)) = self.mounts.iter().find(|(mount, _)| is_under(mount)) {
            return endpoint(request).await;
        }
        if path == "/" && request.method() == Method::GET {
            return self.introduce();
        }
        self.gateway.answer(request, peer.ip(), (self.now)()).await
    }

    async fn hand_out_token(&self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        match read_body(&parts, body, MAX_TOKEN_REQUEST_BYTES).await {
            Ok(body) => dev_token::answer(&self.authorizer, &body, (self.now)()),
            Err(answer) => *answer,
        }
    }

    /// For a person who opens the address in a browser.
    fn introduce(&self) -> Answer {
        let routes = self.gateway.router().routes().iter().map(|route| {
            json!({
                "method": route.method,
                "path": route.path,
                "function": route.function,
                "needs_token": route.needs_token,
            })
        });
        let document = json!({
            "name": "SharaSpot, embedded server",
            "routes": routes.collect::<Vec<_>>(),
            "token": r#"POST /dev/token {"sub": "alice", "groups": ["admin"]}"#,
        });
        answer::json_answer(StatusCode::OK, &document)
    }
}

/// Serves until `stop` is done, then lets running requests finish.
pub async fn serve(listener: TcpListener, server: Server, stop: impl Future<Output = ()>) {
    let server = Arc::new(server);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let server = server.clone();
        let service = service_fn(move |request| {
            let server = server.clone();
            async move { Ok::<_, Infallible>(server.answer(request, peer).await) }
        });
        let mut http = http1::Builder::new();
        let connection = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("connection ended: {error}");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish and are cut off");
    }
}
