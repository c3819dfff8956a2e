//! What a start costs, beside the same work in Python and in Node: all of them in turns, in one run.

mod others;

use crate::Trouble;
use crate::binaries::{Binaries, budget_mb, size_mb};
use crate::report::Report;
use crate::template::{Function, Template};
use bench::cold_start::{Candidate, Starts, start_in_turns};
use bench::table::Table;
use serde_json::{Value, json};
use tests::repository::event;

const INIT_MS: f64 = 2.0;
const FIRST_ANSWER_MS: f64 = 0.4;
const MEMORY_MB: f64 = 10.0;
const TIMES_PYTHON: f64 = 80.0;
const TIMES_NODE: f64 = 45.0;

/// Times the starts of every function. A target that is missed stays in the table; what does not start or answer is a failure.
///
/// # Errors
/// When something does not start, or does not answer as it must.
pub(crate) fn check(template: &Template, programs: &Binaries, runs: usize, report: &mut Report) -> Result<(), Trouble> {
    let made = crate::template::made_up();
    let functions = template.stack(&[], &made)?.functions()?;
    let example = functions.iter().find(|function| function.binary == "upload").ok_or("there is no Upload")?;
    let others = others::Others::make()?;
    let mut candidates = vec![others.python(example)?, others.node(example)?];
    for function in &functions {
        candidates.push(ours(function, programs)?);
    }
    let starts = tokio::task::block_in_place(|| start_in_turns(&candidates, runs))?;
    let [python, node, own @ ..] = starts.as_slice() else { return Err("two others and ours".into()) };
    let mut table = Table::new(
        format!("{runs} starts each, in turns"),
        &[
            "program",
            "MB",
            "init p50 ms",
            "p99 ms",
            "first answer p50 ms",
            "peak MB",
            "× Python",
            "× Node",
            "targets missed",
        ],
    );
    for (name, starts) in [("Python, boto3 + psycopg", python), ("Node, AWS SDK + pg", node)] {
        table.row(row(name, "–".to_owned(), starts, &["–".to_owned(), "–".to_owned()], "–".to_owned()));
    }
    for (function, starts) in functions.iter().zip(own) {
        let size_mb = size_mb(&programs.program(function)?)?;
        let times = [python, node].map(|other| other.init.p50_ms() / starts.init.p50_ms());
        let missed = missed(function, size_mb, starts, times);
        table.row(row(
            &function.binary,
            format!("{size_mb:.2}"),
            starts,
            &times.map(|times| format!("{times:.0}")),
            missed,
        ));
        report.check(true, format!("{} starts and answers {runs} times", function.binary));
    }
    report.say(format!("\n{table}"));
    report.say(format!(
        "Targets: init ≤ {INIT_MS} ms, first answer without I/O ≤ {FIRST_ANSWER_MS} ms, memory ≤ {MEMORY_MB} MB, \
         ≥ {TIMES_PYTHON} × Python, ≥ {TIMES_NODE} × Node."
    ));
    Ok(())
}

/// One of ours, and an event that it answers without asking anybody.
fn ours(function: &Function, programs: &Binaries) -> Result<Candidate, Trouble> {
    let bad_request = |case: &str| {
        let mut event = event(case);
        event["body"] = "{}".into();
        (event, "\"statusCode\":400")
    };
    let (event, expected): (Value, &str) = match function.binary.as_str() {
        "chargers" => (event("get-chargers.unknown-parameter"), "\"statusCode\":400"),
        "route-search" => bad_request("post-routing-calculate.polyline"),
        "contribute" => bad_request("post-chargers"),
        "upload" => bad_request("post-uploads"),
        "ops" => (json!({"command": "nothing"}), "is not understood"),
        // Nothing in it is theirs.
        _ => (event("s3-test-event"), "{"),
    };
    Ok(Candidate {
        command: vec![programs.program(function)?.into()],
        variables: function.environment.clone().into_iter().collect(),
        first: Some((event.to_string(), expected.to_owned())),
    })
}

fn row(name: &str, size_mb: String, starts: &Starts, times: &[String; 2], missed: String) -> Vec<String> {
    let ms = |ms: f64| format!("{ms:.2}");
    let (init, first) = (&starts.init, &starts.first_answer);
    vec![
        name.to_owned(),
        size_mb,
        ms(init.p50_ms()),
        ms(init.percentile_ms(99)),
        ms(first.p50_ms()),
        format!("{:.1}", starts.memory_mb),
        times[0].clone(),
        times[1].clone(),
        missed,
    ]
}

fn missed(function: &Function, size_mb: f64, starts: &Starts, times: [f64; 2]) -> String {
    let targets = [
        ("init", starts.init.p50_ms() <= INIT_MS),
        ("first answer", starts.first_answer.p50_ms() <= FIRST_ANSWER_MS),
        ("memory", starts.memory_mb <= MEMORY_MB),
        ("size", size_mb <= budget_mb(&function.binary)),
        ("Python", times[0] >= TIMES_PYTHON),
        ("Node", times[1] >= TIMES_NODE),
    ];
    let missed: Vec<&str> = targets.iter().filter(|(_, is_met)| !is_met).map(|(name, _)| *name).collect();
    if missed.is_empty() { "none".to_owned() } else { format!("**{}**", missed.join(", ")) }
}
