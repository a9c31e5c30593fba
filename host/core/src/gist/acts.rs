//! What people do about promotions: stopping them, and passing what stops them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::kept::{Kept, entries};
use crate::entry::{Body, Entry};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Acts {
    /// Freezes and holds.
    stops: Vec<Kept>,
    /// What thaws have lifted.
    lifted: BTreeSet<u64>,
    /// Overrides, those who sign them as well, and reviews of them.
    overrides: Vec<Kept>,
    /// Overrides by which a gate was passed.
    used: BTreeSet<u64>,
}

impl Acts {
    pub(super) fn take(&mut self, entry: &Entry) {
        let to = match &entry.body {
            Body::Thaw(thaw) => return self.lifted.extend(&thaw.lifts),
            Body::Decided(decided) => return self.used.extend(&decided.overrides),
            Body::PolicyAccept(accept) => return self.used.extend(accept.gates.iter().filter_map(|gate| gate.passed_by)),
            Body::Freeze(_) | Body::Hold(_) => &mut self.stops,
            Body::Override(opened) if opened.in_cluster.is_some() => {
                self.used.insert(entry.index);
                &mut self.overrides
            }
            Body::Override(_) | Body::Review(_) => &mut self.overrides,
            _ => return,
        };
        to.push(Kept::of(entry));
    }

    /// Freezes and holds that nobody has lifted.
    pub(super) fn stops(&self) -> impl Iterator<Item = &Entry> {
        entries(&self.stops).filter(|entry| !self.lifted.contains(&entry.index))
    }

    pub(super) fn overrides(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        entries(&self.overrides)
    }

    pub(super) const fn used(&self) -> &BTreeSet<u64> {
        &self.used
    }

    /// Nothing ends the end of a stop.
    pub(super) fn forget(&mut self) {
        let lifted = &self.lifted;
        self.stops.retain(|stop| !lifted.contains(&stop.index));
    }
}
