//! A verification of the original within the limits of today.

use super::identities::Identities;
use super::keys::{charger_id, verification_id};
use super::reading::{Read, Reading};
use super::words;
use db::sharaspot::{ArrivingVerification, Columns};
use domain::Timestamp;

pub(super) const TABLE: &str = "verification_actions";

const MAX_NOTES_CHARS: usize = 2_000;

/// Reads a row; one that does not say who found what, where and when stays behind.
pub(super) fn read_verification(
    columns: &Columns,
    identities: &Identities,
    now: Timestamp,
) -> Read<ArrivingVerification> {
    let mut reading = Reading::new(TABLE, columns);
    let action = reading.word("action").and_then(|word| words::action(&word));
    let charger = reading.word("charger_id");
    let author = reading.word("user_id").filter(|_| reading.is_true("is_author_known"));
    let timestamp = reading.time("timestamp", now);
    for (field, is_missing, reason) in [
        ("action", action.is_none(), "none of active, partial, not_working"),
        ("charger_id", charger.is_none(), "missing"),
        ("user_id", author.is_none(), "there is no such user"),
        ("timestamp", timestamp.is_none(), "no time"),
    ] {
        if is_missing {
            reading.rejected(field, reason);
        }
    }
    let (Some(action), Some(charger), Some(author), Some(timestamp)) = (action, charger, author, timestamp) else {
        return reading.stays();
    };
    let verification = ArrivingVerification {
        id: verification_id(&reading.id),
        charger_id: charger_id(&charger),
        user_id: identities.sub_of(&author).to_owned(),
        action,
        timestamp,
        notes: reading.text("notes", MAX_NOTES_CHARS),
        wait_time: reading.integer("wait_time", 0..=1440),
        port_type_used: reading.known("port_type_used", words::port),
        ports_available: reading.integer("ports_available", 0..=100),
        charging_success: reading.boolean("charging_success"),
        payment_method: reading.known("payment_method", words::payment_method),
        station_lighting: reading.known("station_lighting", words::station_lighting),
        cleanliness_rating: reading.integer("cleanliness_rating", 1..=5),
        charging_speed_rating: reading.integer("charging_speed_rating", 1..=5),
        amenities_rating: reading.integer("amenities_rating", 1..=5),
        would_recommend: reading.boolean("would_recommend"),
    };
    reading.came(verification)
}
