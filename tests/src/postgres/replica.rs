//! A streaming replica: a server that copies another and takes no writes.

use super::{Server, USER, cluster};
use crate::eventually;
use sqlx::{Executor, PgConnection};

impl Server {
    /// A new replica of this server, of the same options. It streams from then on, and again after either has restarted.
    pub async fn replica(&self) -> Self {
        // Past the door, like the superuser: neither certificates nor passwords are the replica's business.
        let (socket, port) = (self.folder.path().display(), self.port);
        let primary = format!("host={socket} port={port} user={USER} application_name=replica");
        let (binaries, options) = (self.binaries.clone(), self.options.clone());
        let replica = move || {
            let replica = Self::new(binaries, options);
            let data = cluster::data(&replica.folder);
            let copy = ["-R", "--no-sync", "--checkpoint=fast", "-D", data.to_str().unwrap(), "-d", &primary];
            replica.folder.run(&replica.binaries.join("pg_basebackup"), &copy);
            replica.secure();
            replica
        };
        let mut replica = tokio::task::spawn_blocking(replica).await.unwrap();
        replica.start_again().await;
        replica
    }

    /// Holds the replica where it is: it still receives, but shows nothing new until [`Server::resume_replay`].
    pub async fn pause_replay(&self) {
        let mut replica = self.superuser("postgres").await;
        replica.execute("SELECT pg_wal_replay_pause()").await.unwrap();
        // Asking for a pause is not having it.
        let state = async || is(&mut replica, "SELECT pg_get_wal_replay_pause_state() = 'paused'").await;
        eventually("the replica pauses", state).await;
    }

    /// Lets a paused replica go on.
    pub async fn resume_replay(&self) {
        self.superuser("postgres").await.execute("SELECT pg_wal_replay_resume()").await.unwrap();
    }

    /// Waits until this replica shows everything that its primary had committed at the time of the call.
    pub async fn wait_until_caught_up(&self, primary: &Self) {
        let flushed = sqlx::query_scalar("SELECT pg_current_wal_flush_lsn()::text");
        let flushed: String = flushed.fetch_one(&mut primary.superuser("postgres").await).await.unwrap();
        let mut replica = self.superuser("postgres").await;
        let has_caught_up = async || {
            let replayed = sqlx::query_scalar("SELECT coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false)");
            replayed.bind(&flushed).fetch_one(&mut replica).await.unwrap()
        };
        eventually("the replica catches up", has_caught_up).await;
    }
}

async fn is(connection: &mut PgConnection, question: &'static str) -> bool {
    sqlx::query_scalar(question).fetch_one(connection).await.unwrap()
}
