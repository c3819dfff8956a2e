//! Who users are with the new identity provider.

use domain::{Error, Kind, Result};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// The subject of each user; who is not named keeps the old id as subject.
#[derive(Debug, Default)]
pub(super) struct Identities(HashMap<String, String>);

#[derive(Deserialize)]
struct Line {
    user_id: String,
    sub: String,
}

impl Identities {
    /// # Errors
    /// Bad input where the file cannot be read, has other columns, or says two things of one user.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let refused = |reason: String| {
            Error::new(Kind::BadInput, format!("The identities file {} is not understood.", file.display()))
                .because(reason)
        };
        let mut reader = csv::Reader::from_path(file).map_err(|error| refused(error.to_string()))?;
        let mut subs: HashMap<String, String> = HashMap::new();
        for (index, line) in reader.deserialize().enumerate() {
            let Line { user_id, sub } = line.map_err(|error| refused(error.to_string()))?;
            let line = index + 2;
            if sub.trim().is_empty() || sub.chars().any(char::is_control) {
                return Err(refused(format!("line {line} has no sub")));
            }
            if subs.insert(user_id, sub.clone()).is_some_and(|before| before != sub) {
                return Err(refused(format!("line {line} gives a user another sub than a line before it")));
            }
        }
        Ok(Self(subs))
    }

    /// Who a user is here.
    pub(super) fn sub_of<'a>(&'a self, user_id: &'a str) -> &'a str {
        self.0.get(user_id).map_or(user_id, String::as_str)
    }
}
