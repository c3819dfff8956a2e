//! The way of one read: the replica where there is one that has come far enough, else the primary; again where that may help.

use super::{Postgres, Source};
use crate::failure::{failed, is_about_schema, is_repeatable};
use crate::patience::Patience;
use crate::session::Session;
use domain::{ConsistencyToken, Result};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// A read is tried so often at most.
const TRIES: u32 = 3;
/// A replica that takes longer to give a connection is passed over.
const REPLICA_WAIT: Duration = Duration::from_millis(500);

/// One read, over all its tries.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    postgres: &'a Postgres,
    patience: Patience,
    source: Source,
    tries: u32,
}

impl<'a> Reading<'a> {
    pub(super) fn new(postgres: &'a Postgres) -> Self {
        Self { postgres, patience: postgres.patience(), source: postgres.preferred(), tries: 0 }
    }

    /// A connection to read on; behind a pooler in a transaction.
    pub(crate) async fn open(&mut self) -> Result<Session<sqlx::Postgres>> {
        self.tries += 1;
        if self.source == Source::Replica {
            match self.open_replica().await {
                Some(session) => return Ok(session),
                None => self.source = Source::Primary,
            }
        }
        loop {
            let mut session = self.postgres.session(Source::Primary, &mut self.patience).await?;
            match self.patience.bound(self.start(&mut session)).await {
                Ok(()) => return Ok(session),
                Err(error) if is_repeatable(&error) && self.patience.pause().await => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// `None` where the replica does not answer or has not come far enough.
    async fn open_replica(&mut self) -> Option<Session<sqlx::Postgres>> {
        let replica = self.postgres.servers.replica.as_ref()?;
        let mut patience = Patience::new(self.postgres.servers.world, REPLICA_WAIT, Some(self.patience.left()));
        let kept = self.postgres.kept(Source::Replica);
        // What this very connection has shown once it goes on showing; behind a pooler, and at one address, there may be others.
        let is_known = kept.is_some() && self.postgres.servers.manner.keeps_statements;
        let session = match kept {
            Some(session) => Ok(session),
            None => self.postgres.session(Source::Replica, &mut patience).await,
        };
        let mut session = session.inspect_err(|error| replica.note_down(error)).ok()?;
        let is_ready = async {
            self.start(&mut session).await?;
            match self.postgres.token() {
                Some(token) if !is_known => has_come_to(token, &mut session).await,
                _ => Ok(true),
            }
        };
        match patience.bound(is_ready).await {
            Ok(true) => Some(session),
            Ok(false) => {
                // It lags behind; that is no fault of the connection.
                self.postgres.request.asks_primary.store(true, Relaxed);
                let _ = patience.bound(session.finish()).await;
                None
            }
            Err(error) => {
                replica.note_down(&failed(error));
                None
            }
        }
    }

    async fn start(&self, session: &mut Session<sqlx::Postgres>) -> Result<(), sqlx::Error> {
        if self.postgres.servers.manner.keeps_statements {
            session.start();
            return Ok(());
        }
        session.begin("BEGIN READ ONLY").await
    }

    /// Leaves the connection for the next statement.
    pub(crate) fn close(self, session: Session<sqlx::Postgres>) {
        self.postgres.keep(self.source, session);
    }

    /// After an error: `Ok` where the read is worth another try, after a pause.
    pub(crate) async fn again(&mut self, error: sqlx::Error) -> Result<()> {
        let may_help = is_repeatable(&error);
        let was_replica = self.source == Source::Replica;
        if was_replica && (may_help || is_about_schema(&error)) {
            self.source = Source::Primary;
            return Ok(());
        }
        if may_help && self.tries < TRIES && self.patience.pause().await { Ok(()) } else { Err(failed(error)) }
    }
}

/// Whether this replica has all that the primary had when it handed the token out. One that has been made a primary of its own has
/// a log of its own, whose length says nothing.
async fn has_come_to(token: ConsistencyToken, session: &mut Session<sqlx::Postgres>) -> Result<bool, sqlx::Error> {
    const SQL: &str = "/* replica.has_come_to */ SELECT coalesce(pg_is_in_recovery()
         AND pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') >= $1, false)";
    sqlx::query_scalar(SQL).bind(token.position()).fetch_one(session).await
}
