//! Every question of the listing and the route search, asked of our handlers and of four other ways to answer it.
//!
//! [`run`] fills a database of each size (`stage`), makes the questions up (`topic`), looks for the true answers (`truth`), asks
//! every candidate in turn (`measure`) and writes one table (`report`) with what the targets say of it (`targets`).
//!
//! | candidate | file |
//! |---|---|
//! | ours: event → handler → answer | `handlers` |
//! | ours: the statements with decoding, as a handler calls them | `statements` |
//! | (a) the system that this one replaces | `replaced` |
//! | (b) one bounding box on a B-tree of latitude and longitude | `boxed` |
//! | (c) PostGIS geography, routes in chunks of 64 segments, in two forms | `postgis` |
//! | plain SQL on our own tables: OFFSET, exact counts | `plain` |

mod boxed;
mod candidate;
mod examined;
mod handlers;
mod log;
mod measure;
mod places;
mod plain;
mod postgis;
mod question;
mod replaced;
mod report;
mod route;
pub(crate) mod stage;
mod statements;
mod targets;
mod topic;
mod truth;

pub use stage::Scale;

use crate::Trouble;
use crate::server::Server;
use measure::Row;
use report::Report;
use std::path::Path;
use std::time::Duration;

/// Measures at each size and writes the table to `to` and to standard output; whether every answer of ours was right.
///
/// # Errors
/// Those of the server and of every statement.
pub async fn run(scales: &[Scale], place: &Path, to: &Path, budget: Duration) -> Result<bool, Trouble> {
    let log = log::listen();
    let server = Server::start(place)?;
    let mut report = Report::new(&server).await?;
    for scale in scales {
        eprintln!("bench-db: {scale}: filling");
        let stage = stage::Stage::build(&server, *scale).await?;
        let topics = topic::topics(&stage)?;
        let mut rows: Vec<Row> = Vec::new();
        for group in &topics {
            let names: Vec<&str> = group.iter().map(|topic| &*topic.name).collect();
            eprintln!("bench-db: {scale}: {}", names.join("; "));
            rows.extend(measure::measure(&stage, group, &log, budget).await?);
        }
        report.add(&stage, rows);
        // What was measured is not lost when a later size fails.
        std::fs::write(to, report.to_string())?;
        stage.drop_database(&server).await?;
    }
    println!("{report}");
    Ok(report.is_right())
}
