//! What disturbs a migration: a transaction that does not end, another runner, a killed connection.

use db::Db;
use db::migrations::Run;
use domain::Result;
use domain::connection::Database;
use sqlx::{Connection, PgConnection};
use std::thread::JoinHandle;
use std::time::Duration;
use tests::{TestDb, open};

/// A transaction that has read the chargers and goes on: every concurrent build of an index of theirs waits for its end.
pub(super) struct Snapshot(PgConnection);

impl Snapshot {
    pub(super) async fn take(test_db: &TestDb) -> Self {
        let mut connection = PgConnection::connect(&test_db.url).await.unwrap();
        let read = "SET statement_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM chargers";
        sqlx::raw_sql(read).execute(&mut connection).await.unwrap();
        Self(connection)
    }

    pub(super) async fn give_up(self) {
        self.0.close().await.unwrap();
    }
}

/// `migrate_up` in a thread with a pool of its own, as a process has them.
pub(super) fn runner(test_db: &TestDb, patience: Option<Duration>) -> JoinHandle<Result<Run>> {
    let url = test_db.url.clone();
    let run = async move {
        let db = open(&Database::at(url, 1)).await.unwrap();
        match patience {
            Some(patience) => db.migrate_up_within(patience).await,
            None => db.migrate_up().await,
        }
    };
    std::thread::spawn(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run))
}

/// One statement on a connection of its own.
pub(super) async fn execute(url: String, sql: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::raw_sql(sql).execute(&mut connection).await.map(drop)
}

/// Waits until a statement with these words waits for a lock; the ids of those that run it.
pub(super) async fn builder_waits(db: &Db, words: &str) -> Vec<i32> {
    let Db::Postgres(postgres) = db else { panic!("PostgreSQL alone has concurrent builds") };
    let pool = postgres.pool();
    let waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND strpos(query, $1) > 0 AND wait_event_type = 'Lock'";
    for _ in 0..600 {
        let pids: Vec<i32> = sqlx::query_scalar(waiting).bind(words).fetch_all(pool).await.unwrap();
        if !pids.is_empty() {
            return pids;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody waits in {words}");
}

pub(super) async fn kill(db: &Db, pids: &[i32]) {
    let Db::Postgres(postgres) = db else { panic!("PostgreSQL alone has processes") };
    let pool = postgres.pool();
    for pid in pids {
        assert!(
            sqlx::query_scalar::<_, bool>("SELECT pg_terminate_backend($1)").bind(pid).fetch_one(pool).await.unwrap()
        );
    }
}
