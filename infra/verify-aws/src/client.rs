//! HTTP to servers of this machine.

use crate::Trouble;
use bytes::Bytes;
use http::request::Builder;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::sync::LazyLock;
use std::time::Duration;

/// Longer than any function may take that is asked here.
const PATIENCE: Duration = Duration::from_secs(120);

static CLIENT: LazyLock<Client<HttpConnector, Full<Bytes>>> =
    LazyLock::new(|| Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http());

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The text between two tags of an XML body.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    }
}

/// Asks for something.
///
/// # Errors
/// When there is no answer.
pub(crate) async fn get(url: &str, headers: &[(&str, &str)]) -> Result<Reply, Trouble> {
    send(Request::get(url), headers, Bytes::new()).await
}

/// Posts something.
///
/// # Errors
/// When there is no answer.
pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Result<Reply, Trouble> {
    send(Request::post(url), headers, body.into()).await
}

async fn send(request: Builder, headers: &[(&str, &str)], body: Bytes) -> Result<Reply, Trouble> {
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = request.body(Full::new(body))?;
    let answered = async {
        let (head, body) = CLIENT.request(request).await?.into_parts();
        Ok::<_, Trouble>(Reply { status: head.status, body: body.collect().await?.to_bytes() })
    };
    tokio::time::timeout(PATIENCE, answered).await?
}
