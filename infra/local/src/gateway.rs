//! API Gateway's HTTP API: CORS, route, authorizer, body limit, event, invocation, answer, in this order.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, EXPECT, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::answer::{self, Answer};
use crate::authorizer::Authorizer;
use crate::cors;
use crate::event::{self, Arrival};
use crate::invoke::{Function, HttpHandler};
use crate::route::Router;
use crate::template::{Cors, Template};

/// The largest body that API Gateway takes.
pub const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// How much of a refused body is read and thrown away, so that the client gets to read the refusal.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// One API and the functions behind it.
pub struct Gateway {
    router: Router,
    cors: Option<Cors>,
    authorizer: Arc<Authorizer>,
    functions: HashMap<String, Function>,
}

/// A route leads to a function that nobody handed in.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml sends {route} to the function {function}, which this server does not have")]
pub struct MissingFunction {
    route: String,
    function: String,
}

impl Gateway {
    /// The API of a template, with its functions by the name of their binary.
    ///
    /// # Errors
    /// When a route leads nowhere.
    pub fn new(
        template: Template,
        mut handlers: HashMap<String, HttpHandler>,
        authorizer: Arc<Authorizer>,
    ) -> Result<Self, MissingFunction> {
        let functions = template.functions.into_iter().filter_map(|function| {
            let handler = handlers.remove(&function.name)?;
            let name = function.name;
            Some((name.clone(), Function { name, timeout: function.timeout, handler }))
        });
        let functions: HashMap<_, _> = functions.collect();
        if let Some(route) = template.routes.iter().find(|route| !functions.contains_key(&route.function)) {
            return Err(MissingFunction {
                route: format!("{} {}", route.method, route.path),
                function: route.function.clone(),
            });
        }
        Ok(Self { router: Router::new(template.routes), cors: template.cors, authorizer, functions })
    }

    /// The routes that it answers.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Answers one request, whatever it is.
    pub async fn answer<B>(&self, request: Request<B>, peer: IpAddr, now: OffsetDateTime) -> Answer
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let request_id = Uuid::new_v4().to_string();
        let (parts, body) = request.into_parts();
        let preflight = self.cors.as_ref().and_then(|cors| cors::preflight(cors, &parts.method, &parts.headers));
        let mut answer = match preflight {
            Some(answer) => answer,
            None => {
                let mut answer = self.route(&parts, body, peer, &request_id, now).await;
                if let Some(cors) = &self.cors {
                    cors::decorate(cors, &parts.headers, &mut answer);
                }
                answer
            }
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert(REQUEST_ID, value);
        }
        answer
    }

    async fn route<B>(&self, parts: &Parts, body: B, peer: IpAddr, request_id: &str, now: OffsetDateTime) -> Answer
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let path = event::decoded_path(parts.uri.path());
        let taken = self.router.find(parts.method.as_str(), &path);
        let target = taken.and_then(|taken| Some((self.functions.get(&taken.route.function)?, taken)));
        let Some((function, taken)) = target else {
            return answer::message(StatusCode::NOT_FOUND, "Not Found");
        };
        let claims = match taken.route.needs_token {
            false => None,
            true => match self.authorizer.authorize(&parts.headers, now) {
                Ok(claims) => Some(claims),
                Err(denial) => return denial.answer(),
            },
        };
        let body = match read_body(parts, body, MAX_BODY_BYTES).await {
            Ok(body) => body,
            Err(answer) => return *answer,
        };
        let arrival = Arrival { parts, body: &body, peer, request_id, now };
        let event = event::of_request(&arrival, &taken, claims);
        function.invoke(&event, request_id, now).await
    }
}

/// A body of at most `max_bytes`; never more is held in memory.
///
/// # Errors
/// 413 when it is larger, 400 when it breaks off.
pub async fn read_body<B>(parts: &Parts, mut body: B, max_bytes: usize) -> Result<Bytes, Box<Answer>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let mut collected = Vec::new();
    let mut fits = announced.is_none_or(|bytes| bytes <= max_bytes);
    while fits {
        match body.frame().await {
            None => return Ok(collected.into()),
            Some(Err(_)) => return Err(Box::new(answer::message(StatusCode::BAD_REQUEST, "Bad Request"))),
            Some(Ok(frame)) => {
                let data = frame.into_data().unwrap_or_default();
                fits = collected.len() + data.len() <= max_bytes;
                collected.extend_from_slice(&data);
            }
        }
    }
    drop(collected);
    // A client that asked first has sent nothing yet; any other would see a reset instead of the answer.
    if !parts.headers.contains_key(EXPECT) {
        let _ = tokio::time::timeout(DISCARD_TIMEOUT, discard(&mut body)).await;
    }
    Err(Box::new(answer::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")))
}

async fn discard<B: Body<Data = Bytes> + Unpin>(body: &mut B) {
    let mut discarded = 0;
    while let Some(Ok(frame)) = body.frame().await {
        discarded += frame.data_ref().map_or(0, Bytes::len);
        if discarded > MAX_DISCARDED_BYTES {
            return;
        }
    }
}
