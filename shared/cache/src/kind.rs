//! How long what is kept.

use std::time::Duration;

/// What an answer is. All of it is right for as long as its stamp is; the time only bounds what nobody asks for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What many answers share, such as how many chargers a filter finds: an hour.
    Totals,
    /// A page of a list: five minutes.
    Listing,
    /// A route search: three minutes.
    Route,
    /// One charger, and what was found there: ten minutes.
    Detail,
}

impl Kind {
    /// How long it is kept.
    pub const fn ttl(self) -> Duration {
        Duration::from_secs(match self {
            Self::Totals => 3600,
            Self::Listing => 300,
            Self::Route => 180,
            Self::Detail => 600,
        })
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Totals => "totals",
            Self::Listing => "listing",
            Self::Route => "route",
            Self::Detail => "detail",
        }
    }
}
