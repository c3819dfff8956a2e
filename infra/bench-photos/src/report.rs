//! The whole run.

use crate::Trouble;
use crate::candidate::Candidate;
use crate::measure::Bench;
use crate::photos::{self, Photo};
use crate::score::Original;
use crate::subject::Subject;
use crate::table::{Table, figures};
use crate::targets::{self, Target};
use crate::task::Task;
use crate::trellis::{self, Equal};
use std::fmt;
use std::path::Path;

/// What was measured.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) main: Subject,
    set: Subject,
    with_webp: Subject,
    pub(crate) large: Subject,
    pub(crate) trellis: Vec<Equal>,
    /// Of ours, in turn: for each picture the least time of `main` alone, and of all renditions as JPEG.
    pub(crate) main_and_set_ms: [Vec<f64>; 2],
    reps: usize,
}

impl Report {
    /// Measures everything; `scratch` is where files are made.
    ///
    /// # Errors
    /// Where a candidate fails, or an output is wrong.
    pub(crate) fn measure(photos: &[Photo], tools: &Path, scratch: &Path, reps: usize) -> Result<Self, Trouble> {
        let mut bench = Bench::start(tools, reps)?;
        let folder = scratch.join("renditions");
        std::fs::create_dir_all(&folder)?;
        let mut report = Self {
            main: Subject::new("`main`: 1920 px, quality 85"),
            set: Subject::new("All renditions, JPEG"),
            with_webp: Subject::new("All renditions, JPEG and WebP"),
            large: Subject::new("`main` of 48 megapixels"),
            trellis: Vec::new(),
            main_and_set_ms: [Vec::new(), Vec::new()],
            reps,
        };
        for same in photos.chunk_by(|one, other| one.picture == other.picture) {
            for (at, photo) in same.iter().enumerate() {
                let mut original = Original::read(&photo.path)?;
                report.main.add(&mut bench, photo, &Task::main(&photo.path, &folder), &mut original)?;
                if at == 0 {
                    report.measure_picture(&mut bench, photo, &folder, &mut original)?;
                }
            }
        }
        for photo in photos::enlarge(photos::largest(photos)?, scratch)? {
            let mut original = Original::read(&photo.path)?;
            report.large.add(&mut bench, &photo, &Task::main(&photo.path, &folder), &mut original)?;
        }
        Ok(report)
    }

    /// What one orientation of a picture says for all.
    fn measure_picture(
        &mut self,
        bench: &mut Bench,
        photo: &Photo,
        folder: &Path,
        original: &mut Original,
    ) -> Result<(), Trouble> {
        let main = Task::main(&photo.path, folder);
        let [set, with_webp] = [false, true].map(|webp| Task::set(&photo.path, folder, webp));
        self.set.add(bench, photo, &set, original)?;
        self.with_webp.add(bench, photo, &with_webp, original)?;
        let times = bench.ours_in_turn([&main, &set])?;
        for (all, of_picture) in self.main_and_set_ms.iter_mut().zip(times) {
            all.extend(of_picture.first());
        }
        eprintln!("bench-photos: trellis: {}", photo.name);
        let sharp = self.main.rows.last().ok_or("`main` comes first")?.of(Candidate::Sharp);
        self.trellis.push(trellis::search(bench, photo, folder, original, sharp)?);
        Ok(())
    }

    /// What the tables must show, and whether they do.
    pub(crate) fn targets(&self) -> Vec<Target> {
        targets::targets(self)
    }

    fn trellis_table(&self) -> Table {
        let columns = ["photo", "quality", "bytes", "sharp's", "ratio", "score", "sharp's", "ms", "without"];
        let mut table = Table::new("`main` with trellis, where it looks as sharp's does", &columns);
        for equal in &self.trellis {
            table.row([
                equal.photo.name.clone(),
                equal.quality.to_string(),
                equal.file.bytes.to_string(),
                equal.sharp_bytes.to_string(),
                format!("{:.3}", equal.bytes_ratio()),
                format!("{:.2}", equal.file.score),
                format!("{:.2}", equal.sharp_score),
                figures(equal.ms[1]),
                figures(equal.ms[0]),
            ]);
        }
        table
    }

    fn set_table(&self) -> Table {
        let columns = ["photo", "`main`, ms", "all JPEGs, ms", "ratio"];
        let mut table = Table::new("Ours: all renditions as JPEG beside `main` alone, in turn", &columns);
        let [main, set] = &self.main_and_set_ms;
        for ((equal, main), set) in self.trellis.iter().zip(main).zip(set) {
            table.row([equal.photo.name.clone(), figures(*main), figures(*set), format!("{:.2}", set / main)]);
        }
        table
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        writeln!(f, "# bench-photos\n")?;
        writeln!(
            f,
            "{cores} cores, every candidate on the last one; {} runs in turn; from the bytes of a photo to the bytes of its \
             renditions. MB are millions of bytes; peak memory is of a process that did this alone, with its runtime; over idle, \
             without. The score is SSIMULACRA2.\n",
            self.reps
        )?;
        for subject in [&self.main, &self.set, &self.with_webp, &self.large] {
            writeln!(f, "{}", subject.table())?;
        }
        writeln!(f, "{}\n{}\n{}", self.set_table(), self.trellis_table(), targets::table(&self.targets()))
    }
}
