//! What repeats the routes of `template.yaml` must agree with it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use local::route::Router;
use local::template::{TEMPLATE, Template, parse};
use serde_json::Value;

fn template() -> Template {
    parse(TEMPLATE).unwrap()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn events() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(repository().join("events")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let event = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, event)
        })
        .collect()
}

#[test]
fn cargo_lambda_watch_has_the_routes_of_the_template() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let router = &metadata["metadata"]["lambda"]["watch"]["router"];
    let watched: BTreeSet<_> = router
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, routes)| routes.as_array().unwrap().iter().map(move |route| (path, route)))
        .map(|(path, route)| {
            let text = |key: &str| route[key].as_str().unwrap().to_owned();
            (text("method"), path.clone(), text("function"))
        })
        .collect();
    let template = template();
    let routes = template.routes.into_iter().map(|route| (route.method, route.path, route.function));
    assert_eq!(watched, routes.collect());
}

#[test]
fn every_http_event_is_one_that_api_gateway_could_send() {
    let template = template();
    let router = Router::new(template.routes);
    for (name, event) in events().into_iter().filter(|(_, event)| event.get("routeKey").is_some()) {
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        let RequestContext::ApiGatewayV2(context) = request.request_context() else {
            panic!("{name} is no payload 2.0")
        };
        let taken = router.find(request.method().as_str(), request.raw_http_path());
        let taken = taken.unwrap_or_else(|| panic!("{name} takes no route of the template"));
        let route_key = format!("{} {}", taken.route.method, taken.route.path);
        assert_eq!(context.route_key.as_deref(), Some(&*route_key), "{name}");
        assert_eq!(event["routeKey"], *route_key, "{name}");
        assert_eq!(context.authorizer.is_some(), taken.route.needs_token, "{name}");
        for (parameter, value) in &taken.parameters {
            assert_eq!(request.path_parameters().first(parameter), Some(&**value), "{name}");
        }
    }
}

#[test]
fn every_route_has_an_event() {
    let sent: BTreeSet<_> =
        events().into_iter().filter_map(|(_, event)| event["routeKey"].as_str().map(str::to_owned)).collect();
    let routes = template().routes.into_iter().map(|route| format!("{} {}", route.method, route.path));
    assert_eq!(sent, routes.collect());
}
