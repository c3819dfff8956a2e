//! What a story leaves in the log: a line for each request, and nothing of whoever was part of it.

use crate::stage::{PHOTOS, Reply, Store, WORLD, request, sub, with_body, with_query};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use tests::log::{lines, requests, watched};
use tests::repository::{event, small_jpeg};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    every_request_of_a_story_is_one_line_and_nothing_of_a_person_is_in_the_log,
    a_request_says_what_its_time_went_into,
    a_photo_is_measured_by_its_bytes,
    a_hostile_path_is_no_part_of_a_line,
);

async fn send(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let (db, storage, photos) = (test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned());
    let asked = request(payload);
    let response = match payload["routeKey"].as_str().unwrap() {
        "POST /api/uploads" | "GET /api/photos/{id}" => {
            upload::handle(&upload::App::new(db, storage, photos, 25 << 20, WORLD), asked).await
        }
        "POST /api/routing/calculate" => route_search::handle(&route_search::App::new(db, photos), asked).await,
        route if route.starts_with("GET /api/c") => chargers::handle(&chargers::App::new(db, photos), asked).await,
        _ => contribute::handle(&contribute::App::new(db, storage, photos, WORLD), asked).await,
    };
    Reply::of(response.unwrap())
}

/// Words that only a person says, and what the payloads of `events/` say of one.
fn secrets() -> Vec<String> {
    let mut secrets = vec![sub(), "42.654321".to_owned(), "Ask for Ann".to_owned(), "mysterious-key".to_owned()];
    let headers = event("get-me")["headers"].take();
    let spoken = ["authorization", "user-agent", "x-forwarded-for"].into_iter();
    secrets.extend(spoken.filter_map(|name| headers[name].as_str().map(str::to_owned)));
    secrets
}

async fn every_request_of_a_story_is_one_line_and_nothing_of_a_person_is_in_the_log(test_db: &TestDb) {
    let store = Store::new().await;
    let body = |case: &str, name: &str, value: Value| {
        let mut body: Value = serde_json::from_str(event(case)["body"].as_str().unwrap()).unwrap();
        body[name] = value;
        with_body(case, &body)
    };
    let mut keyed = body("post-chargers", "notes", json!("Ask for Ann"));
    keyed["headers"]["idempotency-key"] = json!("mysterious-key");
    let story = [
        (keyed.clone(), 201),
        (keyed, 201),
        (body("post-chargers", "latitude", json!(42.654321)), 201),
        (event("post-chargers"), 409),
        (body("post-chargers", "Ask for Ann", json!("x")), 400),
        (with_query("get-chargers.nearby", "user_lat=42.654321&user_lng=-73.75&max_distance=5"), 200),
        (with_query("get-chargers.nearby", "Ask%20for%20Ann=42.654321"), 400),
        (event("get-charger"), 404),
        (event("post-routing-calculate.polyline"), 200),
        (event("post-uploads"), 201),
        (event("get-photo"), 404),
        (event("post-verify"), 404),
        (event("get-me"), 200),
        (event("delete-me"), 204),
    ];
    let work = async {
        for (payload, status) in &story {
            let reply = send(test_db, &store, payload).await;
            assert_eq!(reply.status, *status, "{}: {}", payload["routeKey"], reply.body);
        }
    };
    // More than production ever writes.
    let ((), log) = watched("debug", work).await;
    let ended = requests(&log);
    assert_eq!(ended.len(), story.len(), "{log}");
    for ((payload, status), line) in story.iter().zip(&ended) {
        assert_eq!((&line["route"], &line["status"]), (&payload["routeKey"], &json!(status)));
        assert_eq!(line["request_id"], payload["requestContext"]["requestId"]);
        assert_eq!(line["errors_4xx"], i32::from(*status >= 400));
    }
    assert!(lines(&log).iter().all(|line| line["request_id"].is_string()), "{log}");
    for secret in secrets() {
        assert!(!log.contains(&secret), "{secret} in {log}");
    }
}

async fn a_request_says_what_its_time_went_into(test_db: &TestDb) {
    let store = Store::new().await;
    let (reply, log) = watched("info", send(test_db, &store, &event("post-chargers"))).await;
    let [line] = &*requests(&log) else { panic!("{log}") };
    assert_eq!(
        (&line["function"], &line["method"], &line["path"]),
        (&json!("contribute"), &json!("POST"), &json!("/api/chargers"))
    );
    let trace = event("post-chargers")["headers"]["x-amzn-trace-id"].as_str().unwrap().replace("Root=", "");
    assert_eq!(line["trace_id"], trace);
    assert!(line["db_statements"].as_u64().is_some_and(|count| count > 3), "{line}");
    assert!(line["auth_ms"].is_number() && line["pool_wait_ms"].is_number() && line["pool_connections"].is_number());
    let ms = |name: &str| line[name].as_f64().unwrap();
    let timing = reply.header("server-timing").unwrap();
    let part = |name: &str| -> f64 {
        let part = timing.split(", ").find_map(|part| part.strip_prefix(&format!("{name};dur=")));
        part.unwrap_or_else(|| panic!("{name} in {timing}")).parse().unwrap()
    };
    // Each of the three is rounded.
    assert!((part("db") - ms("db_ms") - ms("pool_wait_ms")).abs() < 0.002, "{timing}: {line}");
    assert!((part("auth") - ms("auth_ms")).abs() < 0.002 && part("total") <= ms("duration_ms"), "{timing}: {line}");
    assert!(part("db") > 0.0 && part("total") >= part("db"), "{timing}");
    assert!(reply.header("x-request-time").is_some_and(|time| time.ends_with("ms")));
}

async fn a_photo_is_measured_by_its_bytes(test_db: &TestDb) {
    let store = Store::new().await;
    let settings = config::Config::read(&|_| None).unwrap().photos;
    let app = optimize_photo::App::new(test_db.db.clone(), store.storage.clone(), &settings, WORLD);
    for (bytes, outcome) in [(small_jpeg(), "photos_ready"), (b"no photo".to_vec(), "rejections")] {
        let promised = send(test_db, &store, &event("post-uploads")).await.body;
        let key = promised["upload"]["fields"]["key"].as_str().unwrap().to_owned();
        let headers = storage::ObjectHeaders { content_type: "image/jpeg".to_owned(), cache_control: None };
        let size = bytes.len();
        store.storage.put(&key, bytes.into(), &headers).await.unwrap();
        let mut put = event("s3-put");
        put["Records"][0]["s3"]["bucket"]["name"] = json!(store.storage.bucket());
        put["Records"][0]["s3"]["object"]["key"] = json!(key);
        let mut context = Context::default();
        context.request_id = "of-lambda".to_owned();
        let delivered = optimize_photo::serve(&app, LambdaEvent::new(put, context));
        let (counts, log) = watched("info", delivered).await;
        assert!(counts.is_ok());
        let [line] = &*requests(&log) else { panic!("{log}") };
        assert_eq!((&line["function"], &line["request_id"]), (&json!("optimize-photo"), &json!("of-lambda")));
        assert_eq!((&line["photo_bytes_in"], &line[outcome]), (&json!(size), &json!(1)), "{line}");
        assert_eq!(
            line["photo_bytes_out"].as_u64().is_some_and(|bytes| bytes > 0),
            outcome == "photos_ready",
            "{line}"
        );
        assert!(lines(&log).iter().all(|line| line["request_id"] == "of-lambda"), "{log}");
    }
}

async fn a_hostile_path_is_no_part_of_a_line(test_db: &TestDb) {
    let store = Store::new().await;
    let hostile = "ann@example.com\n{\"level\":\"ERROR\"}";
    let mut payload = event("get-charger");
    payload["rawPath"] = json!(format!("/api/chargers/{hostile}"));
    payload["requestContext"]["http"]["path"] = payload["rawPath"].clone();
    payload["headers"]["x-amzn-trace-id"] = json!("Root=ann@example.com\"}");
    let (reply, log) = watched("debug", send(test_db, &store, &payload)).await;
    assert_eq!(reply.status, 404);
    let [line] = &*requests(&log) else { panic!("{log}") };
    assert_eq!((&line["path"], &line["trace_id"]), (&json!("/api/chargers/{id}"), &Value::Null));
    assert!(!log.contains("ann@") && !log.contains("ERROR"), "{log}");
}
