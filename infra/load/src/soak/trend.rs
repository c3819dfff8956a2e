//! Whether something grows, whatever a few measurements say that lie far off.

/// A window of measurements counts as one: its median, so that the saw of a garbage does not count as growth.
const WINDOWS: usize = 24;

/// The median of all slopes between two windows, in units a second (Theil, 1950; Sen, 1968); nothing grows in less than two.
pub(super) fn slope(points: &[(f64, f64)]) -> f64 {
    let size = points.len().div_ceil(WINDOWS).max(1);
    let windows: Vec<(f64, f64)> = points
        .chunks(size)
        .map(|window| {
            let middle = |part: fn(&(f64, f64)) -> f64| median(window.iter().map(part).collect());
            (middle(|point| point.0), middle(|point| point.1))
        })
        .collect();
    let pairs =
        windows.iter().enumerate().flat_map(|(index, one)| windows[index + 1..].iter().map(move |two| (one, two)));
    let slopes: Vec<f64> = pairs.map(|(one, two)| (two.1 - one.1) / (two.0 - one.0)).collect();
    if slopes.is_empty() { 0.0 } else { median(slopes) }
}

/// The middle of some numbers; not a number where there are none.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(value: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (0..300).map(|tick| f64::from(tick) * 2.0).map(|at_s| (at_s, value(at_s))).collect()
    }

    #[test]
    fn a_leak_is_found_below_the_saw_of_an_allocator() {
        let saw = |at_s: f64| 100.0 + 20.0 * (at_s / 30.0).fract();
        assert!((slope(&course(saw)) * 600.0).abs() < 3.0);
        let leak = |at_s: f64| saw(at_s) + 0.1 * at_s;
        assert!((slope(&course(leak)) * 600.0 - 60.0).abs() < 5.0);
    }

    #[test]
    fn a_few_measurements_far_off_change_nothing() {
        let spikes = |at_s: f64| if (at_s as u64).is_multiple_of(50) { 900.0 } else { 100.0 };
        assert!(slope(&course(spikes)).abs() < 1e-9);
    }

    #[test]
    fn one_measurement_or_none_is_no_growth() {
        assert_eq!((slope(&[]), slope(&[(1.0, 5.0)])), (0.0, 0.0));
    }
}
