//! What was really asked and answered: the payloads of `events/`, and the snapshots that the tests of the functions keep.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// All payloads and snapshots.
pub(crate) struct Examples {
    /// By the name of the case: payload, and the route that it asks for.
    payloads: BTreeMap<String, Value>,
    answers: BTreeMap<String, Value>,
}

/// One request, or one answer of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Example<'a> {
    /// The name of the case.
    pub(crate) case: &'a str,
    /// The payload that asks, where it is this very case's.
    pub(crate) payload: Option<&'a Value>,
    /// `{"status", "headers", "body"}`.
    pub(crate) answer: &'a Value,
}

impl Examples {
    /// Reads them from the repository at `root`.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let (mut payloads, mut answers) = (BTreeMap::new(), BTreeMap::new());
        for (name, text) in files(&root.join("events"))? {
            if let Some(case) = name.strip_suffix(".json") {
                payloads.insert(case.to_owned(), serde_json::from_str(&text)?);
            }
        }
        for (name, text) in files(&root.join("tests/tests/functions/snapshots"))? {
            let case = name.strip_suffix(".snap").and_then(|name| name.rsplit("__").next());
            // A snapshot is a head of YAML between two lines of `---`, then what was seen.
            if let (Some(case), Some(seen)) = (case, text.splitn(3, "---\n").nth(2)) {
                answers.insert(case.to_owned(), serde_json::from_str(seen).unwrap_or_default());
            }
        }
        Ok(Self { payloads, answers })
    }

    /// Those of one route. A snapshot without a payload of its own is of another state: `get-photo.ready` answers `get-photo`.
    pub(crate) fn of(&self, route: &str) -> Vec<Example<'_>> {
        let example = |(case, answer)| {
            let payload = self.payloads.get(case);
            let base = || self.payloads.get(String::as_str(case).split('.').next()?);
            payload.or_else(base).filter(|asks| asks["routeKey"] == route)?;
            Some(Example { case, payload, answer })
        };
        self.answers.iter().filter_map(example).collect()
    }
}

fn files(folder: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path())?));
    }
    files.sort();
    Ok(files)
}

impl Example<'_> {
    /// The status that was answered.
    pub(crate) fn status(&self) -> u64 {
        self.answer["status"].as_u64().unwrap_or_default()
    }

    /// Puts what was answered into the description of such an answer.
    pub(crate) fn show(&self, response: &mut Value) {
        let content = self.content_type().and_then(|name| response.get_mut("content")?.get_mut(name));
        if let Some(content) = content {
            content["examples"][self.case] = json!({"value": self.answer["body"]});
        }
    }

    /// The content type that was answered.
    fn content_type(&self) -> Option<&str> {
        self.answer["headers"]["content-type"][0].as_str()
    }

    /// The body that was asked with, if it is JSON.
    pub(crate) fn asked(&self) -> Option<Value> {
        serde_json::from_str(self.payload?["body"].as_str()?).ok()
    }
}
