//! A database that is gone: a problem that says so, when to come again, and nothing else.

use crate::stage::{PHOTOS, Reply, Store, WORLD, assert_tells_nothing, request};
use insta::assert_json_snapshot;
use serde_json::Value;
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(every_http_function_answers_503_with_retry_after, the_optimizer_fails_so_that_lambda_delivers_again);

async fn replies(test_db: &TestDb) -> Vec<Reply> {
    let (db, photos) = (test_db.db.clone(), PHOTOS.to_owned());
    let storage = Store::new().await.storage;
    let ask = |case: &str| request(&event(case));
    let reads = chargers::App::new(db.clone(), photos.clone());
    let routes = route_search::App::new(db.clone(), photos.clone());
    let uploads = upload::App::new(db.clone(), storage.clone(), photos.clone(), 25 << 20, WORLD);
    let writes = contribute::App::new(db, storage, photos, WORLD);
    vec![
        Reply::of(chargers::handle(&reads, ask("get-chargers.nearby")).await.unwrap()),
        Reply::of(chargers::handle(&reads, ask("get-charger")).await.unwrap()),
        Reply::of(route_search::handle(&routes, ask("post-routing-calculate.polyline")).await.unwrap()),
        Reply::of(upload::handle(&uploads, ask("post-uploads")).await.unwrap()),
        Reply::of(upload::handle(&uploads, ask("get-photo")).await.unwrap()),
        Reply::of(upload::handle(&uploads, ask("delete-photo")).await.unwrap()),
        Reply::of(contribute::handle(&writes, ask("post-chargers")).await.unwrap()),
    ]
}

async fn every_http_function_answers_503_with_retry_after(test_db: &TestDb) {
    test_db.db.close().await;
    for reply in replies(test_db).await {
        assert_eq!(reply.status, 503, "{}", reply.body);
        assert_tells_nothing(&reply);
        assert_json_snapshot!("unavailable", reply.snapshot(), { ".body.request_id" => "[id]" });
    }
}

async fn the_optimizer_fails_so_that_lambda_delivers_again(test_db: &TestDb) {
    let storage = Store::new().await.storage;
    let config = config::Config::read(&|_| None).unwrap();
    let mut delivered = event("s3-put");
    delivered["Records"][0]["s3"]["bucket"]["name"] = storage.bucket().into();
    let app = optimize_photo::App::new(test_db.db.clone(), storage, &config.photos, WORLD);
    test_db.db.close().await;
    assert!(optimize_photo::handle(&app, delivered).await.is_err());
    // What is not ours needs no database.
    let ignored: Value = optimize_photo::handle(&app, event("s3-test-event")).await.unwrap();
    assert_eq!(ignored["skipped"], 0);
}
