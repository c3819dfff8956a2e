//! The backups of a place.

use super::manifest::{self, Manifest};
use super::{DAY_S, name};
use domain::{Kind, Result, Timestamp};
use storage::{MAX_PAGE, ObjectInfo, Place};

/// A folder that is called like one of ours.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) name: String,
    /// When it was begun, by its name.
    pub(crate) begun_at: Timestamp,
    /// What is in it; ours and others'.
    pub(crate) files: Vec<ObjectInfo>,
}

impl Kept {
    /// Whether its name is ahead of this clock by more than a few backups in one second: another clock has given it.
    pub(crate) fn is_ahead(&self, now: Timestamp) -> bool {
        self.begun_at >= now.plus_seconds(DAY_S)
    }

    /// Whether it is complete, if it is ours at all.
    pub(crate) fn has_manifest(&self) -> bool {
        self.files.iter().any(|file| file.key == name::MANIFEST)
    }
}

/// All of them, the oldest first.
///
/// # Errors
/// Those of the place.
pub(crate) async fn all(place: &Place) -> Result<Vec<Kept>> {
    let mut shelf: Vec<Kept> = Vec::new();
    for mut file in files(place, name::FOLDER).await? {
        let Some((folder, key)) = file.key.split_once('/') else { continue };
        let Some(begun_at) = name::begun_at(folder) else { continue };
        let (name, key) = (folder.to_owned(), key.to_owned());
        if shelf.last().is_none_or(|last| last.name != name) {
            shelf.push(Kept { name, begun_at, files: Vec::new() });
        }
        file.key = key;
        shelf.last_mut().into_iter().for_each(|last| last.files.push(file.clone()));
    }
    Ok(shelf)
}

/// Every file whose key starts with this.
///
/// # Errors
/// Those of the place.
pub(crate) async fn files(place: &Place, start: &str) -> Result<Vec<ObjectInfo>> {
    let mut files: Vec<ObjectInfo> = Vec::new();
    loop {
        let page = place.list_page(start, files.last().map(|file| file.key.as_str()), MAX_PAGE).await?;
        if page.is_empty() {
            return Ok(files);
        }
        files.extend(page);
    }
}

/// The manifest of a backup, `None` where there is none.
///
/// # Errors
/// As [`Manifest::parse`]; those of the place.
pub(crate) async fn manifest(folder: &Place) -> Result<Option<Manifest>> {
    let file = folder.get(name::MANIFEST, manifest::MAX_BYTES).await?;
    file.map(|file| Manifest::parse(&file.bytes)).transpose()
}

/// The newest backup that is complete: by its name, and not by the time that its manifest tells. Names are given one after the other,
/// so the last one was made last, also where a clock was put back or two machines have two. One that is a day ahead counts only where
/// there is no other: what was made after it has a smaller name.
///
/// # Errors
/// Bad input for one whose manifest is not understood, which names it: an older one is not what was asked for. Those of the place.
pub(crate) async fn latest(place: &Place, now: Timestamp) -> Result<Option<(String, Manifest)>> {
    let complete = all(place).await?.into_iter().filter(Kept::has_manifest);
    let Some(newest) = complete.max_by_key(|kept| (!kept.is_ahead(now), kept.begun_at)) else { return Ok(None) };
    let manifest = manifest(&place.join(&newest.name)).await.map_err(|error| match error.kind() {
        Kind::BadInput => {
            let detail = format!("{}: {} Name another one to restore that.", newest.name, error.detail());
            error.saying(detail)
        }
        _ => error,
    })?;
    Ok(manifest.map(|manifest| (newest.name, manifest)))
}
