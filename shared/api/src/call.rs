//! What a request says.

use domain::contributor::is_anonymous;
use domain::{ConsistencyToken, Error, Kind, Result, Timestamp};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::http::Method;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use std::time::Instant;

/// A request, as a handler wants to know it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    request: &'a Request,
    pub(crate) is_cold: bool,
}

/// Who calls, as API Gateway's authorizer found it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The subject of the token.
    pub sub: String,
    /// The groups in the token.
    pub groups: Vec<String>,
}

impl Caller {
    /// Guests may read but not write.
    ///
    /// # Errors
    /// Forbidden for a guest.
    pub fn require_writer(self) -> Result<Self> {
        if self.groups.iter().any(|group| group == "guest") {
            return Err(Error::new(Kind::Forbidden, "Guests may read but not write. Please sign in."));
        }
        Ok(self)
    }

    /// Whether what belongs to others is theirs to remove, too.
    pub fn is_admin(&self) -> bool {
        self.groups.iter().any(|group| group == "admin")
    }
}

impl<'a> Call<'a> {
    /// Looks at a request.
    pub fn new(request: &'a Request) -> Self {
        Self { request, is_cold: false }
    }

    /// Whether the process was started for it.
    pub fn is_cold(&self) -> bool {
        self.is_cold
    }

    /// The method.
    pub fn method(&self) -> &'a Method {
        self.request.method()
    }

    /// The parts of the path, for a `match` on the route.
    pub fn segments(&self) -> Vec<&'a str> {
        let path = self.request.raw_http_path();
        let path = if path.is_empty() { self.request.uri().path() } else { path };
        path.trim_matches('/').split('/').collect()
    }

    /// The raw query string. The parsed map of the event splits values at commas.
    pub fn raw_query(&self) -> &'a str {
        self.request.uri().query().unwrap_or_default()
    }

    /// The body's bytes.
    pub fn body(&self) -> &'a [u8] {
        match self.request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        }
    }

    /// A header, if it is there once and is text.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// What a write has answered and the client hands in again, to see at least what that write saw.
    ///
    /// # Errors
    /// Bad input for what no write has answered.
    pub fn consistency_token(&self) -> Result<Option<ConsistencyToken>> {
        let token = self.request.headers().get("x-consistency-token");
        // What is no text is no token either: passed over, it would be answered by a copy that lags behind.
        token.map(|token| ConsistencyToken::parse(token.to_str().unwrap_or_default())).transpose()
    }

    /// What the client calls this write, to be able to send it again; what is no text is a key that is not valid.
    pub fn idempotency_key(&self) -> Option<&'a str> {
        Some(self.request.headers().get("idempotency-key")?.to_str().unwrap_or_default())
    }

    /// When Lambda ends the invocation; `None` elsewhere.
    pub fn deadline(&self) -> Option<Timestamp> {
        let context = self.request.lambda_context_ref()?;
        i64::try_from(context.deadline.checked_mul(1_000)?).ok().map(Timestamp::from_micros)
    }

    /// API Gateway's id of the request.
    pub fn request_id(&self) -> &'a str {
        self.context().and_then(|context| context.request_id.as_deref()).unwrap_or_default()
    }

    /// X-Ray's header. On Lambda it is the service's own, whatever a client has sent.
    pub(crate) fn trace(&self) -> Option<&'a str> {
        self.header("x-amzn-trace-id")
    }

    /// The route as the template has it: `GET /api/chargers/{id}`.
    pub(crate) fn route(&self) -> Option<&'a str> {
        self.context()?.route_key.as_deref()
    }

    /// The path as it may be shown: the route's, with ids in it. Whatever else stands in a path may be anything, a name or an address.
    pub(crate) fn shown_path(&self) -> Option<String> {
        let (_, path) = self.route()?.split_once(' ')?;
        let parts = path.trim_matches('/').split('/').zip(self.segments());
        let shown =
            parts.map(|(of_route, said)| if of_route.starts_with('{') && is_id(said) { said } else { of_route });
        Some(format!("/{}", shown.collect::<Vec<_>>().join("/")))
    }

    fn context(&self) -> Option<&'a ApiGatewayV2httpRequestContext> {
        match self.request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => Some(context),
            _ => None,
        }
    }

    /// Who calls. Nothing but the authorizer's claims is believed.
    ///
    /// # Errors
    /// Unauthenticated where the authorizer found nobody.
    pub fn caller(&self) -> Result<Caller> {
        let started = Instant::now();
        let caller = self.read_caller();
        tracing::info!(target: "metric", auth_ms = started.elapsed().as_secs_f64() * 1000.0);
        caller
    }

    fn read_caller(&self) -> Result<Caller> {
        let authorizer = self.context().and_then(|context| context.authorizer.as_ref());
        let claims = authorizer.and_then(|authorizer| authorizer.jwt.as_ref()).map(|jwt| &jwt.claims);
        let claim = |name: &str| claims.and_then(|claims| claims.get(name));
        // Cognito's tokens say what they are for; one that tells an app who is there is no key to an API.
        let is_access = claim("token_use").is_none_or(|purpose| purpose == "access");
        let sub = claim("sub").filter(|sub| is_access && is_subject(sub));
        let sub = sub.ok_or_else(|| Error::new(Kind::Unauthenticated, "Please sign in."))?;
        let groups = claim("cognito:groups").map(|text| parse_groups(text));
        Ok(Caller { sub: sub.clone(), groups: groups.unwrap_or_default() })
    }
}

/// A subject as OpenID Connect has it, 255 characters at most; none that a database or a log could stumble over, and none of those
/// that stand for somebody who was erased.
fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control) && !is_anonymous(text)
}

/// A UUID with its dashes.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// API Gateway hands an array claim over as text: `[admin editor]`. Only a space is between two: a group may be called `x,admin`.
fn parse_groups(text: &str) -> Vec<String> {
    let text = text.trim();
    // One pair of brackets is the gateway's; any other belongs to a group's name.
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    inner.split(' ').filter(|group| !group.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_as_text_in_brackets() {
        assert_eq!(parse_groups("[admin editor]"), ["admin", "editor"]);
        assert_eq!(parse_groups("admin"), ["admin"]);
        assert!(parse_groups("[]").is_empty());
        assert_eq!(parse_groups("[[admin x]]"), ["[admin", "x]"]);
        assert_eq!(parse_groups("[x,admin]"), ["x,admin"]);
    }

    #[test]
    fn a_subject_is_text_that_can_be_kept() {
        assert!(is_subject("8f5c-1") && is_subject("Zoë|google"));
        for text in ["", "a\0b", "a\nb", &"x".repeat(256), "anonymous:7"] {
            assert!(!is_subject(text), "{text:?}");
        }
    }

    #[test]
    fn a_path_shows_ids_and_nothing_else_that_a_client_makes_up() {
        let path = |route: &str, path: &str| {
            let context = serde_json::json!({"routeKey": route, "http": {"method": "GET", "path": path}});
            let event =
                serde_json::json!({"version": "2.0", "routeKey": route, "rawPath": path, "requestContext": context});
            let request = lambda_http::request::from_str(&event.to_string()).unwrap();
            Call::new(&request).shown_path()
        };
        let id = "018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f";
        let of_charger = |said: &str| path("GET /api/chargers/{id}", &format!("/api/chargers/{said}"));
        assert_eq!(of_charger(id), Some(format!("/api/chargers/{id}")));
        assert_eq!(of_charger("ann@example.com"), Some("/api/chargers/{id}".to_owned()));
        assert_eq!(of_charger("a\nb"), Some("/api/chargers/{id}".to_owned()));
        assert_eq!(path("GET /api/me", "/api/me"), Some("/api/me".to_owned()));
        assert_eq!(path("$default", "/ann"), None);
    }

    #[test]
    fn guests_may_not_write() {
        let caller = |groups: &[&str]| Caller { sub: "a".into(), groups: groups.iter().map(|g| (*g).into()).collect() };
        assert!(caller(&[]).require_writer().is_ok());
        assert_eq!(caller(&["guest"]).require_writer().unwrap_err().kind(), Kind::Forbidden);
    }
}
