//! Servers that go away: the right answer, or a clear 503 with `Retry-After` within three seconds; and no write twice.

use crate::scene::{CHARGERS, Scene, add, list, open};
use domain::connection::{Database, Pool};
use serde_json::json;
use sqlx::Executor;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::postgres::{Options, Stop};
use tests::repository::event;
use tests::runtime::{Lambda, http_answer};

const LIMIT: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_backend_that_was_killed_between_two_requests_is_not_noticed() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let db = open(&scene.settings(), "killed").await;
    for _ in 0..5 {
        list(&db).await.assert_whole();
        assert!(scene.server.terminate_backends("killed").await > 0);
        assert_eq!(add_and_take_back(&scene, &db).await, 201);
        assert!(scene.server.terminate_backends("killed").await > 0);
    }
}

async fn add_and_take_back(scene: &Scene, db: &db::Db) -> u16 {
    let seen = add(db).await;
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("DELETE FROM chargers WHERE source IS NULL").await.unwrap();
    seen.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backends_that_are_killed_in_the_middle_of_reads_are_not_noticed() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let mut settings = scene.settings();
    settings.pool.size = 4;
    let db = open(&settings, "killed").await;
    let end = Instant::now() + Duration::from_secs(3);
    let readers = (0..4).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            while Instant::now() < end {
                list(&db).await.assert_whole();
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let mut killed = 0;
    while Instant::now() < end {
        killed += scene.server.terminate_backends("killed").await;
        // Rarer than a read's tries last, else one may meet three in a row.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(killed >= 10, "{killed} were killed");
}

#[tokio::test]
async fn a_write_whose_backend_is_killed_half_way_is_a_503_and_leaves_nothing() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let mut lock = scene.server.superuser(&scene.database).await;
    // The write comes as far as the charger's row, and waits there.
    lock.execute("BEGIN").await.unwrap();
    lock.execute("LOCK TABLE charger_facets").await.unwrap();
    let db = open(&scene.settings(), "writer").await;
    let writer = {
        let db = db.clone();
        tokio::spawn(async move { add(&db).await })
    };
    tests::eventually("the write waits", async || {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'writer' AND wait_event_type = 'Lock'";
        let mut superuser = scene.server.superuser(&scene.database).await;
        sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut superuser).await.unwrap() == 1
    })
    .await;
    assert_eq!(scene.server.terminate_backends("writer").await, 1);
    writer.await.unwrap().assert_come_again();
    lock.execute("COMMIT").await.unwrap();
    // Not there, and not tried again either.
    list(&db).await.assert_whole();
    tokio::time::sleep(Duration::from_millis(500)).await;
    list(&db).await.assert_whole();
    assert_eq!(add(&db).await.status, 201, "whoever tries again is served");
    assert_eq!(list(&db).await.body["total"], json!(CHARGERS + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_restart_is_waited_for_or_said_within_three_seconds() {
    for how in [Stop::Fast, Stop::Immediate, Stop::Kill] {
        let Some(mut scene) = Scene::set(Options::default()).await else { return };
        let db = open(&scene.settings(), "restart").await;
        list(&db).await.assert_whole();
        let (stopping, mut stopped) = tokio::sync::watch::channel(false);
        let reader = {
            let db = db.clone();
            tokio::spawn(async move {
                let mut right = 0;
                while !*stopped.borrow_and_update() {
                    let started = Instant::now();
                    let seen = list(&db).await;
                    assert!(started.elapsed() < LIMIT, "{:?} {seen:?}", started.elapsed());
                    if seen.status == 200 {
                        seen.assert_whole();
                        right += 1;
                    } else {
                        seen.assert_come_again();
                    }
                }
                right
            })
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        scene.server.restart(how).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        stopping.send(true).unwrap();
        assert!(reader.await.unwrap() > 1, "{how:?}");
        list(&db).await.assert_whole();
        assert_eq!(add(&db).await.status, 201, "{how:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_absent_at_the_cold_start_is_a_503_and_is_found_when_it_comes() {
    let Some(mut scene) = Scene::set(Options::default()).await else { return };
    scene.server.stop(Stop::Fast).await;
    let data = TempDir::new().unwrap();
    let url = scene.url(tests::postgres::USER, tests::postgres::PASSWORD);
    let variables = [("DATABASE_URL", url.as_str()), ("DB_SSLMODE", "disable")];
    let mut lambda = Lambda::start("chargers", data.path(), &variables).await;
    let mut everything = event("get-chargers.nearby");
    everything["rawQueryString"] = json!("");
    for _ in 0..2 {
        let started = Instant::now();
        let answer = lambda.invoke(&everything).await;
        assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
        assert_eq!(http_answer(&answer).0, 503);
        assert_eq!(answer["headers"]["retry-after"], "2", "{answer}");
    }
    scene.server.start_again().await;
    assert_eq!(http_answer(&lambda.invoke(&everything).await).0, 200);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_a_503_within_three_seconds() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let db = open(&scene.settings(), "exhausted").await;
    let mut lock = scene.server.superuser(&scene.database).await;
    lock.execute("BEGIN").await.unwrap();
    lock.execute("LOCK TABLE charger_facets").await.unwrap();
    let holder = {
        let db = db.clone();
        tokio::spawn(async move { list(&db).await })
    };
    tests::eventually("the one connection is taken", async || scene.server.sessions("exhausted").await == 1).await;
    let started = Instant::now();
    list(&db).await.assert_come_again();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    lock.execute("COMMIT").await.unwrap();
    holder.await.unwrap().assert_whole();
    list(&db).await.assert_whole();
}

#[tokio::test]
async fn connections_beyond_the_size_of_the_pool_are_closed_after_their_use() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let settings = Database { pool: Pool { size: 1, overflow: 3, ..Pool::default() }, ..scene.settings() };
    let db = open(&settings, "overflow").await;
    let seen = tokio::join!(list(&db), list(&db), list(&db), list(&db));
    for seen in [seen.0, seen.1, seen.2, seen.3] {
        seen.assert_whole();
    }
    tests::eventually("one is left", async || scene.server.sessions("overflow").await <= 1).await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_a_503_and_the_connection_serves_on() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("ALTER ROLE tests SET statement_timeout = '300ms'").await.unwrap();
    let db = open(&scene.settings(), "slow").await;
    list(&db).await.assert_whole();
    superuser.execute("BEGIN").await.unwrap();
    superuser.execute("LOCK TABLE charger_facets").await.unwrap();
    let started = Instant::now();
    list(&db).await.assert_come_again();
    assert!(started.elapsed() < LIMIT && started.elapsed() >= Duration::from_millis(300), "{:?}", started.elapsed());
    superuser.execute("COMMIT").await.unwrap();
    list(&db).await.assert_whole();
}

#[tokio::test]
async fn no_try_goes_past_the_time_that_lambda_leaves() {
    let Some(mut scene) = Scene::set(Options::default()).await else { return };
    let data = TempDir::new().unwrap();
    let url = scene.url(tests::postgres::USER, tests::postgres::PASSWORD);
    let variables = [("DATABASE_URL", url.as_str()), ("DB_SSLMODE", "disable")];
    let mut lambda = Lambda::start("chargers", data.path(), &variables).await;
    let mut everything = event("get-chargers.nearby");
    everything["rawQueryString"] = json!("");
    lambda.limit_time(Duration::from_millis(1500));
    assert_eq!(http_answer(&lambda.invoke(&everything).await).0, 200);
    // A statement that hangs (the one that even a kept answer needs), and a server that is not there.
    let mut lock = scene.server.superuser(&scene.database).await;
    lock.execute("BEGIN").await.unwrap();
    lock.execute("LOCK TABLE charger_changes").await.unwrap();
    for is_there in [true, false] {
        let started = Instant::now();
        assert_eq!(http_answer(&lambda.invoke(&everything).await).0, 503, "{is_there}");
        assert!(started.elapsed() < Duration::from_millis(1500), "{is_there} {:?}", started.elapsed());
        if is_there {
            scene.server.stop(Stop::Fast).await;
        }
    }
}
