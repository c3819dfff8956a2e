//! Logs and metrics: one JSON object a line on standard output, as CloudWatch wants them; plain lines for a person at a terminal.
//!
//! A [`Request`] stands around whatever a function does: everything logged within carries its ids, everything measured is summed,
//! and it ends with one line that is log and metrics in one (`emf`: CloudWatch makes metrics of it, without an agent). To measure,
//! say `tracing::info!(target: "metric", slow_queries = 1_u64)`; the name must be in [`METRICS`] and ends in its unit.
//!
//! What that costs: 8 µs a request in the median, 14 at p99 (`make bench-telemetry`; how, says `infra/bench/README.md`).
//!
//! No HTTP here, no environment and no clock but for how long things take: filter and clock are handed in. What must never be
//! logged (bound values, paths, tokens, personal data) is the business of whoever logs; whatever it is, it stays one line.
//!
//! Start with [`init_json`], then read [`request`](Request) and `lines`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod emf;
mod line;
mod lines;
mod metrics;
mod request;

pub use metrics::{METRICS, Metric};
pub use request::{End, Request};

use domain::Timestamp;
use lines::{Lines, Sums};
use std::panic::PanicHookInfo;
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

/// The target of events that measure, and of the spans that sum them.
const METRIC: &str = "metric";
/// The target of the line that a request ends with.
const REQUEST: &str = "request";

/// How lines are written.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Which lines: a level or `target=level` pairs with commas in between; a wrong one means `info`. A request's last line is
    /// written whatever it says, since alarms hang on it.
    pub filter: &'a str,
    /// What CloudWatch files the metrics under.
    pub namespace: &'a str,
    /// Whose lines these are outside of a request.
    pub function: &'static str,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// JSON lines to a writer such as `std::io::stdout`; the first one says what was `chosen`.
pub fn init_json<W>(settings: &Settings<'_>, writer: W, chosen: &str)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // A second call, as tests make it, changes nothing.
    let _ = subscriber(settings, writer).try_init();
    std::panic::set_hook(Box::new(log_panic));
    tracing::info!(chosen, "start");
}

/// A panic is a line like any other, with the place and without the text: that may quote whatever was at hand.
fn log_panic(panic: &PanicHookInfo<'_>) {
    tracing::error!(place = panic.location().map(ToString::to_string), "panicked");
}

/// What [`init_json`] makes the process's own, for whoever wants it for a while.
pub fn subscriber<W>(settings: &Settings<'_>, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = parse(settings.filter).with_target(METRIC, Level::INFO).with_target(REQUEST, Level::INFO);
    registry().with(filter).with(Sums).with(Lines::new(settings, writer))
}

/// Plain lines on standard error, for the command line and a server at a terminal. What is measured is no line there.
pub fn init_text(filter: &str) {
    let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let lines = lines.with_filter(filter_fn(|about| about.target() != METRIC));
    let filter = parse(filter).with_target(METRIC, Level::INFO);
    let _ = registry().with(filter).with(Sums).with(lines).try_init();
}

/// Not `EnvFilter`: that brings a regex engine into every function.
fn parse(filter: &str) -> Targets {
    filter.parse().unwrap_or_else(|_| Targets::new().with_default(Level::INFO))
}
