//! What the whole-system tests share: databases that live as long as a test, chargers to fill them with, and the files of the
//! repository.
//!
//! The tests themselves are in `tests/tests`: `db_contract` (every statement on both engines), `functions` (event file in,
//! handler, snapshot out), `runtime` (the real binaries behind a Lambda Runtime API) and `tidy` (the invariants of the layout).
//! Nothing of ours is mocked: PostgreSQL is a real server that the tests start themselves and that ends with them. What a test
//! needs to do harm to it is here too, and `stage` holds it to its word: [`postgres::Server`], [`pooler::PgBouncer`],
//! [`redis::Redis`], [`certificates::Certificates`], [`disk::Disk`], and [`trap::Trap`] with its doors. What is Amazon's is played: the
//! Runtime API ([`runtime::Lambda`]), Secrets Manager ([`secret_store::SecretStore`]), CloudFront ([`cloudfront::CloudFront`]), SQS with
//! Lambda's own interface ([`dead_letter_queue::DeadLetterQueue`]), and where CloudFormation waits ([`inbox::Inbox`]).
//!
//! Start with [`TestDb`].

#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage must fail loudly")]

pub mod behind;
pub mod bucket;
pub mod certificates;
pub mod cloudfront;
pub mod consistency;
pub mod dead_letter_queue;
pub mod disk;
pub mod everything;
pub mod inbox;
pub mod log;
mod player;
pub mod pooler;
pub mod postgres;
pub mod programs;
pub mod redis;
pub mod relay;
pub mod repository;
pub mod rule;
pub mod runtime;
pub mod secret_store;
pub mod seed;
pub mod statement_gate;
pub mod traces;
pub mod trap;
pub mod watched;

use db::Db;
use domain::connection::Database;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// An empty, migrated database for one test.
#[derive(Debug)]
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// What opens it once more.
    pub url: String,
    _dir: Option<TempDir>,
}

impl TestDb {
    /// A SQLite file of its own.
    pub async fn sqlite() -> Self {
        let dir = TempDir::new().unwrap();
        let url = format!("sqlite:{}", dir.path().join("test.db").display());
        Self { db: open(&Database::at(&url, 4)).await.unwrap(), url, _dir: Some(dir) }
    }

    /// A PostgreSQL database of its own; `None`, and a line that says so, where PostgreSQL is not installed.
    pub async fn postgres() -> Option<Self> {
        let url = postgres::create_database().await?;
        let db = open(&Database::at(&url, 4)).await.unwrap();
        db.migrate_up().await.unwrap();
        Some(Self { db, url, _dir: None })
    }
}

/// Opens a database that has no secret, with the real clock.
///
/// # Errors
/// As [`Db::open`].
pub async fn open(database: &Database) -> domain::Result<Db> {
    let none = |_, _| -> secrets::PendingLogin { panic!("nothing here has a secret") };
    Db::open(database, "tests", config::world(), none).await
}

/// Waits until something is so; fails after half a minute, which only a broken thing needs on the busiest machine.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(Instant::now() < until, "{what}: not within half a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Makes two tests of each sentence, one for each engine, so that a failure names the engine.
/// A sentence is an `async fn(&TestDb)` in scope.
#[macro_export]
macro_rules! on_both_engines {
    ($($sentence:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $sentence() {
                super::$sentence(&$crate::TestDb::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $sentence() {
                if let Some(test_db) = $crate::TestDb::postgres().await {
                    super::$sentence(&test_db).await;
                }
            })+
        }
    };
}
