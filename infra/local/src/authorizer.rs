//! API Gateway's JWT authorizer, with a local HS256 key in place of the issuer's published ones.

use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::answer::{self, Answer};
use crate::signing_key::SigningKey;

/// `iss` of local tokens.
pub const ISSUER: &str = "http://localhost/dev";
/// `client_id` of local tokens; a Cognito access token has no `aud`.
pub const AUDIENCE: &str = "sharaspot-local";
const KEY_ID: &str = "local";

/// Checks tokens, and signs those that it will accept.
pub struct Authorizer {
    signing: EncodingKey,
    checking: DecodingKey,
}

/// Why a request is not let through.
#[derive(Debug, Eq, PartialEq)]
pub enum Denial {
    /// There is no token at all.
    NoToken,
    /// There is one, and this is wrong with it.
    InvalidToken(&'static str),
}

impl Authorizer {
    /// An authorizer for tokens signed with this key.
    pub fn new(key: &SigningKey) -> Self {
        Self { signing: EncodingKey::from_secret(key), checking: DecodingKey::from_secret(key) }
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// When the claims cannot be written as JSON.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, claims, &self.signing)
    }

    /// The claims as functions see them: every value a text.
    ///
    /// # Errors
    /// Signature, key id, issuer, audience (`client_id` counts only where `aud` is absent), `exp`, `nbf` and `iat`
    /// are checked as API Gateway does, without leeway.
    pub fn authorize(&self, headers: &HeaderMap, now: OffsetDateTime) -> Result<Map<String, Value>, Denial> {
        let value = headers.get(AUTHORIZATION).ok_or(Denial::NoToken)?;
        let value = value.to_str().unwrap_or_default().trim();
        let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
        let token = if scheme.eq_ignore_ascii_case("bearer") { rest.trim() } else { value };
        let claims = self.verify(token)?;
        check_claims(&claims, now.unix_timestamp())?;
        Ok(claims_as_text(claims))
    }

    fn verify(&self, token: &str) -> Result<Map<String, Value>, Denial> {
        let mut validation = Validation::new(Algorithm::HS256);
        // Only the signature: the claims are checked by API Gateway's rules, with the time that was handed in.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &self.checking, &validation)
            .map_err(|_| Denial::InvalidToken("the token could not be verified"))?;
        match decoded.header.kid.as_deref() {
            Some(KEY_ID) => Ok(decoded.claims),
            _ => Err(Denial::InvalidToken("the token does not have a valid key id")),
        }
    }
}

fn check_claims(claims: &Map<String, Value>, now: i64) -> Result<(), Denial> {
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    let now = now as f64;
    if claims.get("iss").and_then(Value::as_str) != Some(ISSUER) {
        return Err(Denial::InvalidToken("the token does not have a valid issuer"));
    }
    let is_ours = |value: &Value| match value {
        Value::Array(values) => values.iter().any(|value| value == AUDIENCE),
        value => value == AUDIENCE,
    };
    if !claims.get("aud").or_else(|| claims.get("client_id")).is_some_and(is_ours) {
        return Err(Denial::InvalidToken("the token does not have a valid audience"));
    }
    if !time("exp").is_some_and(|expires| now < expires) {
        return Err(Denial::InvalidToken("the token has expired"));
    }
    if time("nbf").is_some_and(|begins| now < begins) || time("iat").is_some_and(|issued| now < issued) {
        return Err(Denial::InvalidToken("the token is not valid yet"));
    }
    Ok(())
}

/// Claims in the form that API Gateway hands on: arrays as `[a b]`, numbers and booleans as their text, null left out,
/// objects as JSON.
pub fn claims_as_text(claims: Map<String, Value>) -> Map<String, Value> {
    let present = claims.into_iter().filter(|(_, value)| !value.is_null());
    present.map(|(name, value)| (name, Value::String(text_of(&value)))).collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text_of).collect();
            format!("[{}]", items.join(" "))
        }
        other => other.to_string(),
    }
}

impl Denial {
    /// 401 with API Gateway's body and challenge.
    pub fn answer(&self) -> Answer {
        let challenge = match self {
            Denial::NoToken => "Bearer".to_owned(),
            Denial::InvalidToken(why) => {
                format!("Bearer scope=\"\" error=\"invalid_token\" error_description=\"{why}\"")
            }
        };
        let mut answer = answer::message(StatusCode::UNAUTHORIZED, "Unauthorized");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-03-01 12:00 UTC);

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn good() -> Value {
        let now = NOW.unix_timestamp();
        json!({"sub": "alice", "iss": ISSUER, "client_id": AUDIENCE, "iat": now, "exp": now + 60})
    }

    fn authorize(authorization: &str) -> Result<Map<String, Value>, Denial> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        Authorizer::new(&[7; 32]).authorize(&headers, NOW)
    }

    fn sign(claims: Value) -> String {
        Authorizer::new(&[7; 32]).sign(&map(claims)).unwrap()
    }

    #[test]
    fn claims_arrive_as_text() {
        let claims = map(json!({
            "sub": "alice", "cognito:groups": ["admin", "x"], "none": [], "exp": 1_770_000_000, "rate": 1.5,
            "verified": true, "nothing": null, "address": {"city": "Ulm"}
        }));
        let expected = json!({
            "sub": "alice", "cognito:groups": "[admin x]", "none": "[]", "exp": "1770000000", "rate": "1.5",
            "verified": "true", "address": "{\"city\":\"Ulm\"}"
        });
        assert_eq!(Value::Object(claims_as_text(claims)), expected);
    }

    #[test]
    fn the_scheme_may_be_missing_and_its_case_does_not_matter() {
        for prefix in ["Bearer ", "bearer ", "BEARER  ", ""] {
            let claims = authorize(&format!("{prefix}{}", sign(good())));
            assert_eq!(claims.unwrap()["sub"], "alice", "{prefix:?}");
        }
    }

    #[test]
    fn each_wrong_claim_is_refused_with_its_reason() {
        let now = NOW.unix_timestamp();
        let cases = [
            ("iss", json!("http://elsewhere"), "the token does not have a valid issuer"),
            ("client_id", json!("another-app"), "the token does not have a valid audience"),
            ("aud", json!("another-app"), "the token does not have a valid audience"),
            ("exp", json!(now), "the token has expired"),
            ("exp", Value::Null, "the token has expired"),
            ("nbf", json!(now + 1), "the token is not valid yet"),
            ("iat", json!(now + 1), "the token is not valid yet"),
        ];
        for (name, value, why) in cases {
            let mut claims = good();
            claims[name] = value;
            assert_eq!(authorize(&sign(claims)), Err(Denial::InvalidToken(why)), "{name}");
        }
    }

    #[test]
    fn a_foreign_or_damaged_token_is_refused() {
        let foreign = Authorizer::new(&[8; 32]).sign(&map(good())).unwrap();
        let unsigned = {
            let token = sign(good());
            let (_, rest) = token.split_once('.').unwrap();
            let payload = rest.split_once('.').unwrap().0;
            format!("eyJhbGciOiJub25lIiwia2lkIjoibG9jYWwifQ.{payload}.")
        };
        for token in [foreign.as_str(), unsigned.as_str(), "a.b.c", "", "Basic YTpi"] {
            assert!(matches!(authorize(token), Err(Denial::InvalidToken(_))), "{token:?}");
        }
    }

    #[test]
    fn an_audience_in_a_list_is_enough() {
        let mut claims = good();
        claims["aud"] = json!(["another-app", AUDIENCE]);
        assert!(authorize(&sign(claims)).is_ok());
    }
}
