//! Behind PgBouncer in transaction mode: no wrong result and no error, counted under load.

use crate::scene::{Scene, Seen, add, open};
use db::Db;
use domain::connection::{Database, Pool, Pooler};
use domain::filter::Filter;
use domain::geo::{Disc, cover_disc};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::pooler::PgBouncer;
use tests::postgres::{Options, PASSWORD, USER};
use tests::seed::{NOON, id, imported, point};

fn settings(scene: &Scene, pooler: &PgBouncer, connections: u32) -> Database {
    let mut database = Database::at(pooler.url(USER, PASSWORD, &scene.database), 1);
    database.tls.mode = domain::connection::SslMode::Disable;
    database.pool = Pool { size: connections, timeout: Duration::from_secs(30), ..Pool::default() };
    database.pooler = Pooler::Transaction;
    database
}

/// Five different statements, each with an answer that is known.
async fn is_right(db: &Db, round: u128) -> Result<bool, domain::Error> {
    let number = 1 + round % 20;
    Ok(match round % 5 {
        0 => db.charger(id(number)).await?.is_some_and(|charger| charger.name == format!("Charger {number}")),
        1 => db.chargers(&[id(number), id(999)]).await?.len() == 1,
        2 => db.newest_chargers(&Filter::default(), None, number as u64, 100).await?.len() == 20 - number as usize,
        3 => db.count_chargers(&Filter { min_power_kw: Some(50.0), ..Filter::default() }).await?.count == 20,
        _ => {
            let disc = Disc::new(point(42.65, -73.75), 10.0).unwrap();
            let found = db.fold_candidates(&cover_disc(&disc), &Filter::default(), Vec::new, Vec::push).await?;
            found.len() == 20
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_result_is_wrong_and_nothing_fails_under_load() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let Some(pooler) = PgBouncer::start(&scene.server, 3).await else { return };
    let end = Instant::now() + Duration::from_secs(4);
    let clients = (0..12u128).map(|client| {
        let settings = settings(&scene, &pooler, 1);
        tokio::spawn(async move {
            let db = open(&settings, "pooled").await;
            let (mut answers, mut wrong, mut errors) = (0u64, 0u64, Vec::new());
            let mut round = client;
            while Instant::now() < end {
                match is_right(&db, round).await {
                    Ok(is_right) => wrong += u64::from(!is_right),
                    Err(error) => errors.push(format!("{error:?}")),
                }
                answers += 1;
                round += 1;
            }
            (answers, wrong, errors)
        })
    });
    let (mut answers, mut wrong, mut errors) = (0, 0, Vec::new());
    for client in clients.collect::<Vec<_>>() {
        let of_client = client.await.unwrap();
        answers += of_client.0;
        wrong += of_client.1;
        errors.extend(of_client.2);
    }
    println!("{answers} answers, {wrong} wrong, {} errors", errors.len());
    assert!(answers > 500, "{answers} answers are no load");
    assert_eq!((wrong, errors), (0, Vec::new()));
    assert!((1..=3).contains(&scene.server.sessions("pooled").await), "they share three connections");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_that_write_and_read_go_through_a_pooler_too() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let Some(pooler) = PgBouncer::start(&scene.server, 2).await else { return };
    let db = open(&settings(&scene, &pooler, 6), "pooled").await;
    let writers = (0..6).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            for _ in 0..5 {
                let Seen { status, body, token, .. } = add(&db).await;
                assert_eq!(status, 201, "{body}");
                assert!(token.is_some());
                let seen = crate::scene::list_with(&db, token).await;
                let ids: Vec<_> = seen.body["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
                assert!(ids.contains(&&body["charger"]["id"]), "what was written is read");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(crate::scene::list(&db).await.body["total"], json!(50));
}

#[tokio::test]
async fn an_import_goes_through_a_pooler_and_a_migration_says_that_it_does_not() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let Some(pooler) = PgBouncer::start(&scene.server, 2).await else { return };
    for _ in 0..3 {
        // A connection each, so that the servers behind them change.
        let (one, two) = (settings(&scene, &pooler, 1), settings(&scene, &pooler, 1));
        let (one, two) = (open(&one, "pooled").await, open(&two, "pooled").await);
        let chargers =
            |first: u128| (first..first + 50).map(|number| imported(number, point(1.0, 2.0))).collect::<Vec<_>>();
        let (left, right) = (chargers(1_000), chargers(2_000));
        let (left, right) =
            tokio::join!(one.import_chargers("left", &left, NOON), two.import_chargers("right", &right, NOON));
        assert!(left.is_ok() && right.is_ok(), "{left:?} {right:?}");
    }
    let db = open(&settings(&scene, &pooler, 1), "pooled").await;
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 120);
    let refused = db.migrate_up().await.unwrap_err();
    assert!(refused.kind() == domain::Kind::Conflict && refused.detail().contains("DB_POOLER"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_setting_the_same_load_goes_wrong() {
    // What the setting is for; and that the test above can tell.
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let Some(pooler) = PgBouncer::start(&scene.server, 3).await else { return };
    let clients = (0..12u128).map(|client| {
        let settings = Database { pooler: Pooler::None, ..settings(&scene, &pooler, 1) };
        tokio::spawn(async move {
            let db = open(&settings, "pooled").await;
            for round in client..client + 40 {
                if !is_right(&db, round).await.unwrap_or(false) {
                    return true;
                }
            }
            false
        })
    });
    let mut goes_wrong = false;
    for client in clients.collect::<Vec<_>>() {
        // The driver may panic about an answer to somebody else's question: wrong enough.
        goes_wrong |= client.await.unwrap_or(true);
    }
    assert!(goes_wrong);
}
