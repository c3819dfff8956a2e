//! The sources of ours, and what of them ships.

use std::path::{Path, PathBuf};
use tests::repository::root;

/// A Rust file of ours.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root of the repository.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl Source {
    /// What ships: neither comments nor the unit tests, which stand at the end of a file.
    pub(crate) fn shipped(&self) -> String {
        let code = self.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }
}

/// Every Rust file under these folders that is not a test.
pub(crate) fn shipped_sources(folders: &[&str]) -> Vec<Source> {
    let is_test = |source: &Source| {
        let path = Path::new(&source.path);
        path.components().any(|part| ["tests", "examples", "benches"].iter().any(|folder| part.as_os_str() == *folder))
            || path.file_stem().is_some_and(|stem| stem == "tests")
    };
    let sources: Vec<_> = sources(folders).into_iter().filter(|source| !is_test(source)).collect();
    assert!(!sources.is_empty());
    sources
}

/// Every Rust file under these folders.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut sources);
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path: PathBuf = entry.path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            sources.push(Source { path: path.strip_prefix(root()).unwrap().display().to_string(), text });
        }
    }
}
