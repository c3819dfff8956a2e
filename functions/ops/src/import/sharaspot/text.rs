//! The texts of the original, as people wrote them.

/// Undoes the HTML escaping that the original did on input: its five entities, in every form that a number gives a character,
/// once. `&amp;lt;` is what somebody wrote as `&lt;`.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let (character, length) = entity(rest).unwrap_or(('&', 1));
        plain.push(character);
        rest = &rest[length..];
    }
    plain + rest
}

/// The character of the entity that a text begins with, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    // "&#1114111;" is the longest; anything longer has no end that matters.
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => char::from_u32(number(name.strip_prefix('#')?)?)?,
    };
    Some((character, end + 1))
}

fn number(digits: &str) -> Option<u32> {
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// The text without control characters other than line breaks and tabs.
pub(super) fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect()
}

/// The first so many characters.
pub(super) fn cut(text: &str, max_chars: usize) -> &str {
    text.char_indices().nth(max_chars).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_escaped_once_is_unescaped_once() {
        for (escaped, plain) in [
            ("Joe&#x27;s &amp; Co", "Joe's & Co"),
            ("&lt;b&gt; &quot;x&quot; &#39;y&#X27; &apos;", "<b> \"x\" 'y' '"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("&amp;amp;", "&amp;"),
            ("R&B, AT&T; & &nope; &#xZZ; &#; &", "R&B, AT&T; & &nope; &#xZZ; &#; &"),
            ("&#xD800; &#x110000;", "&#xD800; &#x110000;"),
            ("&é;ü&#228;", "&é;üä"),
            ("&#x1F50C;", "🔌"),
            ("", ""),
        ] {
            assert_eq!(unescape(escaped), plain);
        }
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(without_controls("a\u{0}b\u{7f}\u{85}c\n\td"), "abc\n\td");
    }
}
