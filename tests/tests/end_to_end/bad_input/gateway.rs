//! What API Gateway itself answers: routes, methods, tokens and sizes.

use super::Case;
use crate::http::Request;
use crate::server::Server;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::path::Path;

pub(super) fn cases(server: &Server) -> Vec<Case> {
    let mut cases = routes();
    cases.extend(tokens(server));
    cases.extend(sizes(server));
    cases
}

fn routes() -> Vec<Case> {
    let none = [
        ("PUT", "/api/chargers"),
        ("DELETE", "/api/uploads"),
        ("get", "/api/chargers"),
        ("BREW", "/api/chargers"),
        ("GET", "/api/chargers/"),
        ("GET", "/api//chargers"),
        ("GET", "/API/chargers"),
        ("GET", "/api"),
        ("GET", "/api/chargers/7/nothing"),
        ("GET", "/api/routing/calculate"),
        ("GET", "/dev/token"),
        ("GET", "/etc/passwd"),
        ("POST", "/"),
        ("GET", "no-slash"),
        ("OPTIONS", "*"),
    ];
    let mut cases: Vec<_> = none
        .into_iter()
        .map(|(method, target)| Case::gateway(Request::new(method, target), 404, "Not Found"))
        .collect();
    // The token comes after the route.
    cases.push(Case::gateway(Request::new("PATCH", "/api/chargers").bearer("x"), 404, "Not Found"));
    cases.extend([
        Case::unreadable(Request::new("GET", "/api/chargers?page= 1")),
        Case::unreadable(Request::new("GET", b"/api/chargers?port_type=\xFF".to_vec())),
        Case::unreadable(Request::new("GET", "/api/chargers?port_type=<CCS>")),
        Case::unreadable(Request::new("G@T", "/api/chargers")),
        Case::unreadable(Request::new("GET", "/api/chargers").header("bad header", "x")),
    ]);
    cases
}

fn tokens(server: &Server) -> Vec<Case> {
    let body = json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": 1});
    let post = |target: &str| Request::new("POST", target).json(&body);
    let parts: Vec<_> = server.token.split('.').collect();
    let claims = json!({"sub": "mallory", "iss": "http://localhost/dev", "client_id": "sharaspot-local", "exp": 9e9});
    let forged = URL_SAFE_NO_PAD.encode(claims.to_string());
    let nobody = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"local"}"#);
    let tokens = [
        "Bearer".to_owned(),
        "Bearer garbage".to_owned(),
        "Basic YWxpY2U6c2VjcmV0".to_owned(),
        format!("Bearer {}", "x".repeat(7000)),
        format!("Bearer {}.{forged}.{}", parts[0], parts[2]),
        format!("Bearer {nobody}.{forged}."),
        format!("Bearer {}.{}.", parts[0], parts[1]),
        format!("Bearer {}", signed(&server.data_dir, &json!({"sub": "alice", "exp": 1}))),
        format!("Bearer {}", signed(&server.data_dir, &json!({"sub": "alice", "iss": "http://elsewhere"}))),
    ];
    let refuse = |request: Request| Case::gateway(request, 401, "Unauthorized");
    let mut cases = vec![refuse(post("/api/uploads")), refuse(post("/api/chargers"))];
    cases.extend(tokens.iter().map(|token| refuse(post("/api/uploads").header("authorization", token))));
    cases
}

/// A token with the server's own signature, good but for these claims.
fn signed(data_dir: &Path, claims: &Value) -> String {
    let mut all = json!({"iss": "http://localhost/dev", "client_id": "sharaspot-local", "exp": 9_999_999_999_u64});
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let head = encode(br#"{"alg":"HS256","kid":"local"}"#);
    let text = format!("{head}.{}", encode(all.to_string().as_bytes()));
    let key = std::fs::read_to_string(data_dir.join("dev-token.key")).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(key.trim()).unwrap()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", encode(&mac.finalize().into_bytes()))
}

#[test]
fn head_is_no_route_and_its_answer_has_no_body() {
    let data = tempfile::tempdir().unwrap();
    let reply = Server::start(data.path()).send(&Request::new("HEAD", "/api/chargers"));
    assert_eq!((reply.status, &*reply.text()), (404, ""));
}

#[test]
fn a_token_that_is_refused_for_one_claim_is_taken_without_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let token = signed(data.path(), &json!({"sub": "alice"}));
    let body = json!({"kind": "charger", "content_type": "image/jpeg", "size_bytes": 1});
    server.send(&Request::new("POST", "/api/uploads").bearer(&token).json(&body)).expect(201);
}

fn sizes(server: &Server) -> Vec<Case> {
    let eleven_mb = || vec![b' '; 11 * 1024 * 1024];
    let post = |target: &str| Request::new("POST", target).bearer(&server.token);
    let too_large = |request: Request| Case::gateway(request, 413, "Request Entity Too Large");
    vec![
        too_large(post("/api/uploads").body("application/json", eleven_mb())),
        too_large(post("/api/chargers").body("application/json", eleven_mb())),
        too_large(post("/api/routing/calculate").body("application/json", eleven_mb())),
        too_large(post("/api/routing/calculate").body("application/octet-stream", eleven_mb())),
        // Within API Gateway's limit, and beyond what Lambda takes as an event.
        too_large(post("/api/chargers").body("application/json", vec![b' '; 7 * 1024 * 1024])),
    ]
}
