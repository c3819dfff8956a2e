//! `POST /api/chargers/batch`: a result for each charger.

use crate::stage::{PHOTOS, Reply, Store, WORLD, bad_fields, request, with_body};
use contribute::{App, handle};
use domain::World;
use domain::filter::Filter;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::repository::event;
use tests::seed::{NOON, add, id, new_charger, point};
use tests::{TestDb, on_both_engines};

on_both_engines!(
    each_charger_of_a_batch_has_its_result,
    what_stands_already_is_named,
    the_same_batch_makes_the_same_ids,
    a_thousand_chargers_come_in_at_once,
    the_same_charger_in_batches_at_once_and_alone_is_added_once,
    an_answer_stays_small_whatever_is_wrong,
    only_admins_add_many,
    a_bad_batch_is_refused_whole,
);

async fn send_in(test_db: &TestDb, world: World, payload: &Value) -> Reply {
    let store = Store::new().await;
    let app = App::new(test_db.db.clone(), store.storage.clone(), PHOTOS.to_owned(), world);
    Reply::of(handle(&app, request(payload)).await.unwrap())
}

async fn send(test_db: &TestDb, payload: &Value) -> Reply {
    send_in(test_db, WORLD, payload).await
}

async fn count(test_db: &TestDb) -> u64 {
    test_db.db.count_chargers(&Filter::default()).await.unwrap().count
}

fn charger(name: &str, longitude: f64) -> Value {
    json!({"name": name, "address": "1 Main St", "latitude": 42.65, "longitude": longitude, "port_types": ["CCS"],
           "total_ports": 4})
}

async fn each_charger_of_a_batch_has_its_result(test_db: &TestDb) {
    let reply = send(test_db, &event("post-chargers-batch")).await;
    assert_json_snapshot!("post-chargers-batch", reply.snapshot());
    assert_eq!(count(test_db).await, 2);
    let first = reply.body["results"][0]["id"].as_str().unwrap().parse().unwrap();
    let charger = test_db.db.charger(first).await.unwrap().unwrap();
    assert_eq!((charger.verification_level, charger.uptime_percentage, charger.verified_by_count), (1, Some(100.0), 1));
    assert_eq!((charger.available_ports, charger.last_verified), (Some(2), Some(NOON)));
}

async fn the_same_charger_in_batches_at_once_and_alone_is_added_once(test_db: &TestDb) {
    let many = with_body("post-chargers-batch", &json!({"chargers": [charger("Park", 1.0)]}));
    let one = with_body("post-chargers", &charger("Park", 1.0));
    let all = [&many, &one, &many, &one, &many, &one].map(|payload| send(test_db, payload));
    let [a, b, c, d, e, f] = all;
    tokio::join!(a, b, c, d, e, f);
    assert_eq!(count(test_db).await, 1);
}

/// A Lambda's answer may have 6 MB.
async fn an_answer_stays_small_whatever_is_wrong(test_db: &TestDb) {
    let unknown: serde_json::Map<String, Value> =
        (0..40).map(|n| (format!("{}{n}", "x".repeat(120)), json!(1))).collect();
    let mut chargers = vec![charger("Park", 1.0)];
    chargers.resize(1000, Value::Object(unknown));
    let reply = send(test_db, &with_body("post-chargers-batch", &json!({"chargers": chargers}))).await;
    assert_eq!((&reply.body["created"], &reply.body["invalid"]), (&json!(1), &json!(999)));
    assert!(reply.body.to_string().len() < 3_000_000, "{}", reply.body.to_string().len());
    let crowd = json!({"chargers": vec![charger("Hotel", 2.0); 300], "allow_duplicate": true});
    assert_eq!(send(test_db, &with_body("post-chargers-batch", &crowd)).await.body["created"], 300);
    let more = json!({"chargers": vec![charger("Hotel", 2.0); 300]});
    let reply = send(test_db, &with_body("post-chargers-batch", &more)).await;
    assert_eq!(reply.body["results"][299]["candidates"].as_array().unwrap().len(), 10);
    let reply = send(test_db, &with_body("post-chargers", &charger("Hotel", 2.0))).await;
    assert_eq!((reply.status, reply.body["candidates"].as_array().unwrap().len()), (409, 10));
}

async fn what_stands_already_is_named(test_db: &TestDb) {
    add(&test_db.db, 7, &new_charger("Park", point(42.65, 1.0)), NOON).await;
    let body = json!({"chargers": [charger("Park", 1.0), charger("Hotel Adler", 1.0)]});
    let reply = send(test_db, &with_body("post-chargers-batch", &body)).await;
    assert_eq!(reply.body["results"][0], json!({"index": 0, "status": "duplicate", "candidates": [id(7)]}));
    assert_eq!((&reply.body["created"], &reply.body["duplicate"]), (&json!(1), &json!(1)));
    let all = json!({"chargers": [charger("Park", 1.0)], "allow_duplicate": true});
    assert_eq!(send(test_db, &with_body("post-chargers-batch", &all)).await.body["created"], 1);
}

async fn the_same_batch_makes_the_same_ids(test_db: &TestDb) {
    let world = World { new_id: || id(0xabc), ..WORLD };
    let first = send_in(test_db, world, &event("post-chargers-batch")).await;
    for result in first.body["results"].as_array().unwrap() {
        if let Some(id) = result["id"].as_str() {
            test_db.db.remove_charger(id.parse().unwrap(), &[]).await.unwrap();
        }
    }
    assert_eq!(send_in(test_db, world, &event("post-chargers-batch")).await.body, first.body);
}

async fn a_thousand_chargers_come_in_at_once(test_db: &TestDb) {
    let chargers: Vec<Value> =
        (0..1000).map(|number| charger(&format!("Park {number}"), f64::from(number) / 100.0)).collect();
    let reply = send(test_db, &with_body("post-chargers-batch", &json!({"chargers": chargers}))).await;
    assert_eq!((reply.status, &reply.body["created"], count(test_db).await), (200, &json!(1000), 1000));
    let reply = send(test_db, &with_body("post-chargers-batch", &json!({"chargers": chargers}))).await;
    assert_eq!((&reply.body["duplicate"], count(test_db).await), (&json!(1000), 1000));
}

async fn only_admins_add_many(test_db: &TestDb) {
    let mut payload = event("post-chargers-batch");
    for groups in ["[]", "[guest]", "[administrator]", "[guest admin]"] {
        payload["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!(groups);
        assert_eq!(send(test_db, &payload).await.status, 403, "{groups}");
    }
    payload["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(send(test_db, &payload).await.status, 401);
    assert_eq!(count(test_db).await, 0);
}

async fn a_bad_batch_is_refused_whole(test_db: &TestDb) {
    let many: Vec<Value> = (0..1001).map(|number| charger("Park", f64::from(number) / 100.0)).collect();
    let table = [
        (json!({"chargers": many}), vec!["chargers wrong_count"]),
        (json!({"chargers": [], "colour": 1}), vec!["chargers wrong_count", "colour unknown"]),
        (json!("{"), vec!["body not_json"]),
    ];
    for (body, expected) in table {
        assert_eq!(bad_fields(&send(test_db, &with_body("post-chargers-batch", &body)).await), expected);
    }
    assert_eq!(count(test_db).await, 0);
}
