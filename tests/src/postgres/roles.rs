//! What an administrator does to a running server.

use super::Server;
use sqlx::{AssertSqlSafe, Executor};
use std::sync::atomic::{AtomicU32, Ordering};

static DATABASES: AtomicU32 = AtomicU32::new(0);

impl Server {
    /// Runs a statement as the superuser, who is asked for no password.
    pub async fn administer(&self, statement: String) {
        self.superuser("postgres").await.execute(AssertSqlSafe(statement)).await.unwrap();
    }

    /// The name of a new, empty database in which every login may make tables.
    pub async fn create_database(&self) -> String {
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.administer(format!("CREATE DATABASE {name}")).await;
        self.superuser(&name).await.execute("GRANT CREATE ON SCHEMA public TO PUBLIC").await.unwrap();
        name
    }

    /// A new login that reads and writes every table.
    pub async fn create_login(&self, name: &str, password: &str) {
        let grant = format!("GRANT pg_read_all_data, pg_write_all_data TO {}", identifier(name));
        self.administer(format!("CREATE ROLE {} LOGIN PASSWORD {}", identifier(name), literal(password))).await;
        self.administer(grant).await;
    }

    /// Sets a password, as a rotation does: the sessions that are there stay, a new one with the old password gets 28P01.
    pub async fn change_password(&self, name: &str, password: &str) {
        self.administer(format!("ALTER ROLE {} PASSWORD {}", identifier(name), literal(password))).await;
    }

    /// How many sessions an application has.
    pub async fn sessions(&self, application_name: &str) -> i64 {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
        let count = sqlx::query_scalar(count).bind(application_name);
        count.fetch_one(&mut self.superuser("postgres").await).await.unwrap()
    }

    /// Ends every session of an application (57P01) and waits until they are gone; how many there were.
    pub async fn terminate_backends(&self, application_name: &str) -> u64 {
        let end = "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE application_name = $1";
        let ended: Vec<bool> = {
            let end = sqlx::query_scalar(end).bind(application_name);
            end.fetch_all(&mut self.superuser("postgres").await).await.unwrap()
        };
        assert!(ended.iter().all(|ended| *ended), "a session did not end");
        ended.len() as u64
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
