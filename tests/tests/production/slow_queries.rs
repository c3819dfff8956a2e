//! A slow statement is in the log with its name, how long it took and its rows, and without what was asked.

use crate::scene::Scene;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::postgres::{Options, PASSWORD, USER};
use tests::repository::event;
use tests::runtime::{Lambda, http_answer};

async fn log_of(scene: &Scene, slow_query_ms: &str) -> Vec<Value> {
    let data = TempDir::new().unwrap();
    let url = scene.url(USER, PASSWORD);
    let variables = [("DATABASE_URL", url.as_str()), ("DB_SSLMODE", "disable"), ("DB_SLOW_QUERY_MS", slow_query_ms)];
    let mut lambda = Lambda::start("chargers", data.path(), &variables).await;
    let mut search = event("get-chargers.nearby");
    search["rawQueryString"] = json!("user_lat=42.654321&user_lng=-73.75&max_distance=5&port_type=CCS");
    assert_eq!(http_answer(&lambda.invoke(&search).await).0, 200);
    let log = lambda.log();
    assert!(!log.contains("SELECT") && !log.contains("42.654321"), "{log}");
    log.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["statement"].is_string())
        .collect()
}

#[tokio::test]
async fn a_slow_statement_is_logged_by_its_name_with_its_time_and_rows_and_never_what_was_asked() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    // Everything is slower than nothing.
    let slow = log_of(&scene, "0").await;
    let names: Vec<_> = slow.iter().map(|line| line["statement"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["stamps.head", "candidates.in_ranges", "chargers.find", "connectors.of_chargers", "photos.of_chargers"]
    );
    let rows: Vec<_> = slow.iter().map(|line| line["rows"].as_u64().unwrap()).collect();
    assert_eq!(rows, [1, 20, 20, 20, 0]);
    assert!(slow.iter().all(|line| line["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0) && line["level"] == "WARN"));
    assert!(log_of(&scene, "1000").await.is_empty());
}
