//! The password changes while requests run, and the secret follows later: nobody notices.

use crate::scene::{Scene, Secret, add, list};
use domain::connection::{Database, Pool, Server};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::postgres::Options;
use tests::repository::event;
use tests::runtime::{Lambda, http_answer};
use tests::secret_store::SecretStore;

fn database(scene: &Scene, connections: u32) -> Database {
    let server = Server::Secret {
        arn: "arn".to_owned(),
        host: Some(scene.server.host().to_owned()),
        port: scene.server.port(),
        name: scene.database.clone(),
    };
    let mut database = Database { server, ..scene.settings() };
    database.pool = Pool { size: connections, ..Pool::default() };
    database
}

/// The login may do everything: what it may not do is another test's business.
async fn login(scene: &Scene, password: &str) {
    scene.server.create_login("ann", password).await;
    let mut superuser = scene.server.superuser(&scene.database).await;
    sqlx::raw_sql("ALTER ROLE ann SUPERUSER").execute(&mut superuser).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_request_succeeds_while_the_password_changes_and_the_secret_follows_two_seconds_later() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    login(&scene, "0ld-word").await;
    let secret = Secret::default();
    secret.set("ann", "0ld-word");
    let db = secret.open(&database(&scene, 4), "rotation", config::world()).await;
    list(&db).await.assert_whole();

    let end = Instant::now() + Duration::from_secs(5);
    let readers = (0..6).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut answers = 0;
            while Instant::now() < end {
                list(&db).await.assert_whole_at_least();
                answers += 1;
            }
            answers
        })
    });
    // A cold start for each write: nobody's connection is from before the change.
    let writers = (0..2).map(|_| {
        let (secret, database) = (secret.clone(), database(&scene, 1));
        tokio::spawn(async move {
            let mut answers = 0;
            while Instant::now() < end {
                let db = secret.open(&database, "rotation-writer", config::world()).await;
                let seen = add(&db).await;
                assert_eq!(seen.status, 201, "{seen:?}");
                answers += 1;
            }
            answers
        })
    });
    let clients = readers.chain(writers);
    let clients: Vec<_> = clients.collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.server.change_password("ann", "n3w-word").await;
    // Those that are logged in would stay so: only who connects anew meets the change.
    let ended = scene.server.terminate_backends("rotation").await;
    assert!(ended > 0);
    tokio::time::sleep(Duration::from_secs(2)).await;
    secret.set("ann", "n3w-word");
    let mut answers = 0;
    for client in clients {
        answers += client.await.unwrap();
    }
    assert!(answers > 8, "{answers} answers");
    assert!(scene.server.log().contains("password authentication failed"), "somebody met the change");
    assert!(secret.questions.load(Ordering::Relaxed) > 2, "and asked for the new password");
}

#[tokio::test]
async fn a_password_that_stays_wrong_is_a_503_at_last_and_in_no_text() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let secret = Secret::default();
    secret.set("nobody", "s3cret");
    let db = secret.open(&database(&scene, 1), "wrong", config::world()).await;
    let started = Instant::now();
    let seen = list(&db).await;
    seen.assert_come_again();
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert!(!format!("{seen:?}").contains("s3cret"));
}

#[tokio::test]
async fn the_real_function_reads_the_real_protocol_of_the_secret_store_and_follows_a_rotation() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    login(&scene, "0ld-word").await;
    let store = SecretStore::start().await;
    let value = |password: &str| {
        json!({"username": "ann", "password": password, "engine": "postgres",
        "host": scene.server.host(), "port": scene.server.port(), "dbname": scene.database})
    };
    store.set(&value("0ld-word"));
    let mut variables = store.variables();
    variables.push(("DB_SECRET_ARN", SecretStore::ARN.to_owned()));
    variables.push(("DB_SSLMODE", "disable".to_owned()));
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let data = TempDir::new().unwrap();
    let mut lambda = Lambda::start("chargers", data.path(), &variables).await;
    let mut everything = event("get-chargers.nearby");
    everything["rawQueryString"] = json!("");
    assert_eq!(store.requests(), 0, "a cold start waits for no secret");
    for _ in 0..3 {
        assert_eq!(http_answer(&lambda.invoke(&everything).await).0, 200);
    }
    assert_eq!(store.requests(), 1, "the login is kept");

    scene.server.change_password("ann", "n3w-word").await;
    assert!(scene.server.terminate_backends("chargers").await > 0);
    store.set_after(Duration::from_secs(1), &value("n3w-word"));
    for _ in 0..3 {
        assert_eq!(http_answer(&lambda.invoke(&everything).await).0, 200);
    }
    assert!(store.requests() > 1);
    let log = lambda.log();
    assert!(!log.contains("0ld-word") && !log.contains("n3w-word") && !log.contains(SecretStore::ARN), "{log}");
}
