//! Bad input of every kind on every endpoint: each answer names what is wrong, and none is our fault.

use crate::http::{Reply, Request};
use crate::server::Server;
use serde_json::Value;

mod chargers;
mod gateway;
mod listing;
mod routing;
mod uploads;

/// A request, and what it must be answered.
pub(crate) struct Case {
    request: Request,
    expected: Expected,
}

enum Expected {
    /// Our own: a problem with this status that names exactly these fields.
    Problem(u16, Vec<String>),
    /// API Gateway's: this status and message.
    Gateway(u16, &'static str),
    /// Refused by the HTTP server itself, before there is a request.
    Unreadable,
}

impl Case {
    /// 400 with these fields, separated by commas.
    fn bad(request: Request, fields: &str) -> Self {
        Self { request, expected: Expected::Problem(400, fields.split(',').map(str::to_owned).collect()) }
    }

    /// Another status of ours.
    fn problem(request: Request, status: u16) -> Self {
        Self { request, expected: Expected::Problem(status, Vec::new()) }
    }

    fn gateway(request: Request, status: u16, message: &'static str) -> Self {
        Self { request, expected: Expected::Gateway(status, message) }
    }

    fn unreadable(request: Request) -> Self {
        Self { request, expected: Expected::Unreadable }
    }

    fn check(&self, server: &Server) {
        let reply = server.send(&self.request);
        let line = self.request.line();
        assert!(reply.status < 500, "{line}: {} {}", reply.status, reply.text());
        match &self.expected {
            Expected::Problem(status, fields) => check_problem(&reply, &line, *status, fields),
            Expected::Gateway(status, message) => {
                assert_eq!(
                    (reply.status, &reply.json()),
                    (*status, &serde_json::json!({"message": message})),
                    "{line}"
                );
            }
            Expected::Unreadable => assert_eq!((reply.status, &*reply.text()), (400, ""), "{line}"),
        }
    }
}

fn check_problem(reply: &Reply, line: &str, status: u16, fields: &[String]) {
    let text = reply.text();
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (status, Some("application/problem+json")),
        "{line}: {text}"
    );
    let problem = reply.json();
    assert_eq!(problem["status"].as_u64(), Some(u64::from(status)), "{line}");
    for member in ["type", "title", "detail", "request_id"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{line}: {member} in {text}");
    }
    let errors = problem["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let mut named: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    let mut fields: Vec<_> = fields.iter().map(String::as_str).collect();
    named.sort_unstable();
    fields.sort_unstable();
    assert_eq!(named, fields, "{line}: {text}");
    let is_said = |error: &Value, member: &str| error[member].as_str().is_some_and(|text| !text.is_empty());
    assert!(errors.iter().all(|error| is_said(error, "code") && is_said(error, "detail")), "{line}: {text}");
    let leaks = ["sqlx", "sqlite", "SELECT", "panicked", "/src/", "/tmp/", "serde"];
    assert!(leaks.iter().all(|leak| !text.contains(leak)), "{line}: {text}");
}

/// The server looks for panics in its log when it ends.
fn check_all(cases: impl FnOnce(&Server) -> Vec<Case>) {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    cases(&server).iter().for_each(|case| case.check(&server));
    assert_eq!(server.get("/api/chargers")["total"], 0, "it still serves, and nothing was stored");
}

#[test]
fn the_listing_names_every_bad_parameter() {
    check_all(listing::cases);
}

#[test]
fn the_route_search_names_every_bad_field() {
    check_all(routing::cases);
}

#[test]
fn a_new_charger_names_every_bad_field() {
    check_all(chargers::cases);
}

#[test]
fn an_upload_names_every_bad_field() {
    check_all(uploads::cases);
}

#[test]
fn what_is_no_request_of_the_api_is_answered_as_the_gateway_answers_it() {
    check_all(gateway::cases);
}

/// `{"a": {"a": …}}`, so deep that a naive parser overflows its stack.
fn deep_json(depth: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))
}
