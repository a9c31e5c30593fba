//! Leases in memory, with outages.

use std::sync::Mutex;

use tollgate_core::lease::{LeaseRecord, SeenLease};
use tollgate_core::ports::{KeepLease, LeaseError, Swapped};

/// The lease of one target. Only its state and how many states there were are kept.
#[derive(Debug, Default)]
pub(crate) struct MemoryLeases {
    state: Mutex<(Option<SeenLease>, u64)>,
    is_out: Mutex<bool>,
}

impl MemoryLeases {
    /// From now on nothing can be reached, or everything again.
    pub(crate) fn set_out(&self, is_out: bool) {
        *self.is_out.lock().unwrap() = is_out;
    }

    pub(crate) fn seen(&self) -> Option<SeenLease> {
        self.state.lock().unwrap().0.clone()
    }

    fn check(&self, target: &str) -> Result<(), LeaseError> {
        let out = || LeaseError::Unreachable { target: target.to_owned(), message: "no route to host".to_owned() };
        if *self.is_out.lock().unwrap() { Err(out()) } else { Ok(()) }
    }
}

impl KeepLease for MemoryLeases {
    fn current(&self, target: &str) -> Result<Option<SeenLease>, LeaseError> {
        self.check(target)?;
        Ok(self.seen())
    }

    fn swap(&self, target: &str, old: Option<&str>, new: Option<&LeaseRecord>) -> Result<Swapped, LeaseError> {
        self.check(target)?;
        let mut state = self.state.lock().unwrap();
        if state.0.as_ref().map(|lease| lease.id.as_str()) != old {
            return Ok(Swapped::Lost);
        }
        state.1 += 1;
        let id = format!("state {}", state.1);
        state.0 = new.map(|record| SeenLease { id: id.clone(), record: Some(record.clone()) });
        Ok(Swapped::Won(new.map(|_| id)))
    }
}
