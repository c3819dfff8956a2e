//! Logs: one JSON line per event on standard output, as CloudWatch wants them; plain lines for a person at a terminal.
//!
//! No HTTP here and no environment: the filter is handed in. What must never be logged (bound values, paths, tokens, personal
//! data) is the business of whoever logs.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// JSON lines, for Lambda; the first one says what was chosen. `filter` is a level or `target=level` pairs with commas in between; a
/// wrong one means `info`.
pub fn init_json(filter: &str, chosen: &str) {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
    let lines = lines.with_span_list(false).with_target(false);
    // A second call, as tests make it, changes nothing.
    let _ = tracing_subscriber::registry().with(parse(filter)).with(lines).try_init();
    tracing::info!(chosen, "start");
}

/// Plain lines on standard error, for the embedded server and the command line.
pub fn init_text(filter: &str) {
    let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(parse(filter)).with(lines).try_init();
}

/// Not `EnvFilter`: that brings a regex engine into every function.
fn parse(filter: &str) -> Targets {
    filter.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO))
}
