//! Coming from the original system: its tables are read ([`Source`]), and what they hold is taken in.
//!
//! Every batch is one transaction that first writes down, in `sharaspot_rows`, what has come: a row that stands there already is
//! left alone, whatever has become of it here since. So a run may end anywhere, and the next one goes on; and what contributors
//! changed or deleted meanwhile stays as it is. A batch travels as one JSON parameter, since both engines make rows of that, and
//! every table gets one statement.

mod chargers;
mod contributors;
mod known;
mod photos;
mod source;
mod verifications;

pub use chargers::ArrivingCharger;
pub use contributors::ArrivingContributor;
pub use photos::ArrivingPhoto;
pub use source::{Columns, PhotoPage, PhotoText, PhotosOf, Source, Totals};
pub use verifications::ArrivingVerification;

/// Runs a statement on a batch.
macro_rules! run {
    ($tx:expr, $sql:expr, $batch:expr) => {
        sqlx::query($sql).bind(sqlx::types::Json($batch)).execute(&mut *$tx).await.map_err($crate::failure::failed)?
    };
}

/// Runs a statement on a batch that answers ids.
macro_rules! run_for_ids {
    ($tx:expr, $sql:expr, $batch:expr) => {{
        let ids: Vec<$crate::column::Id> = sqlx::query_scalar($sql)
            .bind(sqlx::types::Json($batch))
            .fetch_all(&mut *$tx)
            .await
            .map_err($crate::failure::failed)?;
        ids.into_iter().map(|id| id.0).collect::<std::collections::HashSet<uuid::Uuid>>()
    }};
}

pub(crate) use {run, run_for_ids};
