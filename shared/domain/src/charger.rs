//! A charger as it is kept and as it is shown.

use crate::Timestamp;
use crate::geo::Point;
use crate::photo::{Photo, PhotoView};
use crate::verification::{Verification, VerificationView};
use crate::vocabulary::{Amenity, Port};
use serde::Serialize;
use uuid::Uuid;

/// Connectors of one kind at a charger.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Connector {
    /// What the cable ends in.
    #[serde(rename = "type")]
    pub port: Port,
    /// Charging power in kW, where known.
    pub power_kw: Option<f64>,
    /// How many of them.
    pub count: u32,
}

/// A charger with everything that a list shows, photos apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Charger {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Where it is, in words.
    pub address: String,
    /// Degrees, WGS84.
    pub latitude: f64,
    /// Degrees, WGS84.
    pub longitude: f64,
    /// The kinds of its connectors.
    pub port_types: Vec<Port>,
    /// Its connectors.
    pub connectors: Vec<Connector>,
    /// Ports that are free, where known.
    pub available_ports: Option<u32>,
    /// Ports in all.
    pub total_ports: u32,
    /// The strongest connector in kW, where known.
    pub max_power_kw: Option<f64>,
    /// Who runs it.
    pub operator: Option<String>,
    /// `community_manual` or `official`.
    pub source_type: SourceType,
    /// The data set that it was imported from.
    pub source: Option<String>,
    /// Its id in that data set.
    pub source_id: Option<String>,
    /// 1 (unverified) to 5.
    #[cfg_attr(feature = "openapi", schemars(range(min = 1, max = 5)))]
    pub verification_level: i16,
    /// The `sub` of the contributor.
    pub added_by: Option<String>,
    /// What is near.
    pub amenities: Vec<Amenity>,
    /// When somebody last verified it.
    pub last_verified: Option<Timestamp>,
    /// Weight of `active` among `active` and `not_working` in percent, where there are any: see [`crate::verification::score`].
    pub uptime_percentage: Option<f64>,
    /// How many people have verified it.
    pub verified_by_count: u32,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its photos, oldest first.
    #[serde(skip)]
    pub photos: Vec<Photo>,
    /// Free text; lists leave it out.
    #[serde(skip)]
    pub notes: Option<String>,
}

/// Where a charger's data comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceType {
    /// Entered by a contributor.
    CommunityManual,
    /// Imported from an official data set.
    Official,
}

impl SourceType {
    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommunityManual => "community_manual",
            Self::Official => "official",
        }
    }

    /// The type of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::CommunityManual, Self::Official].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A charger as lists show it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Charger"))]
pub struct ChargerView<'a> {
    #[serde(flatten)]
    charger: &'a Charger,
    photos: Vec<PhotoView<'a>>,
    /// Kilometres from the point that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
}

/// A charger as `GET /chargers/{id}` shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChargerDetail<'a> {
    #[serde(flatten)]
    view: ChargerView<'a>,
    notes: Option<&'a str>,
    verification_history: Vec<VerificationView<'a>>,
}

impl Charger {
    /// As lists show it; `base_url` is the public address of processed photos.
    pub fn view(&self, base_url: &str, distance_m: Option<f64>) -> ChargerView<'_> {
        let photos = self.photos.iter().map(|photo| photo.view(base_url)).collect();
        ChargerView { charger: self, photos, distance: distance_m.map(to_km) }
    }

    /// With notes and the latest verifications.
    pub fn detail<'a>(&'a self, base_url: &str, history: &'a [Verification]) -> ChargerDetail<'a> {
        let verification_history = history.iter().map(|verification| verification.view(base_url)).collect();
        ChargerDetail { view: self.view(base_url, None), notes: self.notes.as_deref(), verification_history }
    }
}

/// What a spatial search reads of each charger in its ranges; the exact geometry is then decided on these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The charger.
    pub id: Uuid,
    /// Where it is.
    pub point: Point,
    /// When it was added.
    pub created_at: Timestamp,
    /// 1 to 5.
    pub verification_level: i16,
}

/// The strongest known connector in kW.
pub fn max_power_kw(connectors: &[Connector]) -> Option<f64> {
    connectors.iter().filter_map(|connector| connector.power_kw).reduce(f64::max)
}

/// Metres as kilometres, to the metre.
pub fn to_km(metres: f64) -> f64 {
    metres.round() / 1000.0
}
