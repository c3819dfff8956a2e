//! What stands between a function and AWS: it hands every request on as it is, and writes down what was asked for.

use super::{Aws, Store};
use crate::Trouble;
use crate::call::{Call, Service};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// What each function has asked for, how often, and what nobody here understands. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<(String, Call), usize>,
    unknown: Vec<String>,
}

/// The way of one function to AWS, gone with this value.
#[derive(Debug)]
pub(crate) struct Recorder {
    address: SocketAddr,
    serving: AbortHandle,
}

#[derive(Clone, Debug)]
struct Way {
    function: String,
    store: SocketAddr,
    aws: SocketAddr,
    recorded: Recorded,
}

impl Recorded {
    /// What a function has asked for.
    pub(crate) fn of(&self, function: &str) -> Vec<(Call, usize)> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = state.calls.iter().filter(|((who, _), _)| who == function);
        own.map(|((_, call), count)| (call.clone(), *count)).collect()
    }

    /// Requests that are none of those that are known here.
    pub(crate) fn unknown(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unknown.clone()
    }

    fn enter(&self, function: &str, calls: Result<Vec<Call>, Trouble>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match calls {
            Ok(calls) => {
                for call in calls {
                    *state.calls.entry((function.to_owned(), call)).or_default() += 1;
                }
            }
            Err(trouble) => state.unknown.push(format!("{function}: {trouble}")),
        }
    }
}

impl Recorder {
    /// # Errors
    /// When there is no port.
    pub(super) async fn start(function: &str, store: &Store, aws: &Aws, recorded: &Recorded) -> Result<Self, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let way = Way {
            function: function.to_owned(),
            store: store.address(),
            aws: aws.address(),
            recorded: recorded.clone(),
        };
        Ok(Self { address: listener.local_addr()?, serving: tokio::spawn(serve(listener, way)).abort_handle() })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, way: Way) {
    while let Ok((stream, _)) = listener.accept().await {
        let way = way.clone();
        let service = service_fn(move |request| pass(way.clone(), request));
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Hands a request on, and its answer back. Nothing of either is changed: the signature covers `Host`, too.
async fn pass(way: Way, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Trouble> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let service =
        Service::of(&head).inspect_err(|trouble| way.recorded.enter(&way.function, Err(trouble.to_string().into())))?;
    let calls = Call::read(service, &head, &body);
    let is_signed = head.headers.contains_key("authorization");
    let server = if service == Service::S3 { way.store } else { way.aws };
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(TcpStream::connect(server).await?)).await?;
    tokio::spawn(connection);
    let answer = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
    // A form counts where its signer's rights were used: who changed it has a signature of nobody.
    if is_signed || answer.status().is_success() {
        way.recorded.enter(&way.function, calls);
    }
    let (head, body) = answer.into_parts();
    Ok(Response::from_parts(head, Full::new(body.collect().await?.to_bytes())))
}
