//! The schema's steps, forth and back. Both engines have the same numbers and names.
//!
//! One runner at a time: [`session`] has the lock. [`history`] is what the database remembers, [`plan`] which indexes the steps
//! make, [`indexes`] whether they are there, [`repair`] makes them so, and [`builds`] says which are being built.
//!
//! A runner that ends, is killed or has no time left (Lambda gives fifteen minutes) while an index is being built concurrently does
//! not end the build: PostgreSQL notices at its end only that nobody listens, and keeps the runner's lock until then. So the next runner
//! waits for the lock, finds the index valid, and only writes down that the step is done. Nothing is dropped or built twice; what *was*
//! broken off, by an administrator or a restart, is an invalid index, which [`repair`] deals with.

mod builds;
mod history;
mod indexes;
mod plan;
mod repair;
mod session;

pub use builds::Build;
pub use history::{Applied, Wording};
pub use indexes::{Index, IndexState, Indexes};
pub(crate) use plan::made_objects;
pub use repair::{Remedy, Repair};

use crate::engine::on_engine;
use crate::{Db, Engine};
use domain::{Error, Result};
use session::Migrated as _;
use sqlx::migrate::{MigrateError, Migration, Migrator};
use std::sync::LazyLock;
use std::time::Duration;

/// How long a runner waits for another one.
const PATIENCE: Duration = Duration::from_secs(600);

static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| unlocked(sqlx::migrate!("migrations/postgres")));
#[cfg(feature = "embedded")]
static SQLITE: LazyLock<Migrator> = LazyLock::new(|| unlocked(sqlx::migrate!("migrations/sqlite")));

/// The lock is ours: a runner that waited in the driver's would hold a snapshot, which a concurrent build of an index waits for.
fn unlocked(mut migrator: Migrator) -> Migrator {
    migrator.set_locking(false);
    migrator
}

/// One step of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Whether the database has it.
    pub is_applied: bool,
}

/// What a run has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Indexes that were broken or gone, in the order of their repair.
    pub repairs: Vec<Repair>,
    /// Steps that were applied or taken back, in that order, as they are now.
    pub steps: Vec<Step>,
}

impl Db {
    /// Repairs the indexes of the steps that are there, then applies every step that is missing. A lock keeps two runners apart.
    ///
    /// # Errors
    /// Internal when a step fails or when the database knows steps that this program does not; unavailable when another runner
    /// has had the lock for ten minutes. A step that failed leaves nothing behind but, where it builds an index concurrently, a
    /// broken index, which the next run repairs.
    pub async fn migrate_up(&self) -> Result<Run> {
        self.migrate_up_within(PATIENCE).await
    }

    /// Applies or takes back steps until those up to `version` are there and no others.
    ///
    /// # Errors
    /// As [`Db::migrate_up`] and [`Db::migrate_down_to`].
    pub async fn migrate_to(&self, version: i64) -> Result<()> {
        on_engine!(self, |engine| {
            engine.down_to(version, PATIENCE).await?;
            engine.up(Some(version), PATIENCE).await?;
        });
        Ok(())
    }

    /// As [`Db::migrate_up`], waiting so long for another runner.
    ///
    /// # Errors
    /// As there.
    pub async fn migrate_up_within(&self, patience: Duration) -> Result<Run> {
        on_engine!(self, |engine| engine.up(None, patience).await)
    }

    /// As [`Db::migrate_up`] for who has so much time: another runner is waited for as long, and what is not done then is left alone.
    /// An index that is being built concurrently is built to its end all the same, and the next run goes on from there. A step in
    /// a transaction comes to its end on the server, too, and is taken back: one that needs longer wants a runner without a limit.
    ///
    /// # Errors
    /// As there; unavailable when the time is over, with what is being built as its cause.
    pub async fn migrate_up_for(&self, limit: Duration) -> Result<Run> {
        // A runner that waits for another says so itself, and better.
        let patience = limit.saturating_sub(Duration::from_secs(1));
        match tokio::time::timeout(limit, self.migrate_up_within(patience)).await {
            Ok(done) => done,
            Err(_) => {
                let builds = self.builds().await.unwrap_or_default();
                let cause = format!("no time left to migrate{}; the next run goes on", builds::sentence(&builds));
                Err(Error::unavailable("database", cause).saying("The migrations are not done yet."))
            }
        }
    }

    /// Takes steps back until only those up to `version` are left. A lock keeps two runners apart.
    ///
    /// # Errors
    /// Internal when a step fails; unavailable when another runner has had the lock for ten minutes.
    pub async fn migrate_down_to(&self, version: i64) -> Result<Run> {
        on_engine!(self, |engine| engine.down_to(version, PATIENCE).await)
    }

    /// Every step, and whether the database has it.
    ///
    /// # Errors
    /// As every query.
    pub async fn migration_steps(&self) -> Result<Vec<Step>> {
        let versions = on_engine!(self, |engine| {
            let mut connection = engine.connection().await?;
            session::Steps::versions(&mut *connection).await?
        });
        Ok(steps(self.migrator(), &versions))
    }

    fn migrator(&self) -> &'static Migrator {
        match self.engine() {
            Engine::Postgres => &POSTGRES,
            #[cfg(feature = "embedded")]
            Engine::Sqlite => &SQLITE,
            #[cfg(not(feature = "embedded"))]
            Engine::Sqlite => unreachable!("there is no SQLite database without the feature"),
        }
    }
}

/// The last step that a database has, seen by a connection; 0 where it has none.
pub(crate) async fn last_step(connection: &mut impl session::Steps) -> Result<i64> {
    Ok(connection.versions().await?.last().copied().unwrap_or(0))
}

fn ups(migrator: &'static Migrator) -> impl Iterator<Item = &'static Migration> {
    migrator.iter().filter(|step| step.migration_type.is_up_migration())
}

/// Every step of this program, against the versions that a database has.
fn steps(migrator: &'static Migrator, versions: &[i64]) -> Vec<Step> {
    let step = |step: &Migration| Step {
        version: step.version,
        name: step.description.to_string(),
        is_applied: versions.contains(&step.version),
    };
    ups(migrator).map(step).collect()
}

fn migration_failed(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) => crate::failure::failed(error),
        MigrateError::ExecuteMigration(error, version) => {
            let cause = crate::failure::failed(error);
            let why = std::error::Error::source(&cause).map(ToString::to_string).unwrap_or_default();
            cause.because(format!("migration {version}: {why}"))
        }
        MigrateError::VersionMissing(version) => {
            Error::internal(format!("this program does not know migration {version}"))
        }
        MigrateError::VersionMismatch(version) => {
            Error::internal(format!("migration {version} has changed since it ran"))
        }
        MigrateError::Dirty(version) => Error::internal(format!("migration {version} ended half way")),
        _ => Error::internal("migrations"),
    }
}
