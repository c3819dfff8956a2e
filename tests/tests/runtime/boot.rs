//! How a process starts, and how it refuses to.

use serde_json::json;
use std::net::TcpListener;
use std::path::Path;
use tempfile::TempDir;
use tests::repository::event;
use tests::runtime::{Lambda, Outcome};

/// Those with a database and a photo store.
const FUNCTIONS: [&str; 6] = ["chargers", "contribute", "ops", "optimize-photo", "route-search", "upload"];

#[tokio::test]
async fn one_line_says_what_was_chosen() {
    let data = TempDir::new().unwrap();
    for function in FUNCTIONS {
        let mut lambda = Lambda::start(function, data.path(), &[]).await;
        lambda.invoke_text("{}").await;
        let log = lambda.log();
        let start = log.lines().find(|line| line.contains("\"chosen\"")).unwrap_or_else(|| panic!("{function}: {log}"));
        assert!(start.contains("database: SQLite"), "{start}");
    }
}

#[tokio::test]
async fn production_refuses_the_embedded_defaults_and_names_what_is_missing() {
    let data = TempDir::new().unwrap();
    for function in FUNCTIONS.into_iter().filter(|function| *function != "ops") {
        let end = Lambda::start(function, data.path(), &[("APP_ENV", "production")]).await.end().await;
        assert!(!end.status.success(), "{function}");
        assert!(end.outcome.is_none(), "{function}: {:?}", end.outcome);
        assert!(end.log.contains("DATABASE_URL") && end.log.contains("APP_ENV=production"), "{function}: {}", end.log);
        assert!(!end.log.contains("panicked"), "{function}: {}", end.log);
    }
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "nothing is made before it refuses");
}

#[tokio::test]
async fn invalidate_cdn_needs_no_database_in_production_either() {
    for (id, chosen) in [("", "CDN: none"), ("E2QWRUHAPOMQZL", "CDN: E2QWRUHAPOMQZL")] {
        let variables = [("APP_ENV", "production"), ("CDN_DISTRIBUTION_ID", id)];
        let mut lambda = Lambda::start("invalidate-cdn", Path::new(""), &variables).await;
        assert_eq!(lambda.invoke(&event("s3-test-event")).await, json!({"paths": 0, "skipped": 0}));
        assert!(lambda.log().contains(&format!("\"chosen\":\"{chosen}\"")), "{}", lambda.log());
    }
}

#[tokio::test]
async fn ops_refuses_every_command_in_a_wrong_environment_but_the_doctor() {
    let data = TempDir::new().unwrap();
    let mut ops = Lambda::start("ops", data.path(), &[("APP_ENV", "production"), ("PORT", "0")]).await;
    for case in ["ops-migrate", "ops-sweep", "ops-db-report"] {
        let refused = ops.invoke_text(&event(case).to_string()).await;
        assert!(
            matches!(&refused, Outcome::Error(_, error) if error["errorMessage"].as_str().unwrap().starts_with("PORT: ")),
            "{refused:?}"
        );
    }
    let answer = ops.invoke(&event("ops-doctor")).await;
    let first = &answer["findings"][0];
    assert_eq!(
        (&answer["report"], &first["check"], &first["state"]),
        (&"doctor".into(), &"configuration".into(), &"failed".into())
    );
    for variable in ["PORT", "DATABASE_URL"] {
        assert!(first["found"].as_str().unwrap().contains(variable), "{first}");
    }
    let others = answer["findings"].as_array().unwrap()[1..].iter();
    assert_eq!(others.filter(|finding| finding["state"] != "absent").count(), 0, "{answer}");
    let refused = ops.invoke_text(r#"{"command": "doctor", "colour": "red"}"#).await;
    assert!(
        matches!(&refused, Outcome::Error(_, error) if error["errorMessage"].as_str().unwrap().contains("unknown field `colour`")),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "nothing is made");
}

#[tokio::test]
async fn a_wrong_variable_ends_the_process_by_its_name() {
    let data = TempDir::new().unwrap();
    for (name, value) in [("PORT", "many"), ("PHOTO_JPEG_QUALITY", "101"), ("DB_HOST", "db.example")] {
        let end = Lambda::start("chargers", data.path(), &[(name, value)]).await.end().await;
        assert!(!end.status.success());
        let missing = if name == "DB_HOST" { "DB_USERNAME" } else { name };
        assert!(end.log.contains(missing), "{}", end.log);
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_a_503_and_not_a_crash() {
    let data = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://ann:s3cret@127.0.0.1:{port}/spots");
    let mut lambda = Lambda::start("chargers", data.path(), &[("DATABASE_URL", &url)]).await;
    for _ in 0..2 {
        let (status, problem) = lambda.http("get-chargers.nearby").await;
        assert_eq!((status, &problem["title"]), (503, &"Temporarily unavailable".into()));
    }
    assert!(!lambda.log().contains("s3cret"), "{}", lambda.log());
}
