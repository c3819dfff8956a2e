//! Everything from the original system: users, chargers, verifications and photos, from its PostgreSQL database.
//!
//! It is only read. First come the rows, table by table, then the photos: base64 goes under `raw/` and through the very code of
//! `optimize-photo`; an address is fetched from a copy of the old bucket where one is given, else it is kept as a link. Every row
//! has its id here by rule (`keys`), and what has come is written down with it: a run may end anywhere, the next one goes on, and a
//! row that came is never written again, whatever was made of it here.
//!
//! A row comes if it can: what is outside of the limits is cut, put right or left out. Every run reports all of that, and all rows
//! that cannot come, so the report of the last run is whole whatever ended those before it.
//!
//! On the command line only: it takes an address with a password, which no event should carry, runs for as long as there are photos,
//! and writes a file.

mod chargers;
mod findings;
mod identities;
mod keys;
mod photos;
mod progress;
mod reading;
mod request;
mod rows;
mod summary;
mod text;
mod users;
mod verifications;
mod words;

pub use findings::{Finding, Outcome};
pub use request::Request;
pub use summary::{Counts, Summary};

use crate::allowance::Allowance;
use crate::migrate::require_schema;
use crate::{App, Report};
use db::sharaspot::{Source, Totals};
use domain::{Error, Kind, Result};
use findings::Findings;
use identities::Identities;

/// A run: where from, where to, and what it has found.
struct Run<'a> {
    app: &'a App,
    source: &'a Source,
    identities: &'a Identities,
    allowance: &'a Allowance,
    totals: Totals,
    findings: Findings,
    summary: Summary,
}

/// Brings in what is there, until all is done or the allowance is over.
///
/// # Errors
/// Bad input for an address, a file or a database that is none; conflict where the schema is not whole; those of either database
/// and of the store where one photo after the other fails. A single row or photo that cannot come is part of the report.
pub(crate) async fn import(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    let identities = request.identities()?;
    let source = Source::open(request.url(), &app.connection, app.world)?;
    require_schema(&app.db).await?;
    let totals = source.totals().await?;
    let findings = Findings::open(request.rejects())?;
    let summary = Summary::new(&totals);
    let mut run = Run { app, source: &source, identities: &identities, allowance, totals, findings, summary };
    let done = run.run(request).await;
    let (repaired, rejected, first) = run.findings.finish()?;
    done.map_err(stopped)?;
    Ok(Report::FromSharaspot(Box::new(Summary { repaired, rejected, findings: first, ..run.summary })))
}

impl Run<'_> {
    async fn run(&mut self, request: &Request) -> Result<()> {
        self.users().await?;
        self.chargers().await?;
        self.verifications().await?;
        self.photos(request).await?;
        self.summary.is_interrupted = self.allowance.is_interrupted();
        Ok(())
    }
}

fn stopped(error: Error) -> Error {
    let detail = match error.kind() {
        Kind::BadInput => return error,
        _ => "The import stopped: what has come is kept, the same command brings the rest.",
    };
    Error::new(error.kind(), detail).because(error)
}
