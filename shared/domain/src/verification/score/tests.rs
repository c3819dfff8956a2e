//! Golden cases, computed by hand from the formulas of the module, and properties.

use super::Action::{Active, NotWorking, Partial};
use super::*;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_micros(1_772_366_400_000_000);
const DAY: i64 = DAY_MICROS;

/// An action, its age in microseconds and its author's trust.
type Said = (Action, i64, u32);

fn evidence(said: &[Said]) -> Vec<Evidence> {
    let evidence = |(action, age, trust): &Said| Evidence {
        action: *action,
        timestamp: Timestamp::from_micros(NOW.as_micros() - age),
        trust: *trust,
    };
    said.iter().map(evidence).collect()
}

#[track_caller]
fn check(table: &[(&[Said], i16, Option<f64>)]) {
    for (said, level, uptime_percentage) in table {
        let expected = Score { level: *level, uptime_percentage: *uptime_percentage };
        assert_eq!(score(&evidence(said), NOW), expected, "{said:?}");
    }
}

#[test]
fn weights_grow_with_trust_and_halve_every_thirty_days() {
    // trust 0 → 0.5, 20 → 0.8, 50 → 1.25, 60 → 1.4, 100 → 2; 15 d → 0.7071, 30 d → 0.5, 60 d → 0.25, 90 d → 0.125.
    let table = [
        ((Active, 0, 0), 0.5),
        ((Active, 0, 20), 0.8),
        ((Active, 0, 50), 1.25),
        ((Active, 0, 60), 1.4),
        ((Active, 0, 100), 2.0),
        ((Active, 15 * DAY, 100), std::f64::consts::SQRT_2),
        ((Active, 30 * DAY, 100), 1.0),
        ((Active, 60 * DAY, 100), 0.5),
        ((Active, 60 * DAY, 50), 0.3125),
        ((Active, 90 * DAY, 100), 0.25),
        ((Active, 90 * DAY, 0), 0.0625),
        ((Active, -DAY, 100), 2.0),
    ];
    for (said, expected) in table {
        let weighed = weight(&evidence(&[said])[0], NOW).unwrap();
        assert!((weighed - expected).abs() < 1e-12, "{said:?}: {weighed}");
    }
    assert_eq!(weight(&evidence(&[(Active, 90 * DAY + 1, 100)])[0], NOW), None);
}

#[test]
fn without_evidence_a_charger_is_at_level_two_and_its_uptime_unknown() {
    check(&[
        (&[], 2, None),
        // Partial alone weighs nothing for or against the uptime, and never lifts above 2.
        (&[(Partial, 0, 100); 9], 2, None),
    ]);
}

#[test]
fn active_weights_of_two_four_and_six_reach_levels_three_four_and_five() {
    check(&[
        // 2.0 = 2
        (&[(Active, 0, 100)], 3, Some(100.0)),
        // one microsecond: 2 × 0.5^(3.9e-13) < 2
        (&[(Active, 1, 100)], 2, Some(100.0)),
        // trust 99: 0.5 + 1.485 = 1.985
        (&[(Active, 0, 99)], 2, Some(100.0)),
        // half-life: 2 × 1 = 2
        (&[(Active, 30 * DAY, 100); 2], 3, Some(100.0)),
        (&[(Active, 30 * DAY + 1, 100); 2], 2, Some(100.0)),
        // 2 + 2 = 4, and a hair less
        (&[(Active, 0, 100); 2], 4, Some(100.0)),
        (&[(Active, 0, 100), (Active, 1, 100)], 3, Some(100.0)),
        // strangers: 8 × 0.5 = 4
        (&[(Active, 0, 0); 8], 4, Some(100.0)),
        (&[(Active, 0, 0); 7], 3, Some(100.0)),
        // 2 + 2 + 2 = 6, and a hair less
        (&[(Active, 0, 100); 3], 5, Some(100.0)),
        (&[(Active, 0, 100), (Active, 0, 100), (Active, 1, 100)], 4, Some(100.0)),
        // the oldest that count: 24 × 0.25 = 6
        (&[(Active, 90 * DAY, 100); 24], 5, Some(100.0)),
        (&[(Active, 90 * DAY, 100); 23], 4, Some(100.0)),
    ]);
}

#[test]
fn not_working_of_weight_two_makes_level_one_whatever_else_is_said() {
    check(&[
        // 2.0 = 2, against 6: 6 / 8
        (&[(NotWorking, 0, 100), (Active, 0, 100), (Active, 0, 100), (Active, 0, 100)], 1, Some(75.0)),
        // a hair less than 2, and the sum is 4
        (&[(NotWorking, 1, 100), (Active, 0, 100), (Active, 0, 100), (Active, 0, 100)], 5, Some(75.0)),
        // 4 × 0.5 = 2, against 3 × 2: 6 / 8
        (&[[(NotWorking, 0, 0); 4].as_slice(), &[(Active, 0, 100); 3]].concat(), 1, Some(75.0)),
        // 3 × 0.5 = 1.5, against 2: sum 0.5, 2 / 3.5 = 57.142…
        (&[[(NotWorking, 0, 0); 3].as_slice(), &[(Active, 0, 100)]].concat(), 3, Some(57.14)),
        (&[(NotWorking, 0, 100)], 1, Some(0.0)),
    ]);
}

#[test]
fn a_negative_sum_makes_level_one_and_zero_does_not() {
    check(&[
        // 0.5 − 0.5 = 0
        (&[(Active, 0, 0), (NotWorking, 0, 0)], 2, Some(50.0)),
        // 0.5 × 0.5^(1/30) = 0.48858; − 0.5 < 0; 0.48858 / 0.98858 = 49.4224…
        (&[(Active, DAY, 0), (NotWorking, 0, 0)], 1, Some(49.42)),
        // 0.5 × (0.5 + 0.5) − 0.5 = 0, and with one partial alone −0.25
        (&[(Partial, 0, 0), (Partial, 0, 0), (NotWorking, 0, 0)], 2, Some(0.0)),
        (&[(Partial, 0, 0), (NotWorking, 0, 0)], 1, Some(0.0)),
        // 0.5 − 0.25 − 0.25 = 0, of different ages: 0.5 / 1
        (&[(Active, 0, 0), (NotWorking, 30 * DAY, 0), (NotWorking, 30 * DAY, 0)], 2, Some(50.0)),
    ]);
}

#[test]
fn ninety_days_count_to_the_microsecond() {
    check(&[
        // 8 × 0.25 = 2
        (&[(NotWorking, 90 * DAY, 100); 8], 1, Some(0.0)),
        (&[(NotWorking, 90 * DAY + 1, 100); 8], 2, None),
        (&[(Active, 90 * DAY, 0)], 2, Some(100.0)),
        (&[(Active, 90 * DAY + 1, 0)], 2, None),
        // 0.0625 of what counts; the older three are passed over
        (&[[(NotWorking, 90 * DAY, 0)].as_slice(), &[(Active, 91 * DAY, 100); 3]].concat(), 1, Some(0.0)),
    ]);
    let first = window_start(NOW);
    assert_eq!(NOW.as_micros() - first.as_micros(), 7_776_000_000_000);
}

#[test]
fn the_future_counts_as_now() {
    check(&[(&[(Active, -1, 100)], 3, Some(100.0)), (&[(Active, -100 * DAY, 100)], 3, Some(100.0))]);
}

#[test]
fn uptime_has_two_decimals() {
    check(&[
        // 0.5 / 1.5 = 33.33…; sum −0.5
        (&[(Active, 0, 0), (NotWorking, 0, 0), (NotWorking, 0, 0)], 1, Some(33.33)),
        // 1 / 1.5 = 66.66…; sum 0.5
        (&[(Active, 0, 0), (Active, 0, 0), (NotWorking, 0, 0)], 2, Some(66.67)),
        // 1.4 + 0.8 × 0.5 = 1.8; 1.25 × 0.25 = 0.3125; 1.8 / 2.1125 = 85.2071…
        (&[(Active, 0, 60), (Active, 30 * DAY, 20), (NotWorking, 60 * DAY, 50), (Partial, 0, 100)], 2, Some(85.21)),
        // 2 × 0.70711 = 1.41421; 1.41421 / 1.91421 = 73.8796…
        (&[(Active, 15 * DAY, 100), (NotWorking, 0, 0)], 2, Some(73.88)),
    ]);
}

fn any_evidence() -> impl Strategy<Value = Vec<Evidence>> {
    // Many ages are alike, so that sums come to lie on the limits.
    let age = prop_oneof![Just(0), (0..4_i64).prop_map(|months| months * 30 * DAY), -DAY..100 * DAY];
    let trust = prop_oneof![Just(0), Just(100), 0..=100_u32];
    let said = (prop::sample::select(Action::ALL.to_vec()), age, trust);
    prop::collection::vec(said, 0..40).prop_map(|said| evidence(&said))
}

proptest! {
    #[test]
    fn more_that_is_active_never_lowers_level_or_uptime(
        mut known in any_evidence(), more in any_evidence(), at in any::<prop::sample::Index>()
    ) {
        let before = score(&known, NOW);
        let more = more.into_iter().map(|evidence| Evidence { action: Active, ..evidence });
        let at = at.index(known.len() + 1);
        known.splice(at..at, more);
        let after = score(&known, NOW);
        prop_assert!(after.level >= before.level);
        prop_assert!(after.uptime_percentage >= before.uptime_percentage, "{:?} {:?}", before, after);
    }

    #[test]
    fn more_that_is_not_working_never_raises_level_or_uptime(known in any_evidence(), more in any_evidence()) {
        let before = score(&known, NOW);
        let more = more.into_iter().map(|evidence| Evidence { action: NotWorking, ..evidence });
        let after = score(&known.into_iter().chain(more).collect::<Vec<_>>(), NOW);
        prop_assert!(after.level <= before.level);
        prop_assert!(before.uptime_percentage.is_none() || after.uptime_percentage <= before.uptime_percentage);
    }

    #[test]
    fn the_order_of_evidence_does_not_matter(
        (known, shuffled) in any_evidence().prop_flat_map(|known| (Just(known.clone()), Just(known).prop_shuffle()))
    ) {
        prop_assert_eq!(score(&known, NOW), score(&shuffled, NOW));
    }

    #[test]
    fn a_score_is_a_level_from_one_to_five_and_a_percentage(known in any_evidence()) {
        let Score { level, uptime_percentage } = score(&known, NOW);
        prop_assert!((1..=5).contains(&level));
        let says = known.iter().any(|evidence| evidence.action != Partial && weight(evidence, NOW).is_some());
        prop_assert_eq!(uptime_percentage.is_some(), says);
        prop_assert!(uptime_percentage.is_none_or(|percent| (0.0..=100.0).contains(&percent)));
    }
}
