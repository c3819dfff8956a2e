//! The id of every row here, by rule: the same row has the same id in every run.

use db::sharaspot::PhotosOf;
use uuid::Uuid;

/// The namespace of everything from the original; chosen once by chance.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0c_5a0e_6f0b_4f4e_9a55_3c1d_2b77_9e41);

/// What a user is known by.
pub(super) fn user_key(id: &str) -> Uuid {
    named(&["user", id])
}

/// A charger keeps a UUID; every other id becomes one.
pub(super) fn charger_id(id: &str) -> Uuid {
    Uuid::try_parse(id).unwrap_or_else(|_| named(&["charger", id]))
}

/// Of a verification's number.
pub(super) fn verification_id(id: &str) -> Uuid {
    named(&["verification", id])
}

/// Of a photo's row, its place there and the MD5 of its text.
pub(super) fn photo_id(of: PhotosOf, row: &str, position: i64, md5: &str) -> Uuid {
    let table = match of {
        PhotosOf::Users => "user-photo",
        PhotosOf::Chargers => "charger-photo",
        PhotosOf::Verifications => "verification-photo",
    };
    named(&[table, row, &position.to_string(), md5])
}

/// UUIDv5. No id holds the control character between the parts, so different parts never make the same name.
fn named(parts: &[&str]) -> Uuid {
    Uuid::new_v5(&NAMESPACE, parts.join("\u{1f}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_stays_in_every_spelling_and_other_ids_always_become_the_same_one() {
        let id = Uuid::from_u128(0xabcd);
        assert_eq!(charger_id(&id.to_string()), id);
        assert_eq!(charger_id(&id.to_string().to_uppercase()), id);
        assert_eq!(charger_id("charger_17").to_string(), "00123970-e694-59d5-a45b-8db7fdbf23cb");
        assert_ne!(charger_id("17"), verification_id("17"));
        let photo = |row, position, md5| photo_id(PhotosOf::Chargers, row, position, md5);
        assert_ne!(photo("1", 11, "x"), photo("11", 1, "x"));
        assert_ne!(photo("1", 0, "x"), photo("1", 0, "y"));
        assert_ne!(photo("1", 0, "x"), photo_id(PhotosOf::Users, "1", 0, "x"));
    }
}
