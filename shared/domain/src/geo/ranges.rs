use super::KeyRange;

/// Joins ranges that follow each other without a gap; they must be sorted and disjoint.
pub(super) fn coalesced(ranges: impl Iterator<Item = KeyRange>) -> Vec<KeyRange> {
    let mut runs: Vec<KeyRange> = Vec::new();
    for range in ranges {
        match runs.last_mut() {
            Some(last) if last.hi + 1 == range.lo => last.hi = range.hi,
            _ => runs.push(range),
        }
    }
    runs
}

/// The keys of all these ranges, which may overlap and come in any order: sorted, disjoint.
pub fn union(mut ranges: Vec<KeyRange>) -> Vec<KeyRange> {
    ranges.sort_unstable_by_key(|range| range.lo);
    let mut runs: Vec<KeyRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match runs.last_mut() {
            Some(last) if range.lo <= last.hi + 1 => last.hi = last.hi.max(range.hi),
            _ => runs.push(range),
        }
    }
    runs
}

/// Closes the smallest gaps between sorted, disjoint ranges until there are at most `cap`, which is 1 or more.
pub(super) fn merge_to_cap(ranges: Vec<KeyRange>, cap: usize) -> Vec<KeyRange> {
    let excess = ranges.len().saturating_sub(cap);
    if excess == 0 {
        return ranges;
    }
    let gap = |index: usize| ranges[index].lo - ranges[index - 1].hi;
    let mut by_gap: Vec<usize> = (1..ranges.len()).collect();
    by_gap.select_nth_unstable_by_key(excess - 1, |&index| gap(index));
    let mut is_closed = vec![false; ranges.len()];
    for &index in &by_gap[..excess] {
        is_closed[index] = true;
    }
    let mut merged: Vec<KeyRange> = Vec::with_capacity(cap);
    for (range, is_closed) in ranges.iter().zip(is_closed) {
        match merged.last_mut() {
            Some(last) if is_closed => last.hi = range.hi,
            _ => merged.push(*range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(bounds: &[(i64, i64)]) -> Vec<KeyRange> {
        bounds.iter().map(|&(lo, hi)| KeyRange { lo, hi }).collect()
    }

    #[test]
    fn neighbours_become_one_run() {
        let cells = ranges(&[(0, 3), (4, 7), (9, 9), (10, 20), (30, 31)]);
        assert_eq!(coalesced(cells.iter().copied()), ranges(&[(0, 7), (9, 20), (30, 31)]));
    }

    #[test]
    fn ranges_that_overlap_become_one_run() {
        let cells = ranges(&[(30, 31), (4, 7), (0, 5), (5, 6), (8, 9), (11, 12)]);
        assert_eq!(union(cells), ranges(&[(0, 9), (11, 12), (30, 31)]));
        assert_eq!(union(Vec::new()), []);
    }

    #[test]
    fn the_smallest_gaps_are_closed_first() {
        let runs = ranges(&[(0, 1), (10, 11), (13, 14), (100, 101), (103, 104)]);
        assert_eq!(merge_to_cap(runs.clone(), 5), runs);
        assert_eq!(merge_to_cap(runs.clone(), 3), ranges(&[(0, 1), (10, 14), (100, 104)]));
        assert_eq!(merge_to_cap(runs, 1), ranges(&[(0, 104)]));
    }

    #[test]
    fn equal_gaps_are_closed_only_as_far_as_needed() {
        let runs = ranges(&[(0, 0), (2, 2), (4, 4), (6, 6)]);
        assert_eq!(merge_to_cap(runs, 3).len(), 3);
    }
}
