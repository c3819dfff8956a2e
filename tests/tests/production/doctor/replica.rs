//! A copy that is behind, gone, or no copy at all.

use super::{State, Visited, visit};
use crate::scene::Scene;
use sqlx::Executor;
use tempfile::TempDir;
use tests::postgres::{Options, PASSWORD, Server, Stop, USER};

async fn visit_both(scene: &Scene, replica: &Server) -> Visited {
    let (data, url, port) = (TempDir::new().unwrap(), scene.url(USER, PASSWORD), replica.port().to_string());
    let variables = [
        ("DATABASE_URL", url.as_str()),
        ("DB_SSLMODE", "disable"),
        ("DB_REPLICA_HOST", replica.host()),
        ("DB_REPLICA_PORT", port.as_str()),
        ("DATA_DIR", data.path().to_str().unwrap()),
    ];
    visit(&variables).await
}

#[tokio::test]
async fn a_replica_is_asked_how_far_it_is_and_whether_it_is_one() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let mut replica = scene.server.replica().await;
    let well = visit_both(&scene, &replica).await;
    well.assert_well(&["database", "replica"]);
    assert!(well.of("replica").1.starts_with("shows what the primary had 0."), "{well:?}");

    replica.pause_replay().await;
    let mut superuser = scene.server.superuser(&scene.database).await;
    superuser.execute("CREATE TABLE later AS SELECT generate_series(1, 1000)").await.unwrap();
    visit_both(&scene, &replica).await.assert_only(
        "replica",
        "bytes behind for more than 3 s",
        "USE_READ_REPLICA=false",
    );
    replica.resume_replay().await;

    visit_both(&scene, &scene.server).await.assert_only("replica", "is no replica", "DB_REPLICA_HOST");

    replica.stop(Stop::Fast).await;
    visit_both(&scene, &replica).await.assert_only("replica", "connection refused", "DB_REPLICA_HOST");
}

#[tokio::test]
async fn a_replica_in_the_place_of_the_primary_is_no_database() {
    let Some(scene) = Scene::set(Options::default()).await else { return };
    let replica = scene.server.replica().await;
    replica.wait_until_caught_up(&scene.server).await;
    let (data, url) = (TempDir::new().unwrap(), replica.url(USER, PASSWORD, &scene.database));
    let variables =
        [("DATABASE_URL", url.as_str()), ("DB_SSLMODE", "disable"), ("DATA_DIR", data.path().to_str().unwrap())];
    let visited = visit(&variables).await;
    visited.assert_only("database", "takes no writes", "name the primary");
    assert_eq!(visited.of("replica").0, State::Absent);
}
