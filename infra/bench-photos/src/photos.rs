//! The photos that are measured: real ones where there are any, else pictures made for the purpose.

use crate::Trouble;
use crate::pixels::{Jpeg, Pixels};
use crate::scenery;
use std::path::{Path, PathBuf};

/// A photo file.
#[derive(Clone, Debug)]
pub(crate) struct Photo {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The picture that it shows; the same one may be there turned every way, and counts once.
    pub(crate) picture: String,
}

/// Of the large photo, in pixels.
const LARGE_PIXELS: f64 = 48e6;
const LARGE_QUALITY: f32 = 90.0;

impl Photo {
    fn at(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_owned();
        let stem = path.file_stem()?.to_str()?;
        let picture = if path.parent()?.ends_with("orientation") {
            stem.trim_end_matches(|last: char| last.is_ascii_digit() || last == '-')
        } else {
            stem
        };
        Some(Self { picture: picture.to_owned(), name, path })
    }
}

/// The camera's photos in a folder and those in its folder `orientation`, by name: what else is there are inputs that one of the
/// candidates refuses.
///
/// # Errors
/// Where the folder cannot be read or has no photos.
pub(crate) fn find(folder: &Path) -> Result<Vec<Photo>, Trouble> {
    let is_photo = |name: &str| {
        name.ends_with(".jpg") && ["phone-", "camera-", "landscape-"].iter().any(|start| name.starts_with(start))
    };
    let mut photos = Vec::new();
    for folder in [folder.to_owned(), folder.join("orientation")].iter().filter(|folder| folder.is_dir()) {
        let paths =
            std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
        photos.extend(paths.into_iter().filter_map(Photo::at).filter(|photo| is_photo(&photo.name)));
    }
    if photos.is_empty() {
        return Err(format!("no phone-*.jpg, camera-*.jpg or landscape-*.jpg in {}", folder.display()).into());
    }
    photos.sort_by(|one, other| (&one.picture, &one.name).cmp(&(&other.picture, &other.name)));
    Ok(photos)
}

/// Makes pictures of the sizes that cameras have, the same ones every time.
///
/// # Errors
/// Those of writing.
pub(crate) fn make(folder: &Path) -> Result<Vec<Photo>, Trouble> {
    let mut photos = Vec::new();
    for (seed, name, size, orientation) in [
        (1, "made-12mp", (4032, 3024), 1),
        (2, "made-9mp", (4608, 1976), 1),
        (3, "made-8mp", (3264, 2448), 1),
        (4, "made-3mp-orientation6", (2048, 1536), 6),
        (5, "made-2mp", (1800, 1200), 1),
    ] {
        let path = folder.join(format!("{name}.jpg"));
        let jpeg = Jpeg { quality: 93.0, progressive: false, orientation };
        std::fs::write(&path, scenery::paint(size, seed).to_jpeg(jpeg)?)?;
        photos.extend(Photo::at(path));
    }
    Ok(photos)
}

/// The photo with the most bytes.
///
/// # Errors
/// Where there is none.
pub(crate) fn largest(photos: &[Photo]) -> Result<&Photo, Trouble> {
    let bytes = |photo: &&Photo| std::fs::metadata(&photo.path).map_or(0, |file| file.len());
    photos.iter().max_by_key(bytes).ok_or_else(|| "no photos".into())
}

/// A photo scaled up to 48 megapixels, baseline and progressive.
///
/// # Errors
/// Those of reading and writing.
pub(crate) fn enlarge(photo: &Photo, folder: &Path) -> Result<[Photo; 2], Trouble> {
    let upright = Pixels::decode_upright(&std::fs::read(&photo.path)?)?;
    let (width, height) = (f64::from(upright.size.0), f64::from(upright.size.1));
    let factor = (LARGE_PIXELS / (width * height)).sqrt();
    let large = upright.scaled(((width * factor) as u32, (height * factor) as u32))?;
    let write = |name: &str, progressive| -> Result<Photo, Trouble> {
        let path = folder.join(name);
        std::fs::write(&path, large.to_jpeg(Jpeg { quality: LARGE_QUALITY, progressive, orientation: 1 })?)?;
        Ok(Photo { name: name.to_owned(), path, picture: name.to_owned() })
    };
    Ok([write("48mp-baseline.jpg", false)?, write("48mp-progressive.jpg", true)?])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_there_in_every_orientation_counts_once() {
        let picture = |path: &str| Photo::at(path.into()).unwrap().picture;
        assert_eq!(picture("photos/orientation/landscape-7.jpg"), "landscape");
        assert_eq!(picture("photos/camera-3mp-orientation6-gps.jpg"), "camera-3mp-orientation6-gps");
    }
}
