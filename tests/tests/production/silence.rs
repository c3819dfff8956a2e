//! Connections that fall silent: no end, no error, no byte. A frozen instance, a host without power, a firewall that forgets.

use crate::scene::{Scene, list, open};
use db::Db;
use domain::connection::{Database, Replica};
use domain::filter::Filter;
use domain::{ConsistencyToken, Timestamp};
use std::time::{Duration, Instant};
use tests::postgres::{Options, PASSWORD, USER};
use tests::relay::Relay;
use tests::seed::NOON;

const LIMIT: Duration = Duration::from_secs(3);

async fn stage(application: &str) -> Option<(Scene, Relay, Db)> {
    let scene = Scene::set(Options::default()).await?;
    let relay = Relay::to(scene.server.port()).await;
    let db = open(&through(&scene, &relay), application).await;
    Some((scene, relay, db))
}

fn through(scene: &Scene, relay: &Relay) -> Database {
    let mut database = scene.settings();
    let url = relay.url(USER, PASSWORD, &scene.database);
    database.server = domain::connection::Server::Url(url);
    database
}

fn in_s(seconds: i64) -> Option<Timestamp> {
    Some((config::world().now)().plus_seconds(seconds))
}

#[tokio::test]
async fn a_connection_that_fell_silent_between_two_requests_is_replaced_in_time() {
    let Some((_scene, relay, db)) = stage("silent").await else { return };
    for _ in 0..3 {
        list(&db).await.assert_whole();
        // At once after the answer, as an instance is frozen.
        relay.silence();
        let started = Instant::now();
        list(&db).await.assert_whole();
        assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_server_that_fell_silent_for_ever_is_a_503_in_time() {
    let Some((_scene, relay, db)) = stage("silent").await else { return };
    list(&db).await.assert_whole();
    relay.silence_for_ever();
    for _ in 0..2 {
        let started = Instant::now();
        list(&db).await.assert_come_again();
        assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_write_on_a_silent_connection_ends_with_its_request() {
    let Some((_scene, relay, db)) = stage("silent").await else { return };
    let db = db.for_request(in_s(2), None);
    db.count_chargers(&Filter::default()).await.unwrap();
    relay.silence_for_ever();
    let write = tokio::time::timeout(LIMIT, db.ensure_contributor("ann", NOON)).await;
    assert!(write.expect("ends").is_err());
}

#[tokio::test]
async fn a_read_behind_a_pooler_on_a_silent_connection_ends_with_its_request() {
    let Some((scene, relay, _)) = stage("silent").await else { return };
    let pooled = Database { pooler: domain::connection::Pooler::Transaction, ..through(&scene, &relay) };
    let db = open(&pooled, "pooled").await.for_request(in_s(2), None);
    db.count_chargers(&Filter::default()).await.unwrap();
    relay.silence_for_ever();
    let read = tokio::time::timeout(LIMIT, db.count_chargers(&Filter::default())).await;
    assert!(read.expect("ends").is_err());
}

#[tokio::test]
async fn a_replica_that_falls_silent_within_a_request_is_passed_over() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let replica = scene.server.replica().await;
    replica.wait_until_caught_up(&scene.server).await;
    let relay = Relay::to(replica.port()).await;
    let at = Replica::Host { host: "127.0.0.1".to_owned(), port: Some(relay.port()) };
    let db = open(&Database { replica: Some(at), ..scene.settings() }, "silent").await;
    let db = db.for_request(in_s(6), Some(ConsistencyToken::new(1)));
    db.count_chargers(&Filter::default()).await.unwrap();
    relay.silence_for_ever();
    let started = Instant::now();
    // Before the statement: the question how far the replica is.
    let later = db.for_request(in_s(6), Some(ConsistencyToken::new(i64::MAX)));
    let read = tokio::time::timeout(LIMIT, later.count_chargers(&Filter::default())).await;
    read.expect("ends").unwrap();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_secret_store_that_never_answers_is_a_503_in_time() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let mut database = scene.settings();
    let (host, port) = (Some(scene.server.host().to_owned()), scene.server.port());
    let name = scene.database.clone();
    database.server = domain::connection::Server::Secret { arn: "arn".to_owned(), host, port, name };
    let silent = |_, _| -> secrets::PendingLogin { Box::pin(std::future::pending()) };
    let db = Db::open(&database, "silent", config::world(), silent).await.unwrap();
    let seen = tokio::time::timeout(LIMIT, list(&db)).await.expect("ends");
    assert_eq!(seen.status, 503, "{seen:?}");
}
