//! One file.

use domain::Result;
use domain::photo::{PROCESSED_PREFIX, RENDITION_CACHE_CONTROL};
use storage::{Object, ObjectHeaders, ObjectInfo, Place, etag_of};

/// More than any photo has.
const MAX_BYTES: u64 = 256 << 20;
/// The types of what is published or uploaded, for files that do not know theirs.
const TYPES: [(&str, &str); 6] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("gif", "image/gif"),
];

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there now.
    Copied,
    /// It was there.
    Unchanged,
    /// It is not here any more.
    Gone,
}

/// Whether both listings tell that it is the same file.
pub(super) fn is_same(here: &ObjectInfo, there: &ObjectInfo) -> bool {
    here.size_bytes == there.size_bytes && !here.etag.is_empty() && here.etag == there.etag
}

/// Copies a file that is missing at the other place, or that may be another there; of a dry run, says only what it would do.
pub(super) async fn copy(
    from: &Place,
    to: &Place,
    file: &ObjectInfo,
    there: Option<&ObjectInfo>,
    is_dry_run: bool,
) -> Result<Fate> {
    let is_unlike = there.is_none_or(|there| there.size_bytes != file.size_bytes);
    if is_dry_run && is_unlike {
        return Ok(Fate::Copied);
    }
    let Some(object) = from.get(&file.key, MAX_BYTES).await? else { return Ok(Fate::Gone) };
    if !is_unlike && is_equal(to, &file.key, &object, there).await? {
        return Ok(Fate::Unchanged);
    }
    if !is_dry_run {
        let headers = headers(from, &file.key, &object);
        to.put(&file.key, object.bytes, &headers).await?;
    }
    Ok(Fate::Copied)
}

/// Looks at the bytes: that ETags differ tells nothing where one is no hash of them (of parts, or under a key of one's own).
async fn is_equal(to: &Place, key: &str, object: &Object, there: Option<&ObjectInfo>) -> Result<bool> {
    if there.is_some_and(|there| there.etag == etag_of(&object.bytes)) {
        return Ok(true);
    }
    Ok(to.get(key, MAX_BYTES).await?.is_some_and(|other| other.bytes == object.bytes))
}

/// As the file has them, or as a photo of this name has them.
fn headers(from: &Place, key: &str, object: &Object) -> ObjectHeaders {
    let Place::Folder(_) = from else {
        return ObjectHeaders {
            content_type: object.content_type.clone(),
            cache_control: object.cache_control.clone(),
        };
    };
    let ending = key.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let known = TYPES.iter().find(|(known, _)| *known == ending);
    ObjectHeaders {
        content_type: known.map_or(object.content_type.clone(), |(_, content_type)| (*content_type).to_owned()),
        cache_control: key.starts_with(PROCESSED_PREFIX).then(|| RENDITION_CACHE_CONTROL.to_owned()),
    }
}
