//! What the tables must show, and whether they do.

use crate::candidate::Candidate::{Ours, Pillow, Sharp};
use crate::measure::Measured;
use crate::report::Report;
use crate::subject::Subject;
use crate::table::{Table, geometric_mean, megabytes};
use crate::trellis::Equal;

/// Scores so near are the same.
const EQUAL_SCORE: f64 = 0.3;
/// What the target says, times a million bytes.
const LARGE_MB: [(&str, f64); 2] =
    [("a baseline photo of 48 MP in ≤ 64 MB", 64.0), ("a progressive one in ≤ 200 MB", 200.0)];

/// One target.
#[derive(Debug)]
pub(crate) struct Target {
    says: String,
    measured: String,
    pub(crate) is_met: bool,
    /// Whether a profile can tell why it is missed.
    pub(crate) is_about_time: bool,
}

/// All of them, in the order in which they were set.
pub(crate) fn targets(report: &Report) -> Vec<Target> {
    let main = &report.main;
    let time = |other| main.mean(|row| row.ratio(other, Measured::least_ms));
    let mut targets = vec![
        equal_score(main),
        at_most("time of `main` ≤ 0.9 × sharp on one thread", time(Sharp), 0.9, true),
        at_most("stretch: ≤ 0.8 × sharp", time(Sharp), 0.8, true),
        at_most("time of `main` ≤ 0.35 × Pillow", time(Pillow), 0.35, true),
        memory(main),
        trellis(&report.trellis),
    ];
    targets.extend(report.large.rows.iter().zip(LARGE_MB).map(|(row, (says, most_mb))| {
        let peak = row.of(Ours).peak_bytes;
        let measured = format!("{} MB", megabytes(peak));
        Target { says: says.to_owned(), measured, is_met: peak as f64 <= most_mb * 1e6, is_about_time: false }
    }));
    let [main_ms, set_ms] = &report.main_and_set_ms;
    let ratios: Vec<f64> = main_ms.iter().zip(set_ms).map(|(main, set)| set / main).collect();
    let says = "all renditions as JPEG ≤ 1.3 × the time of `main` alone";
    targets.push(at_most(says, geometric_mean(&ratios), 1.3, true));
    targets.push(Target {
        says: "every rendition is right: size, format, score of `main` ≥ 60, of thumbnails near the best".to_owned(),
        measured: "all, or there would be no report".to_owned(),
        is_met: true,
        is_about_time: false,
    });
    targets
}

/// As the last table.
pub(crate) fn table(targets: &[Target]) -> Table {
    let mut table = Table::new("Targets", &["target", "measured", ""]);
    for Target { says, measured, is_met, .. } in targets {
        table.row([says.clone(), measured.clone(), if *is_met { "met" } else { "**missed**" }.to_owned()]);
    }
    table
}

fn at_most(says: &str, ratio: f64, most: f64, is_about_time: bool) -> Target {
    Target { says: says.to_owned(), measured: format!("{ratio:.3}"), is_met: ratio <= most, is_about_time }
}

/// Times compare only where this holds.
fn equal_score(main: &Subject) -> Target {
    let least = main.least_advantage();
    Target {
        says: format!("score of `main` ≥ sharp's − {EQUAL_SCORE} on every photo"),
        measured: format!("{least:+.2} where it is least"),
        is_met: least >= -EQUAL_SCORE,
        is_about_time: false,
    }
}

fn memory(main: &Subject) -> Target {
    let ratio = main.mean(|row| row.ratio(Sharp, |measured| measured.peak_bytes as f64));
    let over_idle = main.mean(|row| row.ratio(Sharp, Measured::over_idle_bytes));
    let target = at_most("peak memory of `main` ≤ 0.4 × sharp", ratio, 0.4, false);
    Target { measured: format!("{} ({over_idle:.2} of what each adds to an idle process)", target.measured), ..target }
}

fn trellis(equals: &[Equal]) -> Target {
    let ratio = geometric_mean(&equals.iter().map(Equal::bytes_ratio).collect::<Vec<_>>());
    let farthest = equals.iter().map(|equal| (equal.file.score - equal.sharp_score).abs()).fold(0.0, f64::max);
    let target = at_most("bytes ≤ 0.9 × sharp at equal score with trellis", ratio, 0.9, false);
    let measured = format!("{}, scores within {farthest:.2}", target.measured);
    Target { measured, is_met: target.is_met && farthest <= EQUAL_SCORE, ..target }
}
