//! A photo as the API shows it.

use super::{Photo, PhotoKind, PhotoState, Rendition, public_url};
use crate::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// The types of renditions, the one that takes the fewest bytes first: a browser takes the first `<source>` that it can read.
const BEST_FIRST: [&str; 3] = ["image/avif", "image/webp", "image/jpeg"];

/// A rendition as the API shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Rendition"))]
pub struct RenditionView {
    /// `main`, or the width in pixels.
    name: String,
    /// `image/jpeg`, `image/webp` or `image/avif`.
    content_type: String,
    url: String,
    width: u32,
    height: u32,
    bytes: u64,
}

/// The attributes of a `<source>` element: every width of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Source"))]
pub struct SourceView {
    r#type: &'static str,
    /// `URL 1920w, URL 960w, …`, from wide to narrow.
    srcset: String,
}

/// A photo as a charger shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Photo"))]
pub struct PhotoView<'a> {
    id: Uuid,
    state: PhotoState,
    /// The main JPEG, as soon as its address is known; the state says whether it is there already.
    url: Option<String>,
    /// Pixels of the main rendition.
    width: Option<u32>,
    /// Pixels of the main rendition.
    height: Option<u32>,
    /// ThumbHash, base64.
    thumbhash: Option<&'a str>,
    /// `#rrggbb`.
    dominant_color: Option<&'a str>,
    /// One for each type, the best first; empty unless ready.
    srcset: Vec<SourceView>,
    /// WebP and AVIF only where they are smaller than the JPEG of that width; empty unless ready.
    renditions: Vec<RenditionView>,
}

/// A photo as `GET /photos/{id}` shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PhotoDetail<'a> {
    #[serde(flatten)]
    photo: PhotoView<'a>,
    /// Why it was rejected.
    reason: Option<&'a str>,
    kind: PhotoKind,
    /// The charger that it shows.
    charger_id: Option<Uuid>,
    /// When it was promised.
    created_at: Timestamp,
}

impl Photo {
    /// As a charger shows it; `base_url` is the public address of processed photos. The URL of the main rendition is
    /// known as soon as the bytes are: the state says whether it is there already.
    pub fn view(&self, base_url: &str) -> PhotoView<'_> {
        let show = |rendition: &Rendition| RenditionView {
            name: rendition.name.clone(),
            content_type: rendition.content_type.clone(),
            url: public_url(base_url, &rendition.key),
            width: rendition.width,
            height: rendition.height,
            bytes: rendition.bytes,
        };
        PhotoView {
            id: self.id,
            state: self.state,
            url: self.place().map(|place| place.url(base_url)),
            width: self.width,
            height: self.height,
            thumbhash: self.thumbhash.as_deref(),
            dominant_color: self.dominant_color.as_deref(),
            srcset: BEST_FIRST.into_iter().filter_map(|content_type| self.source(base_url, content_type)).collect(),
            renditions: self.renditions.iter().map(show).collect(),
        }
    }

    /// With everything that its uploader wants to know.
    pub fn detail(&self, base_url: &str) -> PhotoDetail<'_> {
        PhotoDetail {
            photo: self.view(base_url),
            reason: self.reason.as_deref(),
            kind: self.kind,
            charger_id: self.charger_id,
            created_at: self.created_at,
        }
    }

    /// Every width of one type, as they are published: from wide to narrow.
    fn source(&self, base_url: &str, content_type: &'static str) -> Option<SourceView> {
        let of_type = self.renditions.iter().filter(|rendition| rendition.content_type == content_type);
        let candidates: Vec<String> =
            of_type.map(|rendition| format!("{} {}w", public_url(base_url, &rendition.key), rendition.width)).collect();
        (!candidates.is_empty()).then(|| SourceView { r#type: content_type, srcset: candidates.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::raw_key;

    fn photo(renditions: &[(&str, u32)]) -> Photo {
        let published = |(content_type, width): &(&str, u32)| Rendition {
            name: width.to_string(),
            content_type: (*content_type).to_owned(),
            key: format!("k{width}.{}", &content_type[6..]),
            width: *width,
            height: 1,
            bytes: 1,
        };
        Photo {
            id: Uuid::from_u128(7),
            charger_id: None,
            owner: "ann".to_owned(),
            kind: PhotoKind::Charger,
            raw_key: raw_key(PhotoKind::Charger, "20261120", Uuid::from_u128(7)),
            hash8: Some("0a1b2c3d".to_owned()),
            state: PhotoState::Ready,
            reason: None,
            width: Some(1920),
            height: Some(1),
            thumbhash: None,
            dominant_color: Some("#aabbcc".to_owned()),
            renditions: renditions.iter().map(published).collect(),
            link: None,
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_type_has_one_srcset_and_the_best_type_comes_first() {
        let all = [("image/jpeg", 1920), ("image/webp", 1920), ("image/avif", 1920), ("image/jpeg", 960)];
        let (photo, without_siblings) = (photo(&all), photo(&all[..1]));
        let shown = |photo: &Photo| -> Vec<_> {
            photo.view("https://p/").srcset.into_iter().map(|source| (source.r#type, source.srcset)).collect()
        };
        let expected = [
            ("image/avif", "https://p/k1920.avif 1920w".to_owned()),
            ("image/webp", "https://p/k1920.webp 1920w".to_owned()),
            ("image/jpeg", "https://p/k1920.jpeg 1920w, https://p/k960.jpeg 960w".to_owned()),
        ];
        assert_eq!(shown(&photo), expected);
        assert_eq!(shown(&without_siblings), [("image/jpeg", "https://p/k1920.jpeg 1920w".to_owned())]);
    }

    #[test]
    fn a_photo_without_renditions_has_no_srcset() {
        assert_eq!(photo(&[]).view("https://p").srcset, []);
    }
}
