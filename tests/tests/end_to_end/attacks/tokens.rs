//! Tokens that are forged, old, early, unsigned, of another issuer, for another audience, or of nobody.

use super::Target;
use crate::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const HEAD: &str = r#"{"alg":"HS256","kid":"local"}"#;

/// A token with any head, any claims and the signature of a key.
fn sign(key: &[u8], head: &str, claims: &Value) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn claims(changed: &Value) -> Value {
    let mut claims = json!({"sub": "alice", "iss": "http://localhost/dev", "client_id": "sharaspot-local",
        "token_use": "access", "iat": now() - 60, "exp": now() + 3600});
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// What the gateway refuses, each with what is wrong with it.
fn refused(key: &[u8], good: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<&str> = good.split('.').collect();
    let forged = URL_SAFE_NO_PAD.encode(claims(&json!({"cognito:groups": ["admin"]})).to_string());
    let none = |alg: &str| URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","kid":"local"}}"#));
    let with = |changed: Value| sign(key, HEAD, &claims(&changed));
    vec![
        ("other claims under the same signature", format!("{}.{forged}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("alg none", format!("{}.{forged}.", none("none"))),
        ("alg None", format!("{}.{forged}.{}", none("None"), parts[2])),
        ("another algorithm", sign(key, r#"{"alg":"HS512","kid":"local"}"#, &claims(&json!({})))),
        ("an algorithm of public keys", sign(key, r#"{"alg":"RS256","kid":"local"}"#, &claims(&json!({})))),
        ("no key id", sign(key, r#"{"alg":"HS256"}"#, &claims(&json!({})))),
        ("another key id", sign(key, r#"{"alg":"HS256","kid":"../../dev/null"}"#, &claims(&json!({})))),
        ("another key", sign(&[0; 32], HEAD, &claims(&json!({})))),
        ("no key", sign(&[], HEAD, &claims(&json!({})))),
        ("an expired one", with(json!({"exp": now() - 1}))),
        ("one without an end", with(json!({"exp": null}))),
        ("an end in words", with(json!({"exp": "never"}))),
        ("one that begins tomorrow", with(json!({"nbf": now() + 86_400}))),
        ("one that was issued tomorrow", with(json!({"iat": now() + 86_400}))),
        ("another issuer", with(json!({"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other"}))),
        ("an issuer with a tail", with(json!({"iss": "http://localhost/dev/"}))),
        ("another client", with(json!({"client_id": "another-app"}))),
        ("another audience", with(json!({"aud": "another-app"}))),
        ("no audience", with(json!({"client_id": null}))),
        ("no JSON", format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode("{"), parts[2])),
        ("a long one", "x.".repeat(2_000)),
    ]
}

/// What the gateway lets through and the functions refuse.
fn of_nobody(key: &[u8]) -> Vec<(&'static str, String)> {
    let with = |changed: Value| sign(key, HEAD, &claims(&changed));
    vec![
        ("no subject", with(json!({"sub": null}))),
        ("an empty subject", with(json!({"sub": ""}))),
        ("a subject with a line break", with(json!({"sub": "alice\nadmin"}))),
        ("a subject that is too long", with(json!({"sub": "a".repeat(256)}))),
        ("one who was erased", with(json!({"sub": format!("anonymous:{}", super::NOTHING)}))),
        ("an identity token", with(json!({"token_use": "id"}))),
    ]
}

#[test]
fn no_bad_token_opens_any_route() {
    let target = Target::start();
    let key = std::fs::read_to_string(target.data.path().join("dev-token.key")).unwrap();
    let key = hex::decode(key.trim()).unwrap();
    let good = sign(&key, HEAD, &claims(&json!({})));
    target.server.send(&Request::new("GET", "/api/me").bearer(&good)).expect(200);
    let mut bad = refused(&key, &good);
    let by_gateway = bad.len();
    bad.extend(of_nobody(&key));
    for (method, path) in target.routes_with_token() {
        let send = |request: Request| target.server.send(&request.json(&super::charger(1)));
        assert_eq!(send(Request::new(&method, path.clone())).status, 401, "{method} {path} without a token");
        for (number, (what, token)) in bad.iter().enumerate() {
            let reply = send(Request::new(&method, path.clone()).bearer(token));
            assert_eq!(reply.status, 401, "{method} {path} with {what}: {}", reply.text());
            let message = reply.json()["message"].clone();
            assert_eq!(message == "Unauthorized", number < by_gateway, "{method} {path} with {what}");
        }
        // A good token, where none is looked for.
        let elsewhere = Request::new(&method, format!("{path}?access_token={good}"));
        assert_eq!(send(elsewhere.header("cookie", &format!("token={good}")).header("x-user", "alice")).status, 401);
    }
    target.check(0);
}

#[test]
fn a_public_route_does_not_care_for_tokens() {
    let target = Target::start();
    for token in ["garbage", "a.b.c"] {
        for path in ["/api/chargers", "/api/chargers?page_size=1"] {
            target.server.send(&Request::new("GET", path).bearer(token)).expect(200);
        }
    }
    target.check(0);
}
