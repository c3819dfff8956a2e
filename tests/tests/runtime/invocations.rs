//! Every function with its payloads.

use domain::Timestamp;
use domain::connection::PhotoStore;
use serde_json::{Value, json};
use std::path::Path;
use storage::{ObjectHeaders, Storage};
use tempfile::TempDir;
use tests::TestDb;
use tests::inbox::Inbox;
use tests::log::requests;
use tests::repository::{event, event_cases, small_jpeg};
use tests::runtime::{Lambda, Outcome, http_answer};

/// The function that a payload is for; `tidy` holds this against the template.
fn function_of(payload: &Value) -> &'static str {
    match payload["routeKey"].as_str() {
        Some("POST /api/routing/calculate") => "route-search",
        Some("POST /api/uploads" | "GET /api/photos/{id}" | "DELETE /api/photos/{id}") => "upload",
        Some("GET /api/changes" | "GET /api/health") => "chargers",
        Some(route) if route.starts_with("GET /api/chargers") => "chargers",
        Some(_) => "contribute",
        None if ["command", "RequestType", "Step"].iter().any(|mark| payload[*mark].is_string()) => "ops",
        None if payload["Records"][0]["eventName"].as_str().is_some_and(|name| name.starts_with("ObjectRemoved:")) => {
            "invalidate-cdn"
        }
        None => "optimize-photo",
    }
}

/// Logins and secrets: `production` sends these payloads, with a server and a secret store before the program.
fn wants_a_server(payload: &Value) -> bool {
    payload["command"] == "logins" || payload["Step"].is_string()
}

fn assert_no_panic(lambda: &Lambda) {
    let log = lambda.log();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn every_payload_gets_a_response_from_one_process_of_its_function() {
    let (data, inbox) = (TempDir::new().unwrap(), Inbox::open().await);
    for function in ["ops", "chargers", "route-search", "upload", "contribute", "optimize-photo", "invalidate-cdn"] {
        let mut lambda = Lambda::start(function, data.path(), &[]).await;
        let mut cases: Vec<_> =
            event_cases().into_iter().filter(|case| function_of(&event(case)) == function).collect();
        cases.retain(|case| !wants_a_server(&event(case)));
        assert!(!cases.is_empty(), "{function}");
        // What wants rows wants a database that is there.
        cases.sort_by_key(|case| case != "ops-migrate");
        for case in &cases {
            let mut payload = event(case);
            if payload["ResponseURL"].is_string() {
                payload["ResponseURL"] = json!(inbox.url());
            }
            let answer = lambda.invoke(&payload).await;
            let status = answer["statusCode"].as_u64().unwrap_or(200);
            assert!(status < 500, "{case}: {answer}");
        }
        assert_no_panic(&lambda);
        assert_eq!(requests(&lambda.log()).len(), cases.len(), "{function}: {}", lambda.log());
    }
    // A file has no logins, and CloudFormation is told so.
    let said: Vec<_> = inbox.letters().into_iter().map(|letter| letter.body["Status"].clone()).collect();
    assert_eq!(said, ["SUCCESS", "SUCCESS", "FAILED"]);
}

#[tokio::test]
async fn one_process_serves_good_and_bad_payloads_in_turn() {
    let data = TempDir::new().unwrap();
    let mut lambda = Lambda::start("chargers", data.path(), &[]).await;
    for _ in 0..3 {
        assert_eq!(lambda.http("get-chargers.nearby").await.0, 200);
        assert_eq!(lambda.http("get-chargers.unknown-parameter").await.0, 400);
        for malformed in ["{}", "[]", "null", "\"text\"", "{\"version\": \"2.0\"}"] {
            let outcome = lambda.invoke_text(malformed).await;
            assert!(matches!(outcome, Outcome::Error(..)), "{malformed}: {outcome:?}");
        }
        assert_eq!(lambda.http("get-charger").await.0, 404);
    }
    assert_no_panic(&lambda);
}

#[tokio::test]
async fn an_error_of_the_runtime_tells_no_secret() {
    let data = TempDir::new().unwrap();
    let mut lambda = Lambda::start("ops", data.path(), &[]).await;
    let Outcome::Error(_, error) = lambda.invoke_text(r#"{"command": "destroy"}"#).await else { panic!("an error") };
    assert!(error["errorType"].is_string() && error["errorMessage"].is_string(), "{error}");
    assert!(!error.to_string().contains(data.path().to_str().unwrap()), "{error}");
    assert_no_panic(&lambda);
}

async fn store(data_dir: &Path) -> Storage {
    let dir = data_dir.join("photos");
    let place = PhotoStore::Folder { dir, endpoint: "http://localhost:3000".to_owned() };
    Storage::open(&place, || Timestamp::from_micros(0)).await.unwrap()
}

/// Puts the bytes where the form of an upload would, and answers the event that S3 sends then.
async fn put(data_dir: &Path, key: &str, bytes: Vec<u8>) -> Value {
    let store = store(data_dir).await;
    let headers = ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
    store.put(key, bytes.into(), &headers).await.unwrap();
    let etag = store.head(key).await.unwrap().unwrap().etag;
    let mut put = event("s3-put");
    put["Records"][0]["s3"]["bucket"]["name"] = json!(store.bucket());
    put["Records"][0]["s3"]["object"]["key"] = json!(key);
    put["Records"][0]["s3"]["object"]["eTag"] = json!(etag.trim_matches('"'));
    put
}

async fn state(upload: &mut Lambda, photo_id: &str) -> Value {
    let mut payload = event("get-photo");
    payload["rawPath"] = json!(format!("/api/photos/{photo_id}"));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    http_answer(&upload.invoke(&payload).await).1["state"].take()
}

#[tokio::test]
async fn a_photo_goes_from_its_upload_to_ready_or_rejected_through_three_processes() {
    let data = TempDir::new().unwrap();
    let mut upload = Lambda::start("upload", data.path(), &[]).await;
    let mut optimize = Lambda::start("optimize-photo", data.path(), &[]).await;
    for (bytes, outcome) in [(small_jpeg(), "ready"), (b"no photo at all".to_vec(), "rejected")] {
        let (status, promised) = upload.http("post-uploads").await;
        assert_eq!(status, 201, "{promised}");
        let photo_id = promised["photo_id"].as_str().unwrap();
        assert_eq!(state(&mut upload, photo_id).await, "pending");
        let put = put(data.path(), promised["upload"]["fields"]["key"].as_str().unwrap(), bytes).await;
        assert_eq!(optimize.invoke(&put).await[outcome], 1);
        assert_eq!(state(&mut upload, photo_id).await, outcome);
        assert_eq!(optimize.invoke(&put).await["skipped"], 1, "a second delivery");
    }
    assert_no_panic(&optimize);
}

#[tokio::test]
async fn a_charger_that_one_process_adds_is_found_by_another() {
    let data = TempDir::new().unwrap();
    let mut contribute = Lambda::start("contribute", data.path(), &[]).await;
    let (status, added) = contribute.http("post-chargers").await;
    assert_eq!(status, 201, "{added}");
    let mut chargers = Lambda::start("chargers", data.path(), &[]).await;
    let mut nearby = event("get-chargers.nearby");
    nearby["rawQueryString"] = json!("port_type=CCS");
    let (_, found) = http_answer(&chargers.invoke(&nearby).await);
    assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &added["charger"]["id"]));
    let mut along = Lambda::start("route-search", data.path(), &[]).await;
    let (_, found) = along.http("post-routing-calculate.polyline").await;
    assert_eq!(found["total"], 1);
}

#[tokio::test]
async fn the_same_binaries_run_on_postgresql() {
    let Some(test_db) = TestDb::postgres().await else { return };
    test_db.db.migrate_down_to(0).await.unwrap();
    let data = TempDir::new().unwrap();
    let url = ("DATABASE_URL", test_db.url.as_str());
    let mut ops = Lambda::start("ops", data.path(), &[url]).await;
    ops.invoke(&event("ops-migrate")).await;
    let mut contribute = Lambda::start("contribute", data.path(), &[url]).await;
    assert_eq!(contribute.http("post-chargers").await.0, 201);
    let mut chargers = Lambda::start("chargers", data.path(), &[url]).await;
    let (status, found) = chargers.http("get-chargers.bbox-geojson").await;
    assert_eq!((status, &found["total"]), (200, &json!(1)));
    assert!(!data.path().join("sharaspot.db").exists(), "no SQLite file is made beside it");
}
