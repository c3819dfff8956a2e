//! The folder of real chargers, routes and photos, which is beside the repository and not in it.

use std::path::PathBuf;

/// A file of the folder; `None`, and a line that says so, where the folder is absent.
pub(crate) fn real(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    if !folder.is_dir() {
        println!("skipped: ../shared/data is absent");
        return None;
    }
    Some(folder.join(name))
}

/// The bytes of a file of the folder.
pub(crate) fn real_bytes(name: &str) -> Option<Vec<u8>> {
    real(name).map(|path| std::fs::read(path).expect("a file of the folder can be read"))
}
