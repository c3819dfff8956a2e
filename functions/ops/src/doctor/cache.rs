//! The cache that instances share.

use super::Finding;

pub(super) const NAME: &str = "cache";

/// No variable names one yet: every instance has its own.
pub(super) fn check() -> Finding {
    Finding::absent(NAME, "none configured")
}
