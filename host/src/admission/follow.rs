//! Keeping what is known fresh: the ledger is read again every few seconds, and at once where an answer would be no.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Freshness, Ruling};
use tollgate_core::broken_glass::BrokenGlass;
use tollgate_core::ports::AnswerAdmission;

use super::known::Known;
use crate::invocation::Invocation;

/// How long a no waits for the ledger to be read once more: less than a cluster waits for the no.
const PATIENCE: Duration = Duration::from_secs(7);

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
    sight: Mutex<Sight>,
    changed: Condvar,
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
    follows: bool,
    /// What the ledger does not have yet, oldest first.
    owed: Vec<BrokenGlass>,
}

impl Follower {
    /// Goes on reading on a thread of its own for as long as anybody holds what is returned.
    pub(crate) fn start(known: Known, mut reader: Box<dyn ReadKnown>, every: Duration) -> Arc<Self> {
        let sight = Sight {
            read_at: Instant::now(),
            failure: None,
            begun: 1,
            ended: 1,
            wanted: false,
            follows: reader.follows(),
            owed: Vec::new(),
        };
        let follower = Arc::new(Self { known: RwLock::new(Arc::new(known)), sight: Mutex::new(sight), changed: Condvar::new() });
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
            sight = self.changed.wait_timeout(sight, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        sight.wanted = false;
        sight.begun += 1;
    }

    /// Writes down what is owed; what can't be written stays owed.
    fn settle(&self, reader: &mut dyn ReadKnown) {
        while let Some(broken) = self.next_owed() {
            if let Err(failure) = reader.record(&broken) {
                self.sight().failure = Some(failure);
                return;
            }
            self.sight().owed.remove(0);
            self.changed.notify_all();
        }
    }

    fn next_owed(&self) -> Option<BrokenGlass> {
        self.sight().owed.first().cloned()
    }

    /// Notes that glass was broken, once for each time that it was: what it lets pass may come in several questions.
    fn owe(&self, broken: &BrokenGlass) {
        let mut sight = self.sight();
        if !sight.owed.iter().any(|owed| owed.glass == broken.glass) {
            sight.owed.push(broken.clone());
            sight.wanted = true;
            self.changed.notify_all();
        }
    }

    /// Waits until the ledger has all broken glass, for as long as anybody can wait; what it has not stays behind.
    pub(crate) fn settled(&self) -> Vec<BrokenGlass> {
        let begun = Instant::now();
        let mut sight = self.sight();
        while !sight.owed.is_empty() {
            sight.wanted = true;
            self.changed.notify_all();
            let Some(left) = PATIENCE.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else { break };
            sight = self.changed.wait_timeout(sight, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        sight.owed.clone()
    }

    fn take(&self, read: Result<Option<Known>, String>) {
        let failure = match read {
            Ok(known) => {
                if let Some(known) = known {
                    *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
                }
                None
            }
            Err(failure) => Some(failure),
        };
        let mut sight = self.sight();
        if failure.is_none() {
            sight.read_at = Instant::now();
        }
        sight.failure = failure;
        sight.ended += 1;
        drop(sight);
        self.changed.notify_all();
    }

    /// Has the ledger read once more, and says whether it was. One reading is enough for all who ask before it begins; one that has
    /// begun already may have looked before the answer was there.
    fn refresh(&self) -> bool {
        let begun = Instant::now();
        let mut sight = self.sight();
        if !sight.follows {
            return false;
        }
        let enough = sight.begun + 1;
        sight.wanted = true;
        self.changed.notify_all();
        while sight.ended < enough {
            let Some(left) = PATIENCE.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else { return false };
            sight = self.changed.wait_timeout(sight, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        sight.failure.is_none()
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
        let answer = self.answered(request);
        if let Some(broken) = answer.broken_glass.as_ref().filter(|_| !request.dry_run) {
            self.owe(broken);
        }
        answer
    }

    fn freshness(&self) -> Freshness {
        let known = self.known();
        let sight = self.sight();
        let age = if sight.follows { sight.read_at.elapsed().as_secs() } else { 0 };
        let unrecorded = u64::try_from(sight.owed.len()).unwrap_or(u64::MAX);
        Freshness { age, limit: known.spec().staleness, entries: known.entries(), failure: sight.failure.clone(), unrecorded }
    }
}

impl Follower {
    fn answered(&self, request: &AdmissionRequest) -> AdmissionAnswer {
        let known = self.known();
        let answer = known.answer(request, &self.freshness(), Invocation::now());
        // What was approved a moment ago is applied at once.
        let passes = answer.ruling == Ruling::Allowed && answer.broken_glass.is_none();
        if passes || !self.refresh() {
            return answer;
        }
        let newer = self.known();
        if Arc::ptr_eq(&known, &newer) { answer } else { newer.answer(request, &self.freshness(), Invocation::now()) }
    }
}
