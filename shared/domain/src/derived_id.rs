//! Ids that follow from another id: a batch that is sent again makes the same ones.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The id of the thing at `index` (below 4,096) of what `parent` stands for; `purpose` tells several things at one index apart.
///
/// The form is that of RFC 9562, version 7, method 1: the time in the parent's first 48 bits, `index` as the counter behind it, so
/// that the ids are in order and lie side by side in an index; then 62 bits of `SHA-256(parent ‖ index as 8 bytes ‖ purpose)`.
pub fn derived_id(parent: Uuid, index: usize, purpose: &str) -> Uuid {
    let digest = Sha256::new().chain_update(parent).chain_update((index as u64).to_be_bytes()).chain_update(purpose);
    let mut bytes = *parent.as_bytes();
    bytes[6..8].copy_from_slice(&(index as u16).to_be_bytes());
    bytes[8..].copy_from_slice(&digest.finalize()[..8]);
    Builder::from_bytes(bytes).with_version(uuid::Version::SortRand).with_variant(uuid::Variant::RFC4122).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_that_are_derived_are_the_same_each_time_and_in_order() {
        let parent = Uuid::from_u128(0x019c_a935_f400_7abc_8def_0123_4567_89ab);
        let ids: Vec<Uuid> = (0..1000).map(|index| derived_id(parent, index, "charger")).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        assert!(ids.iter().all(|id| id.as_bytes()[..6] == parent.as_bytes()[..6]));
        assert_eq!(ids[7], derived_id(parent, 7, "charger"));
        assert_eq!(ids[7].to_string()[..19], *"019ca935-f400-7007-");
    }

    #[test]
    fn no_two_things_share_an_id() {
        let parents = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let of = |parent, purpose| (0..4096).map(move |index| derived_id(parent, index, purpose));
        let ids: BTreeSet<Uuid> =
            parents.into_iter().flat_map(|parent| of(parent, "charger").chain(of(parent, "verification"))).collect();
        assert_eq!(ids.len(), 4 * 4096);
    }
}
