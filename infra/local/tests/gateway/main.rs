//! The gateway over real HTTP: what a client sees must be what API Gateway would show it.

#![allow(clippy::unwrap_used)]

mod wire;

use serde_json::{Value, json};
use wire::start;

#[tokio::test]
async fn an_unknown_route_and_an_unknown_method_are_the_same_404() {
    let server = start().await;
    for head in ["GET /nowhere", "PUT /open/1", "DELETE /closed", "GET /dev/token", "OPTIONS /open/1"] {
        let reply = server.send(head, &[], b"").await;
        assert_eq!((reply.status, reply.text()), (404, r#"{"message":"Not Found"}"#), "{head}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(reply.header("apigw-requestid").is_some());
    }
    let reply = server.send("HEAD /open/1", &[], b"").await;
    assert_eq!((reply.status, reply.text()), (404, ""));
}

#[tokio::test]
async fn the_query_reaches_the_function_byte_by_byte() {
    let server = start().await;
    let query = "bbox=-74.1,42.5,-73.6,42.8&port_type=Type%202&port_type=CCS%2CTesla&q=a+b";
    let reply = server.send(&format!("GET /open/1?{query}"), &[], b"").await;
    assert_eq!(reply.json()["query"], query);
}

#[tokio::test]
async fn path_parameters_arrive_decoded() {
    let server = start().await;
    let reply = server.send("GET /open/a%20b%C3%A4", &[], b"").await.json();
    assert_eq!((&reply["id"], &reply["raw_path"]), (&json!("a bä"), &json!("/open/a bä")));
}

#[tokio::test]
async fn bodies_are_text_or_binary_as_api_gateway_decides() {
    let server = start().await;
    let cases = [
        ("application/json; charset=utf-8", "text"),
        ("text/plain", "text"),
        ("application/xml", "text"),
        ("application/x-www-form-urlencoded", "binary"),
        ("image/jpeg", "binary"),
    ];
    for (content_type, kind) in cases {
        let reply = server.send("POST /open", &[("content-type", content_type)], b"{}").await.json();
        assert_eq!((&reply["kind"], &reply["body"]), (&json!(kind), &json!("{}")), "{content_type}");
    }
    assert_eq!(server.send("POST /open", &[], b"{}").await.json()["kind"], "binary");
    assert_eq!(server.send("POST /open", &[], b"").await.json()["kind"], "empty");
}

#[tokio::test]
async fn a_route_that_needs_a_token_refuses_to_go_without() {
    let server = start().await;
    let reply = server.send("POST /closed", &[], b"{}").await;
    assert_eq!((reply.status, reply.text()), (401, r#"{"message":"Unauthorized"}"#));
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"));

    let reply = server.send("POST /closed", &[("authorization", "Bearer a.b.c")], b"{}").await;
    assert_eq!((reply.status, reply.text()), (401, r#"{"message":"Unauthorized"}"#));
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.starts_with(r#"Bearer scope="" error="invalid_token" error_description="#), "{challenge}");
}

#[tokio::test]
async fn a_development_token_opens_it_and_its_claims_are_text() {
    let server = start().await;
    let token = server.token(r#"{"sub": "alice", "groups": ["admin", "x"]}"#).await;
    let reply = server.send("POST /closed", &[("authorization", &token)], b"{}").await;
    assert_eq!(reply.status, 200);
    let claims = &reply.json()["claims"];
    assert_eq!((&claims["sub"], &claims["cognito:groups"]), (&json!("alice"), &json!("[admin x]")));
    assert!(claims["exp"].as_str().unwrap().parse::<i64>().is_ok(), "{claims}");
}

#[tokio::test]
async fn claims_are_not_handed_on_where_no_token_is_needed() {
    let server = start().await;
    let token = server.token(r#"{"sub": "alice"}"#).await;
    let reply = server.send("POST /open", &[("authorization", &token)], b"{}").await;
    assert_eq!(reply.json()["claims"], Value::Null);
}

#[tokio::test]
async fn a_bad_token_request_says_what_is_wrong() {
    let server = start().await;
    let reply = server.send("POST /dev/token", &[], br#"{"name": "alice"}"#).await;
    assert_eq!(reply.status, 400);
    assert!(reply.json()["message"].as_str().unwrap().contains("unknown field 'name'"), "{}", reply.text());
}

#[tokio::test]
async fn what_goes_wrong_in_a_function_stays_there() {
    let server = start().await;
    let cases = [
        ("fail", 500, r#"{"message":"Internal Server Error"}"#),
        ("panic", 500, r#"{"message":"Internal Server Error"}"#),
        ("too much", 500, r#"{"message":"Internal Server Error"}"#),
        ("sleep", 503, r#"{"message":"Service Unavailable"}"#),
    ];
    for (wish, status, body) in cases {
        let reply = server.send("POST /open", &[("x-do", wish)], b"").await;
        assert_eq!((reply.status, reply.text()), (status, body), "{wish}");
    }
    assert_eq!(server.send("POST /open", &[], b"").await.status, 200, "and the next request is served");
}

#[tokio::test]
async fn the_response_is_mapped_as_payload_2_0_is() {
    let server = start().await;
    let reply = server.send("POST /open", &[("x-do", "repeat")], b"").await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.all("link"), ["<1>"], "one value for each header");
    assert_eq!(reply.all("set-cookie"), ["a=1", "b=2"], "but every cookie");

    let reply = server.send("POST /open", &[("x-do", "binary")], b"").await;
    assert_eq!(reply.body, [0, 159, 146, 150]);
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"), "where the function names none");
}

#[tokio::test]
async fn both_ids_of_a_request_reach_the_function() {
    let server = start().await;
    let reply = server.send("GET /open/1", &[], b"").await;
    let id = reply.header("apigw-requestid").unwrap();
    assert_eq!(reply.json()["request_id"], id);
    assert_eq!(reply.json()["lambda_request_id"], id);
}

#[tokio::test]
async fn cors_is_the_gateways_business() {
    let server = start().await;
    let origin = ("origin", "https://beta.example");
    let asks = ("access-control-request-method", "POST");
    let reply = server.send("OPTIONS /any/path", &[origin, asks], b"").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://beta.example"));
    assert_eq!(reply.header("access-control-allow-methods"), Some("GET,POST"));

    let reply = server.send("GET /open/1", &[origin], b"").await;
    assert_eq!(reply.all("access-control-allow-origin"), ["https://beta.example"], "not the function's");
    assert_eq!(reply.header("access-control-expose-headers"), Some("etag"));

    let reply = server.send("GET /open/1", &[], b"").await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn too_large_a_body_is_413_whether_announced_or_not() {
    let server = start().await;
    let too_large = (413, r#"{"message":"Request Entity Too Large"}"#);
    let json = [("content-type", "application/json")];

    let over_ten_mib = vec![b'x'; 10 * 1024 * 1024 + 1];
    let reply = server.send("POST /open", &json, &over_ten_mib).await;
    assert_eq!((reply.status, reply.text()), too_large);

    let mut chunked =
        b"POST /open HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..11 {
        chunked.extend_from_slice(b"100000\r\n");
        chunked.resize(chunked.len() + 0x100000, b'x');
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let reply = server.send_raw(&chunked).await;
    assert_eq!((reply.status, reply.text()), too_large);

    let asking = b"POST /open HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n";
    let reply = server.send_raw(asking).await;
    assert_eq!((reply.status, reply.text()), too_large, "before anything is sent");
}

#[tokio::test]
async fn an_event_above_lambdas_six_mib_is_413_too() {
    let server = start().await;
    let json = [("content-type", "application/json")];
    let reply = server.send("POST /open", &json, &vec![b'x'; 6_291_456]).await;
    assert_eq!((reply.status, reply.text()), (413, r#"{"message":"Request Entity Too Large"}"#));
    // Base64 makes four bytes of three.
    let reply = server.send("POST /open", &[], &vec![b'x'; 4_800_000]).await;
    assert_eq!(reply.status, 413);
    let reply = server.send("POST /open", &[("x-do", "binary")], &vec![b'x'; 4_500_000]).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish() {
    let server = start().await;
    let address = server.address;
    let client = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"POST /open HTTP/1.1\r\nhost: x\r\nx-do: nap\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let stopping = server.stop();
    let answer = client.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("rested"), "{answer}");
    stopping.await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "and nothing listens any more");
}

#[tokio::test]
async fn the_root_lists_the_routes() {
    let server = start().await;
    let document = server.send("GET /", &[], b"").await.json();
    assert_eq!(
        document["routes"][2],
        json!({"method": "POST", "path": "/closed", "function": "echo", "needs_token": true})
    );
}
