//! Names and texts within statements that take no parameters.

/// A name as the server takes it, whatever it holds.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as the server takes it where backslashes are ordinary, as they are in every session of ours.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_within_is_doubled() {
        assert_eq!(identifier("by \"Name\"; DROP"), "\"by \"\"Name\"\"; DROP\"");
        assert_eq!(literal("it's"), "'it''s'");
    }
}
