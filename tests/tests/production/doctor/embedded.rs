//! The embedded default: a file, a folder, and an environment that is wrong.

use super::{State, visit};
use config::Config;
use storage::Storage;
use tempfile::TempDir;

#[tokio::test]
async fn a_fresh_folder_is_well_and_stays_empty_and_so_is_one_in_use() {
    let data = TempDir::new().unwrap();
    let dir = data.path().to_str().unwrap();
    let fresh = visit(&[("DATA_DIR", dir)]).await;
    fresh.assert_well(&["configuration", "data folder"]);
    assert_eq!(
        fresh.of("database"),
        (State::Absent, "not looked at: there is no file yet, the first start makes it", "")
    );
    assert_eq!(std::fs::read_dir(dir).unwrap().count(), 0, "a doctor makes nothing");

    let config = Config::read(&|name| (name == "DATA_DIR").then(|| dir.to_owned())).unwrap();
    let db = tests::open(&config.database).await.unwrap();
    let storage = Storage::open(&config.store, config::world().now).await.unwrap();
    let used = visit(&[("DATA_DIR", dir)]).await;
    used.assert_well(&["configuration", "database", "migrations", "indexes", "photo store", "data folder"]);
    assert!(storage.list("").await.unwrap().is_empty(), "what was tried out is gone");
    for absent in ["secret", "connections", "database clock", "replica", "photo store clock", "backups", "cache"] {
        assert_eq!(used.of(absent).0, State::Absent, "{absent}");
    }

    db.migrate_down_to(db.migration_steps().await.unwrap().len() as i64 - 1).await.unwrap();
    visit(&[("DATA_DIR", dir)]).await.assert_only("migrations", "missing: ", "`ops migrate up`");
}

#[tokio::test]
async fn what_is_no_database_and_what_is_no_folder_are_told_apart() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("sharaspot.db");
    std::fs::write(&file, "no database at all, whatever it is called".repeat(200)).unwrap();
    let dir = data.path().to_str().unwrap();
    visit(&[("DATA_DIR", dir)]).await.assert_only("database", "damaged", "`ops restore --latest --from`");
    visit(&[("DATA_DIR", file.to_str().unwrap())]).await.assert_only("data folder", "cannot be written", "DATA_DIR");
}

#[tokio::test]
async fn a_wrong_environment_is_named_whole_and_nothing_else_is_looked_at() {
    let visited = visit(&[("PORT", "0"), ("DB_SSLMODE", "maybe"), ("DATABASE_URL", "postgres://ann:s3cret@h/d")]).await;
    visited.assert_only("configuration", "PORT: ", "set PORT, DB_SSLMODE as");
    let others = visited.0.findings.iter().filter(|finding| finding.check != "configuration");
    assert!(
        others.clone().count() == 13 && others.clone().all(|finding| finding.state == State::Absent),
        "{visited:?}"
    );
    assert!(!format!("{visited:?}").contains("s3cret"));
    let production = visit(&[("APP_ENV", "production")]).await;
    production.assert_only("configuration", "APP_ENV=production needs PostgreSQL", "DATABASE_URL");
}
