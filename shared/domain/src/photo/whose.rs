//! Whose an object is, by its key alone: what a sweep may judge, and what is somebody else's.

use super::{PROCESSED_PREFIX, RAW_PREFIX, photo_id_of};
use uuid::Uuid;

const ID_CHARS: usize = 36;
const HASH8_CHARS: usize = 8;

/// The photo that an object belongs to, by a key of exactly the form that [`raw_key`](super::raw_key) or
/// [`rendition_key`](super::rendition_key) builds, whatever the width and the format; `None` for every other key.
pub fn photo_id_of_object(key: &str) -> Option<Uuid> {
    let raw_key = match key.strip_prefix(PROCESSED_PREFIX) {
        Some(rendition) => format!("{RAW_PREFIX}{}", without_variant(rendition)?),
        None => key.to_owned(),
    };
    // An id has other spellings, which we never write.
    photo_id_of(&raw_key).filter(|id| raw_key.ends_with(&format!("/{}", id.hyphenated())))
}

/// `{kind}/{day}/{id}` of `{kind}/{day}/{id}_{hash8}.jpg` and of `{kind}/{day}/{id}_{hash8}_{width}.{extension}`.
fn without_variant(rendition: &str) -> Option<&str> {
    let id_start = rendition.rfind('/')? + 1;
    let (id, variant) = (rendition.get(..id_start + ID_CHARS)?, rendition.get(id_start + ID_CHARS..)?);
    let (variant, extension) = variant.strip_prefix('_')?.split_once('.')?;
    let (hash8, width) = variant.split_once('_').map_or((variant, None), |(hash8, width)| (hash8, Some(width)));
    let is_hash8 = hash8.len() == HASH8_CHARS && hash8.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_width = |width: &str| !width.is_empty() && width.bytes().all(|byte| byte.is_ascii_digit());
    let is_extension = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_variant = width.map_or(extension == "jpg", is_width);
    (is_hash8 && is_extension && is_variant).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::super::{PhotoKind, raw_key, rendition_key};
    use super::*;

    #[test]
    fn every_key_that_we_build_leads_to_its_photo() {
        for kind in PhotoKind::ALL {
            let id = Uuid::from_u128(0xabc);
            let raw = raw_key(kind, "20261120", id);
            assert_eq!(photo_id_of_object(&raw), Some(id));
            for (width, extension, is_main) in [(1920, "jpg", true), (1920, "webp", true), (96, "avif", false)] {
                let key = rendition_key(&raw, "0a1b2c3d", width, extension, is_main).unwrap();
                assert_eq!(photo_id_of_object(&key), Some(id), "{key}");
            }
        }
    }

    #[test]
    fn keys_that_we_never_build_are_nobodys() {
        let id = "00000000-0000-0000-0000-000000000abc";
        for other in [
            String::new(),
            "raw/".to_owned(),
            "processed/".to_owned(),
            "raw/charger/x".to_owned(),
            format!("raw/charger/20261120/{}", id.to_uppercase()),
            format!("raw/charger/20261120/{}", id.replace('-', "")),
            format!("raw/charger/20261120/{id}.jpg"),
            format!("raw/dog/20261120/{id}"),
            format!("other/charger/20261120/{id}"),
            format!("processed/charger/20261120/{id}"),
            format!("processed/charger/20261120/{id}.jpg"),
            format!("processed/charger/20261120/{id}_0a1b2c3.jpg"),
            format!("processed/charger/20261120/{id}_0A1B2C3D.jpg"),
            format!("processed/charger/20261120/{id}_0a1b2c3d.webp"),
            format!("processed/charger/20261120/{id}_0a1b2c3d_.webp"),
            format!("processed/charger/20261120/{id}_0a1b2c3d_96x.webp"),
            format!("processed/charger/20261120/{id}_0a1b2c3d_96.webp~"),
            format!("processed/charger/2026-11-20/{id}_0a1b2c3d.jpg"),
            format!("processed/{id}_0a1b2c3d.jpg"),
            "processed/charger/20261120/äöü".to_owned(),
            "processed/charger/20261120/0000000-0000-0000-0000-000000000abcä_0a1b2c3d.jpg".to_owned(),
        ] {
            assert_eq!(photo_id_of_object(&other), None, "{other}");
        }
    }
}
