//! A database that is not there: every statement says so in the same way, and nothing of the driver's text comes along.

use db::Db;
use domain::connection::Database;
use domain::filter::Filter;
use domain::{Error, Kind};
use std::error::Error as _;
use std::net::TcpListener;
use tests::behind::execute;
use tests::seed::{NOON, id, imported, point};
use tests::{TestDb, on_both_engines, open};

on_both_engines!(a_closed_pool_is_unavailable_to_every_statement);

/// Of every read and of two writes.
async fn errors(db: &Db) -> Vec<Error> {
    let filter = Filter::default();
    vec![
        db.newest_chargers(&filter, None, 0, 1).await.unwrap_err(),
        db.count_chargers(&filter).await.unwrap_err(),
        db.fold_candidates(&[], &filter, || (), |(), _| {}).await.unwrap_err(),
        db.chargers(&[id(1)]).await.unwrap_err(),
        db.latest_verifications(id(1)).await.unwrap_err(),
        db.photo(id(1)).await.unwrap_err(),
        db.photo_progress(id(1)).await.unwrap_err(),
        db.forget_pending_photo(id(1)).await.unwrap_err(),
        db.ensure_contributor("ann", NOON).await.unwrap_err(),
        db.promise_photos("ann", &[], NOON).await.unwrap_err(),
        db.import_chargers("set", &[imported(1, point(1.0, 2.0))], NOON).await.unwrap_err(),
        db.migrate_up().await.unwrap_err(),
        db.migration_steps().await.unwrap_err(),
    ]
}

async fn a_closed_pool_is_unavailable_to_every_statement(test_db: &TestDb) {
    test_db.db.close().await;
    for error in errors(&test_db.db).await {
        assert_eq!(error.kind(), Kind::Unavailable, "{error:?}");
        assert_eq!(error.detail(), "The database is not available at the moment. Please try again.");
        assert!(error.source().is_some(), "the log wants a cause");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unavailable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let db = open(&Database::at(format!("postgres://ann:s3cret@127.0.0.1:{port}/spots"), 1)).await.unwrap();
    let error = db.count_chargers(&Filter::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_an_error_without_its_url() {
    let Some(test_db) = TestDb::postgres().await else { return };
    let url = test_db.url.replace("/test_", "/absent_");
    let error = open(&Database::at(url, 1)).await.unwrap().count_chargers(&Filter::default()).await.unwrap_err();
    assert!(!format!("{error:?}").contains("absent_"), "{error:?}");
}

#[tokio::test]
async fn a_database_without_a_schema_is_our_fault_and_shows_no_sql() {
    let sqlite = TestDb::sqlite().await;
    sqlite.db.migrate_down_to(0).await.unwrap();
    let error = sqlite.db.count_chargers(&Filter::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.detail()), (Kind::Internal, "Something went wrong on our side."));
    assert!(!format!("{error:?}").contains("SELECT"), "{error:?}");
}

#[tokio::test]
async fn a_url_of_another_kind_is_refused() {
    for url in ["mysql://h/d", "", "postgres", "http://localhost"] {
        let error = open(&Database::at(url, 1)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Internal, "{url}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_unavailable() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [format!("{}/below-a-file.db", file.path().display()), std::env::temp_dir().display().to_string()] {
        let error = open(&Database::at(format!("sqlite:{path}"), 1)).await.unwrap_err();
        assert!(matches!(error.kind(), Kind::Unavailable | Kind::Internal) && !error.detail().contains(&path));
    }
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_all_is_well_once_there_is_room() {
    let sqlite = TestDb::sqlite().await;
    let db = open(&Database::at(&sqlite.url, 1)).await.unwrap();
    // As with a disk: what is there may be written over, and nothing is added.
    execute(&db, "PRAGMA max_page_count = 1").await.unwrap();
    let chargers: Vec<_> = (1..=500).map(|n| imported(n, point(1.0, 2.0))).collect();
    let error = db.import_chargers("set", &chargers, NOON).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after_s()), (Kind::Unavailable, Some(2)), "{error:?}");
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 0);
    execute(&db, "PRAGMA max_page_count = 1000000").await.unwrap();
    db.import_chargers("set", &chargers, NOON).await.unwrap();
    assert_eq!(db.count_chargers(&Filter::default()).await.unwrap().count, 500);
}
