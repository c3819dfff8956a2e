//! What follows for a charger from what people found there.
//!
//! Each verification weighs `0.5^(age / 30 d) × (0.5 + 1.5 × trust / 100)`, with its author's trust as it is now: it counts half as
//! much after a month, no longer after ninety days, and four times as much from the most trusted as from a stranger.

use super::Action;
use crate::Timestamp;

const DAY_MICROS: i64 = 86_400_000_000;
const HALF_LIFE_DAYS: f64 = 30.0;
/// A verification of exactly this age still counts.
const WINDOW_MICROS: i64 = 90 * DAY_MICROS;

/// From this weight on, `not_working` makes level 1 whatever else is said.
const NOT_WORKING_WEIGHT: f64 = 2.0;
/// The levels that weights of `active` reach, the highest first.
const ACTIVE_WEIGHTS: [(f64, i16); 3] = [(6.0, 5), (4.0, 4), (2.0, 3)];
/// Where nothing speaks against a charger, and too little for it.
const LEVEL_AT_LEAST: i16 = 2;

/// One verification, as far as the score is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What they found.
    pub action: Action,
    /// When. What is in the future (another instance's clock is ahead) counts as now.
    pub timestamp: Timestamp,
    /// The verifier's trust as it is now, 0 to 100.
    pub trust: u32,
}

/// What a charger gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// 1 to 5.
    pub level: i16,
    /// Weight of `active` in that of `active` and `not_working`, in percent to two decimals; `None` where there is neither.
    pub uptime_percentage: Option<f64>,
}

/// The oldest time that still counts.
pub fn window_start(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros().saturating_sub(WINDOW_MICROS))
}

/// The score that these verifications make, in whatever order they come; those outside of the window change nothing.
///
/// Level 1 where `not_working` weighs 2 or more, or where the sum (`active` +1, `partial` +0.5, `not_working` −1) is negative; else
/// 5, 4 or 3 where `active` weighs 6, 4 or 2; else 2.
pub fn score(evidence: &[Evidence], now: Timestamp) -> Score {
    let [active, partial, not_working] = Action::ALL.map(|action| weight_of(action, evidence, now));
    let is_bad = not_working >= NOT_WORKING_WEIGHT || active + 0.5 * partial - not_working < 0.0;
    let reached = ACTIVE_WEIGHTS.iter().find(|(weight, _)| active >= *weight);
    let level = if is_bad { 1 } else { reached.map_or(LEVEL_AT_LEAST, |(_, level)| *level) };
    let both = active + not_working;
    let uptime_percentage = (both > 0.0).then(|| (active / both * 10_000.0).round() / 100.0);
    Score { level, uptime_percentage }
}

fn weight_of(action: Action, evidence: &[Evidence], now: Timestamp) -> f64 {
    let evidence = evidence.iter().filter(|evidence| evidence.action == action);
    let mut weights: Vec<f64> = evidence.filter_map(|evidence| weight(evidence, now)).collect();
    // Sums of floating-point numbers depend on the order; a level must not.
    weights.sort_unstable_by(f64::total_cmp);
    weights.iter().sum()
}

fn weight(evidence: &Evidence, now: Timestamp) -> Option<f64> {
    let age_micros = now.as_micros().saturating_sub(evidence.timestamp.as_micros()).max(0);
    let age_days = age_micros as f64 / DAY_MICROS as f64;
    let weight = 0.5_f64.powf(age_days / HALF_LIFE_DAYS) * (0.5 + 1.5 * f64::from(evidence.trust) / 100.0);
    (age_micros <= WINDOW_MICROS).then_some(weight)
}

#[cfg(test)]
mod tests;
