//! `chargers`: how we are.

use crate::stage::{PHOTOS, Reply, bad_fields, request, with_query};
use crate::town::populate;
use chargers::{App, handle};
use db::Db;
use insta::assert_json_snapshot;
use serde_json::json;
use tests::repository::event;
use tests::{TestDb, eventually, on_both_engines};

on_both_engines!(
    everything_is_up_and_the_pool_is_as_others_see_it,
    a_database_that_is_gone_is_named_with_503,
    a_parameter_is_refused,
);

async fn ask(test_db: &TestDb, query: &str) -> Reply {
    let app = App::new(test_db.db.clone(), PHOTOS.to_owned());
    let mut reply = Reply::of(handle(&app, request(&with_query("get-health", query))).await.unwrap());
    if reply.body.get("cold_start").is_some() {
        // Whether another test of this process came before is nothing to rely on.
        assert!(reply.body["cold_start"].take().is_boolean());
        reply.body["cold_start"] = json!(false);
    }
    reply
}

async fn everything_is_up_and_the_pool_is_as_others_see_it(test_db: &TestDb) {
    populate(&test_db.db).await;
    // A connection of SQLite is back a moment after its use.
    let mut reply = ask(test_db, "").await;
    eventually("nobody has a connection", async || {
        reply = ask(test_db, "").await;
        reply.body["pool"]["checked_out"] == 0
    })
    .await;
    let pool = &mut reply.body["pool"];
    assert!(pool["checked_in"].as_u64() >= Some(1) && pool["total_connections"] == pool["checked_in"], "{pool}");
    // How many there were at once is another matter.
    (pool["checked_in"], pool["total_connections"]) = (json!(1), json!(1));
    assert_json_snapshot!("get-health", reply.snapshot());
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

async fn a_database_that_is_gone_is_named_with_503(test_db: &TestDb) {
    test_db.db.close().await;
    let reply = ask(test_db, "").await;
    assert_eq!((reply.status, reply.header("cache-control")), (503, Some("no-store")));
    let said = [&reply.body["status"], &reply.body["database"], &reply.body["replica"], &reply.body["cache"]];
    assert_eq!(said, ["down", "down", "none", "none"]);
    assert_eq!(reply.body["pool"]["total_connections"], 0);
}

async fn a_parameter_is_refused(test_db: &TestDb) {
    assert_eq!(bad_fields(&ask(test_db, "deep=true").await), ["deep unknown"]);
    let mut payload = event("get-health");
    payload["requestContext"]["http"]["method"] = json!("POST");
    let app = App::new(test_db.db.clone(), PHOTOS.to_owned());
    assert_eq!(Reply::of(handle(&app, request(&payload)).await.unwrap()).status, 404);
}

#[tokio::test]
async fn a_file_all_of_whose_connections_are_in_use_is_not_down() {
    let test_db = TestDb::sqlite().await;
    let Db::Sqlite(sqlite) = &test_db.db else { panic!("SQLite") };
    let mut busy = Vec::new();
    for _ in 0..4 {
        busy.push(sqlite.pool().acquire().await.unwrap());
    }
    let reply = ask(&test_db, "").await;
    assert_eq!((&reply.body["status"], &reply.body["pool"]["checked_out"]), (&json!("ok"), &json!(4)));
}
