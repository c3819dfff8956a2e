//! CloudWatch's embedded metric format: what makes metrics of a line of the log.
//!
//! "Specification: Embedded metric format", Amazon CloudWatch User Guide: `_aws` has the time in ms and directives; a directive has a
//! namespace, sets of dimensions (members of the line that are text) and at most 100 metrics (members that are numbers).
//!
//! The one dimension is the function. Another set (by route, by status) would make every metric as many times as it has values,
//! each with a price of its own; CloudWatch Logs Insights groups the same lines by `route` and `status` for nothing.

use crate::line::Line;
use crate::metrics::unit;
use domain::Timestamp;
use serde::Serialize;

const MAX_METRICS: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    timestamp: i64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: [[&'static str; 1]; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

/// Writes numbers into a line and says that they are metrics.
pub(crate) fn write(line: &mut Line, now: Timestamp, namespace: &str, sums: &[(&'static str, f64)]) {
    let mut metrics = Vec::with_capacity(sums.len().min(MAX_METRICS));
    for (name, sum) in sums.iter().filter(|(_, sum)| sum.is_finite()).take(MAX_METRICS) {
        line.number(name, *sum);
        metrics.push(Definition { name, unit: unit(name) });
    }
    let directive = Directive { namespace, dimensions: [["function"]], metrics };
    line.json("_aws", &Metadata { timestamp: now.as_micros() / 1000, cloud_watch_metrics: [directive] });
}
