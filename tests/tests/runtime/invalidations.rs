//! `invalidate-cdn`: the real binary, its real client, and what CloudFront is asked.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::cloudfront::{CloudFront, Mood};
use tests::log::requests;
use tests::repository::event;
use tests::runtime::{Lambda, Outcome};

/// What the key of the photo in the payloads begins with.
const PHOTO: &str = "processed/charger/20260301/018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f_0a1b2c3d";
/// What the template gives the function; its own patience must end before.
const TIMEOUT: Duration = Duration::from_secs(30);

async fn start(variables: &[(&'static str, String)]) -> Lambda {
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // It keeps no data.
    Lambda::start("invalidate-cdn", Path::new(""), &variables).await
}

/// The removal of one object.
fn removed(key: &str, sequencer: &str) -> Value {
    let mut event = event("s3-removed.delete-marker");
    let object = &mut event["Records"][0]["s3"]["object"];
    (object["key"], object["sequencer"]) = (json!(key), json!(sequencer));
    event
}

/// The sentence of an error.
async fn failure(lambda: &mut Lambda, event: &Value) -> String {
    match lambda.invoke_text(&event.to_string()).await {
        Outcome::Error(_, error) => error["errorMessage"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}\n{}", lambda.log()),
    }
}

#[tokio::test]
async fn every_removal_of_the_payloads_asks_for_the_paths_of_what_was_removed() {
    for case in ["s3-removed.rendition", "s3-removed.delete-marker", "s3-removed.several-records"] {
        let cloudfront = CloudFront::start().await;
        let mut lambda = start(&cloudfront.variables()).await;
        let answer = lambda.invoke(&event(case)).await;
        assert_json_snapshot!(case, json!({"answer": answer, "invalidations": cloudfront.invalidations()}));
        let log = lambda.log();
        let [line] = &*requests(&log) else { panic!("{log}") };
        assert_eq!((&line["function"], &line["request_id"]), (&json!("invalidate-cdn"), &json!("invocation-1")));
        assert_eq!((&line["cdn_invalidations"], &line["cdn_paths"]), (&json!(1), &answer["paths"]), "{line}");
        assert!(!log.contains("processed/"), "{log}");
    }
}

#[tokio::test]
async fn a_second_delivery_makes_no_second_invalidation_and_the_next_removal_does() {
    let cloudfront = CloudFront::start().await;
    let key = format!("{PHOTO}.jpg");
    let mut lambda = start(&cloudfront.variables()).await;
    for _ in 0..2 {
        assert_eq!(lambda.invoke(&removed(&key, "0069A42F81A3C9D5E7")).await["paths"], 1);
    }
    // To an instance of its own, after `ops reprocess` has published it again.
    let mut other = start(&cloudfront.variables()).await;
    other.invoke(&removed(&key, "0069A42F81A3C9D5E7")).await;
    assert_eq!((cloudfront.requests(), cloudfront.invalidations().len()), (3, 1));
    other.invoke(&removed(&key, "0069A42F82")).await;
    assert_eq!((cloudfront.requests(), cloudfront.invalidations().len()), (4, 2));
}

#[tokio::test]
async fn the_objects_of_a_photo_are_invalidated_one_by_one_as_they_go() {
    let cloudfront = CloudFront::start().await;
    let mut lambda = start(&cloudfront.variables()).await;
    let renditions = [".jpg", "_1920.webp", "_240.jpg", "_240.webp", "_480.jpg", "_480.webp", "_960.jpg", "_960.webp"];
    for (number, rendition) in renditions.iter().enumerate() {
        lambda.invoke(&removed(&format!("{PHOTO}{rendition}"), &format!("0A{number}"))).await;
        // Whatever comes later is not part of what was asked before it was gone.
        let paths: Vec<Value> = cloudfront.invalidations().iter().map(|made| made["paths"].clone()).collect();
        let gone: Vec<Value> = renditions[..=number].iter().map(|name| json!([format!("/{PHOTO}{name}")])).collect();
        assert_eq!(paths, gone);
    }
}

#[tokio::test]
async fn what_is_no_removal_of_a_rendition_asks_nothing() {
    let cloudfront = CloudFront::start().await;
    let mut lambda = start(&cloudfront.variables()).await;
    let table = [
        (event("s3-test-event"), 0),
        (event("s3-put"), 1),
        (removed("raw/charger/20260301/018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f", "0A"), 1),
        (removed("processed", "0A"), 1),
        (removed("doctor/x", "0A"), 1),
        (removed("processed/%FF", "0A"), 1),
        (json!({"Records": [{}, 7, null]}), 3),
        (json!([]), 0),
    ];
    for (event, skipped) in table {
        assert_eq!(lambda.invoke(&event).await, json!({"paths": 0, "skipped": skipped}), "{event}");
    }
    assert_eq!(cloudfront.requests(), 0);
}

#[tokio::test]
async fn a_stack_without_a_cdn_has_nothing_to_invalidate_and_says_so() {
    let mut lambda = start(&[]).await;
    let answer = lambda.invoke(&event("s3-removed.rendition")).await;
    assert_eq!(answer, json!({"paths": 0, "skipped": 1}));
    let log = lambda.log();
    assert!(log.contains("there is no CDN to invalidate"), "{log}");
    assert_eq!(requests(&log)[0]["cdn_invalidations"], Value::Null);
}

#[tokio::test]
async fn whatever_cloudfront_refuses_is_an_error_that_lambda_repeats_and_an_operator_understands() {
    let cloudfront = CloudFront::start().await;
    let mut lambda = start(&cloudfront.variables()).await;
    let unavailable = "The CDN is not available at the moment. Please try again.";
    let table = [
        (400, "TooManyInvalidationsInProgress", "The CDN has as many invalidations in progress as it allows."),
        (404, "NoSuchDistribution", "CDN_DISTRIBUTION_ID names a distribution that does not exist."),
        (403, "AccessDenied", "The role of this function may not invalidate what CDN_DISTRIBUTION_ID names."),
        (400, "Throttling", unavailable),
        (503, "ServiceUnavailable", unavailable),
        (400, "InvalidArgument", unavailable),
    ];
    let event = event("s3-removed.rendition");
    for (status, code, sentence) in table {
        cloudfront.turn(Mood::Failing(status, code));
        assert_eq!(failure(&mut lambda, &event).await, sentence);
        let log = lambda.log();
        assert!(log.contains(&format!("\"cause\":\"{code}\"")), "{log}");
        let line = requests(&log).pop().unwrap();
        assert_eq!((&line["has_failed"], &line["errors_5xx"]), (&json!(true), &json!(1)), "{line}");
        assert!(!log.contains(CloudFront::MESSAGE) && !log.contains("panicked"), "{log}");
    }
    cloudfront.turn(Mood::Serving);
    assert_eq!(lambda.invoke(&event).await["paths"], 1);
    assert_eq!(cloudfront.invalidations().len(), 1);
}

#[tokio::test]
async fn a_distribution_that_there_is_not_is_named_by_its_variable() {
    let cloudfront = CloudFront::start().await;
    let mut variables = cloudfront.variables();
    variables.push(("CDN_DISTRIBUTION_ID", "E000000000000".to_owned()));
    let sentence = failure(&mut start(&variables).await, &event("s3-removed.rendition")).await;
    assert_eq!(sentence, "CDN_DISTRIBUTION_ID names a distribution that does not exist.");
}

#[tokio::test]
async fn a_cloudfront_that_hangs_or_is_not_there_is_an_error_before_lambda_ends_the_function() {
    let cloudfront = CloudFront::start().await;
    cloudfront.turn(Mood::Hanging);
    let mut nobody = cloudfront.variables();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    nobody.push(("AWS_ENDPOINT_URL_CLOUDFRONT", format!("http://127.0.0.1:{port}")));
    for variables in [cloudfront.variables(), nobody] {
        let mut lambda = start(&variables).await;
        let started = Instant::now();
        let sentence = failure(&mut lambda, &event("s3-removed.rendition")).await;
        assert_eq!(sentence, "The CDN is not available at the moment. Please try again.");
        assert!(started.elapsed() < TIMEOUT, "{:?}", started.elapsed());
        assert!(lambda.log().contains("\"cause\":\"no answer\""), "{}", lambda.log());
    }
}
