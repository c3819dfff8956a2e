//! A subject: one kind of task, over photos.

use crate::Trouble;
use crate::candidate::Candidate;
use crate::measure::{Bench, Measured};
use crate::photos::Photo;
use crate::score::Original;
use crate::table::{Table, figures, geometric_mean, megabytes};
use crate::task::Task;

/// The table's columns.
const COLUMNS: [&str; 10] =
    ["photo", "candidate", "ms, least", "median", "÷ sharp", "÷ Pillow", "peak MB", "over idle", "bytes", "score"];

/// What was measured of it.
#[derive(Debug)]
pub(crate) struct Subject {
    title: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// One photo.
#[derive(Debug)]
pub(crate) struct Row {
    photo: Photo,
    /// In the order of [`Candidate::ALL`].
    measured: Vec<Measured>,
}

impl Row {
    pub(crate) fn of(&self, candidate: Candidate) -> &Measured {
        &self.measured[candidate as usize]
    }

    /// Ours ÷ another's.
    pub(crate) fn ratio(&self, other: Candidate, number: impl Fn(&Measured) -> f64) -> f64 {
        number(self.of(Candidate::Ours)) / number(self.of(other))
    }
}

impl Subject {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, rows: Vec::new() }
    }

    /// Measures a photo.
    ///
    /// # Errors
    /// Where a candidate fails.
    pub(crate) fn add(
        &mut self,
        bench: &mut Bench,
        photo: &Photo,
        task: &Task,
        original: &mut Original,
    ) -> Result<&Row, Trouble> {
        eprintln!("bench-photos: {}: {}", self.title, photo.name);
        let measured = bench.all(task, original)?;
        self.rows.push(Row { photo: photo.clone(), measured });
        Ok(&self.rows[self.rows.len() - 1])
    }

    /// The geometric mean over the pictures, each of which counts once.
    pub(crate) fn mean(&self, number: impl Fn(&Row) -> f64) -> f64 {
        let of_picture = |rows: &[Row]| geometric_mean(&rows.iter().map(&number).collect::<Vec<_>>());
        let pictures = self.rows.chunk_by(|one, other| one.photo.picture == other.photo.picture);
        geometric_mean(&pictures.map(of_picture).collect::<Vec<_>>())
    }

    /// By how much ours looks better than sharp's where it does so least.
    pub(crate) fn least_advantage(&self) -> f64 {
        let advantage = |row: &Row| row.of(Candidate::Ours).main_score() - row.of(Candidate::Sharp).main_score();
        self.rows.iter().map(advantage).fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new(self.title, &COLUMNS);
        for (row, measured) in self.rows.iter().flat_map(|row| row.measured.iter().map(move |one| (row, one))) {
            let beside = |other| figures(measured.least_ms() / row.of(other).least_ms());
            let is_first = measured.candidate == Candidate::ALL[0];
            table.row([
                if is_first { row.photo.name.clone() } else { String::new() },
                measured.candidate.name().to_owned(),
                figures(measured.least_ms()),
                figures(measured.median_ms()),
                beside(Candidate::Sharp),
                beside(Candidate::Pillow),
                megabytes(measured.peak_bytes),
                megabytes(measured.over_idle_bytes() as u64),
                measured.bytes().to_string(),
                scores(measured),
            ]);
        }
        self.add_means(&mut table);
        table
    }

    fn add_means(&self, table: &mut Table) {
        for candidate in Candidate::ALL {
            let ratio = |other, number: &dyn Fn(&Measured) -> f64| {
                figures(self.mean(|row| number(row.of(candidate)) / number(row.of(other))))
            };
            let (time, sharp) = (Measured::least_ms, Candidate::Sharp);
            table.row([
                if candidate == Candidate::ALL[0] { "**geometric mean, ÷ sharp**" } else { "" }.to_owned(),
                candidate.name().to_owned(),
                ratio(sharp, &time),
                ratio(sharp, &Measured::median_ms),
                ratio(sharp, &time),
                ratio(Candidate::Pillow, &time),
                ratio(sharp, &|one| one.peak_bytes as f64),
                ratio(sharp, &Measured::over_idle_bytes),
                ratio(sharp, &|one| one.bytes() as f64),
                String::new(),
            ]);
        }
    }
}

/// Of the main rendition, and of the one that is worst.
fn scores(measured: &Measured) -> String {
    match measured.files.len() {
        1 => format!("{:.2}", measured.main_score()),
        _ => format!("{:.2}, least {:.2}", measured.main_score(), measured.least_score()),
    }
}
