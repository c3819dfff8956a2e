//! What people say about a charger after a visit, and how far they are trusted.
//!
//! [`report`] is what they send, [`limits`] how often they may, [`score`] what follows from it for the charger, and [`history`] how
//! it is read again.

pub mod history;
pub mod limits;
pub mod report;
pub mod score;

use crate::Timestamp;
use crate::photo::PhotoPlace;
use report::Report;
use serde::Serialize;
use uuid::Uuid;

/// What somebody found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It works.
    Active,
    /// It works in part.
    Partial,
    /// It does not work.
    NotWorking,
}

impl Action {
    /// Every action, in the order in which messages list them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Partial, Self::NotWorking];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Partial => "partial",
            Self::NotWorking => "not_working",
        }
    }

    /// The action of that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }

    /// All words, as a message lists them.
    pub fn list() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

/// One verification of a charger.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "VerificationFields"))]
pub struct Verification {
    /// Its id.
    pub id: Uuid,
    /// The `sub` of the contributor.
    pub user_id: String,
    /// What they found.
    #[serde(flatten)]
    pub report: Report,
    /// Where its photo is to be had, once that is known.
    #[serde(skip)]
    pub photo_place: Option<PhotoPlace>,
    /// When.
    pub timestamp: Timestamp,
}

/// A verification as the API shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Verification"))]
pub struct VerificationView<'a> {
    #[serde(flatten)]
    verification: &'a Verification,
    photo_url: Option<String>,
}

impl Verification {
    /// As the API shows it; `base_url` is the public address of processed photos.
    pub fn view(&self, base_url: &str) -> VerificationView<'_> {
        let photo_url = self.photo_place.as_ref().map(|place| place.url(base_url));
        VerificationView { verification: self, photo_url }
    }
}

/// How many verifications the detail of a charger shows.
pub const LATEST: u32 = 10;

/// Trust in a contributor, 0 to 100: `min(100, 10 × chargers added + 2 × verifications + 3 × photos)`.
pub fn trust_score(chargers_added: u32, verifications: u32, photos: u32) -> u32 {
    let score = 10 * u64::from(chargers_added) + 2 * u64::from(verifications) + 3 * u64::from(photos);
    score.min(100) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_grows_with_contributions_and_ends_at_a_hundred() {
        assert_eq!(trust_score(0, 0, 0), 0);
        assert_eq!(trust_score(1, 1, 2), 18);
        assert_eq!(trust_score(u32::MAX, u32::MAX, u32::MAX), 100);
    }
}
