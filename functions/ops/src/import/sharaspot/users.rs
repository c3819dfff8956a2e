//! A user of the original as a contributor.

use super::identities::Identities;
use super::keys::user_key;
use super::reading::{Read, Reading};
use db::sharaspot::{ArrivingContributor, Columns};
use domain::Timestamp;
use domain::contributor::is_anonymous;

pub(super) const TABLE: &str = "users";

/// A subject is a text for programs: no identity provider gives longer ones.
const MAX_SUB_CHARS: usize = 255;

/// Reads a row; only an id that can be nobody's stays behind.
pub(super) fn read_user(columns: &Columns, identities: &Identities, now: Timestamp) -> Read<ArrivingContributor> {
    let mut reading = Reading::new(TABLE, columns);
    let sub = identities.sub_of(&reading.id).to_owned();
    if sub.trim().is_empty() || sub.chars().count() > MAX_SUB_CHARS || sub.chars().any(char::is_control) {
        reading.rejected("id", format!("no id of 1 to {MAX_SUB_CHARS} characters"));
        return reading.stays();
    }
    if is_anonymous(&sub) {
        reading.rejected("id", "it begins like that of somebody who was erased");
        return reading.stays();
    }
    let key = user_key(&reading.id);
    let created_at = reading.time("created_at", now).unwrap_or(now);
    reading.came(ArrivingContributor { key, sub, created_at })
}
