//! What years of contributors would have made of a charger. No clock is read: the same plan makes the same chargers.

use super::share::draw;
use db::Standing;
use domain::Timestamp;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::ops::Range;

/// 2026-01-01T00:00:00Z, before which everything has happened.
const EPOCH_MICROS: i64 = 1_767_225_600_000_000;
const EIGHT_YEARS_MICROS: f64 = 8.0 * 365.25 * 86_400e6;
/// Levels, with the number of verifications that they are made of, by their share of a hundred.
const LEVELS: [(u32, (i16, Range<u32>)); 5] =
    [(46, (1, 0..3)), (28, (2, 1..5)), (14, (3, 3..10)), (8, (4, 5..21)), (4, (5, 8..60))];

pub(super) fn make_standing(random: &mut ChaCha8Rng, total_ports: u32) -> Standing {
    // The root: there were more every year.
    let created = (random.random::<f64>().sqrt() * EIGHT_YEARS_MICROS) as i64;
    let age = EIGHT_YEARS_MICROS - created as f64;
    let (level, verifications) = draw(random, 100, &LEVELS).unwrap_or(&LEVELS[0].1);
    let verified_by_count = random.random_range(verifications.clone());
    // The square: most were seen not long ago.
    let seen = (age * random.random::<f64>().powi(2)) as i64;
    let lowest = if *level == 1 { 20.0 } else { 70.0 };
    let uptime = 100.0 - (100.0 - lowest) * random.random::<f64>().powi(2);
    let available_ports = random.random_range(0..=total_ports);
    Standing {
        created_at: Timestamp::from_micros(EPOCH_MICROS - EIGHT_YEARS_MICROS as i64 + created),
        verification_level: *level,
        available_ports: random.random_bool(0.75).then_some(available_ports),
        uptime_percentage: (verified_by_count > 0).then_some((uptime * 10.0).round() / 10.0),
        verified_by_count,
        last_verified: (verified_by_count > 0).then_some(Timestamp::from_micros(EPOCH_MICROS - seen)),
    }
}
