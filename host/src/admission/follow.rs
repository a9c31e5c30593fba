//! Keeping what is known fresh: the ledger is read again every few seconds, and at once where an answer would be no.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Freshness};
use tollgate_core::broken_glass::BrokenGlass;
use tollgate_core::ports::{AnswerAdmission, WhenRead};

use super::known::Known;
use crate::invocation::Invocation;

/// How long the end waits until the ledger has what is owed.
const SETTLING: Duration = Duration::from_secs(7);

/// Reads what answers rest on.
pub(crate) trait ReadKnown: Send {
    /// What is known now; nothing where it is what was known before.
    ///
    /// # Errors
    /// Why it can't be read, in words. What was known before goes on being known, and gets old.
    fn read(&mut self) -> Result<Option<Known>, String>;

    /// Whether there is a ledger that could say something new.
    fn follows(&self) -> bool;

    /// Writes to the ledger that glass was broken.
    ///
    /// # Errors
    /// Why it could not be written, in words. It is tried again.
    fn record(&mut self, broken: &BrokenGlass) -> Result<(), String>;
}

/// Answers by what is known, and keeps that fresh.
pub(crate) struct Follower {
    known: RwLock<Arc<Known>>,
    changes: AtomicU64,
    sight: Mutex<Sight>,
    wanted: Condvar,
}

/// When the ledger was seen last.
struct Sight {
    read_at: Instant,
    failure: Option<String>,
    /// How many readings have begun, and how many have ended. They come one after the other.
    begun: u64,
    ended: u64,
    /// Somebody wants it to be read now.
    wanted: bool,
    /// Who is told when so many readings have ended.
    waiting: Vec<(u64, WhenRead)>,
    follows: bool,
    /// What the ledger does not have yet, oldest first.
    owed: Vec<BrokenGlass>,
    /// Why it does not have the oldest of them.
    unsettled: Option<String>,
}

impl Follower {
    /// Goes on reading on a thread of its own for as long as anybody holds what is returned.
    pub(crate) fn start(known: Known, mut reader: Box<dyn ReadKnown>, every: Duration) -> Arc<Self> {
        let (read_at, follows) = (Instant::now(), reader.follows());
        let (waiting, owed) = (Vec::new(), Vec::new());
        let sight = Sight { read_at, failure: None, begun: 1, ended: 1, wanted: false, waiting, follows, owed, unsettled: None };
        let (known, changes, sight) = (RwLock::new(Arc::new(known)), AtomicU64::new(0), Mutex::new(sight));
        let follower = Arc::new(Self { known, changes, sight, wanted: Condvar::new() });
        if reader.follows() {
            let weak = Arc::downgrade(&follower);
            std::thread::spawn(move || follow(&weak, reader.as_mut(), every));
        }
        follower
    }

    /// What is known now.
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn sight(&self) -> MutexGuard<'_, Sight> {
        self.sight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is time to read, or somebody wants it.
    fn wait(&self, every: Duration) {
        let begun = Instant::now();
        let mut sight = self.sight();
        while !sight.wanted {
            let Some(left) = every.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else { break };
            sight = self.wanted.wait_timeout(sight, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        sight.wanted = false;
        sight.begun += 1;
    }

    /// Writes down what is owed; what can't be written stays owed.
    fn settle(&self, reader: &mut dyn ReadKnown) {
        while let Some(broken) = self.next_owed() {
            if let Err(failure) = reader.record(&broken) {
                self.sight().unsettled = Some(failure);
                return;
            }
            let mut sight = self.sight();
            sight.unsettled = None;
            sight.owed.remove(0);
            self.wanted.notify_all();
        }
    }

    fn next_owed(&self) -> Option<BrokenGlass> {
        self.sight().owed.first().cloned()
    }

    /// Waits until the ledger has all broken glass, for as long as anybody can wait; what it has not stays behind.
    pub(crate) fn settled(&self) -> Vec<BrokenGlass> {
        let begun = Instant::now();
        let mut sight = self.sight();
        while !sight.owed.is_empty() {
            sight.wanted = true;
            self.wanted.notify_all();
            let Some(left) = SETTLING.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else { break };
            sight = self.wanted.wait_timeout(sight, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        sight.owed.clone()
    }

    fn take(&self, read: Result<Option<Known>, String>) {
        let failure = match read {
            Ok(known) => {
                if let Some(known) = known {
                    *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
                    self.changes.fetch_add(1, Ordering::SeqCst);
                }
                None
            }
            Err(failure) => Some(failure),
        };
        let was_read = failure.is_none();
        let mut sight = self.sight();
        if was_read {
            sight.read_at = Instant::now();
        }
        sight.failure = failure;
        sight.ended += 1;
        let ended = sight.ended;
        let told: Vec<(u64, WhenRead)> = sight.waiting.extract_if(.., |(enough, _)| *enough <= ended).collect();
        drop(sight);
        told.into_iter().for_each(|(_, then)| then(was_read));
    }
}

fn follow(follower: &Weak<Follower>, reader: &mut dyn ReadKnown, every: Duration) {
    loop {
        let Some(held) = follower.upgrade() else { return };
        held.wait(every);
        held.settle(reader);
        held.take(reader.read());
    }
}

impl AnswerAdmission for Follower {
    fn answer(&self, request: &AdmissionRequest) -> AdmissionAnswer {
        self.known().answer(request, &self.freshness(), Invocation::now())
    }

    /// One reading is enough for all who ask before it begins; one that has begun already may have looked before.
    fn read_again(&self, then: WhenRead) {
        let mut sight = self.sight();
        if !sight.follows {
            drop(sight);
            return then(false);
        }
        let enough = sight.begun + 1;
        sight.waiting.push((enough, then));
        sight.wanted = true;
        drop(sight);
        self.wanted.notify_all();
    }

    /// Once for each annotation: what it lets pass may come in several questions.
    fn owe(&self, broken: &BrokenGlass) {
        let mut sight = self.sight();
        if !sight.owed.iter().any(|owed| owed.glass == broken.glass) {
            sight.owed.push(broken.clone());
            sight.wanted = true;
            self.wanted.notify_all();
        }
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    fn freshness(&self) -> Freshness {
        let known = self.known();
        let sight = self.sight();
        let age = if sight.follows { sight.read_at.elapsed().as_secs() } else { 0 };
        let unrecorded = u64::try_from(sight.owed.len()).unwrap_or(u64::MAX);
        let failure = sight.failure.clone().or_else(|| sight.unsettled.clone());
        Freshness { age, limit: known.spec().staleness, entries: known.entries(), failure, unrecorded }
    }
}
