//! Logs: one JSON line per event on standard output, as CloudWatch wants them; plain lines for a person at a terminal.
//!
//! No HTTP here and no environment: the filter is handed in. What must never be logged (bound values, paths, tokens, personal
//! data) is the business of whoever logs.

use tracing_subscriber::EnvFilter;

/// JSON lines, for Lambda; the first one says what was chosen. `filter` is in the syntax of `EnvFilter`, a wrong one means `info`.
pub fn init_json(filter: &str, chosen: &str) {
    let format = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // A second call, as tests make it, changes nothing.
    let _ = format.with_env_filter(parse(filter)).with_target(false).try_init();
    tracing::info!(chosen, "start");
}

/// Plain lines on standard error, for the embedded server and the command line.
pub fn init_text(filter: &str) {
    let format = tracing_subscriber::fmt().compact().with_target(false).with_writer(std::io::stderr);
    let _ = format.with_env_filter(parse(filter)).try_init();
}

fn parse(filter: &str) -> EnvFilter {
    EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"))
}
