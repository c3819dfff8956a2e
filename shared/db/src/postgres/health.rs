//! Whether primary and replica answer.

use super::{Postgres, Source};
use crate::failure::failed;
use crate::health::{Health, PATIENCE};
use crate::patience::Patience;
use domain::Result;
use domain::health::Part;
use futures_util::future::{OptionFuture, join};

const ASK: &str = "/* health.ask */ SELECT 1";

impl Postgres {
    pub(crate) async fn health(&self) -> Health {
        let pool = self.servers.primary.pool_in_use();
        let replica = self.servers.replica.as_ref().map(|_| self.answers(Source::Replica));
        let (database, replica) = join(self.answers(Source::Primary), OptionFuture::from(replica)).await;
        Health { database: Part::of(Some(database)), replica: Part::of(replica), pool }
    }

    async fn answers(&self, source: Source) -> bool {
        matches!(tokio::time::timeout(PATIENCE, self.ask(source)).await, Ok(Ok(())))
    }

    /// Asks over the pool, as everybody does. Where all of its connections are in use, over one more that is closed again: a pool
    /// that is exhausted is no server that is down.
    async fn ask(&self, source: Source) -> Result<()> {
        // By the simple protocol, which needs no prepared statement: there may be a pooler in between.
        let question = sqlx::raw_sql(ASK);
        let mut patience = Patience::new(self.servers.world, PATIENCE, None);
        let server = self.server(source);
        if server.pool_in_use().checked_out >= server.places() {
            let mut aside = server.connect_aside(&patience).await?;
            return question.execute(&mut aside).await.map(drop).map_err(failed);
        }
        let mut session = self.session(source, &mut patience).await?;
        session.start();
        question.execute(&mut session).await.map_err(failed)?;
        session.finish().await.map_err(failed)
    }
}
