use crate::request::tests::slow;
use crate::{End, Request, Settings, subscriber};
use domain::Timestamp;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";

/// What was written, in the pieces in which it was.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<String>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Written {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// The lines that come of some work.
async fn lines_of(filter: &str, work: impl Future<Output = ()>) -> Vec<Value> {
    let written = Written::default();
    let now = || Timestamp::from_micros(1_772_366_400_123_456);
    let settings = Settings { filter, namespace: "SharaSpot", function: "process", now };
    work.with_subscriber(subscriber(&settings, written.clone())).await;
    let pieces = written.0.lock().unwrap().clone();
    // One piece each, or others could get in between.
    pieces.iter().map(|line| serde_json::from_str(line.strip_suffix('\n').unwrap()).unwrap()).collect()
}

/// Metrics of a line with their units, each held against its value.
fn metrics(line: &Value) -> Vec<(&str, &str)> {
    let metadata = line["_aws"].as_object().unwrap_or_else(|| panic!("{line}"));
    assert_eq!((metadata.len(), &metadata["Timestamp"]), (2, &json!(1_772_366_400_123_u64)));
    let [directive] = &**metadata["CloudWatchMetrics"].as_array().unwrap() else { panic!("{line}") };
    assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!("SharaSpot"), &json!([["function"]])));
    assert!(line["function"].is_string());
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!(metrics.len() <= 100);
    let metric = |metric: &'_ Value| (metric["Name"].as_str().unwrap().to_owned(), metric.clone());
    assert!(metrics.iter().map(metric).all(|(name, _)| line[name].is_number()), "{line}");
    metrics.iter().map(|metric| (metric["Name"].as_str().unwrap(), metric["Unit"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_request_is_one_line_that_is_log_and_metrics_in_one() {
    let lines = lines_of("info", async {
        let request = Request::start("chargers", "r-1", Some(TRACE));
        request
            .run(async {
                tracing::info!(target: "metric", db_ms = 1.25, db_statements = 1_u64);
                tracing::info!(target: "metric", db_ms = 0.5, db_statements = 1_u64, photo_bytes_in = 700_usize);
            })
            .await;
        assert_eq!((request.sum("db_ms"), request.sum("photo_bytes_in")), (1.75, 700.0));
        request.end(&End { method: Some("GET"), path: Some("/api/chargers"), status: Some(503), ..End::default() });
    });
    let lines = lines.await;
    let [line] = &*lines else { panic!("{lines:#?}") };
    assert_eq!((&line["timestamp"], &line["level"]), (&json!("2026-03-01T12:00:00.123456Z"), &json!("INFO")));
    assert_eq!((&line["message"], &line["function"]), (&json!("request"), &json!("chargers")));
    assert_eq!(
        (&line["request_id"], &line["trace_id"]),
        (&json!("r-1"), &json!("1-5759e988-bd862e3fe1be46a994272793"))
    );
    assert_eq!(
        (&line["method"], &line["path"], &line["status"]),
        (&json!("GET"), &json!("/api/chargers"), &json!(503))
    );
    assert_eq!((&line["db_ms"], &line["db_statements"]), (&json!(1.75), &json!(2)));
    assert_eq!((&line["errors_4xx"], &line["errors_5xx"]), (&json!(0), &json!(1)));
    assert!(line["cold_start"].is_boolean() && line["cold_starts"].as_u64().is_some());
    let expected = [
        ("db_ms", "Milliseconds"),
        ("db_statements", "Count"),
        ("photo_bytes_in", "Bytes"),
        ("duration_ms", "Milliseconds"),
        ("cold_starts", "Count"),
        ("errors_4xx", "Count"),
        ("errors_5xx", "Count"),
    ];
    assert_eq!(metrics(line), expected);
}

#[tokio::test]
async fn every_line_within_a_request_says_which_also_where_two_take_turns() {
    let lines = lines_of("info", async {
        let work = async |name: &'static str, amount: u64| {
            let request = Request::start(name, name, None);
            let work = async {
                for _ in 0..3 {
                    tracing::info!(target: "metric", db_statements = amount);
                    tracing::warn!("half way");
                    tokio::task::yield_now().await;
                }
            };
            request.run(work).await;
            request.end(&End::default());
        };
        tokio::join!(work("upload", 1), work("chargers", 10));
        tracing::info!("later");
    });
    let lines = lines.await;
    for (name, sum) in [("upload", 3), ("chargers", 30)] {
        let of_one: Vec<_> = lines.iter().filter(|line| line["request_id"] == name).collect();
        assert_eq!(of_one.len(), 4);
        assert!(of_one.iter().all(|line| line["function"] == name && line["cold_start"].is_boolean()));
        assert_eq!(of_one[3]["db_statements"], sum);
    }
    let last = lines.last().unwrap();
    assert_eq!((lines.len(), &last["function"], &last["request_id"]), (9, &json!("process"), &Value::Null));
}

#[tokio::test]
async fn what_is_measured_outside_of_a_request_is_a_line_by_itself() {
    let lines =
        lines_of("warn", async { tracing::info!(target: "metric", cache_hits = 2_u64, wait_ms = f64::NAN) }).await;
    assert_eq!((lines.len(), metrics(&lines[0])), (1, vec![("cache_hits", "Count")]));
    assert_eq!((&lines[0]["cache_hits"], &lines[0]["function"]), (&json!(2), &json!("process")));
}

#[tokio::test]
async fn the_filter_is_for_lines_and_never_for_metrics() {
    for filter in ["off", "metric=off,request=off", "error"] {
        let lines = lines_of(filter, async {
            let request = Request::start("chargers", "1", None);
            let work = async {
                tracing::info!("noise");
                tracing::info!(target: "metric", db_statements = 1_u64);
            };
            request.run(work).await;
            request.end(&End::default());
        });
        let lines = lines.await;
        assert_eq!((lines.len(), &lines[0]["db_statements"]), (1, &json!(1)), "{filter}");
    }
}

#[tokio::test]
async fn a_request_that_panics_or_is_dropped_half_way_has_its_line_and_counts_as_failed() {
    let lines = lines_of("info", async {
        let panics = tokio::spawn(
            async {
                let request = Request::start("chargers", "panics", None);
                request.run(async { std::panic::resume_unwind(Box::new(())) }).await
            }
            .with_current_subscriber(),
        );
        assert!(panics.await.is_err());
        let waits = async {
            let request = Request::start("chargers", "dropped", None);
            request.run(std::future::pending::<()>()).await;
        };
        tokio::select! {
            () = waits => {}
            () = tokio::task::yield_now() => {}
        }
    });
    let lines = lines.await;
    let seen: Vec<_> =
        lines.iter().map(|line| (&line["request_id"], &line["has_failed"], &line["errors_5xx"])).collect();
    let (yes, one) = (json!(true), json!(1));
    assert_eq!(seen, [(&json!("panics"), &yes, &one), (&json!("dropped"), &yes, &one)]);
}

#[tokio::test]
async fn a_panic_is_a_line_of_its_request_that_says_where_and_not_what() {
    let lines = lines_of("info", async {
        let request = Request::start("chargers", "panics", None);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(crate::log_panic));
        let work = async { std::panic::catch_unwind(|| panic!("Ann's notes")) };
        assert!(request.run(work).await.is_err());
        std::panic::set_hook(before);
        request.end(&End::default());
    });
    let lines = lines.await;
    assert_eq!((&lines[0]["level"], &lines[0]["message"]), (&json!("ERROR"), &json!("panicked")));
    assert!(lines[0]["place"].as_str().is_some_and(|place| place.contains("tests.rs:")), "{}", lines[0]);
    assert!(lines[0]["request_id"] == "panics" && !lines[0].to_string().contains("Ann"), "{}", lines[0]);
}

#[tokio::test]
async fn a_request_of_a_person_that_takes_a_second_is_a_warning() {
    let lines = lines_of("off", async {
        slow("quick", 999).end(&End { method: Some("GET"), ..End::default() });
        slow("slow", 1001).end(&End { method: Some("GET"), ..End::default() });
        // Nobody waits for a photo.
        slow("event", 60_000).end(&End::default());
    });
    let lines = lines.await;
    let said: Vec<_> = lines.iter().map(|line| (&line["request_id"], &line["level"], &line["message"])).collect();
    let (info, warn, request, slow_request) = (json!("INFO"), json!("WARN"), json!("request"), json!("slow request"));
    let [quick, slow, event] = [json!("quick"), json!("slow"), json!("event")];
    assert_eq!(said, [(&quick, &info, &request), (&slow, &warn, &slow_request), (&event, &info, &request)]);
    assert!(lines[1]["duration_ms"].as_f64().unwrap() >= 1001.0);
}

#[tokio::test]
async fn no_field_breaks_a_line_or_takes_the_name_of_what_the_line_says_of_itself() {
    let hostile = "x\n{\"level\":\"ERROR\"}\u{0}\"";
    let lines = lines_of("trace", async {
        let request = Request::start("chargers", hostile, Some(hostile));
        let work = async {
            tracing::info!(
                level = "mine",
                function = "mine",
                request_id = "mine",
                _aws = "mine",
                cause = hostile,
                "{hostile}"
            );
        };
        request.run(work).await;
        let end = End { method: Some(hostile), path: Some(hostile), command: Some(hostile), ..End::default() };
        request.end(&end);
        tracing::error!(request_id = "its own", error = ?hostile, number = -3_i64, is = true, share = 0.5);
    });
    let lines = lines.await;
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["level"], &lines[0]["function"]), (&json!("INFO"), &json!("chargers")));
    assert_eq!((&lines[0]["request_id"], &lines[0]["cause"]), (&json!(hostile), &json!(hostile)));
    assert_eq!(
        (&lines[0]["message"], &lines[0]["trace_id"], &lines[0]["_aws"]),
        (&json!(hostile), &Value::Null, &Value::Null)
    );
    assert_eq!((&lines[1]["method"], &lines[1]["path"]), (&json!(hostile), &json!(hostile)));
    let own = json!({"request_id": "its own", "number": -3, "is": true, "share": 0.5});
    assert!(own.as_object().unwrap().iter().all(|(name, value)| lines[2][name] == *value), "{}", lines[2]);
}
