//! What an erasure ends, and what it does not.

use crate::stage::{PHOTOS, Reply, Store, WORLD, as_somebody, request, sub, with_body};
use serde_json::{Value, json};
use tests::behind::number;
use tests::repository::event;
use tests::{TestDb, on_both_engines};

on_both_engines!(
    an_answer_that_was_kept_for_somebody_else_forgets_the_erased,
    an_erasure_under_a_key_happens_once,
    an_erasure_does_not_end_a_limit,
    erasures_beside_the_first_writes_of_the_same_person_fail_for_nobody,
);

async fn send(test_db: &TestDb, store: &Store, payload: &Value) -> Reply {
    let app = contribute::App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), WORLD);
    Reply::of(contribute::handle(&app, request(payload)).await.unwrap())
}

async fn an_answer_that_was_kept_for_somebody_else_forgets_the_erased(test_db: &TestDb) {
    let store = Store::new().await;
    let name = "quo\"te\\ \u{e9}";
    let added = send(test_db, &store, &as_somebody(event("post-chargers"), "sub", "bob")).await;
    let path = json!(format!("/api/chargers/{}", added.body["charger"]["id"].as_str().unwrap()));
    let at = |case: &str, path: &str| {
        let mut payload = event(case);
        payload["rawPath"] = json!(path);
        payload["requestContext"]["http"]["path"] = json!(path);
        payload
    };
    let mut verify = at("post-verify", &format!("{}/verify", path.as_str().unwrap()));
    verify["body"] = json!(r#"{"action": "active", "notes": "Ask for me, Ann."}"#);
    assert_eq!(send(test_db, &store, &as_somebody(verify, "sub", name)).await.status, 201);
    let mut patch = as_somebody(at("patch-charger", path.as_str().unwrap()), "sub", "bob");
    patch["headers"]["idempotency-key"] = json!("k");
    assert!(send(test_db, &store, &patch).await.body.to_string().contains("Ask for me"));
    assert_eq!(send(test_db, &store, &as_somebody(event("delete-me"), "sub", name)).await.status, 204);
    let again = send(test_db, &store, &patch).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, None));
    let text = again.body.to_string();
    assert!(text.contains("anonymous:") && !text.contains("Ask for me") && !text.contains("quo"), "{text}");
}

async fn an_erasure_under_a_key_happens_once(test_db: &TestDb) {
    let store = Store::new().await;
    let mut erase = event("delete-me");
    erase["headers"]["idempotency-key"] = json!("k");
    send(test_db, &store, &event("post-chargers")).await;
    assert_eq!(send(test_db, &store, &erase).await.status, 204);
    let mut wanted: Value = serde_json::from_str(event("post-chargers")["body"].as_str().unwrap()).unwrap();
    wanted["allow_duplicate"] = json!(true);
    assert_eq!(send(test_db, &store, &with_body("post-chargers", &wanted)).await.status, 201);
    let again = send(test_db, &store, &erase).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (204, Some("true")));
    let kept = format!("SELECT count(*) FROM chargers WHERE added_by = '{}'", sub());
    assert_eq!(number(&test_db.db, &kept).await, 1);
}

async fn an_erasure_does_not_end_a_limit(test_db: &TestDb) {
    let store = Store::new().await;
    let added = send(test_db, &store, &as_somebody(event("post-chargers"), "sub", "bob")).await;
    let path = format!("/api/chargers/{}/verify", added.body["charger"]["id"].as_str().unwrap());
    let mut verify = event("post-verify");
    verify["rawPath"] = json!(path);
    verify["requestContext"]["http"]["path"] = json!(path);
    assert_eq!(send(test_db, &store, &verify).await.status, 201);
    assert_eq!(send(test_db, &store, &event("delete-me")).await.status, 204);
    let refused = send(test_db, &store, &verify).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3600")));
    assert_eq!(number(&test_db.db, "SELECT count(*) FROM verification_actions").await, 2);
}

async fn erasures_beside_the_first_writes_of_the_same_person_fail_for_nobody(test_db: &TestDb) {
    let store = Store::new().await;
    let promise = async || {
        let (db, storage) = (test_db.db.clone(), store.storage.clone());
        let app = upload::App::new(db, storage, PHOTOS.to_owned(), 25 << 20, WORLD);
        Reply::of(upload::handle(&app, request(&event("post-uploads"))).await.unwrap()).status
    };
    let erase = async || send(test_db, &store, &event("delete-me")).await.status;
    for _ in 0..20 {
        let all = tokio::join!(promise(), erase(), promise(), erase(), promise(), erase(), promise(), erase());
        assert_eq!(all, (201, 204, 201, 204, 201, 204, 201, 204));
    }
}
