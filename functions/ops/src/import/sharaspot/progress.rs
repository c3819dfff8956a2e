//! How far a run is: a bar on a terminal, a line for each step elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for `total` rows of a step.
pub(super) fn bar(step: &'static str, total: i64) -> ProgressBar {
    const TEMPLATE: &str = "{msg} {wide_bar} {pos}/{len}, {eta} left";
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(total.unsigned_abs()).with_style(style).with_message(step);
    if bar.is_hidden() {
        eprintln!("{step}: {total} rows");
    }
    bar
}
