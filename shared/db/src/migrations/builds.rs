//! Which indexes are being built at this moment.

use crate::Db;
use crate::failure::failed;
use domain::Result;
use sqlx::PgConnection;

/// An index that somebody builds; it may well be a runner that nobody hears of any more.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Build {
    /// Its name.
    pub index: String,
    /// PostgreSQL's words for where it is: `building index: scanning table`, `waiting for old snapshots`.
    pub phase: String,
    /// How much of this phase is done, in percent; `None` where that is not known.
    pub percent: Option<i64>,
}

impl Db {
    /// The indexes that are being built; none where the engine builds them in no time of their own.
    ///
    /// # Errors
    /// As every query.
    pub async fn builds(&self) -> Result<Vec<Build>> {
        match self {
            Self::Postgres(postgres) => builds(&mut *postgres.connection().await?).await,
            #[cfg(feature = "embedded")]
            Self::Sqlite(_) => Ok(Vec::new()),
        }
    }
}

/// Those of this database, as far as this login may see them.
pub(super) async fn builds(connection: &mut PgConnection) -> Result<Vec<Build>> {
    const SQL: &str = "/* migrations.builds */ SELECT c.relname::text AS index, p.phase,
         CASE WHEN p.blocks_total > 0 THEN 100 * p.blocks_done / p.blocks_total
              WHEN p.lockers_total > 0 THEN 100 * p.lockers_done / p.lockers_total END AS percent
         FROM pg_stat_progress_create_index p JOIN pg_class c ON c.oid = p.index_relid
         WHERE p.datname = current_database() ORDER BY 1";
    sqlx::query_as(SQL).fetch_all(connection).await.map_err(failed)
}

/// What goes behind another sentence.
pub(super) fn sentence(builds: &[Build]) -> String {
    let build = |Build { index, phase, percent }: &Build| {
        let percent = percent.map_or_else(String::new, |percent| format!(", {percent} %"));
        format!("; index {index}: {phase}{percent}")
    };
    builds.iter().map(build).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_every_index_and_how_far_it_is() {
        let build = |index: &str, percent| Build { index: index.to_owned(), phase: "scanning".to_owned(), percent };
        assert_eq!(sentence(&[]), "");
        assert_eq!(sentence(&[build("a", Some(42)), build("b", None)]), "; index a: scanning, 42 %; index b: scanning");
    }
}
