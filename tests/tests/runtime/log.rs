//! What a process writes on its standard output.

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::log::{lines, requests};
use tests::repository::event;
use tests::runtime::{Lambda, Outcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the Runtime API says, which comes before what a client has sent.
const TRACE_ID: &str = "1-69a42f80-000000000000000000000001";

#[tokio::test]
async fn every_request_is_one_line_of_json_with_metrics_and_only_the_first_is_a_cold_start() {
    let data = TempDir::new().unwrap();
    let mut lambda = Lambda::start("chargers", data.path(), &[("METRICS_NAMESPACE", "SharaSpot/tests")]).await;
    let cases = ["get-health", "get-chargers.nearby", "get-chargers.unknown-parameter", "get-charger"];
    for case in cases {
        lambda.http(case).await;
    }
    let log = lambda.log();
    let ended = requests(&log);
    assert_eq!(lines(&log).len(), 1 + cases.len(), "a start and the requests: {log}");
    for (number, (case, line)) in cases.iter().zip(&ended).enumerate() {
        assert_eq!(line["request_id"], event(case)["requestContext"]["requestId"]);
        assert_eq!((&line["trace_id"], &line["function"]), (&json!(TRACE_ID), &json!("chargers")));
        assert_eq!((&line["cold_start"], &line["cold_starts"]), (&json!(number == 0), &json!(i32::from(number == 0))));
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "SharaSpot/tests");
    }
    let statuses: Vec<_> = ended.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 400, 404]);
}

#[tokio::test]
async fn an_event_that_fails_says_so_in_its_one_line() {
    let data = TempDir::new().unwrap();
    let mut lambda = Lambda::start("ops", data.path(), &[]).await;
    lambda.invoke(&event("ops-migration-status")).await;
    let refused = lambda.invoke_text(r#"{"command": "sweep", "days": 3}"#).await;
    assert!(matches!(refused, Outcome::Error(..)), "{refused:?}");
    let log = lambda.log();
    let said: Vec<Value> =
        requests(&log).iter().map(|line| json!([line["command"], line["request_id"], line["errors_5xx"]])).collect();
    assert_eq!(said, [json!(["migration-status", "invocation-1", 0]), json!(["sweep", "invocation-2", 1])]);
}

/// The S3 client takes the trace from where the runtime puts it, so that X-Ray sees both ends of a call.
#[tokio::test]
async fn the_trace_goes_along_to_s3() {
    let s3 = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", s3.local_addr().unwrap());
    let data = TempDir::new().unwrap();
    let variables = [
        ("S3_BUCKET", "photos"),
        ("AWS_ENDPOINT_URL_S3", &endpoint),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let mut lambda = Lambda::start("optimize-photo", data.path(), &variables).await;
    let mut put = event("s3-put");
    put["Records"][0]["s3"]["bucket"]["name"] = json!("photos");
    let asked = tokio::spawn(async move {
        let (mut stream, _) = s3.accept().await.unwrap();
        let (mut head, mut bytes) = (String::new(), [0; 4096]);
        while !head.contains("\r\n\r\n") {
            let length = stream.read(&mut bytes).await.unwrap();
            head.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
        let body = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        head
    });
    // Of a photo that nobody knows, what may be public is looked for.
    assert_eq!(lambda.invoke(&put).await["skipped"], 1);
    let head = asked.await.unwrap();
    assert!(head.to_lowercase().contains(&format!("x-amzn-trace-id: root={TRACE_ID}")), "{head}");
    assert_eq!(requests(&lambda.log())[0]["photos_skipped"], 1);
}
