//! The schema's steps, forth and back. Both engines have the same numbers and names.

use crate::engine::on_pool;
use crate::{Db, Engine};
use domain::{Error, Result};
use sqlx::migrate::{MigrateError, Migrator};

static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
#[cfg(feature = "embedded")]
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

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

impl Db {
    /// Applies every step that is missing. PostgreSQL holds an advisory lock meanwhile, so two runners are safe.
    ///
    /// # Errors
    /// Internal when a step fails (the step leaves nothing behind) or when the database knows steps that this program does not.
    pub async fn migrate_up(&self) -> Result<()> {
        on_pool!(self, |pool| self.migrator().run(pool).await.map_err(migration_failed))
    }

    /// Takes steps back until only those up to `version` are left.
    ///
    /// # Errors
    /// Internal when a step fails.
    pub async fn migrate_down_to(&self, version: i64) -> Result<()> {
        on_pool!(self, |pool| self.migrator().undo(pool, version).await.map_err(migration_failed))
    }

    /// Every step, and whether the database has it.
    ///
    /// # Errors
    /// As every query.
    pub async fn migration_steps(&self) -> Result<Vec<Step>> {
        let applied: Vec<i64> = on_pool!(self, |pool| {
            let known = sqlx::query_scalar::<_, i64>(self.engine().pick(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'",
                "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
            ));
            if known.fetch_one(pool).await.map_err(crate::failure::failed)? == 0 {
                Vec::new()
            } else {
                let rows = sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version");
                rows.fetch_all(pool).await.map_err(crate::failure::failed)?
            }
        });
        let steps = self.migrator().iter().filter(|step| step.migration_type.is_up_migration());
        let step = |step: &sqlx::migrate::Migration| Step {
            version: step.version,
            name: step.description.to_string(),
            is_applied: applied.contains(&step.version),
        };
        Ok(steps.map(step).collect())
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

fn migration_failed(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) => crate::failure::failed(error),
        MigrateError::ExecuteMigration(error, version) => {
            let version_failed = format!("migration {version}");
            crate::failure::failed(error).because(version_failed)
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
