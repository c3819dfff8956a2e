//! The server of these tests and a client that sends exactly the bytes it is told to.

#![allow(dead_code, missing_docs, clippy::unwrap_used, unreachable_pub)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use lambda_http::{Body, Request, RequestExt, Response};
use local::authorizer::Authorizer;
use local::gateway::Gateway;
use local::invoke::{HandlerResult, HttpHandler};
use local::server::{self, Server};
use local::template;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

pub const TEMPLATE: &str = r#"
Parameters:
  Origins: {Type: CommaDelimitedList, Default: "https://app.example, https://beta.example"}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth: {DefaultAuthorizer: Jwt}
      CorsConfiguration:
        AllowOrigins: !Ref Origins
        AllowMethods: [GET, POST]
        AllowHeaders: [authorization]
        ExposeHeaders: [etag]
        MaxAge: 60
  Echo:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: echo}}
    Properties:
      Timeout: 1
      Events:
        Open: {Type: HttpApi, Properties: {Method: GET, Path: "/open/{id}", Auth: {Authorizer: NONE}}}
        Send: {Type: HttpApi, Properties: {Method: POST, Path: /open, Auth: {Authorizer: NONE}}}
        Closed: {Type: HttpApi, Properties: {Method: POST, Path: /closed}}
"#;

pub struct Running {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<()>,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Starts a server whose only function says what it was given, or does what `x-do` asks.
pub async fn start() -> Running {
    let authorizer = Arc::new(Authorizer::new(&[1; 32]));
    let handler: HttpHandler = Arc::new(|request| Box::pin(echo(request)));
    let template = template::parse(TEMPLATE).unwrap();
    let gateway = Gateway::new(template, HashMap::from([("echo".to_owned(), handler)]), authorizer.clone()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = Server::new(gateway, authorizer, OffsetDateTime::now_utc);
    let server = tokio::spawn(server::serve(listener, server, async {
        let _ = stopped.await;
    }));
    Running { address, stop, server }
}

async fn echo(request: Request) -> HandlerResult {
    let wish = request.headers().get("x-do").map(|value| value.to_str().unwrap().to_owned());
    match wish.as_deref() {
        Some("fail") => Err("told to".into()),
        Some("panic") => panic!("told to"),
        Some("sleep") => {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            Ok(Response::new(Body::Empty))
        }
        Some("nap") => {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            Ok(Response::new("rested".into()))
        }
        Some("too much") => Ok(Response::new("x".repeat(6_291_557).into())),
        Some("binary") => Ok(Response::new(vec![0, 159, 146, 150].into())),
        Some("repeat") => Ok(Response::builder()
            .status(201)
            .header("link", "<1>")
            .header("link", "<2>")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .body(Body::Empty)
            .unwrap()),
        _ => Ok(Response::builder()
            .header("content-type", "application/json")
            .header("access-control-allow-origin", "https://from-the-function.example")
            .body(describe(&request).to_string().into())
            .unwrap()),
    }
}

/// What a handler can see of its request.
fn describe(request: &Request) -> Value {
    let (kind, body) = match request.body() {
        Body::Text(text) => ("text", text.clone()),
        Body::Binary(bytes) => ("binary", String::from_utf8_lossy(bytes).into_owned()),
        _ => ("empty", String::new()),
    };
    let lambda_http::request::RequestContext::ApiGatewayV2(context) = request.request_context() else {
        panic!("no payload 2.0");
    };
    json!({
        "raw_path": request.raw_http_path(),
        "query": request.uri().query(),
        "id": request.path_parameters().first("id"),
        "kind": kind,
        "body": body,
        "claims": context.authorizer.and_then(|authorizer| authorizer.jwt).map(|jwt| jwt.claims),
        "lambda_request_id": request.lambda_context().request_id,
        "request_id": context.request_id,
    })
}

impl Running {
    /// Sends a request and reads the whole answer.
    pub async fn send(&self, head: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut text = format!("{head} HTTP/1.1\r\nhost: localhost:3000\r\nconnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body);
        self.send_raw(&bytes).await
    }

    pub async fn send_raw(&self, bytes: &[u8]) -> Reply {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut reading, mut writing) = stream.into_split();
        let bytes = bytes.to_vec();
        let sending = tokio::spawn(async move {
            let _ = writing.write_all(&bytes).await;
            writing
        });
        let mut answer = Vec::new();
        reading.read_to_end(&mut answer).await.unwrap();
        drop(sending.await);
        Reply::parse(&answer)
    }

    pub async fn token(&self, body: &str) -> String {
        let reply = self.send("POST /dev/token", &[], body.as_bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        format!("Bearer {}", reply.json()["token"].as_str().unwrap())
    }

    /// Asks the server to stop; the returned task is done when it has.
    pub fn stop(self) -> tokio::task::JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.server
    }
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("no complete head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers =
            lines.map(|line| line.split_once(": ").map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap()).collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(header, _)| header == name).map(|(_, value)| value.as_str()).collect()
    }
}
