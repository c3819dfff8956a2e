//! The public side of a photo: its renditions, and nothing else under its name.

use crate::App;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use db::photos::PhotoResult;
use domain::photo::{RENDITION_CACHE_CONTROL, Rendition, rendition_key, rendition_prefix};
use domain::{Error, Result};
use photo::Optimized;
use std::collections::HashSet;
use storage::ObjectHeaders;

/// Puts every rendition; the row is written only when all of them are there.
pub(crate) async fn publish(app: &App, raw_key: &str, hash8: &str, optimized: Optimized) -> Result<PhotoResult> {
    let mut renditions = Vec::with_capacity(optimized.renditions.len());
    for rendition in optimized.renditions {
        let (extension, is_main) = (rendition.format.extension(), rendition.name == "main");
        let key = rendition_key(raw_key, hash8, rendition.width, extension, is_main).ok_or_else(not_ours)?;
        let headers = ObjectHeaders {
            content_type: rendition.format.content_type().to_owned(),
            cache_control: Some(RENDITION_CACHE_CONTROL.to_owned()),
        };
        let bytes = Bytes::from(rendition.bytes);
        renditions.push(Rendition {
            name: rendition.name,
            content_type: headers.content_type.clone(),
            key: key.clone(),
            width: rendition.width,
            height: rendition.height,
            bytes: bytes.len() as u64,
        });
        let photo_bytes_out = bytes.len();
        app.storage.put(&key, bytes, &headers).await?;
        tracing::info!(target: "metric", photo_bytes_out);
    }
    let [red, green, blue] = optimized.dominant_color;
    Ok(PhotoResult::Ready {
        width: optimized.width,
        height: optimized.height,
        thumbhash: STANDARD.encode(optimized.thumbhash),
        dominant_color: format!("#{red:02x}{green:02x}{blue:02x}"),
        renditions,
    })
}

/// What a look at a photo's public objects found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// Exactly what the row names.
    Right,
    /// More, which is deleted now.
    Cleared,
    /// Less.
    Incomplete,
}

/// Holds the public objects of a photo against what its row names, and deletes the others: of earlier bytes, of other settings, of
/// a delivery that was killed before its row was written. One listing where everything is right.
pub(crate) async fn tidy(app: &App, raw_key: &str, named: &[Rendition]) -> Result<Shelf> {
    let prefix = rendition_prefix(raw_key).ok_or_else(not_ours)?;
    let found = app.storage.list(&prefix).await?;
    let found: HashSet<&str> = found.iter().map(|object| object.key.as_str()).collect();
    let named: HashSet<&str> = named.iter().map(|rendition| rendition.key.as_str()).collect();
    for key in found.difference(&named) {
        app.storage.delete(key).await?;
    }
    Ok(match (named.is_subset(&found), found.is_subset(&named)) {
        (false, _) => Shelf::Incomplete,
        (true, false) => Shelf::Cleared,
        (true, true) => Shelf::Right,
    })
}

fn not_ours() -> Error {
    Error::internal("a rendition of a key that is not ours")
}
