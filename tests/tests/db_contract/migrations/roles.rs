//! The roles: what a login of each may do, and for how long.

use domain::connection::Database;
use domain::filter::Filter;
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};
use tests::seed::{NOON, add, new_charger, point};
use tests::{TestDb, open};

async fn execute(url: &str, sql: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.map(drop)
}

/// The URL of a new login; its name is the database's too, since logins belong to the whole server.
async fn login(test_db: &TestDb, name: &str) -> String {
    let database = test_db.url.rsplit('/').next().unwrap().split('?').next().unwrap();
    let name = format!("{name}_{database}");
    execute(&test_db.url, format!("CREATE ROLE {name} LOGIN")).await.unwrap();
    test_db.url.replace("//tests@", &format!("//{name}@"))
}

/// A new login that is a member of a role, with its limits.
async fn limited(test_db: &TestDb, role: &str) -> String {
    let url = login(test_db, role).await;
    limit(test_db, &url, role).await.unwrap();
    url
}

async fn limit(test_db: &TestDb, url: &str, role: &str) -> Result<(), sqlx::Error> {
    let name = url.split("//").nth(1).unwrap().split('@').next().unwrap();
    execute(&test_db.url, format!("SELECT sharaspot_limit_login('{name}', 'sharaspot_{role}')")).await
}

async fn code(url: &str, sql: &str) -> String {
    let error = execute(url, sql.to_owned()).await.unwrap_err();
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

async fn shown(url: &str, setting: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let sql = "SELECT current_setting($1)";
    sqlx::query_scalar(sql).bind(setting).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn a_reader_reads_and_is_cut_off_in_time() {
    let Some(test_db) = TestDb::postgres().await else { return };
    add(&test_db.db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    let url = limited(&test_db, "reader").await;
    let db = open(&Database::at(&url, 1)).await.unwrap();
    assert_eq!(db.newest_chargers(&Filter::default(), None, 0, 10).await.unwrap().len(), 1);
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 1);
    assert!(db.migration_steps().await.unwrap().iter().all(|step| step.is_applied));
    let start = Instant::now();
    assert_eq!(code(&url, "SELECT pg_sleep(60)").await, "57014");
    assert!(start.elapsed() > Duration::from_secs(2) && start.elapsed() < Duration::from_secs(30));
    for sql in ["DELETE FROM chargers", "UPDATE charger_facets SET n = 0", "TRUNCATE photos"] {
        assert_eq!(code(&url, sql).await, "42501", "{sql}");
    }
    assert_eq!(code(&url, "SELECT sharaspot_limit_login('tests', 'sharaspot_writer')").await, "42501");
}

#[tokio::test]
async fn a_writer_writes_and_neither_empties_nor_migrates() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let url = limited(&test_db, "writer").await;
    let db = open(&Database::at(&url, 1)).await.unwrap();
    add(&db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 1);
    assert_eq!(db.charger(tests::seed::id(1)).await.unwrap().unwrap().name, "Park");
    for sql in ["TRUNCATE chargers CASCADE", "DELETE FROM _sqlx_migrations", "CREATE TABLE t ()", "DROP TABLE photos"] {
        assert_eq!(code(&url, sql).await, "42501", "{sql}");
    }
    assert_eq!(shown(&url, "statement_timeout").await, "2500ms");
    assert_eq!(shown(&url, "lock_timeout").await, "2s");
    assert_eq!(shown(&url, "idle_in_transaction_session_timeout").await, "10s");
}

#[tokio::test]
async fn membership_alone_gives_no_limit_and_a_migrator_has_none() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let url = login(&test_db, "member").await;
    let name = url.split("//").nth(1).unwrap().split('@').next().unwrap();
    execute(&test_db.url, format!("GRANT sharaspot_reader TO {name}")).await.unwrap();
    assert_eq!(shown(&url, "statement_timeout").await, "0");
    // The last call counts, and its limits alone.
    limit(&test_db, &url, "reader").await.unwrap();
    assert_eq!(shown(&url, "statement_timeout").await, "2500ms");
    limit(&test_db, &url, "migrator").await.unwrap();
    assert_eq!(shown(&url, "statement_timeout").await, "0");
    assert_eq!(shown(&url, "idle_in_transaction_session_timeout").await, "0");
    assert!(limit(&test_db, &url, "owner").await.is_err());
}

#[tokio::test]
async fn tables_of_later_steps_and_other_databases_keep_their_rights() {
    let (Some(test_db), Some(other)) = (TestDb::postgres().await, TestDb::postgres().await) else { return };
    let url = limited(&test_db, "reader").await;
    execute(&test_db.url, "CREATE TABLE later ()".to_owned()).await.unwrap();
    execute(&url, "SELECT FROM later".to_owned()).await.unwrap();
    other.db.migrate_down_to(5).await.unwrap();
    execute(&url, "SELECT FROM chargers".to_owned()).await.unwrap();
    // Back and forth here: the login is a member still and has its rights again.
    test_db.db.migrate_down_to(5).await.unwrap();
    assert_eq!(code(&url, "SELECT FROM chargers").await, "42501");
    test_db.db.migrate_up().await.unwrap();
    execute(&url, "SELECT FROM chargers".to_owned()).await.unwrap();
}

#[tokio::test]
async fn a_migrator_that_may_not_make_roles_goes_on_without() {
    let Some(test_db) = TestDb::postgres().await else { return };
    test_db.db.migrate_down_to(0).await.unwrap();
    execute(&test_db.url, "DROP TABLE _sqlx_migrations".to_owned()).await.unwrap();
    let url = login(&test_db, "plain").await;
    let name = url.split("//").nth(1).unwrap().split('@').next().unwrap();
    let database = test_db.url.rsplit('/').next().unwrap().split('?').next().unwrap();
    execute(&test_db.url, format!("ALTER DATABASE {database} OWNER TO {name}")).await.unwrap();
    let db = open(&Database::at(&url, 1)).await.unwrap();
    assert!(db.migrate_up().await.unwrap().steps.len() >= 8);
    add(&db, 1, &new_charger("Park", point(1.0, 2.0)), NOON).await;
    db.migrate_down_to(0).await.unwrap();
    assert!(db.migrate_up().await.unwrap().steps.len() >= 8);
}
