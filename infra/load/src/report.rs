//! What a run shows: what was answered, what failed and when, and how long it took until nothing failed any more.

use crate::book::{Answers, Book, Failure};
use crate::stack::faults::Faults;
use crate::table::{Table, figures, mark};
use crate::traffic::Outcome;
use crate::trouble::Window;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Requests at the bucket itself, whose clients know when to ask again.
const AT_THE_BUCKET: &str = "form";

/// The tables of a run.
pub(crate) fn show(outcome: &Outcome, windows: &[Window], seconds: u64) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", answers(outcome, seconds));
    let failures = failures(outcome);
    if !failures.is_empty() {
        let _ = writeln!(text, "{}", failure_table(&failures, windows));
    }
    windows.iter().enumerate().for_each(|(number, window)| {
        let next = windows.get(number + 1).map_or(f64::INFINITY, |next| next.began_s);
        let _ = writeln!(text, "- {}", recovery(window, next, &failures));
    });
    for said in given_up(outcome) {
        let _ = writeln!(text, "- ✗ given up: {said}");
    }
    let told = failures.iter().all(|failure| is_told(failure));
    if !failures.is_empty() {
        let _ = writeln!(
            text,
            "- {} every failure told its client when to ask again (S3 never does: its clients ask again after a second)",
            mark(told)
        );
    }
    text
}

/// Which calls of the bucket were made to fail.
pub(crate) fn faults(faults: &Faults) -> Table {
    let (calls, failed) = faults.count();
    let total: u64 = failed.values().sum();
    let mut table =
        Table::new(format!("{total} of {calls} calls of the bucket were made to fail"), &["how", "method", "calls"]);
    for ((fault, method), count) in failed {
        table.row(vec![fault.says().to_owned(), method, count.to_string()]);
    }
    table
}

/// Whether nothing failed that may not: in calm nothing at all, in trouble what tells its client when to ask again.
pub(crate) fn is_right(outcome: &Outcome, is_calm: bool) -> bool {
    let failures = failures(outcome);
    given_up(outcome).is_empty() && failures.iter().all(|failure| !is_calm && is_told(failure))
}

fn is_told(failure: &Failure) -> bool {
    failure.retry_after_s.is_some() || failure.kind == AT_THE_BUCKET
}

fn failures(outcome: &Outcome) -> Vec<&Failure> {
    [&outcome.reads, &outcome.writes].iter().flat_map(|book| &book.failures).collect()
}

fn given_up(outcome: &Outcome) -> Vec<&str> {
    [&outcome.reads, &outcome.writes].iter().flat_map(|book| &book.given_up).map(String::as_str).collect()
}

fn answers(outcome: &Outcome, seconds: u64) -> Table {
    let title = format!("{} reads a second by wrk, beside the writes", figures(outcome.reads_per_s));
    let mut table =
        Table::new(title, &["request", "good", "failed", "a second", "p50 ms", "p99 ms", "longest ms", "X-Cache"]);
    let mut rows = |name: &str, book: &Book| {
        table.row(row(&format!("all {name}"), &book.total(), seconds));
        book.answers.iter().for_each(|(kind, answers)| table.row(row(kind, answers, seconds)));
    };
    rows("reads", &outcome.reads);
    rows("writes", &outcome.writes);
    let mut ripening = outcome.written.ripening_s.clone();
    ripening.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let rank = (ripening.len() * percent).div_ceil(100).saturating_sub(1);
        figures(ripening.get(rank).map_or(f64::NAN, |seconds| seconds * 1000.0))
    };
    let accepted = outcome.written.uploads.len();
    let name = "photo accepted → ready or rejected".to_owned();
    let none = || "–".to_owned();
    table.row(vec![name, accepted.to_string(), none(), none(), at(50), at(99), at(100), none()]);
    table
}

fn row(name: &str, answers: &Answers, seconds: u64) -> Vec<String> {
    let cache: Vec<String> = answers.cache.iter().map(|(said, count)| format!("{said} {count}")).collect();
    let ms = |percent| figures(answers.times.percentile_ms(percent));
    let a_second = figures(answers.good as f64 / seconds as f64);
    let [good, failed] = [answers.good, answers.failed].map(|count| count.to_string());
    vec![name.to_owned(), good, failed, a_second, ms(50), ms(99), ms(100), cache.join(", ")]
}

/// The window that a failure came after; none where it came before all of them.
fn window_of<'a>(failure: &Failure, windows: &'a [Window]) -> Option<&'a Window> {
    windows.iter().rev().find(|window| window.began_s <= failure.at_s)
}

fn failure_table(failures: &[&Failure], windows: &[Window]) -> Table {
    let mut groups: BTreeMap<(String, &str, Option<u16>, &str), Vec<f64>> = BTreeMap::new();
    for failure in failures {
        let window = window_of(failure, windows);
        let what = window.map_or("before anything broke", |window| window.what.as_str());
        let since_s = failure.at_s - window.map_or(0.0, |window| window.began_s);
        let key = (what.to_owned(), failure.kind.as_str(), failure.status, failure.detail.as_str());
        groups.entry(key).or_default().push(since_s);
    }
    let columns = ["while", "request", "status", "what it said", "failed", "first … last, s after it began"];
    let mut table = Table::new("What failed, and was asked again", &columns);
    for ((what, kind, status, detail), times) in groups {
        let status = status.map_or("no answer".to_owned(), |status| status.to_string());
        let first = times.iter().copied().fold(f64::INFINITY, f64::min);
        let last = times.iter().copied().fold(0.0, f64::max);
        let span = format!("{} … {}", figures(first), figures(last));
        table.row(vec![what, kind.to_owned(), status, detail.to_owned(), times.len().to_string(), span]);
    }
    table
}

fn recovery(window: &Window, next_s: f64, failures: &[&Failure]) -> String {
    let within = failures.iter().map(|failure| failure.at_s).filter(|at_s| (window.began_s..next_s).contains(at_s));
    let last_s = within.fold(f64::NEG_INFINITY, f64::max);
    let lasted = figures(window.ended_s - window.began_s);
    let what = format!("{}, from {} s on for {lasted} s", window.what, figures(window.began_s));
    match last_s - window.ended_s {
        after if after.is_infinite() => format!("{what}: no request failed"),
        after if after <= 0.0 => format!("{what}: nothing failed once it was over"),
        after => format!("{what}: the last failure came {} s after its end", figures(after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::writes::Written;

    fn failure(at_s: f64, retry_after_s: Option<u64>) -> Failure {
        Failure { kind: "list".to_owned(), at_s, status: Some(503), detail: "away".to_owned(), retry_after_s }
    }

    fn outcome(failures: Vec<Failure>) -> Outcome {
        let mut reads = Book::new();
        failures.into_iter().for_each(|failure| reads.failed(failure));
        Outcome { reads, reads_per_s: 1.0, writes: Book::new(), written: Written::default() }
    }

    fn windows() -> Vec<Window> {
        let window = |what: &str, began_s, ended_s| Window { what: what.to_owned(), began_s, ended_s };
        vec![window("restarted", 10.0, 11.0), window("killed", 20.0, 25.0)]
    }

    #[test]
    fn a_failure_belongs_to_what_broke_before_it() {
        let (restarted, killed) = (failure(10.5, Some(2)), failure(26.0, Some(2)));
        let table = failure_table(&[&restarted, &killed, &killed], &windows()).to_string();
        assert!(table.contains("| restarted | list | 503 | away | 1 | 0.50 … 0.50 |"), "{table}");
        assert!(table.contains("| killed | list | 503 | away | 2 | 6.00 … 6.00 |"), "{table}");
    }

    #[test]
    fn recovery_is_counted_from_the_end_of_what_broke() {
        let [restarted, killed] = [failure(10.5, Some(2)), failure(26.5, Some(2))];
        let windows = windows();
        let said = |window: usize, next_s, failures: &[&Failure]| recovery(&windows[window], next_s, failures);
        assert!(said(0, 20.0, &[&restarted, &killed]).ends_with("nothing failed once it was over"));
        assert!(said(1, f64::INFINITY, &[&restarted, &killed]).ends_with("1.50 s after its end"));
        assert!(said(0, 20.0, &[&killed]).ends_with("no request failed"));
    }

    #[test]
    fn in_calm_nothing_may_fail_and_in_trouble_only_what_says_when_to_ask_again() {
        assert!(is_right(&outcome(vec![]), true));
        assert!(!is_right(&outcome(vec![failure(1.0, Some(2))]), true));
        assert!(is_right(&outcome(vec![failure(1.0, Some(2))]), false));
        assert!(!is_right(&outcome(vec![failure(1.0, Some(2)), failure(2.0, None)]), false));
        let mut given_up = outcome(vec![]);
        given_up.writes.given_up.push("create: away".to_owned());
        assert!(!is_right(&given_up, false));
    }
}
