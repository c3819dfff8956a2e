//! The table, as Markdown.

use super::candidate::Kind;
use super::measure::Row;
use super::stage::{Scale, Stage};
use super::targets::{Target, targets};
use crate::Trouble;
use crate::server::Server;
use sqlx::{Connection, PgConnection};
use std::fmt;
use std::time::Duration;

/// What a run has measured.
#[derive(Debug)]
pub(crate) struct Report {
    server: String,
    settings: String,
    cores: usize,
    parts: Vec<Part>,
}

/// One size.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) scale: Scale,
    pub(crate) generated: Duration,
    pub(crate) copied: Option<Duration>,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    pub(crate) async fn new(server: &Server) -> Result<Self, Trouble> {
        let mut connection = PgConnection::connect(&server.url("postgres")).await?;
        const VERSIONS: &str = "SELECT 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || coalesce(
            (SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'), 'missing')";
        let versions = sqlx::query_scalar(VERSIONS).fetch_one(&mut connection).await?;
        connection.close().await?;
        let cores = std::thread::available_parallelism()?.get();
        Ok(Self { server: versions, settings: server.settings(), cores, parts: Vec::new() })
    }

    pub(crate) fn add(&mut self, stage: &Stage, rows: Vec<Row>) {
        let (scale, generated, copied) = (stage.scale, stage.generated, stage.copied);
        self.parts.push(Part { scale, generated, copied, rows });
    }

    /// Whether every answer of ours was the right one.
    pub(crate) fn is_right(&self) -> bool {
        self.parts.iter().all(Part::is_right)
    }
}

impl Part {
    pub(crate) fn is_right(&self) -> bool {
        self.rows.iter().filter(|row| row.kind.is_ours()).all(|row| row.score.is_perfect())
    }

    pub(crate) fn row(&self, topic: &str, kind: Kind) -> Option<&Row> {
        self.rows.iter().find(|row| row.kind == kind && row.topic == topic)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# bench-db\n")?;
        writeln!(
            f,
            "{}; {} cores; every candidate in turn, one after the other, on one warm server.",
            self.server, self.cores
        )?;
        writeln!(f, "Settings: {}.\n", self.settings)?;
        writeln!(
            f,
            "Without fsync: what is timed are reads. Examined: rows that the server's own counters say were read from an"
        )?;
        writeln!(
            f,
            "index or a table, for each row returned (of an area or a route: for each that is in it). Recall and precision are"
        )?;
        writeln!(
            f,
            "against every charger measured exactly; of a page, against the same page by OFFSET. The ids are all that (b) and"
        )?;
        writeln!(
            f,
            "(c) answer; ours answers whole chargers, the total and the longest gap besides. (a) has no photos in its rows.\n"
        )?;
        for part in &self.parts {
            write!(f, "{part}")?;
        }
        writeln!(f, "## Targets\n\n| target | chargers | measured | |\n|---|---|---|---|")?;
        for Target { says, scale, measured, is_met } in self.parts.iter().flat_map(targets) {
            writeln!(f, "| {says} | {scale} | {measured} | {} |", if is_met { "met" } else { "**missed**" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {} chargers\n", self.scale)?;
        write!(f, "`ops generate`: {:.1} s", self.generated.as_secs_f64())?;
        match self.copied {
            Some(copied) => writeln!(f, "; plain COPY of the same rows: {:.1} s.\n", copied.as_secs_f64())?,
            None => writeln!(f, ".\n")?,
        }
        writeln!(
            f,
            "| question | candidate | p50 ms | p99 ms | runs | returned | examined / returned | queries | recall % | precision % |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|")?;
        let mut last = "";
        for row in &self.rows {
            let topic = if row.topic == last { "" } else { &row.topic };
            last = &row.topic;
            writeln!(f, "| {topic} | {row} |")?;
        }
        writeln!(f)?;
        for row in self.rows.iter().filter(|row| row.edge_m.is_some()) {
            let edge_m = row.edge_m.unwrap_or_default();
            writeln!(
                f,
                "{}: where {} differs, the charger lies within {edge_m:.3} m of the edge.  ",
                row.topic,
                row.kind.name()
            )?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (figures(self.samples.p50_ms()), figures(self.samples.percentile_ms(99)));
        let (examined, count) = (figures(self.examined_per_returned()), self.samples.count());
        let returned = self.returned as f64 / self.counted as f64;
        write!(
            f,
            "{} | {p50} | {p99} | {count} | {returned:.0} | {examined} | {:.0} | ",
            self.kind.name(),
            self.queries
        )?;
        write!(f, "{} | {}", percent(self.score.recall()), percent(self.score.precision()))
    }
}

/// Three figures, as many as a time is worth.
fn figures(number: f64) -> String {
    match number {
        number if !number.is_finite() => "–".to_owned(),
        number if number >= 99.95 => format!("{number:.0}"),
        number if number >= 9.995 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

/// 100 only where nothing is missing.
fn percent(number: f64) -> String {
    if number >= 100.0 { "100".to_owned() } else { format!("{:.2}", (number * 100.0).floor() / 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_of_a_hundred_is_said_of_nothing_less() {
        assert_eq!([100.0, 99.999, 3.5].map(percent), ["100", "99.99", "3.50"]);
        assert_eq!([1234.5, 12.345, 0.1234, f64::NAN].map(figures), ["1234", "12.3", "0.12", "–"]);
    }
}
