//! Where an answer goes.

use std::fmt;
use std::net::IpAddr;

/// An address that an answer may be put to: with TLS, or on this very machine (for trials). It is signed, so whoever knows it may use
/// it: it is in no log.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address(String);

impl Address {
    /// `None` for what is no such address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let uri: http::Uri = text.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        // The name before an @ is one that a reader takes for the host.
        let is_plain = !authority.as_str().contains('@') && !authority.host().is_empty();
        let may = scheme == "https" || (scheme == "http" && is_this_machine(authority.host()));
        (is_plain && may).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_this_machine(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_goes_out_with_tls_or_not_at_all() {
        for text in [
            "https://cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com/arn%3Aaws%3A?X-Amz-Signature=a%2Fb",
            "http://127.0.0.1:8080/answer",
            "http://[::1]:8080/answer",
        ] {
            assert_eq!(Address::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "/answer",
            "http://bucket.example/",
            "http://localhost/",
            "http://127.0.0.1@bucket.example/",
            "https://ann:secret@bucket.example/",
            "http://127.0.0.1.bucket.example/",
            "ftp://127.0.0.1/",
            "https:///answer",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_text_of_an_address_shows_its_signature() {
        let address = Address::parse("https://bucket.example/?Signature=s3cret").unwrap();
        assert!(!format!("{address:?}").contains("s3cret"));
    }
}
