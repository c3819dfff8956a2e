//! Too much of everything: bytes, depth, digits, fields; and bytes that are no text.

use super::{Target, add_charger, charger};
use crate::http::{Reply, Request};

const DEPTH: usize = 100_000;

fn post(target: &Target, path: &str, body: impl Into<Vec<u8>>) -> Reply {
    target.server.send(&Request::new("POST", path).bearer(&target.server.token).body("application/json", body))
}

/// Routes that read a body, and where lists and objects stand in it.
fn bodies(id: &str) -> Vec<(String, &'static str)> {
    vec![
        ("/api/chargers".to_owned(), "photos"),
        ("/api/chargers".to_owned(), "connectors"),
        ("/api/uploads".to_owned(), "files"),
        ("/api/routing/calculate".to_owned(), "route"),
        (format!("/api/chargers/{id}/verify"), "notes"),
    ]
}

#[test]
fn what_is_nested_too_deep_is_refused_and_the_server_goes_on() {
    let target = Target::start();
    let id = add_charger(&target.server, 1);
    let deep = [
        format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH)),
        format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH)),
        "[".repeat(DEPTH),
        "{\"a\":".repeat(DEPTH),
    ];
    for (path, field) in bodies(&id) {
        for deep in &deep {
            for body in [deep.clone(), format!("{{\"{field}\": {deep}}}")] {
                let reply = post(&target, &path, body);
                assert_eq!(reply.status, 400, "{path} {field}");
                assert_eq!(reply.json()["errors"][0]["field"], "body", "{path} {field}");
            }
        }
    }
    for (method, path) in target.routes_with_token() {
        let request = Request::new(&method, path.clone()).bearer(&target.server.token);
        let reply = target.server.send(&request.body("application/json", deep[0].clone()));
        assert!(reply.status < 500, "{method} {path}: {}", reply.status);
    }
    target.check(1);
}

#[test]
fn what_is_too_large_is_refused_before_anything_reads_it() {
    let target = Target::start();
    for (method, path) in target.routes_with_token() {
        for megabytes in [7, 11] {
            let request = Request::new(&method, path.clone()).bearer(&target.server.token);
            let reply = target.server.send(&request.body("application/json", vec![b'['; megabytes << 20]));
            assert_eq!(reply.status, 413, "{method} {path}: {}", reply.text());
        }
    }
    target.check(0);
}

#[test]
fn a_flood_of_fields_and_parameters_gets_a_short_answer() {
    let target = Target::start();
    let id = add_charger(&target.server, 1);
    let fields: Vec<String> = (0..200_000).map(|number| format!("\"{number}\":0")).collect();
    let flood = format!("{{{}}}", fields.join(","));
    for (path, _) in bodies(&id) {
        let reply = post(&target, &path, flood.clone());
        // Some routes take less than this at all.
        assert!([400, 413].contains(&reply.status), "{path}: {}", reply.status);
        assert!(reply.body.len() < 50_000, "{path}: {}", reply.body.len());
    }
    let query: Vec<String> = (0..1_000).map(|number| format!("x{number}=1")).collect();
    for path in ["/api/chargers", "/api/me"] {
        let request = Request::new("GET", format!("{path}?{}", query.join("&"))).bearer(&target.server.token);
        let reply = target.server.send(&request);
        assert_eq!((reply.status, reply.body.len() < 50_000), (400, true), "{path}");
    }
    target.check(1);
}

#[test]
fn bytes_that_are_no_text_and_numbers_without_end_are_refused() {
    let target = Target::start();
    let id = add_charger(&target.server, 1);
    let good = charger(2).to_string();
    let digits = "9".repeat(100_000);
    for body in [
        b"\xff\xfe{}".to_vec(),
        good.replace("Depot", "\u{0}").into_bytes(),
        good.as_bytes().iter().map(|byte| if *byte == b'D' { 0xC3 } else { *byte }).collect(),
        good.replace("\"latitude\":0.2", &format!("\"latitude\":{digits}")).into_bytes(),
        good.replace("\"latitude\":0.2", &format!("\"latitude\":1e{digits}")).into_bytes(),
        good.replace("\"total_ports\":2", &format!("\"total_ports\":{digits}")).into_bytes(),
        good.replace("\"total_ports\":2", "\"total_ports\":-1e-400").into_bytes(),
        good.replace("Depot", "\\ud800").into_bytes(),
        format!("{good}{good}").into_bytes(),
        [good.as_bytes(), b"\0"].concat(),
    ] {
        let reply = post(&target, "/api/chargers", body.clone());
        assert_eq!(reply.status, 400, "{:.200}", String::from_utf8_lossy(&body));
    }
    for path in
        [format!("/api/chargers/{id}%00"), "/api/chargers/%ff%fe".to_owned(), "/api/photos/..%2f..%2fetc".to_owned()]
    {
        let reply = target.server.send(&Request::new("GET", path.clone()));
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
    }
    target.check(1);
}
