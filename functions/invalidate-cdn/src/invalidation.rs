//! What CloudFront is asked for some removed objects.
//!
//! One path for each object, although a photo has eight of them and one path with a wildcard would cost an eighth:
//!
//! - An invalidation counts only for what was gone before it. Objects are deleted one after the other, perhaps half of them now and
//!   the others when somebody asks again. If the first to go had all of its photo's paths invalidated in the name of the others,
//!   an edge could fetch one that is still there, and keep it for a year.
//! - CloudFront takes 15 wildcards at a time, and 3,000 paths. A person who is erased with twenty photos would be more than that.

use domain::notification::{ChangedObject, Sequencer};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What CloudFront wants to be encoded, and nothing else: what RFC 1738 calls unsafe ("What you need to know when invalidating
/// files", Amazon CloudFront Developer Guide), and what a query would begin with.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'~');

/// One request to CloudFront.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalidation {
    /// Paths of the distribution, encoded.
    pub(crate) paths: BTreeSet<String>,
    /// What CloudFront knows the request by: where it comes again, there is no second invalidation.
    pub(crate) caller_reference: String,
}

impl Invalidation {
    /// For objects that were removed. `request_id` is Lambda's, the same for all deliveries of an event.
    pub(crate) fn of(removed: &[&ChangedObject], request_id: &str) -> Self {
        Self {
            paths: removed.iter().map(|object| path(&object.key)).collect(),
            caller_reference: caller_reference(removed, request_id),
        }
    }
}

fn path(key: &str) -> String {
    format!("/{}", utf8_percent_encode(key, UNSAFE))
}

/// Of bucket, key and sequencer, which are the same however often S3 or Lambda tells of a removal, and others for the next removal
/// of the same key: the photo may have been published again in between.
fn caller_reference(removed: &[&ChangedObject], request_id: &str) -> String {
    let mut hash = Sha256::new();
    for object in removed {
        let moment = object.sequencer.as_ref().map_or(request_id, Sequencer::as_str);
        for part in [object.bucket.as_str(), object.key.as_str(), moment] {
            hash.update(part);
            hash.update([0]);
        }
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;
    use std::slice::from_ref;

    const KEY: &str = "processed/charger/20260301/018f6d2e-7c1a-7b60-9f5e-3a1d2c4b5e6f_0a1b2c3d_960.webp";

    fn removed(bucket: &str, key: &str, sequencer: &str) -> ChangedObject {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        ChangedObject { bucket, key, etag: String::new(), sequencer: Sequencer::parse(sequencer) }
    }

    fn reference(objects: &[ChangedObject], request_id: &str) -> String {
        Invalidation::of(&objects.iter().collect::<Vec<_>>(), request_id).caller_reference
    }

    #[test]
    fn a_rendition_has_its_own_path_as_it_stands() {
        let object = removed("photos", KEY, "0A");
        let paths = Invalidation::of(&[&object, &object], "r").paths;
        assert_eq!(Vec::from_iter(paths), [format!("/{KEY}")]);
    }

    #[test]
    fn what_is_unsafe_in_a_path_is_encoded_and_nothing_else() {
        let table = [
            ("processed/a b%2B#?.jpg", "/processed/a%20b%252B%23%3F.jpg"),
            ("processed/é~\"<>[\\]^`{|}", "/processed/%C3%A9%7E%22%3C%3E%5B%5C%5D%5E%60%7B%7C%7D"),
            ("processed/$-_.+!*'(),;/:@=&", "/processed/$-_.+!*'(),;/:@=&"),
        ];
        for (key, encoded) in table {
            assert_eq!(path(key), encoded);
        }
    }

    #[test]
    fn the_same_removal_has_the_same_reference_in_whatever_delivery_and_any_other_has_another() {
        let first = removed("photos", KEY, "0069A42F81A3C9D5E7");
        let of_first = reference(from_ref(&first), "first delivery");
        assert_eq!(reference(from_ref(&first), "second delivery"), of_first);
        let others = [
            removed("photos", KEY, "0069A42F81A3C9D5E8"),
            removed("photos", &KEY[1..], "0069A42F81A3C9D5E7"),
            removed("photos2", KEY, "0069A42F81A3C9D5E7"),
            removed(&format!("photos{}", &KEY[..1]), &KEY[1..], "0069A42F81A3C9D5E7"),
        ];
        for other in others {
            assert_ne!(reference(from_ref(&other), "first delivery"), of_first);
            assert_ne!(reference(&[first.clone(), other], "first delivery"), of_first);
        }
    }

    #[test]
    fn a_removal_without_a_sequencer_goes_by_the_delivery() {
        let odd = removed("photos", KEY, "not hexadecimal");
        assert_eq!(reference(from_ref(&odd), "a"), reference(from_ref(&odd), "a"));
        assert_ne!(reference(from_ref(&odd), "a"), reference(from_ref(&odd), "b"));
    }

    proptest! {
        #[test]
        fn a_path_is_plain_text_that_leads_back_to_its_key(key in "(?s:.*)|[ -~]*") {
            let path = path(&key);
            prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"#<>?[\\]^`{|}~".contains(&byte)), "{path}");
            let back = percent_decode_str(&path[1..]).decode_utf8().unwrap();
            prop_assert_eq!(back, key);
        }
    }
}
