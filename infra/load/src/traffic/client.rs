//! HTTP, as an app speaks it.

use crate::Trouble;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::time::Duration;

/// API Gateway gives up after 30 s, so nothing comes later than this.
const PATIENCE: Duration = Duration::from_secs(35);

/// A client of one server, and of whatever addresses that hands out. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    url: String,
}

/// A request, to be sent as often as it takes.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    /// A path of the API, or a whole address.
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Ask {
    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self { method: Method::GET, target: target.into(), headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn post(target: impl Into<String>, content_type: &str, body: impl Into<Bytes>) -> Self {
        let ask = Self { method: Method::POST, body: body.into(), ..Self::get(target) };
        ask.header("content-type", content_type)
    }

    pub(crate) fn json(target: impl Into<String>, body: &Value) -> Self {
        Self::post(target, "application/json", body.to_string())
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }
}

impl Client {
    pub(crate) fn new(url: String) -> Self {
        Self { http: legacy::Client::builder(TokioExecutor::new()).build_http(), url }
    }

    /// Where the API is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sends a request once.
    ///
    /// # Errors
    /// When the connection ends without an answer, or none comes.
    pub(crate) async fn send(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let target =
            if ask.target.starts_with('/') { format!("{}{}", self.url, ask.target) } else { ask.target.clone() };
        let request = Request::builder().method(&ask.method).uri(target);
        let request = ask.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = request.body(Full::new(ask.body.clone()))?;
        let answered = async {
            let (parts, body) = self.http.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, Trouble>(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        tokio::time::timeout(PATIENCE, answered).await?
    }

    /// The JSON of a 200, and the reply.
    ///
    /// # Errors
    /// When it is answered otherwise.
    pub(crate) async fn get(&self, ask: &Ask) -> Result<(Value, Reply), Trouble> {
        let reply = self.send(ask).await?;
        if reply.status == 200 {
            return Ok((reply.json(), reply));
        }
        Err(format!("{} {}: {} {}", ask.method, ask.target, reply.status, reply.detail()).into())
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn number(&self, header: &str) -> Option<u64> {
        self.header(header)?.parse().ok()
    }

    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What it says of a failure: a problem's detail, API Gateway's message or S3's code.
    pub(crate) fn detail(&self) -> String {
        let json = self.json();
        let said = json["detail"].as_str().or_else(|| json["message"].as_str()).map(str::to_owned);
        let code = || {
            let text = String::from_utf8_lossy(&self.body);
            Some(text.split_once("<Code>")?.1.split_once("</Code>")?.0.to_owned())
        };
        said.or_else(code).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_says_what_failed_in_three_languages() {
        let reply = |body: &'static str| Reply { status: 503, headers: HeaderMap::new(), body: Bytes::from(body) };
        for (body, detail) in [
            (r#"{"detail": "The database is away."}"#, "The database is away."),
            (r#"{"message": "Service Unavailable"}"#, "Service Unavailable"),
            ("<Error><Code>SlowDown</Code></Error>", "SlowDown"),
            ("?", ""),
        ] {
            assert_eq!(reply(body).detail(), detail);
        }
    }
}
