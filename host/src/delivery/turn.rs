//! Waiting for one's turn at a target, and taking its lease.

use std::time::Duration;

use tollgate_core::approved::{NotApproved, check_turn};
use tollgate_core::entry::{Entry, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::lease::{Claim, HeldLease, LeaseRecord, Observer, SeenLease};
use tollgate_core::ports::{LeaseError, LedgerError, ReadLedger, Swapped};
use tollgate_core::time::Timestamp;

use crate::delivery::leased::Leasing;
use crate::delivery::telling::Telling;

/// The shortest and the longest pause between two looks at the lease.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// A promotion that wants to work on its target.
pub(crate) struct Turn<'a> {
    pub(crate) target: &'a str,
    pub(crate) promotion: &'a PromotionId,
    pub(crate) ledger: &'a dyn ReadLedger,
    pub(crate) leasing: Leasing<'a>,
    /// Host and process of this worker.
    pub(crate) holder: &'a str,
    pub(crate) now: &'a dyn Fn() -> Timestamp,
    /// How long it waits at most.
    pub(crate) patience: Duration,
    pub(crate) sleep: &'a dyn Fn(Duration),
}

/// Whether it came to its turn.
#[derive(Debug)]
pub(crate) enum Taken {
    Lease(HeldLease),
    NotYet(Standing),
}

/// What a promotion waits for.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// Promotions that wait before it.
    pub(crate) ahead: Vec<PromotionId>,
    pub(crate) lease: Option<SeenLease>,
    /// When the attempt of the lease's holder began, as the ledger has it.
    pub(crate) since: Option<Timestamp>,
    pub(crate) claim: Claim,
}

/// Why a promotion no longer waits, and does not get its turn.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TurnError {
    #[error(transparent)]
    NotApproved(#[from] NotApproved),
    #[error(transparent)]
    Lease(#[from] LeaseError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Turn<'_> {
    /// Waits until nothing is ahead and the lease is free or stands still for long enough, and takes it.
    pub(crate) fn take(&self) -> Result<Taken, TurnError> {
        let clock = self.leasing.clock;
        let start = clock();
        let mut observer = Observer::new(self.leasing.times);
        loop {
            let standing = self.look(&mut observer)?;
            if standing.ahead.is_empty()
                && let Some(lease) = self.claim(&standing.claim)?
            {
                return Ok(Taken::Lease(lease));
            }
            let left = self.patience.saturating_sub(clock().saturating_sub(start));
            if left.is_zero() {
                return Ok(Taken::NotYet(standing));
            }
            (self.sleep)((self.leasing.times.lease() / 10).clamp(PAUSES.0, PAUSES.1).min(left));
        }
    }

    fn look(&self, observer: &mut Observer) -> Result<Standing, TurnError> {
        let lease = self.leasing.leases.current(self.target)?;
        let claim = observer.observe((self.leasing.clock)(), lease.as_ref());
        let gist = self.ledger.gist()?;
        let history = Telling::of(self.promotion, &gist, self.ledger)?;
        let ahead = match check_turn(self.promotion, (self.now)(), &history) {
            Ok(()) => Vec::new(),
            Err(NotApproved::NotItsTurn { ahead, .. }) => ahead,
            Err(error) => return Err(error.into()),
        };
        let since = lease.as_ref().map(|lease| beginning(&gist, lease, self.ledger)).transpose()?.flatten().map(|entry| entry.at);
        Ok(Standing { ahead, lease, since, claim })
    }

    /// Takes the lease where it may be had; nothing where somebody has it, or was faster.
    fn claim(&self, claim: &Claim) -> Result<Option<HeldLease>, LeaseError> {
        let old = match claim {
            Claim::Held { .. } => return Ok(None),
            Claim::Free => None,
            Claim::Stale { from } => Some(from.as_str()),
        };
        let Leasing { leases, times, clock } = self.leasing;
        let record = LeaseRecord {
            target: self.target.to_owned(),
            promotion: self.promotion.clone(),
            attempt: None,
            holder: self.holder.to_owned(),
            sequence: 0,
        };
        let began = clock();
        Ok(match leases.swap(self.target, old, Some(&record))? {
            Swapped::Won(Some(id)) => Some(HeldLease::acquired(times, record, id, began)),
            Swapped::Won(None) | Swapped::Lost => None,
        })
    }
}

/// The entry by which the attempt began that a lease is held for.
pub(crate) fn beginning(history: &Gist, lease: &SeenLease, ledger: &dyn ReadLedger) -> Result<Option<Entry>, LedgerError> {
    let Some(record) = &lease.record else { return Ok(None) };
    let telling = Telling::of(&record.promotion, history, ledger)?;
    let running = telling.promotion(&record.promotion).and_then(|promotion| promotion.running);
    Ok(running.map(|(entry, _)| entry.clone()))
}

impl Standing {
    /// What it waits for, and what to do about it, in a sentence or two.
    pub(crate) fn sentence(&self, promotion: &PromotionId) -> String {
        let position = self.ahead.len() + 1;
        let behind: Vec<&str> = self.ahead.iter().map(PromotionId::as_str).collect();
        let queued = match behind.as_slice() {
            [] => "it is next".to_owned(),
            behind => format!("it is number {position} in the queue, behind {}", behind.join(", ")),
        };
        match (&self.lease, self.ahead.first()) {
            (None, None) => {
                format!("the lease was just taken by another; {queued}; `tollgate apply {promotion} --wait` waits for it")
            }
            (None, Some(first)) => format!(
                "{queued}, and nobody works on the target; run `tollgate apply {first}` or `tollgate promote --abort {first}`"
            ),
            (Some(lease), _) => {
                let holder = holder(lease, self.since);
                format!("{holder} {queued}; `tollgate apply {promotion} --wait` waits, and takes over from a worker that died")
            }
        }
    }
}

/// `the lease is held by host:1; it works on P-17 since …;`
fn holder(lease: &SeenLease, since: Option<Timestamp>) -> String {
    let Some(record) = &lease.record else { return "the lease is held by somebody who can't be read;".to_owned() };
    let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
    format!("the lease is held by {}; it works on {}{since};", record.holder, record.promotion)
}
