//! Sets of instants, as stretches of time in order.

use jiff::Timestamp;

/// From an instant on, up to another one that is no longer in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

/// A set of instants: stretches that neither touch nor overlap, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Instants(Vec<Stretch>);

impl Stretch {
    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

impl Instants {
    /// All that are in one of these stretches.
    pub(crate) fn of(stretches: impl IntoIterator<Item = Stretch>) -> Self {
        let mut all: Vec<Stretch> = stretches.into_iter().filter(|stretch| !stretch.is_empty()).collect();
        all.sort_unstable();
        let mut merged: Vec<Stretch> = Vec::new();
        for stretch in all {
            match merged.last_mut() {
                Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
                _ => merged.push(stretch),
            }
        }
        Self(merged)
    }

    /// Those of this set that are not in the other.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        let mut holes = other.0.iter().copied().peekable();
        for stretch in &self.0 {
            let mut start = stretch.start;
            while let Some(hole) = holes.next_if(|hole| hole.end <= stretch.end) {
                rest.push(Stretch { start, end: hole.start });
                start = start.max(hole.end);
            }
            // This one may reach into the next stretch, so it is kept.
            let end = holes.peek().map_or(stretch.end, |hole| hole.start.min(stretch.end));
            rest.push(Stretch { start, end });
        }
        Self(rest.into_iter().filter(|stretch| !stretch.is_empty()).collect())
    }

    /// The stretch that an instant is in, or the next one after it.
    pub(crate) fn at_or_after(&self, instant: Timestamp) -> Option<Stretch> {
        self.0.iter().copied().find(|stretch| instant < stretch.end)
    }

    /// The stretch that an instant is in.
    pub(crate) fn at(&self, instant: Timestamp) -> Option<Stretch> {
        self.at_or_after(instant).filter(|stretch| stretch.start <= instant)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn set(stretches: &[(i64, i64)]) -> Instants {
        Instants::of(stretches.iter().map(|(start, end)| Stretch { start: at(*start), end: at(*end) }))
    }

    #[test]
    fn stretches_that_touch_or_overlap_become_one() {
        assert_eq!(set(&[(5, 7), (0, 2), (2, 3), (6, 9), (4, 4)]), set(&[(0, 3), (5, 9)]));
        assert_eq!(set(&[(0, 9), (1, 2)]).0.len(), 1);
    }

    #[test]
    fn what_is_taken_away_leaves_the_rest() {
        assert_eq!(set(&[(0, 10)]).without(&set(&[(2, 3), (9, 12)])), set(&[(0, 2), (3, 9)]));
        assert_eq!(set(&[(0, 2), (4, 6), (8, 10)]).without(&set(&[(1, 9)])), set(&[(0, 1), (9, 10)]));
        assert_eq!(set(&[(0, 2)]).without(&set(&[(0, 2)])), set(&[]));
    }

    #[test]
    fn the_end_of_a_stretch_is_no_longer_in_it() {
        let set = set(&[(2, 4), (6, 8)]);
        assert_eq!([1, 2, 3, 4].map(|second| set.at(at(second)).is_some()), [false, true, true, false]);
        assert_eq!(set.at_or_after(at(4)).map(|stretch| stretch.start), Some(at(6)));
        assert_eq!(set.at_or_after(at(8)), None);
    }

    fn any_set() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((0..40_i64, 0..12_i64).prop_map(|(start, length)| (start, start + length)), 0..8)
    }

    proptest! {
        #[test]
        fn every_instant_is_where_it_should_be(one in any_set(), other in any_set()) {
            let rest = set(&one).without(&set(&other));
            let is_in = |stretches: &[(i64, i64)], second| stretches.iter().any(|(start, end)| (*start..*end).contains(&second));
            for second in -1..60 {
                prop_assert_eq!(set(&one).at(at(second)).is_some(), is_in(&one, second));
                prop_assert_eq!(rest.at(at(second)).is_some(), is_in(&one, second) && !is_in(&other, second));
            }
            prop_assert!(rest.0.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
