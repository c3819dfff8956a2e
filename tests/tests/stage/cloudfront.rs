//! The protocol of the CloudFront of the tests.

use serde_json::json;
use std::time::Duration;
use tests::cloudfront::{CloudFront, Mood};
use tests::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request as it goes on the wire; the status and the body of the answer.
async fn post(cloudfront: &CloudFront, distribution: &str, body: &str) -> (u16, String) {
    let mut connection = TcpStream::connect(cloudfront.endpoint().trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "POST /2020-05-31/distribution/{distribution}/invalidation HTTP/1.1\r\nhost: cloudfront\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// As the user guide has it.
fn batch(quantity: usize, paths: &[&str], reference: &str) -> String {
    let paths: String = paths.iter().map(|path| format!("<Path>{path}</Path>")).collect();
    format!(
        "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>{quantity}</Quantity>\
         <Items>{paths}</Items></Paths><CallerReference>{reference}</CallerReference></InvalidationBatch>"
    )
}

async fn ask(cloudfront: &CloudFront, body: &str) -> (u16, String) {
    post(cloudfront, CloudFront::DISTRIBUTION, body).await
}

#[tokio::test]
async fn the_same_request_is_one_invalidation_and_its_reference_is_good_for_no_other() {
    let cloudfront = CloudFront::start().await;
    let first = batch(2, &["/a&amp;b", "/c*"], "one");
    for _ in 0..2 {
        let (status, made) = ask(&cloudfront, &first).await;
        assert_eq!(status, 201);
        assert!(made.contains("<Id>I0</Id>") && made.contains("<Path>/c*</Path>"), "{made}");
    }
    let (status, refused) = ask(&cloudfront, &batch(1, &["/a"], "one")).await;
    assert!(status == 400 && refused.contains("<Code>InvalidationBatchAlreadyExists</Code>"), "{refused}");
    assert!(ask(&cloudfront, &batch(1, &["/a"], "two")).await.1.contains("<Id>I1</Id>"));
    let made = [
        json!({"caller_reference": "one", "paths": ["/a&b", "/c*"]}),
        json!({"caller_reference": "two", "paths": ["/a"]}),
    ];
    assert_eq!((cloudfront.invalidations(), cloudfront.requests()), (made.to_vec(), 4));
}

#[tokio::test]
async fn it_refuses_what_cloudfront_would() {
    let cloudfront = CloudFront::start().await;
    let table = [
        (CloudFront::DISTRIBUTION, batch(2, &["/a"], "r"), "InconsistentQuantities"),
        (CloudFront::DISTRIBUTION, batch(1, &["a"], "r"), "InvalidArgument"),
        (CloudFront::DISTRIBUTION, batch(1, &["/a b"], "r"), "InvalidArgument"),
        (CloudFront::DISTRIBUTION, batch(0, &[], "r"), "InvalidArgument"),
        (CloudFront::DISTRIBUTION, "{}".to_owned(), "MalformedXML"),
        ("another", batch(1, &["/a"], "r"), "NoSuchDistribution"),
    ];
    for (distribution, body, code) in table {
        let (status, refused) = post(&cloudfront, distribution, &body).await;
        assert!(status >= 400 && refused.contains(&format!("<Code>{code}</Code>")), "{code}: {refused}");
    }
    assert_eq!(cloudfront.invalidations().len(), 0);
}

#[tokio::test]
async fn it_fails_and_hangs_when_it_is_told_to() {
    let cloudfront = CloudFront::start().await;
    let body = batch(1, &["/a"], "r");
    cloudfront.turn(Mood::Failing(503, "ServiceUnavailable"));
    let (status, refused) = ask(&cloudfront, &body).await;
    assert!(status == 503 && refused.contains("<Code>ServiceUnavailable</Code>"), "{refused}");
    cloudfront.turn(Mood::Hanging);
    let hung = async {
        eventually("the request is taken", async || cloudfront.requests() == 2).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    tokio::select! {
        answer = ask(&cloudfront, &body) => panic!("{answer:?}"),
        () = hung => {}
    }
    cloudfront.turn(Mood::Serving);
    assert_eq!(ask(&cloudfront, &body).await.0, 201);
}
