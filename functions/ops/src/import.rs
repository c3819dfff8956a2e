//! Chargers from data sets, and everything from the original system ([`sharaspot`]).
//!
//! A data set is read row by row, never as a whole. Rows become `Station`s, those go to the database in batches (500 for
//! SQLite, 5,000 for PostgreSQL), each of them one transaction: whenever a run ends, whole batches are kept and the next run
//! completes them.

pub mod afdc;
pub mod sharaspot;

mod batches;
mod lines;
mod rejects;
mod summary;

pub(crate) use batches::Batches;
pub use rejects::Reject;
pub use summary::Summary;
