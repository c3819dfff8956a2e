//! What text may be.

use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// The same as [`check`] in JSON Schema.
pub(super) fn schema(chars: &RangeInclusive<usize>) -> Value {
    const CONTROL: &str = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f";
    const SPACE: &str = r"\t\n\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
    const NOTHING: &str = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff";
    let pattern = if *chars.start() > 0 {
        format!("^[^{CONTROL}]*[^{CONTROL}{SPACE}{NOTHING}][^{CONTROL}]*$")
    } else {
        format!("^[^{CONTROL}]*$")
    };
    let mut schema = json!({"type": "string", "maxLength": chars.end(), "pattern": pattern});
    if *chars.start() > 0 {
        schema["minLength"] = json!(chars.start());
    }
    schema
}

/// Whether text has an allowed length in characters, shows something and holds no control characters but line breaks and tabs;
/// else the code and the sentence of the refusal.
pub(super) fn check(text: &str, chars: &RangeInclusive<usize>) -> Result<(), (&'static str, String)> {
    let length = text.chars().count();
    if !chars.contains(&length) {
        return Err(("wrong_length", format!("Must be {} to {} characters long.", chars.start(), chars.end())));
    }
    if *chars.start() > 0 && !text.chars().any(is_visible) {
        return Err(("blank", "Must not be blank.".to_owned()));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(("control_character", "Must not hold control characters.".to_owned()));
    }
    Ok(())
}

/// Neither white space nor one of the characters that show as nothing (zero-width, soft hyphen, direction marks).
pub fn is_visible(c: char) -> bool {
    let is_nothing = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !(c.is_whitespace() || c.is_control() || is_nothing)
}
