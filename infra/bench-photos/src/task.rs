//! The line protocol between the bench and its workers: a [`Task`] as JSON on a worker's standard input, an [`Answer`] as JSON on
//! its standard output. A worker's first line, before any task, is an answer, too: it has started and loaded what it needs.

use photo::Format;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The width of the main rendition at most, in pixels.
pub(crate) const MAIN_WIDTH_PX: u32 = 1920;

/// What to make of one photo, in the words that every worker understands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The photo. Read before the clock starts.
    pub(crate) photo: PathBuf,
    /// Where the renditions go, as `main.jpg`, `960.jpg`, `960.webp`. Written after the clock stopped.
    pub(crate) folder: PathBuf,
    /// The main rendition's width at most, in pixels.
    pub(crate) width_px: u32,
    /// Those of the thumbnails; one that would not be narrower than the main rendition is left out.
    pub(crate) thumbnail_widths_px: Vec<u32>,
    /// Whether each is written as WebP, too.
    pub(crate) webp: bool,
    /// On libjpeg's scale.
    pub(crate) jpeg_quality: u8,
    /// Ours alone: search for the smallest file.
    pub(crate) jpeg_trellis: bool,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// It took so long from the photo's bytes to the bytes of all its renditions.
    Done { ms: f64 },
    /// It could not be done.
    Failed { error: String },
}

impl Task {
    /// The main rendition alone, JPEG of quality 85.
    pub(crate) fn main(photo: &Path, folder: &Path) -> Self {
        Self {
            photo: photo.to_owned(),
            folder: folder.to_owned(),
            width_px: MAIN_WIDTH_PX,
            thumbnail_widths_px: Vec::new(),
            webp: false,
            jpeg_quality: 85,
            jpeg_trellis: false,
        }
    }

    /// The main rendition and its three thumbnails.
    pub(crate) fn set(photo: &Path, folder: &Path, webp: bool) -> Self {
        Self { thumbnail_widths_px: vec![960, 480, 240], webp, ..Self::main(photo, folder) }
    }

    /// The files that a worker writes for a photo of this upright size: name, format and size in pixels.
    pub(crate) fn files(&self, upright: (u32, u32)) -> Vec<(String, Format, (u32, u32))> {
        let main_width = self.width_px.min(upright.0);
        let thumbnails = self.thumbnail_widths_px.iter().copied().filter(|&width| width < main_width);
        let names = thumbnails.map(|width| (width.to_string(), width));
        let formats: &[Format] = if self.webp { &[Format::Jpeg, Format::Webp] } else { &[Format::Jpeg] };
        std::iter::once(("main".to_owned(), main_width))
            .chain(names)
            .flat_map(|(name, width)| {
                let height = (f64::from(upright.1) * f64::from(width) / f64::from(upright.0)).round() as u32;
                formats.iter().map(move |&format| (name.clone(), format, (width, height)))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_is_narrower_than_the_main_rendition() {
        let task = Task::set(Path::new("a"), Path::new("b"), false);
        let widths = |upright| task.files(upright).into_iter().map(|(_, _, size)| size.0).collect::<Vec<_>>();
        assert_eq!(widths((4032, 3024)), [1920, 960, 480, 240]);
        assert_eq!(widths((960, 1280)), [960, 480, 240]);
    }

    #[test]
    fn an_answer_is_a_time_or_an_error() {
        assert!(matches!(serde_json::from_str(r#"{"ms": 1.5}"#), Ok(Answer::Done { ms: 1.5 })));
        assert!(matches!(serde_json::from_str(r#"{"error": "no"}"#), Ok(Answer::Failed { .. })));
    }
}
