//! What the host keeps for one call of a guest.

use std::sync::Arc;

use tollgate_core::evaluate::HostCall;
use wasmtime::{StoreContextMut, Trap};

use crate::data_files::DataFiles;
use crate::error::HostError;
use crate::limiter::Limiter;
use crate::limits;
use crate::log_book::LogBook;
use crate::phase::Phase;

/// The data of a store. It lives as long as one call.
#[derive(Debug)]
pub(crate) struct CallState {
    pub(crate) limiter: Limiter,
    pub(crate) log: LogBook,
    pub(crate) host_calls: Vec<HostCall>,
    pub(crate) evaluation_time: u64,
    pub(crate) data: Arc<DataFiles>,
    phase: Phase,
}

impl CallState {
    pub(crate) fn new(phase: Phase, memory_limit: usize, evaluation_time: u64, data: Arc<DataFiles>) -> Self {
        Self { limiter: Limiter::new(memory_limit), log: LogBook::default(), host_calls: Vec::new(), evaluation_time, data, phase }
    }

    /// Whether the guest may call an import now.
    ///
    /// # Errors
    /// While it describes or configures itself: those are functions of the plugin's bytes and settings alone.
    pub(crate) const fn allow(&self, function: &'static str) -> Result<(), HostError> {
        match self.phase {
            Phase::Judge | Phase::Patch => Ok(()),
            phase => Err(HostError::CallNotAllowed { function, phase }),
        }
    }

    /// Writes down a call for replay.
    ///
    /// # Errors
    /// When the guest has made as many calls as it may.
    pub(crate) fn record(&mut self, call: HostCall) -> Result<(), HostError> {
        if self.host_calls.len() as u64 >= limits::HOST_CALLS {
            return Err(HostError::TooManyHostCalls { limit: limits::HOST_CALLS });
        }
        self.host_calls.push(call);
        Ok(())
    }
}

/// Fuel of a call to the host as such. Bytes that cross cost one unit each, so that no guest makes the host work more
/// than it could work itself.
const FUEL_OF_A_CALL: u64 = 100;

/// Takes fuel for what the host does for a guest.
///
/// # Errors
/// When there is not enough left.
pub(crate) fn charge(store: &mut StoreContextMut<'_, CallState>, bytes: usize) -> wasmtime::Result<()> {
    let cost = FUEL_OF_A_CALL.saturating_add(bytes as u64);
    let rest = store.get_fuel()?.checked_sub(cost);
    store.set_fuel(rest.unwrap_or(0))?;
    rest.map(drop).ok_or_else(|| Trap::OutOfFuel.into())
}
