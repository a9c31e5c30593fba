//! Which attempts at a target have ended: nearly always all but the last.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ended {
    /// Every attempt up to this one has.
    up_to: u64,
    /// Beyond that.
    others: BTreeSet<u64>,
}

impl Ended {
    pub(super) fn insert(&mut self, attempt: u64) {
        self.others.insert(attempt);
        while let Some(next) = self.up_to.checked_add(1).filter(|next| self.others.remove(next)) {
            self.up_to = next;
        }
    }

    /// Attempts are numbered from one.
    pub(super) fn contains(&self, attempt: u64) -> bool {
        (1..=self.up_to).contains(&attempt) || self.others.contains(&attempt)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_what_was_put_in_has_ended(attempts in prop::collection::vec(0u64..20, 0..30)) {
            let mut ended = Ended::default();
            attempts.iter().for_each(|attempt| ended.insert(*attempt));
            for attempt in 0..21 {
                prop_assert_eq!(ended.contains(attempt), attempts.contains(&attempt), "{}", attempt);
            }
        }
    }

    #[test]
    fn a_row_of_attempts_takes_no_more_room_than_one() {
        let mut ended = Ended::default();
        (1..=1_000).rev().for_each(|attempt| ended.insert(attempt));
        assert!(ended.others.is_empty());
        ended.insert(u64::MAX);
        assert!(ended.contains(u64::MAX) && !ended.contains(1_001));
    }
}
