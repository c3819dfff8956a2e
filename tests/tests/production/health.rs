//! How we are, as we say ourselves, where a server is not what it should be.

use crate::scene::{Scene, Seen, list, open};
use chargers::App;
use db::Db;
use domain::connection::{Database, Replica, Server};
use domain::filter::Filter;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::postgres::{Options, PASSWORD, Stop, USER};
use tests::relay::Relay;
use tests::repository::event;

const LIMIT: Duration = Duration::from_secs(3);

async fn health(db: &Db) -> Seen {
    let request = lambda_http::request::from_str(&event("get-health").to_string()).unwrap();
    let started = Instant::now();
    let seen = Seen::of(chargers::handle(&App::new(db.clone(), String::new()), request).await.unwrap());
    assert!(started.elapsed() < LIMIT, "{:?}: {seen:?}", started.elapsed());
    seen
}

/// Status, database, replica, and the HTTP status.
fn parts(seen: &Seen) -> (&Value, &Value, &Value, u16) {
    (&seen.body["status"], &seen.body["database"], &seen.body["replica"], seen.status)
}

#[tokio::test]
async fn a_server_that_stops_is_named_until_it_is_back() {
    let Some(mut scene) = Scene::set(Options::default()).await else { return };
    let db = open(&scene.settings(), "health").await;
    let (ok, up, down, none) = (json!("ok"), json!("up"), json!("down"), json!("none"));
    assert_eq!(parts(&health(&db).await), (&ok, &up, &none, 200));
    scene.server.stop(Stop::Fast).await;
    let seen = health(&db).await;
    assert_eq!(parts(&seen), (&down, &down, &none, 503));
    assert_eq!((&seen.body["cache"], &seen.body["pool"]["size"]), (&none, &json!(1)));
    scene.server.start_again().await;
    assert_eq!(parts(&health(&db).await), (&ok, &up, &none, 200));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_down_in_time_and_one_of_whose_connections_does_is_not() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let relay = Relay::to(scene.server.port()).await;
    let server = Server::Url(relay.url(USER, PASSWORD, &scene.database));
    let db = open(&Database { server, ..scene.settings() }, "health").await;
    list(&db).await.assert_whole();
    relay.silence();
    assert_eq!(health(&db).await.body["database"], "up");
    relay.silence_for_ever();
    for _ in 0..2 {
        assert_eq!((health(&db).await.status, health(&db).await.body["database"].take()), (503, json!("down")));
    }
}

#[tokio::test]
async fn a_pool_that_is_exhausted_is_shown_and_is_no_database_that_is_down() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let db = open(&scene.settings(), "health").await;
    let busy = db.for_request(None, None);
    busy.count_chargers(&Filter::default()).await.unwrap();
    let pool = |checked_in, checked_out| json!({"size": 1, "checked_in": checked_in, "checked_out": checked_out, "overflow": 0, "total_connections": 1});
    for _ in 0..3 {
        let seen = health(&db).await;
        assert_eq!((&seen.body["status"], &seen.body["pool"]), (&json!("ok"), &pool(0, 1)));
    }
    drop(busy);
    assert_eq!(health(&db).await.body["pool"], pool(1, 0));
    tests::eventually("the connections beside the pool are closed", async || {
        scene.server.sessions("health").await == 1
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_is_down_makes_us_slower_and_not_sick() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let mut replica = scene.server.replica().await;
    let at = Replica::Host { host: "127.0.0.1".to_owned(), port: Some(replica.port()) };
    let db = open(&Database { replica: Some(at), ..scene.settings() }, "health").await;
    let (ok, up, down, degraded) = (json!("ok"), json!("up"), json!("down"), json!("degraded"));
    assert_eq!(parts(&health(&db).await), (&ok, &up, &up, 200));
    replica.stop(Stop::Fast).await;
    assert_eq!(parts(&health(&db).await), (&degraded, &up, &down, 200));
    list(&db).await.assert_whole();
    replica.start_again().await;
    assert_eq!(parts(&health(&db).await), (&ok, &up, &up, 200));
}
