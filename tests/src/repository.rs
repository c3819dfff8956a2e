//! The files of the repository, and the data that may stand beside it.

use domain::new_charger::{NewCharger, PhotoInput};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the repository.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A payload of `events/`, by the name of its case.
pub fn event(case: &str) -> Value {
    serde_json::from_str(&read(&format!("events/{case}.json"))).unwrap_or_else(|error| panic!("{case}: {error}"))
}

/// The names of all cases in `events/`, sorted.
pub fn event_cases() -> Vec<String> {
    let files = std::fs::read_dir(root().join("events")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut cases: Vec<_> = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
    cases.sort();
    cases
}

/// The photo that comes with a charger in `events/`: 32 by 24 pixels.
pub fn small_jpeg() -> Vec<u8> {
    let body = event("post-chargers.base64-photo")["body"].take();
    let (_, mut photos) = NewCharger::from_body(body.as_str().unwrap().as_bytes()).unwrap();
    match photos.remove(0).unwrap() {
        PhotoInput::Bytes(bytes) => bytes,
        PhotoInput::Id(id) => panic!("{id} is no photo but an id"),
    }
}

/// A file of the shared data; `None`, and a line that says so, where it is not there.
pub fn shared_data(path: &str) -> Option<Vec<u8>> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")).join(path);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} is not there", path.file_name().unwrap().display());
    }
    bytes
}
