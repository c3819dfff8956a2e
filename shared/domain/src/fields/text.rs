//! What text may be.

use std::ops::RangeInclusive;

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
