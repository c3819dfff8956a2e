//! Whether the database answers, for those who ask how we are.

use crate::Db;
use domain::health::{Part, Pool};
use std::time::Duration;

/// Who has not answered by then is down. Long enough for a connection that fell silent while nobody looked, which is given up after a
/// second, to be replaced.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1500);

/// What is known of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The primary, or the SQLite file.
    pub database: Part,
    /// The replica, where there is one.
    pub replica: Part,
    /// The pool of the primary, as it was before the question took a connection of it.
    pub pool: Pool,
}

impl Db {
    /// Asks every server, all at the same time, and waits for a second and a half at most.
    pub async fn health(&self) -> Health {
        match self {
            Self::Postgres(postgres) => postgres.health().await,
            #[cfg(feature = "embedded")]
            Self::Sqlite(sqlite) => {
                let pool = sqlite.pool_in_use();
                let answers = matches!(tokio::time::timeout(PATIENCE, sqlite.ask()).await, Ok(Ok(())));
                Health { database: Part::of(Some(answers)), replica: Part::None, pool }
            }
        }
    }
}
