//! Which photos are asked for.

use clap::Args;
use db::photos::upkeep::Choice;
use domain::Timestamp;
use domain::photo::{PhotoKind, PhotoState};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::str::FromStr;
use uuid::Uuid;

const MAX_JOBS: i64 = 64;

/// Which photos, and how: those of which everything is true that is said.
#[derive(Clone, Debug, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// ready, rejected or pending (uploaded and never dealt with)
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<PhotoState>,
    /// charger, verification or profile
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<PhotoKind>,
    /// Promised then or later: a day, or a time as in 2026-11-20T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Time>,
    /// Promised before
    #[arg(long, value_name = "TIME")]
    until: Option<Time>,
    /// Those of one charger
    #[arg(long, value_name = "ID")]
    charger: Option<Uuid>,
    /// These
    #[arg(long = "id", value_name = "ID", num_args = 1..)]
    ids: Vec<Uuid>,
    /// Also those that were made with today's settings
    #[arg(long)]
    all: bool,
    /// So many at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Go on after this photo
    #[arg(long, value_name = "ID")]
    pub(super) after: Option<Uuid>,
    /// So many at a time; each may need 200 MB
    #[serde(deserialize_with = "jobs")]
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=MAX_JOBS))]
    jobs: u16,
    /// Only say how many there are
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl Default for Request {
    fn default() -> Self {
        let (state, kind, since, until, charger, limit, after) = (None, None, None, None, None, None, None);
        let ids = Vec::new();
        Self { state, kind, since, until, charger, ids, all: false, limit, after, jobs: 1, dry_run: false }
    }
}

impl Request {
    pub(super) fn choice(&self, optimizer: &optimize_photo::App) -> Choice {
        Choice {
            state: self.state,
            kind: self.kind,
            since: self.since.map(|time| time.0),
            until: self.until.map(|time| time.0),
            charger_id: self.charger,
            ids: self.ids.clone(),
            not_made_with: (!self.all).then(|| optimizer.made_with()),
        }
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit.unwrap_or(u64::MAX)
    }

    pub(super) fn jobs(&self) -> usize {
        usize::from(self.jobs)
    }
}

fn state(text: &str) -> Result<PhotoState, &'static str> {
    PhotoState::parse(text).ok_or("it must be ready, rejected or pending")
}

/// An event has the command line's bounds: what is asked for all at once is held in memory all at once.
fn jobs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let jobs = u16::deserialize(deserializer)?;
    let is_within = (1..=MAX_JOBS).contains(&i64::from(jobs));
    is_within.then_some(jobs).ok_or_else(|| D::Error::custom(format!("jobs must be 1 to {MAX_JOBS}")))
}

fn kind(text: &str) -> Result<PhotoKind, &'static str> {
    PhotoKind::parse(text).ok_or("it must be charger, verification or profile")
}

/// A time, or the beginning of a day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Time(Timestamp);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")));
        time.map(Self).ok_or("it must be a day (2026-11-20) or a time (2026-11-20T12:00:00Z)")
    }
}

impl TryFrom<String> for Time {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_day_is_its_beginning() {
        let time = |text: &str| text.parse::<Time>().map(|time| time.0.to_string());
        assert_eq!(time("2026-11-20"), Ok("2026-11-20T00:00:00Z".to_owned()));
        assert_eq!(time("2026-11-20T12:00:00+01:00"), Ok("2026-11-20T11:00:00Z".to_owned()));
        assert!(time("yesterday").is_err());
    }

    #[test]
    fn an_event_says_what_the_command_line_says() {
        let id = Uuid::from_u128(7);
        let request: Request = serde_json::from_value(json!({
            "state": "pending", "kind": "profile", "since": "2026-11-20", "until": "2026-11-21T00:00:00Z", "ids": [id],
            "charger": id, "all": true, "limit": 3, "after": id, "jobs": 2, "dry_run": true,
        }))
        .unwrap();
        assert_eq!((request.limit(), request.jobs(), request.ids), (3, 2, vec![id]));
        let nothing: Request = serde_json::from_value(json!({})).unwrap();
        assert_eq!((nothing.limit(), nothing.jobs(), nothing.all), (u64::MAX, 1, false));
        for wrong in [
            json!({"state": "gone"}),
            json!({"id": id}),
            json!({"since": "now"}),
            json!({"jobs": 65}),
            json!({"jobs": 0}),
        ] {
            assert!(serde_json::from_value::<Request>(wrong).is_err());
        }
    }
}
