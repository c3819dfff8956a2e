//! The log of our functions: what is written while something is done, and what every line must be.

use domain::Timestamp;
use serde_json::Value;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use telemetry::{METRICS, Settings};
use tracing::instrument::WithSubscriber;

/// Everything that one thread writes.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What some work comes to, and the text that it leaves in a log with this filter.
pub async fn watched<T>(filter: &str, work: impl Future<Output = T>) -> (T, String) {
    let written = Written::default();
    let now = || Timestamp::from_micros(1_772_366_400_000_000);
    let settings = Settings { filter, namespace: "SharaSpot", function: "tests", now };
    let writer = written.clone();
    let done = work.with_subscriber(telemetry::subscriber(&settings, move || writer.clone())).await;
    let bytes = written.0.lock().unwrap().clone();
    (done, String::from_utf8(bytes).unwrap())
}

/// The lines of a log: each is a JSON object that says when, how grave and what.
pub fn lines(log: &str) -> Vec<Value> {
    let line = |line: &str| -> Value { serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")) };
    let lines: Vec<Value> = log.lines().map(line).collect();
    for line in &lines {
        assert!(["timestamp", "level", "message"].iter().all(|name| line[name].is_string()), "{line}");
    }
    lines
}

/// The last lines of requests, each of which CloudWatch takes for metrics.
pub fn requests(log: &str) -> Vec<Value> {
    let mut lines = lines(log);
    lines.retain(|line| line["_aws"].is_object());
    lines.iter().for_each(assert_metrics);
    lines
}

/// CloudWatch's specification: the time in milliseconds, one set of dimensions that are texts, a hundred metrics at most that are
/// numbers. And ours: each is in the table.
fn assert_metrics(line: &Value) {
    assert!(line["_aws"]["Timestamp"].as_u64().is_some_and(|ms| ms > 1_000_000_000_000), "{line}");
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let [directive] = &**directives else { panic!("{line}") };
    let dimensions = directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap());
    assert!(dimensions.clone().count() == 1 && dimensions.clone().all(|name| line[name.as_str().unwrap()].is_string()));
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!((1..=100).contains(&metrics.len()), "{line}");
    for metric in metrics {
        let name = metric["Name"].as_str().unwrap();
        assert!(line[name].is_number(), "{name}: {line}");
        let known =
            METRICS.iter().find(|known| known.name == name).unwrap_or_else(|| panic!("{name} is not in METRICS"));
        assert_eq!(metric["Unit"], known.unit(), "{name}");
    }
}
