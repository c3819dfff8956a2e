//! What the search for the smallest file is worth: the quality at which our JPEG looks as sharp's does, and its size there.

use crate::Trouble;
use crate::measure::{Bench, File, Measured};
use crate::photos::Photo;
use crate::score::Original;
use crate::task::Task;
use std::path::Path;

/// On libjpeg's scale; outside, no photo looks as at 85 without the search.
const QUALITIES: (u8, u8) = (65, 100);

/// A file that looks as sharp's.
#[derive(Debug)]
pub(crate) struct Equal {
    pub(crate) photo: Photo,
    pub(crate) quality: u8,
    pub(crate) file: File,
    pub(crate) sharp_bytes: u64,
    pub(crate) sharp_score: f64,
    /// Of ours without the search, and with it.
    pub(crate) ms: [f64; 2],
}

impl Equal {
    pub(crate) fn bytes_ratio(&self) -> f64 {
        self.file.bytes as f64 / self.sharp_bytes as f64
    }
}

/// Halves the range of qualities until the score passes sharp's, and takes the nearer one of the two beside it.
///
/// # Errors
/// Where a task fails.
pub(crate) fn search(
    bench: &mut Bench,
    photo: &Photo,
    folder: &Path,
    original: &mut Original,
    sharp: &Measured,
) -> Result<Equal, Trouble> {
    let (sharp_bytes, sharp_score) = (sharp.bytes(), sharp.main_score());
    let plain = Task::main(&photo.path, folder);
    let at = |quality| Task { jpeg_quality: quality, jpeg_trellis: true, ..plain.clone() };
    let (mut below, mut above) = QUALITIES;
    let mut worse = bench.our_main(&at(below), original)?;
    let mut better = bench.our_main(&at(above), original)?;
    while above - below > 1 {
        let middle = below.midpoint(above);
        let file = bench.our_main(&at(middle), original)?;
        if file.score < sharp_score {
            (below, worse) = (middle, file);
        } else {
            (above, better) = (middle, file);
        }
    }
    let is_worse_nearer = sharp_score - worse.score < better.score - sharp_score;
    let (quality, file) = if is_worse_nearer { (below, worse) } else { (above, better) };
    let [without, with] = bench.ours_in_turn([&plain, &at(quality)])?;
    let least = |times: &[f64]| times.first().copied().unwrap_or(f64::NAN);
    Ok(Equal { photo: photo.clone(), quality, file, sharp_bytes, sharp_score, ms: [least(&without), least(&with)] })
}
