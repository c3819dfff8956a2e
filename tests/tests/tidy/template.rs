//! Functions, their resources in `template.yaml`, and their payloads in `events/`.

use crate::workspace::layer;
use serde_json::Value as Json;
use serde_yaml_ng::Value;
use std::collections::{BTreeMap, BTreeSet};
use tests::repository::{event, event_cases, read, root};

/// What wakes `ops`.
const COMMAND: &str = "command";
/// What says so in a payload: of our own, of CloudFormation, of Secrets Manager.
const MARKS: [&str; 3] = [COMMAND, "RequestType", "Step"];

/// What wakes a function: the routes, what S3 tells of and where, or a `command`, whether by hand or at some hour.
fn triggers() -> BTreeMap<String, BTreeSet<String>> {
    let template: Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().values();
    let functions = resources.filter(|resource| resource["Type"].as_str() == Some("AWS::Serverless::Function"));
    functions.map(|function| (binary(function), triggers_of(function))).collect()
}

fn binary(function: &Value) -> String {
    let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().expect("a binary");
    let code = function["Properties"]["CodeUri"].as_str().expect("a folder");
    assert_eq!(code, format!("functions/{binary}"), "the resource of {binary} builds another folder");
    binary.to_owned()
}

fn triggers_of(function: &Value) -> BTreeSet<String> {
    let events = function["Properties"]["Events"].as_mapping().into_iter().flat_map(|events| events.values());
    let trigger = |event: &Value| {
        let properties = &event["Properties"];
        match event["Type"].as_str().unwrap() {
            "HttpApi" => {
                let method = properties["Method"].as_str().unwrap().to_uppercase();
                format!("{method} {}", properties["Path"].as_str().unwrap())
            }
            // It sends a payload of `ops`, as a person would.
            "Schedule" => {
                let input: Json = serde_json::from_str(properties["Input"].as_str().unwrap()).unwrap();
                ops::check_event(input).unwrap_or_else(|error| panic!("{event:?}: {error}"));
                COMMAND.to_owned()
            }
            "S3" => {
                let prefix = &properties["Filter"]["S3Key"]["Rules"][0]["Value"];
                format!("{} {}", properties["Events"].as_str().unwrap(), prefix.as_str().unwrap())
            }
            other => panic!("a new kind of trigger: {other}"),
        }
    };
    events.map(trigger).collect()
}

/// What a payload says that it is for.
fn trigger_of(payload: &Json) -> String {
    match payload["routeKey"].as_str() {
        Some(route) => route.to_owned(),
        None if MARKS.iter().any(|mark| payload[*mark].is_string()) => COMMAND.to_owned(),
        None => s3_trigger_of(&payload["Records"][0]),
    }
}

/// What a record of S3's tells of, and under which prefix. A test event has none; it goes to whoever waits for uploads.
fn s3_trigger_of(record: &Json) -> String {
    let name = record["eventName"].as_str().unwrap_or("ObjectCreated:Put");
    let key = record["s3"]["object"]["key"].as_str().unwrap_or("raw/");
    format!("s3:{}:* {}", name.split(':').next().unwrap(), key.split_inclusive('/').next().unwrap())
}

/// The functions that a payload wakes.
fn woken_by(payload: &Json) -> Vec<String> {
    let trigger = trigger_of(payload);
    if trigger == COMMAND {
        return vec!["ops".to_owned()];
    }
    triggers().into_iter().filter(|(_, triggers)| triggers.contains(&trigger)).map(|(function, _)| function).collect()
}

#[test]
fn every_function_has_a_resource_and_back() {
    assert_eq!(triggers().into_keys().collect::<BTreeSet<_>>(), layer("functions"));
}

/// Variables of photos that a function has for itself.
fn own_photo_settings(resource: &str) -> Vec<(Value, Value)> {
    let template: Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let function = &template["Resources"][resource];
    assert!(function.is_mapping(), "{resource}");
    let variables = function["Properties"]["Environment"]["Variables"].as_mapping().cloned().unwrap_or_default();
    variables.into_iter().filter(|(name, _)| name.as_str().unwrap().starts_with("PHOTO_")).collect()
}

#[test]
fn ops_makes_photos_with_the_settings_of_the_optimizer() {
    // Else each would take what the other has made for outdated.
    assert_eq!(own_photo_settings("Ops"), own_photo_settings("OptimizePhoto"));
}

#[test]
fn every_payload_wakes_exactly_one_function() {
    for case in event_cases() {
        assert_eq!(woken_by(&event(&case)).len(), 1, "events/{case}.json");
    }
}

#[test]
fn every_command_of_a_payload_is_understood() {
    let commands = event_cases().into_iter().filter(|case| trigger_of(&event(case)) == COMMAND);
    let mut count = 0;
    for case in commands {
        ops::check_event(event(&case)).unwrap_or_else(|error| panic!("events/{case}.json: {error}"));
        count += 1;
    }
    assert!(count > 5, "the search finds nothing");
}

#[test]
fn every_function_and_every_route_has_a_payload() {
    let payloads: Vec<Json> = event_cases().iter().map(|case| event(case)).collect();
    let woken: BTreeSet<String> = payloads.iter().flat_map(woken_by).collect();
    assert_eq!(woken, layer("functions"));
    let covered: BTreeSet<String> = payloads.iter().map(trigger_of).collect();
    let all: BTreeSet<String> = triggers().into_values().flatten().collect();
    assert_eq!(all.difference(&covered).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_payload_agrees_with_itself() {
    for case in event_cases() {
        let payload = event(&case);
        let Some(route) = payload["routeKey"].as_str() else { continue };
        let context = &payload["requestContext"];
        assert_eq!(context["routeKey"], payload["routeKey"], "{case}");
        assert_eq!(context["http"]["path"], payload["rawPath"], "{case}");
        assert_eq!(context["http"]["method"].as_str(), route.split(' ').next(), "{case}");
        assert_eq!(payload["version"], "2.0", "{case}");
        if let Some(body) = payload["body"].as_str() {
            let said = payload["headers"]["content-length"].as_str().map(str::to_owned);
            assert_eq!(said, Some(body.len().to_string()), "{case}: content-length");
        }
    }
}

#[test]
fn cargo_lambda_watches_the_same_routes() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, router) = manifest.split_once("[workspace.metadata.lambda.watch.router]").expect("a router");
    let router = router.split("\n[").next().unwrap();
    for (function, triggers) in triggers() {
        for trigger in triggers.iter().filter(|trigger| trigger.contains(" /")) {
            let (method, path) = trigger.split_once(' ').unwrap();
            let (_, routes) = router.split_once(&format!("\"{path}\" = [")).unwrap_or_else(|| panic!("{path}"));
            let routes = routes.split(']').next().unwrap();
            let route = format!("{{ method = \"{method}\", function = \"{function}\" }}");
            assert!(routes.contains(&route), "{trigger} is not watched");
        }
    }
}
