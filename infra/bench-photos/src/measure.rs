//! One task, done by every candidate in turn.

use crate::Trouble;
use crate::candidate::{Candidate, Worker};
use crate::pixels::Pixels;
use crate::score::Original;
use crate::task::Task;
use photo::Format;
use std::path::{Path, PathBuf};

/// A main rendition below it is wrong, not merely worse. A WebP of quality 80 may be near 70 by whomever.
const LEAST_SCORE: f64 = 60.0;
/// A small picture may have any score, but everybody has about the same: below the best by more than this, it is wrong.
const MOST_BELOW_BEST: f64 = 5.0;

/// Where and how often is measured.
#[derive(Debug)]
pub(crate) struct Bench {
    /// Long-lived, for the times.
    workers: Vec<Worker>,
    tools: PathBuf,
    reps: usize,
}

/// What a candidate needed for a task, and what it made.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) candidate: Candidate,
    /// Sorted.
    pub(crate) times_ms: Vec<f64>,
    /// Of a process that did nothing else.
    pub(crate) peak_bytes: u64,
    /// Of the same process before.
    pub(crate) idle_bytes: u64,
    pub(crate) files: Vec<File>,
}

/// A rendition that was checked.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) bytes: u64,
    pub(crate) score: f64,
}

impl Bench {
    /// Starts the workers.
    ///
    /// # Errors
    /// When something is not installed.
    pub(crate) fn start(tools: &Path, reps: usize) -> Result<Self, Trouble> {
        let workers =
            Candidate::ALL.iter().map(|&candidate| Worker::start(candidate, tools)).collect::<Result<_, _>>()?;
        Ok(Self { workers, tools: tools.to_owned(), reps: reps.max(1) })
    }

    /// Has every candidate do the task: once to warm up, whose files are checked, then in turn; and once in a new process, whose
    /// memory is read.
    ///
    /// # Errors
    /// Where a candidate fails or what it made is wrong.
    pub(crate) fn all(&mut self, task: &Task, original: &mut Original) -> Result<Vec<Measured>, Trouble> {
        let mut all = Vec::new();
        for worker in &mut self.workers {
            let files = checked(worker, task, original)?;
            let mut fresh = Worker::start(worker.candidate, &self.tools)?;
            fresh.ask(task)?;
            let (candidate, idle_bytes, peak_bytes) = (fresh.candidate, fresh.idle_bytes, fresh.peak_bytes()?);
            fresh.finish()?;
            all.push(Measured { candidate, times_ms: Vec::new(), peak_bytes, idle_bytes, files });
        }
        judge_thumbnails(&all)?;
        for _ in 0..self.reps {
            for (worker, measured) in self.workers.iter_mut().zip(&mut all) {
                measured.times_ms.push(worker.ask(task)?);
            }
        }
        all.iter_mut().for_each(|measured| measured.times_ms.sort_by(f64::total_cmp));
        Ok(all)
    }

    /// The times of two tasks of ours, each in turn with the other, sorted.
    ///
    /// # Errors
    /// Where a task fails.
    pub(crate) fn ours_in_turn(&mut self, tasks: [&Task; 2]) -> Result<[Vec<f64>; 2], Trouble> {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..self.reps {
            for (task, times) in tasks.into_iter().zip(&mut times) {
                times.push(self.ours()?.ask(task)?);
            }
        }
        times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
        Ok(times)
    }

    /// Our main rendition alone, checked.
    ///
    /// # Errors
    /// Where the task fails.
    pub(crate) fn our_main(&mut self, task: &Task, original: &mut Original) -> Result<File, Trouble> {
        Ok(checked(self.ours()?, task, original)?.swap_remove(0))
    }

    fn ours(&mut self) -> Result<&mut Worker, Trouble> {
        let is_ours = |worker: &&mut Worker| worker.candidate == Candidate::Ours;
        self.workers.iter_mut().find(is_ours).ok_or_else(|| "ours is not running".into())
    }
}

impl Measured {
    pub(crate) fn least_ms(&self) -> f64 {
        self.times_ms.first().copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median_ms(&self) -> f64 {
        self.times_ms.get(self.times_ms.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// What the task added to the memory of a process that was ready for it.
    pub(crate) fn over_idle_bytes(&self) -> f64 {
        self.peak_bytes.saturating_sub(self.idle_bytes) as f64
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The main rendition's score as JPEG.
    pub(crate) fn main_score(&self) -> f64 {
        let main = self.files.iter().find(|file| file.name == "main" && file.format == Format::Jpeg);
        main.map_or(f64::NAN, |file| file.score)
    }

    /// Of the file that looks least like the photo.
    pub(crate) fn least_score(&self) -> f64 {
        self.files.iter().map(|file| file.score).fold(f64::INFINITY, f64::min)
    }
}

/// Has a task done in an emptied folder, so that nothing is taken for the work of another, and checks every file.
fn checked(worker: &mut Worker, task: &Task, original: &mut Original) -> Result<Vec<File>, Trouble> {
    std::fs::remove_dir_all(&task.folder)?;
    std::fs::create_dir(&task.folder)?;
    worker.ask(task)?;
    let wanted = task.files(original.size());
    let written = std::fs::read_dir(&task.folder)?.count();
    let of = format!("{}: {}", worker.candidate.name(), task.photo.display());
    if written != wanted.len() {
        return Err(format!("{of}: {written} files, not {}", wanted.len()).into());
    }
    let check = |(name, format, size): (String, Format, (u32, u32))| {
        let file = format!("{name}.{}", format.extension());
        File::check(task.folder.join(&file), name, format, size, original)
            .map_err(|error| format!("{of}: {file}: {error}"))
    };
    Ok(wanted.into_iter().map(check).collect::<Result<_, _>>()?)
}

/// Whether each of our files is about as good as the best one of its kind that has no more bytes: of a photo that was stored
/// coarsely ours is coarser, and smaller, on purpose.
fn judge_thumbnails(all: &[Measured]) -> Result<(), Trouble> {
    let ours = all.iter().filter(|measured| measured.candidate == Candidate::Ours);
    for file in ours.flat_map(|ours| &ours.files) {
        let is_rival = |other: &&File| {
            (&other.name, other.format) == (&file.name, file.format) && other.bytes * 20 <= file.bytes * 21
        };
        let rivals = all.iter().flat_map(|measured| &measured.files).filter(is_rival);
        let best = rivals.map(|rival| rival.score).fold(file.score, f64::max);
        if file.score < best - MOST_BELOW_BEST {
            return Err(
                format!("our {} as {:?}: score {:.1}, best {best:.1}", file.name, file.format, file.score).into()
            );
        }
    }
    Ok(())
}

impl File {
    fn check(
        path: PathBuf,
        name: String,
        format: Format,
        (width, height): (u32, u32),
        original: &mut Original,
    ) -> Result<Self, Trouble> {
        let bytes = std::fs::read(path)?;
        if photo::sniff(&bytes)? != format {
            return Err(format!("is no {format:?}").into());
        }
        let picture = Pixels::decode(&bytes)?;
        // How to round is not agreed upon.
        if picture.size.0 != width || picture.size.1.abs_diff(height) > 1 {
            return Err(format!("has {:?} pixels, not {:?}", picture.size, (width, height)).into());
        }
        let score = original.score(&picture)?;
        if score.is_nan() || (name == "main" && score < LEAST_SCORE) {
            return Err(format!("has a score of {score:.1}").into());
        }
        Ok(Self { name, format, bytes: bytes.len() as u64, score })
    }
}
