//! The letters of the embedded server: a file each, beside the events that wait.
//!
//! ```text
//! events/dead-letter/<name>    given up
//! events/pending/<name>        delivered by the embedded server, now or when it starts
//! ```
//!
//! The server takes a letter for the event that it holds. So an event goes back as the same file under a second name, which is never that
//! of an event that still waits there: nothing is lost. A kill before the first name is gone leaves two, and the event may come twice.

use crate::Taken;
use crate::letter::Letter;
use domain::{Error, Kind, Result};
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const PART: &str = "folder of dead letters";

/// A folder of the embedded server.
#[derive(Debug)]
pub struct Folder {
    events: PathBuf,
    /// The last one that was taken.
    after: Option<String>,
}

impl Folder {
    pub(crate) fn at(events: impl Into<PathBuf>) -> Self {
        Self { events: events.into(), after: None }
    }

    pub(crate) async fn take(&mut self, limit: usize) -> Result<Vec<Taken>> {
        let (letters, after) = (self.letters(), self.after.clone());
        let taken = blocking(move || take(&letters, after.as_deref(), limit)).await?;
        self.after = taken.last().map(|last| last.id.clone()).or(self.after.take());
        Ok(taken)
    }

    pub(crate) async fn hand_over(&self, taken: &Taken) -> Result<()> {
        let (letter, pending) = (self.letters().join(&taken.id), self.events.join("pending"));
        let event = pending.join(&taken.id);
        let moved = move || {
            fs::create_dir_all(&pending)?;
            fs::hard_link(&letter, event)?;
            // The name is there only when its folder is on disk.
            File::open(pending)?.sync_all()?;
            fs::remove_file(letter)
        };
        match tokio::task::spawn_blocking(moved).await.map_err(Error::internal)? {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Error::new(Kind::Conflict, "Somebody else has taken it."))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Error::new(Kind::Conflict, "Its event waits already."))
            }
            moved => moved.map_err(|error| Error::unavailable(PART, error)),
        }
    }

    fn letters(&self) -> PathBuf {
        self.events.join("dead-letter")
    }
}

/// The next letters by their names, which are in the order of their events.
fn take(letters: &Path, after: Option<&str>, limit: usize) -> io::Result<Vec<Taken>> {
    let entries = match fs::read_dir(letters) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    // One that is being written ends otherwise.
    let is_next = |name: &String| {
        Path::new(name).extension() == Some(OsStr::new("json")) && after.is_none_or(|after| name.as_str() > after)
    };
    let mut names: Vec<String> = names.filter(is_next).collect();
    names.sort_unstable();
    names.truncate(limit);
    let read = |id: String| -> io::Result<Option<Taken>> {
        match fs::read(letters.join(&id)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => Ok(Some(Taken { letter: Letter::parse(&text?), id, receipt: String::new() })),
        }
    };
    names.into_iter().map(read).filter_map(Result::transpose).collect()
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the folder of the embedded server")
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|error| Error::unavailable(PART, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn write(dir: &TempDir, name: &str) {
        let folder = dir.path().join("dead-letter");
        fs::create_dir_all(&folder).unwrap();
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:optimize-photo:$LATEST";
        let letter = serde_json::json!({"requestContext": {"functionArn": arn}, "requestPayload": {"of": name}});
        fs::write(folder.join(name), letter.to_string()).unwrap();
    }

    fn names(dir: &TempDir, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(dir.path().join(folder)).into_iter().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[tokio::test]
    async fn letters_come_in_the_order_of_their_events_and_each_of_them_once() {
        let dir = TempDir::new().unwrap();
        let mut folder = Folder::at(dir.path());
        assert!(folder.take(10).await.unwrap().is_empty() && names(&dir, "").is_empty(), "nothing is made");
        for name in ["3.json", "1.json", "2.json", "4.json.tmp", "notes.txt"] {
            write(&dir, name);
        }
        let ids = |taken: Vec<Taken>| taken.into_iter().map(|taken| taken.id).collect::<Vec<_>>();
        assert_eq!(ids(folder.take(2).await.unwrap()), ["1.json", "2.json"]);
        assert_eq!(ids(folder.take(2).await.unwrap()), ["3.json"]);
        assert!(folder.take(2).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn an_event_goes_back_as_it_is_and_once() {
        let dir = TempDir::new().unwrap();
        write(&dir, "1.json");
        let before = fs::read(dir.path().join("dead-letter/1.json")).unwrap();
        let mut folder = Folder::at(dir.path());
        let taken = folder.take(10).await.unwrap().pop().unwrap();
        folder.hand_over(&taken).await.unwrap();
        assert_eq!(fs::read(dir.path().join("pending/1.json")).unwrap(), before);
        assert!(names(&dir, "dead-letter").is_empty());
        assert_eq!(folder.hand_over(&taken).await.unwrap_err().kind(), Kind::Conflict);
    }

    #[tokio::test]
    async fn an_event_that_still_waits_is_not_written_over() {
        let dir = TempDir::new().unwrap();
        write(&dir, "1.json");
        fs::create_dir(dir.path().join("pending")).unwrap();
        // The server has written the letter and is about to do away with the event.
        fs::write(dir.path().join("pending/1.json"), "the event").unwrap();
        let mut folder = Folder::at(dir.path());
        let taken = folder.take(10).await.unwrap().pop().unwrap();
        assert_eq!(folder.hand_over(&taken).await.unwrap_err().kind(), Kind::Conflict);
        fs::remove_file(dir.path().join("pending/1.json")).unwrap();
        assert_eq!(names(&dir, "dead-letter"), ["1.json"], "nothing is lost");
        folder.hand_over(&taken).await.unwrap();
        assert_eq!((names(&dir, "dead-letter").len(), names(&dir, "pending").len()), (0, 1));
    }
}
