//! Photos from one place to another: what is missing there, or different. Nothing is ever deleted, and what is there already is left
//! alone, so a run that was ended is repeated as it is.
//!
//! Renditions come before the bytes as sent (`processed/` before `raw/`, as their keys do). A bucket tells the optimizer of every
//! object under `raw/`; that one then finds the photo's row with the same ETag and its renditions in their place, and has nothing to
//! do. Bring the rows before the photos, or nobody knows what the photos are.

mod copy;
mod summary;

pub use summary::Summary;

use crate::allowance::Allowance;
use crate::{App, Report};
use clap::Args;
use copy::{Fate, copy};
use domain::photo::{PROCESSED_PREFIX, RAW_PREFIX};
use domain::{Error, Kind, Result};
use futures_util::future::join_all;
use std::collections::VecDeque;
use std::path::Path;
use storage::{MAX_PAGE, ObjectInfo, Place, UNFINISHED};

const MAX_JOBS: i64 = 64;
/// So many failures in a row are no longer about single files: one of the places is out of reach.
const MAX_FAILURES_IN_A_ROW: u32 = 10;

/// Where from, and where to.
#[derive(Clone, Debug, Args)]
pub struct Request {
    /// Where the photos are: a bucket, the embedded server's folder (.data/photos), or a folder of plain files
    #[arg(value_name = "DIR|s3://BUCKET")]
    from: String,
    /// Where they are to be
    #[arg(value_name = "DIR|s3://BUCKET")]
    to: String,
    /// So many at a time; each may need as much memory as the largest photo
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=MAX_JOBS))]
    jobs: u16,
    /// Only say what would be copied
    #[arg(long)]
    dry_run: bool,
}

/// Copies until all is there or the allowance is over.
///
/// # Errors
/// Bad input for a folder that is none, and for one place given twice; those of the places, where file after file fails.
pub(crate) async fn sync_files(app: &App, request: &Request, allowance: &Allowance) -> Result<Report> {
    if !request.from.starts_with("s3://") && !Path::new(&request.from).is_dir() {
        return Err(Error::new(Kind::BadInput, format!("There is no folder {}.", request.from)));
    }
    let (from, to) = (place(app, &request.from).await?, place(app, &request.to).await?);
    if request.from.trim_end_matches('/') == request.to.trim_end_matches('/') {
        return Err(Error::new(Kind::BadInput, "Both places are the same."));
    }
    let summary = Summary { is_dry_run: request.dry_run, ..Summary::default() };
    let there = There { place: &to, ahead: VecDeque::new(), after: None, is_over: false };
    let mut sync = Sync { from: &from, to: &to, there, failures_in_a_row: 0, summary };
    let is_done = sync.run(usize::from(request.jobs), allowance).await?;
    sync.summary.is_interrupted = !is_done && allowance.is_interrupted();
    Ok(Report::SyncFiles(sync.summary))
}

/// A place; a folder that is the embedded server's store is taken as that.
async fn place(app: &App, address: &str) -> Result<Place> {
    match app.photos.storage_in(Path::new(address), app.world).await? {
        Some(storage) => Ok(Place::of(storage)),
        None => Place::open(address).await,
    }
}

struct Sync<'a> {
    from: &'a Place,
    to: &'a Place,
    there: There<'a>,
    failures_in_a_row: u32,
    summary: Summary,
}

impl Sync<'_> {
    /// Whether everything has been looked at.
    async fn run(&mut self, jobs: usize, allowance: &Allowance) -> Result<bool> {
        let mut after: Option<String> = None;
        loop {
            let page = self.from.list_page("", after.as_deref(), MAX_PAGE).await?;
            let Some(last) = page.last() else { return Ok(true) };
            after = Some(last.key.clone());
            let mut due = Vec::new();
            for file in page.into_iter().filter(is_of_a_photo) {
                let there = self.there.find(&file.key).await?;
                match there {
                    Some(there) if copy::is_same(&file, &there) => self.summary.unchanged += 1,
                    there => due.push((file, there)),
                }
            }
            for some in due.chunks(jobs) {
                if allowance.is_over() {
                    return Ok(false);
                }
                let (from, to, is_dry_run) = (self.from, self.to, self.summary.is_dry_run);
                let copies = some.iter().map(|(file, there)| copy(from, to, file, there.as_ref(), is_dry_run));
                for ((file, _), fate) in some.iter().zip(join_all(copies).await) {
                    self.note(file, fate)?;
                }
            }
        }
    }

    fn note(&mut self, file: &ObjectInfo, fate: Result<Fate>) -> Result<()> {
        match fate {
            Ok(Fate::Copied) => {
                self.summary.copied += 1;
                self.summary.bytes += file.size_bytes;
            }
            Ok(Fate::Unchanged) => self.summary.unchanged += 1,
            Ok(Fate::Gone) => self.summary.gone += 1,
            Err(error) => {
                let reason = crate::sentence(&error);
                tracing::error!(key = file.key, reason, "a file could not be copied");
                self.summary.push_failure(&file.key, reason);
                self.failures_in_a_row += 1;
                if self.failures_in_a_row >= MAX_FAILURES_IN_A_ROW {
                    return Err(Error::new(error.kind(), "One file after the other fails.").because(error));
                }
                return Ok(());
            }
        }
        self.failures_in_a_row = 0;
        Ok(())
    }
}

/// Whatever else lies in a folder is none of ours to publish.
fn is_of_a_photo(file: &ObjectInfo) -> bool {
    let is_ours = [PROCESSED_PREFIX, RAW_PREFIX].into_iter().any(|prefix| file.key.starts_with(prefix));
    is_ours && !file.key.ends_with(UNFINISHED)
}

/// What is at the other place, walked along with what is here: both come in the order of their keys.
struct There<'a> {
    place: &'a Place,
    ahead: VecDeque<ObjectInfo>,
    after: Option<String>,
    is_over: bool,
}

impl There<'_> {
    /// The file of this key; keys must be asked for in their order.
    async fn find(&mut self, key: &str) -> Result<Option<ObjectInfo>> {
        loop {
            while self.ahead.front().is_some_and(|file| file.key.as_str() < key) {
                self.ahead.pop_front();
            }
            if let Some(file) = self.ahead.front() {
                return Ok(if file.key == key { self.ahead.pop_front() } else { None });
            }
            if self.is_over {
                return Ok(None);
            }
            let page = self.place.list_page("", self.after.as_deref(), MAX_PAGE).await?;
            self.is_over = page.is_empty();
            self.after = page.last().map(|file| file.key.clone()).or(self.after.take());
            self.ahead.extend(page);
        }
    }
}
