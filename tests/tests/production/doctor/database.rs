//! A server, its schema, its connections and its clock.

use super::{State, Visited, visit, visit_with};
use crate::scene::{Scene, open};
use domain::{Timestamp, World};
use sqlx::{AssertSqlSafe, Executor};
use tempfile::TempDir;
use tests::postgres::{Options, PASSWORD, Stop, USER};

const DEPENDENTS: [&str; 4] = ["migrations", "indexes", "connections", "database clock"];

async fn visit_url(url: &str, more: &[(&str, &str)]) -> Visited {
    let data = TempDir::new().unwrap();
    let fixed = [("DATABASE_URL", url), ("DATA_DIR", data.path().to_str().unwrap())];
    visit(&[&fixed, more].concat()).await
}

async fn execute(scene: &Scene, sql: &str) {
    scene.server.superuser(&scene.database).await.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
}

#[tokio::test]
async fn what_the_schema_lacks_is_named_with_its_remedy() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let url = scene.url(USER, PASSWORD);
    let visit = async || visit_url(&url, &[("DB_SSLMODE", "disable")]).await;
    let well = visit().await;
    well.assert_well(&["configuration", "database", "migrations", "indexes", "connections", "database clock"]);
    assert!(well.of("database").1.starts_with("PostgreSQL 1") && well.of("database").1.ends_with(", without TLS"));

    execute(&scene, "DROP INDEX chargers_power").await;
    visit().await.assert_only("indexes", "chargers_power is missing", "`ops migrate up`");
    let db = open(&scene.settings(), "repair").await;
    db.migrate_up().await.unwrap();
    visit().await.assert_well(&["indexes"]);

    let last = db.migration_steps().await.unwrap().pop().unwrap();
    let name = format!("{:04} {}", last.version, last.name);
    db.migrate_down_to(last.version - 1).await.unwrap();
    visit().await.assert_only("migrations", &format!("missing: {name}"), "`ops migrate up`");
    db.migrate_up().await.unwrap();

    let checksum =
        |change: &str| format!("UPDATE _sqlx_migrations SET checksum = {change} WHERE version = {}", last.version);
    execute(&scene, &checksum("checksum || '\\x00'")).await;
    visit().await.assert_only("migrations", &format!("changed since they ran: {name}"), "`ops migrate history`");
    execute(&scene, &checksum("substr(checksum, 1, length(checksum) - 1)")).await;
    execute(
        &scene,
        "INSERT INTO _sqlx_migrations SELECT 9999, 'of tomorrow', installed_on, success, checksum, execution_time
         FROM _sqlx_migrations WHERE version = 1",
    )
    .await;
    visit().await.assert_only("migrations", "not of this release: 9999 of tomorrow", "the newer release");
}

#[tokio::test]
async fn a_server_that_cannot_be_had_says_why_and_what_hangs_on_it_is_not_blamed() {
    let Some(mut scene) = Scene::set(Options::default()).await else { return };
    let plain = [("DB_SSLMODE", "disable")];
    let right = scene.url(USER, PASSWORD);
    for (url, variables, found, remedy) in [
        (scene.url(USER, "s3cret"), &plain[..], "28P01", "correct the password"),
        (scene.server.url(USER, PASSWORD, "nowhere"), &plain[..], "3D000", "make the database"),
        (right.clone(), &[][..], "TLS", "DB_SSLMODE"),
    ] {
        let visited = visit_url(&url, variables).await;
        visited.assert_only("database", found, remedy);
        assert!(!format!("{visited:?}").contains("s3cret"));
        assert!(DEPENDENTS.iter().all(|check| visited.of(check).0 == State::Absent), "{visited:?}");
    }
    scene.server.stop(Stop::Fast).await;
    visit_url(&right, &plain).await.assert_only("database", "connection refused", "start the server");
}

#[tokio::test]
async fn connections_beyond_the_budget_are_counted_whoever_has_them() {
    let Some(scene) = Scene::set(Options { max_connections: 13, ..Options::default() }).await else { return };
    let url = scene.url(USER, PASSWORD);
    let visit = async || visit_url(&url, &[("DB_SSLMODE", "disable")]).await;
    visit().await.assert_well(&["connections"]);
    let mut others = Vec::new();
    for _ in 0..8 {
        others.push(scene.server.superuser("postgres").await);
    }
    // Three are kept for superusers.
    visit().await.assert_only("connections", " of 10, more than 80 %", "`ops db-report`");
}

#[tokio::test]
async fn a_clock_that_goes_wrong_is_found_by_the_servers() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let (data, url) = (TempDir::new().unwrap(), scene.url(USER, PASSWORD));
    let variables =
        [("DATABASE_URL", url.as_str()), ("DB_SSLMODE", "disable"), ("DATA_DIR", data.path().to_str().unwrap())];
    let ahead: fn() -> Timestamp = || (config::world().now)().plus_seconds(70);
    let behind: fn() -> Timestamp = || (config::world().now)().plus_seconds(-30);
    for (now, state, found) in [(ahead, State::Failed, "s ahead"), (behind, State::Warning, "s behind")] {
        let visited = visit_with(&variables, World { now, ..config::world() }).await;
        assert_eq!(visited.complaints(), ["database clock"], "{visited:?}");
        let (was, said, remedy) = visited.of("database clock");
        assert!(was == state && said.ends_with(found) && remedy.contains("NTP"), "{visited:?}");
    }
}
