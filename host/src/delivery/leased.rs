//! Work on a target that goes on while its lease is held, and renews it meanwhile.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tollgate_core::lease::{HeldLease, LeaseTimes};
use tollgate_core::ports::{KeepLease, Swapped};

/// Time since some moment, on a clock that never goes back.
pub(crate) type Clock<'a> = &'a (dyn Fn() -> Duration + Sync);

/// What leases are kept with.
#[derive(Clone, Copy)]
pub(crate) struct Leasing<'a> {
    pub(crate) leases: &'a dyn KeepLease,
    pub(crate) times: LeaseTimes,
    pub(crate) clock: Clock<'a>,
}

impl Leasing<'_> {
    /// Runs `work` while another thread renews the lease, and releases it afterwards. `work` is given the question whether
    /// the attempt of some number may begin to write. A lease that can't be renewed does not stop what is being written:
    /// from then on the target itself refuses whoever has the lower attempt.
    pub(crate) fn hold<T>(&self, lease: HeldLease, work: impl FnOnce(&dyn Fn(u64) -> bool) -> T) -> T {
        let held = Mutex::new(lease);
        let result = thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            let (renewer, lease) = (*self, &held);
            scope.spawn(move || renewer.keep_renewing(lease, &is_done));
            let result = work(&|attempt| {
                let mut lease = lock(lease);
                lease.begin_attempt(attempt);
                !lease.must_stop((self.clock)())
            });
            drop(done);
            result
        });
        let lease = held.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !lease.is_lost() {
            // Where this fails the lease stands still, and others take it over in time.
            let _ = self.leases.swap(lease.target(), Some(lease.id()), None);
        }
        result
    }

    fn keep_renewing(&self, held: &Mutex<HeldLease>, is_done: &Receiver<()>) {
        // A renewal that failed is tried again soon, since there is little time left.
        let soon = self.times.renew_after() / 4;
        let mut pause = lock(held).due().saturating_sub((self.clock)());
        while is_done.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            self.renew(held);
            let lease = lock(held);
            if lease.is_lost() {
                return;
            }
            pause = lease.due().saturating_sub((self.clock)()).max(soon);
        }
    }

    fn renew(&self, held: &Mutex<HeldLease>) {
        let (old, next) = {
            let lease = lock(held);
            (lease.id().to_owned(), lease.next())
        };
        let began = (self.clock)();
        let swapped = self.leases.swap(&next.target, Some(&old), Some(&next));
        match swapped {
            Ok(Swapped::Won(Some(id))) => lock(held).renew(next, id, began),
            Ok(Swapped::Won(None) | Swapped::Lost) => lock(held).lose(),
            // Nobody knows what came of it. Without a renewal in time the holder stops by its own clock.
            Err(_) => {}
        }
    }
}

fn lock(held: &Mutex<HeldLease>) -> MutexGuard<'_, HeldLease> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
