//! `ops db-report` on a server that counts its statements and has a replica: names, and never what was asked or said.

use crate::scene::{Scene, list, open};
use lambda_runtime::{Context, LambdaEvent};
use ops::{App, Backups, Photos};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};
use tests::postgres::{Options, PASSWORD, USER};
use tests::repository::event;

async fn report(scene: &Scene) -> Value {
    let config = config::Config::read(&|_| None).unwrap();
    let app =
        App::new(open(&scene.settings(), "ops").await, Photos::of(&config), Backups::of(&config), config::world());
    let answer = ops::handle(&app, LambdaEvent::new(event("ops-db-report"), Context::default())).await.unwrap();
    assert_eq!(answer["report"], "db-report");
    answer["sections"].clone()
}

fn rows<'a>(report: &'a Value, section: &str) -> &'a Vec<Value> {
    report[section]["rows"].as_array().unwrap_or_else(|| panic!("{section}: {report}"))
}

fn find<'a>(report: &'a Value, section: &str, column: &str, word: &str) -> Option<&'a Value> {
    rows(report, section).iter().find(|row| row[column] == word)
}

#[tokio::test]
async fn statements_connections_and_replicas_are_known_by_their_names() {
    let settings = vec!["shared_preload_libraries=pg_stat_statements".to_owned()];
    let Some(scene) = Scene::set(Options { settings, ..Options::default() }).await else { return };
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("CREATE SCHEMA \"of the server\"").await.unwrap();
    superuser.execute("CREATE EXTENSION pg_stat_statements SCHEMA \"of the server\"").await.unwrap();
    let _replica = scene.server.replica().await;
    let db = open(&scene.settings(), "readers").await;
    for _ in 0..3 {
        list(&db).await.assert_whole();
    }
    superuser.execute("SELECT count(*) FROM contributors WHERE sub = 'a secret of ann'").await.unwrap();
    // Somebody forgot to end what they began, and somebody asks for something that takes long.
    let mut url = scene.url(USER, PASSWORD);
    url.push_str("?sslmode=disable&application_name=forgetful");
    let mut forgetful = PgConnection::connect(&url).await.unwrap();
    forgetful.execute("BEGIN; SELECT 'a secret of bob'").await.unwrap();
    let mut slow = PgConnection::connect(&url.replace("forgetful", "slow")).await.unwrap();
    let sleeping = tokio::spawn(async move {
        slow.execute("/* photos.find */ SELECT pg_sleep(60), 'a secret of carol'").await.map(drop)
    });
    tests::eventually("it takes long", async || {
        find(&report(&scene).await, "running", "application", "slow").is_some()
    })
    .await;
    let report = report(&scene).await;

    let newest = find(&report, "statements", "statement", "chargers.newest").unwrap();
    assert!(newest["calls"] == 3 && newest["rows"] == 60 && newest["mean_ms"].as_f64() > Some(0.0), "{newest}");
    assert!(find(&report, "statements", "statement", "other").is_some());
    let running = find(&report, "running", "application", "slow").unwrap();
    assert!(running["statement"] == "photos.find" && running["took_ms"].as_f64() > Some(1_000.0), "{running}");
    let waiting = rows(&report, "connections").iter().find(|row| row["application"] == "forgetful").unwrap();
    assert_eq!((&waiting["state"], &waiting["connections"]), (&"idle in transaction".into(), &1.into()));
    assert!(rows(&report, "database")[0]["oldest_transaction_ms"].as_f64() > Some(0.0));
    let replica = find(&report, "replication", "replica", "replica").unwrap();
    assert_eq!((&replica["state"], &replica["mode"]), (&"streaming".into(), &"async".into()));
    assert!(replica["behind_bytes"].is_u64(), "{replica}");
    let text = report.to_string();
    assert!(!text.contains("a secret") && !text.contains("pg_sleep") && !text.contains("SELECT"), "{text}");
    scene.server.terminate_backends("slow").await;
    assert!(sleeping.await.unwrap().is_err());
}

#[tokio::test]
async fn a_login_without_rights_sees_what_it_may() {
    let settings = vec!["shared_preload_libraries=pg_stat_statements".to_owned()];
    let Some(mut scene) = Scene::set(Options { settings, ..Options::default() }).await else { return };
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("CREATE EXTENSION pg_stat_statements").await.unwrap();
    drop(superuser);
    scene.server.create_login("ann", "of ann").await;
    let db = open(&scene.plain("ann", "of ann"), "ann").await;
    list(&db).await.assert_whole();
    let sections = db.report().await.unwrap();
    for section in &sections {
        let note = section.note.clone().unwrap_or_default();
        assert!(!note.starts_with("cannot be read"), "{}: {note}", section.name);
    }
    scene.server.stop(tests::postgres::Stop::Fast).await;
    assert_eq!(db.report().await.unwrap_err().kind(), domain::Kind::Unavailable);
}
