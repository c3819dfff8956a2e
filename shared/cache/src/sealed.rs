//! A value as the shared tier keeps it: the version of this form, a digest, the value. What was cut off, was changed, or has another
//! form does not open, and is as good as not there.

use bytes::{Buf, Bytes};
use sha2::{Digest, Sha256};

const FORM: &[u8] = b"spot1:";
const DIGEST_BYTES: usize = 16;

pub(crate) fn seal(value: &[u8]) -> Vec<u8> {
    [FORM, &digest(value), value].concat()
}

pub(crate) fn open(sealed: Vec<u8>) -> Option<Bytes> {
    let (said, value) = sealed.strip_prefix(FORM)?.split_at_checked(DIGEST_BYTES)?;
    if said != digest(value) {
        return None;
    }
    let mut sealed = Bytes::from(sealed);
    sealed.advance(FORM.len() + DIGEST_BYTES);
    Some(sealed)
}

fn digest(value: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&Sha256::digest(value)[..DIGEST_BYTES]);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was() {
        for value in ["", "x", "{\"items\":[]}"] {
            assert_eq!(open(seal(value.as_bytes())).unwrap(), value);
        }
    }

    #[test]
    fn what_was_harmed_in_any_place_does_not_open() {
        let sealed = seal(b"value");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(changed), None, "{at}");
            assert_eq!(open(sealed[..at].to_vec()), None, "{at}");
        }
        assert_eq!(open([&sealed[..], b"x"].concat()), None);
    }
}
