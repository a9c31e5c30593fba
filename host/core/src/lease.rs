//! Who may work on a target: a lease that its holder renews and that others may take over once it stands still.
//!
//! Nobody's wall clock counts. Whoever looks at a lease measures on its own monotonic clock how long it has not changed,
//! and every time here is the length since that clock began. A holder stops at two thirds of the lease after it began its
//! last renewal, and another takes over after the whole of it and a margin, so that clocks may run differently fast. A
//! lease keeps work apart; what makes two writers impossible is the attempt number that the target remembers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::entry::PromotionId;

/// What the holder of a lease says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeaseRecord {
    pub target: String,
    pub promotion: PromotionId,
    /// Nothing until the attempt has its number.
    pub attempt: Option<u64>,
    /// Host and process, to tell people who it is.
    pub holder: String,
    /// Counts the renewals, from 0.
    pub sequence: u64,
}

/// A lease as the remote has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenLease {
    /// Names this state of the lease; no two renewals ever have the same.
    pub id: String,
    /// Nothing where it can't be read. It is held all the same, by somebody unknown.
    pub record: Option<LeaseRecord>,
}

/// The lengths of time that follow from the length of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeaseTimes {
    lease: Duration,
}

impl LeaseTimes {
    /// For a lease of this length.
    pub const fn new(lease: Duration) -> Self {
        Self { lease }
    }

    /// How long a holder may be silent.
    pub const fn lease(self) -> Duration {
        self.lease
    }

    /// How long after a renewal the next one is due.
    pub fn renew_after(self) -> Duration {
        self.lease / 3
    }

    /// How long after its last renewal began a holder no longer begins to write.
    pub fn stop_after(self) -> Duration {
        self.lease * 2 / 3
    }

    /// How long an observer must have seen a lease unchanged before it takes it over: the lease and a quarter of it.
    pub fn take_over_after(self) -> Duration {
        self.lease.saturating_add(self.lease / 4)
    }
}

/// What an observer may do with a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has it: it may be acquired.
    Free,
    /// Somebody has it, unchanged for this long as far as this observer knows.
    Held { unchanged: Duration },
    /// It stood still for so long that it may be taken over, from this state.
    Stale { from: String },
}

/// Somebody who looks at a lease now and then, and believes only its own clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observer {
    times: LeaseTimes,
    /// The state that was seen last, and when it was seen first without a break.
    seen: Option<(String, Duration)>,
}

impl Observer {
    /// Has seen nothing yet, so it takes nothing over yet.
    pub const fn new(times: LeaseTimes) -> Self {
        Self { times, seen: None }
    }

    /// Looks at the state that the remote had at some time before `now`: read the clock after the remote answered, since the
    /// lease may have changed until then.
    pub fn observe(&mut self, now: Duration, lease: Option<&SeenLease>) -> Claim {
        let Some(lease) = lease else {
            self.seen = None;
            return Claim::Free;
        };
        let since = match &self.seen {
            Some((id, since)) if *id == lease.id => *since,
            _ => {
                self.seen = Some((lease.id.clone(), now));
                now
            }
        };
        let unchanged = now.saturating_sub(since);
        if unchanged >= self.times.take_over_after() { Claim::Stale { from: lease.id.clone() } } else { Claim::Held { unchanged } }
    }
}

/// A lease that is held, as its holder knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeldLease {
    times: LeaseTimes,
    record: LeaseRecord,
    id: String,
    /// When the renewal began that the remote acknowledged last.
    renewed: Duration,
    is_lost: bool,
}

impl HeldLease {
    /// The remote acknowledged the state `id`. `began` is when it was asked, not when it answered: others may have seen the
    /// new state from then on.
    pub const fn acquired(times: LeaseTimes, record: LeaseRecord, id: String, began: Duration) -> Self {
        Self { times, record, id, renewed: began, is_lost: false }
    }

    /// Name of the target.
    pub fn target(&self) -> &str {
        &self.record.target
    }

    /// The state at the remote that a renewal or the release starts from.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the next renewal says.
    pub fn next(&self) -> LeaseRecord {
        LeaseRecord { sequence: self.record.sequence + 1, ..self.record.clone() }
    }

    /// When the next renewal is due.
    pub fn due(&self) -> Duration {
        self.renewed.saturating_add(self.times.renew_after())
    }

    /// The attempt has its number, which later renewals tell.
    pub const fn begin_attempt(&mut self, attempt: u64) {
        self.record.attempt = Some(attempt);
    }

    /// The remote acknowledged a renewal that began at `began`. What is lost stays lost.
    pub fn renew(&mut self, record: LeaseRecord, id: String, began: Duration) {
        if !self.is_lost {
            (self.record, self.id, self.renewed) = (LeaseRecord { attempt: self.record.attempt, ..record }, id, began);
        }
    }

    /// Somebody else has it.
    pub const fn lose(&mut self) {
        self.is_lost = true;
    }

    /// Whether somebody else is known to have it.
    pub const fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Whether the holder must not begin to write.
    pub fn must_stop(&self, now: Duration) -> bool {
        self.is_lost || now.saturating_sub(self.renewed) >= self.times.stop_after()
    }
}

#[cfg(test)]
mod tests;
