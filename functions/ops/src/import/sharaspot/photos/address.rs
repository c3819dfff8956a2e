//! What the text of a photo is: an address, or the picture itself.

use percent_encoding::percent_decode_str;

/// What a text is, by how it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The address of a picture that a browser can open.
    Link(String),
    /// The address of an object, which no browser can open.
    Object(String),
    /// Base64, as far as can be said.
    Encoded,
}

/// Tells what a text is.
pub(super) fn content_of(head: &str) -> Content {
    let text = head.trim();
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if begins("https://") || begins("http://") {
        Content::Link(text.to_owned())
    } else if begins("s3://") {
        Content::Object(text.to_owned())
    } else {
        Content::Encoded
    }
}

/// The keys that an address can mean in a copy of the bucket: its path, and its path without the bucket's name. None of them
/// leaves the copy.
pub(super) fn keys_of(address: &str) -> Vec<String> {
    let Some((_, path)) = address.split_once("://").and_then(|(_, rest)| rest.split_once('/')) else {
        return Vec::new();
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let Ok(path) = percent_decode_str(path).decode_utf8() else { return Vec::new() };
    let is_key = |key: &&str| {
        let is_bad = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains(['\0', '\\']);
        !key.split('/').any(is_bad)
    };
    let without_bucket = path.split_once('/').map(|(_, key)| key);
    std::iter::once(&*path).chain(without_bucket).filter(is_key).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_an_address_or_a_picture() {
        assert_eq!(content_of(" HTTPS://x/y "), Content::Link("HTTPS://x/y".to_owned()));
        assert_eq!(content_of("s3://bucket/y"), Content::Object("s3://bucket/y".to_owned()));
        for text in ["/9j/4AAQ", "data:image/png;base64,AAAA", "iVBORw0KGgo", "", "é", "httpé"] {
            assert_eq!(content_of(text), Content::Encoded);
        }
    }

    #[test]
    fn an_address_is_a_key_with_or_without_the_bucket_and_never_leads_out() {
        assert_eq!(keys_of("https://b.s3.amazonaws.com/a/b%20c.jpg?X-Amz=1#x"), ["a/b c.jpg", "b c.jpg"]);
        assert_eq!(keys_of("https://s3.amazonaws.com/b/c.jpg"), ["b/c.jpg", "c.jpg"]);
        assert_eq!(keys_of("s3://bucket/c.jpg"), ["c.jpg"]);
        for bad in
            ["https://b", "https://b/", "https://b/../x", "https://b/..%2fx", "https://b/%ff", "x", "https://b//etc"]
        {
            assert!(keys_of(bad).iter().all(|key| !key.contains("..") && !key.starts_with('/')), "{bad}");
        }
        assert_eq!(keys_of("https://b/%2e%2e/%2e%2e/etc/passwd"), [""; 0]);
    }
}
