//! A copy of the old bucket.

use super::address::keys_of;
use bytes::Bytes;
use domain::Result;
use storage::Place;

/// The object behind an address; `None` where the copy does not have it.
///
/// # Errors
/// Too large for more than `max_bytes`; those of the bucket or the file system.
pub(super) async fn fetch(copy: &Place, address: &str, max_bytes: u64) -> Result<Option<Bytes>> {
    for key in keys_of(address) {
        if let Some(object) = copy.get(&key, max_bytes).await? {
            return Ok(Some(object.bytes));
        }
    }
    Ok(None)
}
