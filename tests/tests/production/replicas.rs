//! Reads go to the replica, writes never; and whoever has written sees it.

use crate::scene::{CHARGERS, Scene, Seen, add, list, list_with, open};
use db::Db;
use domain::connection::{Database, Replica};
use serde_json::json;
use sqlx::Executor;
use std::time::{Duration, Instant};
use tests::postgres::{Options, PASSWORD, Server, Stop, USER};

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
    payload["headers"]["x-consistency-token"] = json!("latest");
    let request = lambda_http::request::from_str(&payload.to_string()).unwrap();
    let response = chargers::handle(&chargers::App::new(db, String::new()), request).await.unwrap();
    assert_eq!(response.status(), 400);
    let lambda_http::Body::Text(body) = response.body() else { panic!("text") };
    assert!(body.contains("x-consistency-token"), "{body}");
}
