use std::fmt;

/// Why a photo was refused. Nothing here comes from a library's error text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Stable word for programs: `empty`, `too_large`, `not_an_image`, `unsupported_format`, `too_many_pixels`,
    /// `too_many_scans`, `packed_too_much`, `truncated`, `corrupt` or `unprocessable`.
    pub code: &'static str,
    /// One or two plain sentences for the person who uploaded the photo.
    pub reason: String,
}

impl Rejection {
    pub(crate) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    pub(crate) fn truncated() -> Self {
        Self::new("truncated", "The photo is cut off: the end of the file is missing. Please upload it again.")
    }

    pub(crate) fn corrupt() -> Self {
        Self::new("corrupt", "The photo is damaged and cannot be read. Please upload it again.")
    }

    /// The photo was fine to read, and a rendition could still not be made of it.
    pub(crate) fn unprocessable() -> Self {
        Self::new("unprocessable", "The photo can be read, but no smaller version could be made of it.")
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Rejection {}
