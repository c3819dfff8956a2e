//! Two processes of a function, and what they share.

use domain::connection::Database;
use serde_json::Value;
use tempfile::TempDir;
use tests::certificates::Certificates;
use tests::redis::Redis;
use tests::repository::event;
use tests::runtime::Lambda;
use tests::seed::{NOON, imported, point};

/// For a machine that has other things to do.
const PATIENCE: (&str, &str) = ("CACHE_TIMEOUT_MS", "5000");

/// What a process says of where its answer comes from, and the answer.
async fn ask(lambda: &mut Lambda) -> (String, Value) {
    let answer = lambda.invoke(&event("get-chargers.nearby")).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    (answer["headers"]["x-cache"].as_str().unwrap().to_owned(), answer["body"].clone())
}

#[tokio::test]
async fn two_processes_share_answers_over_tls_that_is_verified() {
    let certificates = Certificates::make();
    let Some(redis) = Redis::start(Some(&certificates)).await else { return };
    let data = TempDir::new().unwrap();
    let db = tests::open(&Database::at(format!("sqlite:{}/sharaspot.db", data.path().display()), 1)).await.unwrap();
    db.import_chargers("set", &[imported(1, point(42.65, -73.75))], NOON).await.unwrap();
    db.close().await;
    let (url, other) = (redis.url(), Certificates::make());
    let [known, unknown] = [&certificates, &other].map(|one| one.authority().to_str().unwrap().to_owned());
    let start = async |authority: &str| {
        Lambda::start("chargers", data.path(), &[("CACHE_URL", &url), ("SSL_CERT_FILE", authority), PATIENCE]).await
    };
    let (mut one, mut two, mut stranger) = (start(&known).await, start(&known).await, start(&unknown).await);
    let made = ask(&mut one).await;
    assert_eq!(made.0, "miss");
    assert_eq!(ask(&mut two).await, ("shared-hit".to_owned(), made.1.clone()));
    assert_eq!(ask(&mut two).await, ("hit".to_owned(), made.1.clone()));
    // Whoever does not trust the server asks it nothing, and answers all the same.
    assert_eq!(ask(&mut stranger).await, ("miss".to_owned(), made.1));
    assert!(stranger.log().contains("the shared cache does not answer"), "{}", stranger.log());
    assert!(![&one, &two, &stranger].iter().any(|process| process.log().contains("of-the-tests")));
}
