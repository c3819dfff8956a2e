//! Real data for programs that read files themselves; tests read theirs by `tests::repository::shared_data`.

use std::path::PathBuf;

/// The path of a file of the shared data; `None`, and a line that says so, where the folder is absent.
pub(crate) fn real(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    if !folder.is_dir() {
        println!("skipped: ../shared/data is absent");
        return None;
    }
    Some(folder.join(name))
}
