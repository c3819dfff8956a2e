//! Our pipeline as a worker: this program started as its own child.

use crate::Trouble;
use crate::task::{Answer, Task};
use photo::Settings;
use std::io::{BufRead, Write};
use std::time::Instant;

/// Answers each line of standard input until it ends.
///
/// # Errors
/// Those of the pipes.
pub(crate) fn serve() -> Result<(), Trouble> {
    say(&Answer::Done { ms: 0.0 })?;
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?).map_err(Into::into).and_then(|task| work(&task)) {
            Ok(ms) => Answer::Done { ms },
            Err(error) => Answer::Failed { error: error.to_string() },
        };
        say(&answer)?;
    }
    Ok(())
}

fn say(answer: &Answer) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}

fn work(task: &Task) -> Result<f64, Trouble> {
    let raw = std::fs::read(&task.photo)?;
    let settings = Settings {
        max_width_px: task.width_px,
        thumbnail_widths_px: task.thumbnail_widths_px.clone(),
        webp: task.webp,
        jpeg_quality: task.jpeg_quality,
        jpeg_trellis: task.jpeg_trellis,
        ..Settings::default()
    };
    let started = Instant::now();
    let optimized = photo::optimize(&raw, &settings)?;
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    for rendition in &optimized.renditions {
        let file = format!("{}.{}", rendition.name, rendition.format.extension());
        std::fs::write(task.folder.join(file), &rendition.bytes)?;
    }
    Ok(ms)
}
