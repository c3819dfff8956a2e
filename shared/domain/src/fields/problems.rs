//! Every bad field of a request, until they are told at once.

use crate::{Error, FieldError, Result};

/// Bad fields that one answer names at most: what somebody sends a flood of is not sent back to them.
const MAX_NAMED: usize = 100;
/// Of a name that somebody made up, so much is repeated.
const MAX_NAME_CHARS: usize = 100;

/// The bad fields found so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Notes one bad field.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(FieldError { field: shortened(field.into()), code, detail: detail.into() });
    }

    /// Ok when nothing was noted, else one error that names everything.
    pub fn into_result(self) -> Result<()> {
        let count = self.0.len();
        match count {
            0 => Ok(()),
            1..=MAX_NAMED => Err(Error::bad_input(self.0)),
            _ => {
                let named = self.0.into_iter().take(MAX_NAMED).collect();
                Err(Error::bad_input(named).saying(format!("{count} fields are not valid; {MAX_NAMED} are named.")))
            }
        }
    }
}

fn shortened(name: String) -> String {
    match name.char_indices().nth(MAX_NAME_CHARS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{Fields, parse_body};

    fn unknown(body: &str) -> Error {
        Fields::new(&parse_body(body.as_bytes()).unwrap()).finish().unwrap_err()
    }

    #[test]
    fn a_flood_of_unknown_fields_gets_a_short_answer() {
        let flood: Vec<String> = (0..10_000).map(|number| format!(r#""{}{number}": 1"#, "x".repeat(100))).collect();
        let error = unknown(&format!("{{{}}}", flood.join(",")));
        assert_eq!((error.fields().len(), error.detail()), (100, "10000 fields are not valid; 100 are named."));
        let long = unknown(&format!(r#"{{"{}": 1}}"#, "ü".repeat(5_000)));
        assert_eq!(long.fields()[0].field, format!("{}…", "ü".repeat(100)));
    }
}
