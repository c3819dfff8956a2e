//! Patterns of IAM: `*` is any text, `?` any character.

/// Whether a text is like a pattern.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at_pattern, mut at_text) = (0, 0);
    // Where to go on when the last `*` has to take one more character.
    let mut star = None;
    while at_text < text.len() {
        match pattern.get(at_pattern) {
            Some('*') => {
                star = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[at_text] => {
                (at_pattern, at_text) = (at_pattern + 1, at_text + 1)
            }
            _ => {
                let Some((at_star, taken)) = star else { return false };
                star = Some((at_star, taken + 1));
                (at_pattern, at_text) = (at_star + 1, taken + 1);
            }
        }
    }
    pattern[at_pattern..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("raw/*", "raw/", true),
            ("raw/*", "raw/a/b", true),
            ("raw/*", "processed/raw/a", false),
            ("*/raw", "a/raw", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("s3:?etObject", "s3:GetObject", true),
            ("s3:GetObject", "s3:GetObjectVersion", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
