//! Reads go to the replica, writes never; and whoever has written sees it.

use crate::scene::{CHARGERS, Scene, Seen, add, list, list_kept, list_with, open};
use cache::Cache;
use db::Db;
use domain::connection::{Database, Pool, Pooler, Replica};
use domain::filter::Filter;
use serde_json::json;
use sqlx::Executor;
use std::time::{Duration, Instant};
use tests::pooler::PgBouncer;
use tests::postgres::{Options, PASSWORD, Server, Stop, USER};
use tests::relay::Relay;

async fn stage(application: &str) -> Option<(Scene, Server, Db)> {
    let scene = Scene::set(Options::default()).await?;
    let replica = scene.server.replica().await;
    replica.wait_until_caught_up(&scene.server).await;
    let db = open(&settings(&scene, &replica), application).await;
    Some((scene, replica, db))
}

fn settings(scene: &Scene, replica: &Server) -> Database {
    let replica = Replica::Host { host: replica.host().to_owned(), port: Some(replica.port()) };
    Database { replica: Some(replica), ..scene.settings() }
}

fn total(seen: &Seen) -> u64 {
    assert_eq!(seen.status, 200, "{seen:?}");
    seen.body["total"].as_u64().unwrap()
}

#[tokio::test]
async fn reads_go_to_the_replica_and_writes_to_the_primary() {
    let Some((scene, replica, db)) = stage("both").await else { return };
    list(&db).await.assert_whole();
    assert_eq!((scene.server.sessions("both").await, replica.sessions("both").await), (0, 1));
    assert_eq!(add(&db).await.status, 201);
    assert_eq!(scene.server.sessions("both").await, 1);
    replica.wait_until_caught_up(&scene.server).await;
    assert_eq!(total(&list(&db).await), CHARGERS + 1);
}

#[tokio::test]
async fn whoever_has_written_reads_it_while_the_replica_lags_and_then_from_the_replica() {
    let Some((scene, replica, db)) = stage("token").await else { return };
    replica.pause_replay().await;
    let token = add(&db).await.token;
    assert!(token.is_some(), "a write answers a token");
    assert_eq!(total(&list(&db).await), CHARGERS, "others read what the replica has");
    for _ in 0..3 {
        assert_eq!(total(&list_with(&db, token).await), CHARGERS + 1);
    }
    replica.resume_replay().await;
    replica.wait_until_caught_up(&scene.server).await;
    assert_eq!(total(&list_with(&db, token).await), CHARGERS + 1);
    // Now the replica answers: the primary is asked for nothing.
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("BEGIN").await.unwrap();
    superuser.execute("LOCK TABLE chargers").await.unwrap();
    superuser.execute("LOCK TABLE charger_facets").await.unwrap();
    scene.server.terminate_backends("token").await;
    assert_eq!(total(&list_with(&db, token).await), CHARGERS + 1);
    assert_eq!(scene.server.sessions("token").await, 0);
}

#[tokio::test]
async fn every_write_is_read_back_at_once_however_far_the_replica_is() {
    let Some((_scene, replica, db)) = stage("race").await else { return };
    for round in 1..=20 {
        if round % 5 == 0 {
            replica.pause_replay().await;
        }
        let token = add(&db).await.token;
        assert_eq!(total(&list_with(&db, token).await), CHARGERS + round);
        if round % 5 == 1 && round > 1 {
            replica.resume_replay().await;
        }
    }
    replica.resume_replay().await;
}

#[tokio::test]
async fn what_is_kept_of_a_replica_that_lags_is_not_shown_to_whoever_has_written() {
    let Some((_scene, replica, db)) = stage("kept").await else { return };
    let memory = domain::connection::Cache::in_memory(1 << 24);
    let cache = Cache::open(&memory, config::world().now).unwrap();
    assert_eq!(total(&list_kept(&db, &cache, None).await), CHARGERS);
    replica.pause_replay().await;
    for round in 1..=3 {
        let token = add(&db).await.token;
        for _ in 0..2 {
            assert_eq!(total(&list_kept(&db, &cache, token).await), CHARGERS + round);
            assert_eq!(total(&list_kept(&db, &cache, None).await), CHARGERS, "others read what the replica has");
        }
    }
    replica.resume_replay().await;
    tests::eventually("the replica has it all", async || total(&list_kept(&db, &cache, None).await) == CHARGERS + 3)
        .await;
}

#[tokio::test]
async fn a_replica_that_is_gone_is_passed_over_and_found_again() {
    let Some((_scene, mut replica, db)) = stage("gone").await else { return };
    list(&db).await.assert_whole();
    for how in [Stop::Fast, Stop::Kill] {
        replica.stop(how).await;
        for _ in 0..5 {
            let started = Instant::now();
            list(&db).await.assert_whole();
            assert!(started.elapsed() < Duration::from_secs(3), "{how:?} {:?}", started.elapsed());
        }
        replica.start_again().await;
        tests::eventually("reads come back to the replica", async || {
            list(&db).await.assert_whole();
            replica.sessions("gone").await == 1
        })
        .await;
    }
}

#[tokio::test]
async fn a_replica_that_never_was_there_costs_no_request() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://{USER}:nothing@127.0.0.1:{port}/absent");
    let db = open(&Database { replica: Some(Replica::Url(url)), ..scene.settings() }, "absent").await;
    for _ in 0..3 {
        let started = Instant::now();
        list(&db).await.assert_whole();
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_replica_by_its_url_may_have_a_login_and_a_database_of_its_own() {
    let Some((scene, replica, _)) = stage("unused").await else { return };
    let url = replica.url(USER, PASSWORD, &scene.database);
    let db = open(&Database { replica: Some(Replica::Url(url)), ..scene.settings() }, "by-url").await;
    list(&db).await.assert_whole();
    assert_eq!(replica.sessions("by-url").await, 1);
}

#[tokio::test]
async fn a_token_that_no_write_has_answered_is_named() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let db = open(&scene.settings(), "token").await;
    let mut payload = tests::repository::event("get-chargers.nearby");
    for token in ["latest", "é", ""] {
        payload["headers"]["x-consistency-token"] = json!(token);
        let request = lambda_http::request::from_str(&payload.to_string()).unwrap();
        let response = chargers::handle(&chargers::App::new(db.clone(), String::new()), request).await.unwrap();
        assert_eq!(response.status(), 400, "{token:?}");
        let lambda_http::Body::Text(body) = response.body() else { panic!("text") };
        assert!(body.contains("x-consistency-token"), "{body}");
    }
}

/// A replica that has gone as far as the primary, and one that stopped before; both behind one address, as behind a reader endpoint.
async fn two_copies() -> Option<(Scene, Relay, [Server; 2], Db)> {
    let scene = Scene::set(Options::default()).await?;
    let [ahead, behind] = [scene.server.replica().await, scene.server.replica().await];
    behind.wait_until_caught_up(&scene.server).await;
    behind.pause_replay().await;
    let relay = Relay::to(ahead.port()).await;
    let at = Replica::Host { host: "127.0.0.1".to_owned(), port: Some(relay.port()) };
    let db = open(&Database { replica: Some(at), ..scene.settings() }, "two").await;
    Some((scene, relay, [ahead, behind], db))
}

#[tokio::test]
async fn what_one_replica_has_seen_says_nothing_about_another_at_the_same_address() {
    let Some((scene, relay, [ahead, behind], db)) = two_copies().await else { return };
    let token = add(&db).await.token;
    ahead.wait_until_caught_up(&scene.server).await;
    assert_eq!(total(&list_with(&db, token).await), CHARGERS + 1);
    relay.turn_to(behind.port());
    ahead.terminate_backends("two").await;
    assert_eq!(total(&list_with(&db, token).await), CHARGERS + 1);
}

#[tokio::test]
async fn what_a_request_reads_is_never_older_than_its_stamp_whichever_copy_gave_that() {
    let Some((scene, relay, [ahead, behind], _)) = two_copies().await else { return };
    // Each transaction may meet another copy, and no connection of ours ends.
    let Some(pooler) = PgBouncer::start_before(relay.port(), 1).await else { return };
    let url = pooler.url(USER, PASSWORD, &scene.database);
    let pool = Pool { size: 2, ..Pool::default() };
    let database = Database { replica: Some(Replica::Url(url)), pooler: Pooler::Transaction, pool, ..scene.settings() };
    let db = open(&database, "two").await;
    assert_eq!(add(&db).await.status, 201);
    ahead.wait_until_caught_up(&scene.server).await;
    let count = async |db: &Db| db.count_chargers(&Filter::default()).await.unwrap().count;
    let request = db.for_request(None, None);
    assert!(request.stamp().await.unwrap().is_some());
    relay.turn_to(behind.port());
    ahead.terminate_backends("two").await;
    tests::eventually("the other copy answers", async || count(&db.for_request(None, None)).await == CHARGERS).await;
    // Kept under that stamp, what the other copy has would be found by everybody.
    assert_eq!(count(&request).await, CHARGERS + 1);
}

#[tokio::test]
async fn a_replica_that_was_made_a_primary_of_its_own_answers_no_token() {
    let Some((scene, _, [_, behind], _)) = two_copies().await else { return };
    let db = open(&settings(&scene, &behind), "promoted").await;
    behind.resume_replay().await;
    behind.superuser("postgres").await.execute("SELECT pg_promote()").await.unwrap();
    let token = add(&db).await.token;
    // It writes a log of its own, which soon is as long.
    let mut promoted = behind.superuser(&scene.database).await;
    promoted.execute("CREATE TABLE own AS SELECT * FROM generate_series(1, 100000) n").await.unwrap();
    assert_eq!(total(&list_with(&db, token).await), CHARGERS + 1);
}

#[tokio::test]
async fn a_replica_by_its_url_alone_has_the_login_of_the_primary() {
    let Some((scene, replica, _)) = stage("unused").await else { return };
    let url = format!("postgres://{}:{}/{}", replica.host(), replica.port(), scene.database);
    let db = open(&Database { replica: Some(Replica::Url(url)), ..scene.settings() }, "bare-url").await;
    list(&db).await.assert_whole();
    assert_eq!(replica.sessions("bare-url").await, 1);
}

#[tokio::test]
async fn a_replica_that_has_not_heard_of_a_migration_yet_is_passed_over() {
    let Some((scene, replica, db)) = stage("schema").await else { return };
    // The statements of a release that came with a migration, asked of a copy that is not as far.
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("ALTER TABLE charger_facets RENAME n TO older").await.unwrap();
    replica.wait_until_caught_up(&scene.server).await;
    replica.pause_replay().await;
    superuser.execute("ALTER TABLE charger_facets RENAME older TO n").await.unwrap();
    list(&db).await.assert_whole();
    replica.resume_replay().await;
}

#[tokio::test]
async fn a_write_that_met_a_server_that_became_a_replica_finds_the_primary_next_time() {
    let Some((scene, replica, _)) = stage("unused").await else { return };
    let relay = Relay::to(replica.port()).await;
    let url = relay.url(USER, PASSWORD, &scene.database);
    let database = Database { server: domain::connection::Server::Url(url), ..scene.settings() };
    let db = open(&database, "moved").await;
    assert_eq!(add(&db).await.status, 503);
    relay.turn_to(scene.server.port());
    assert_eq!(add(&db).await.status, 201);
}
