//! For measurements only: what a fresh instance costs is seen beside an instance that lives on.

use tollgate_core::evaluate::{CheckRequest, LoadError};
use wasmtime::component::Instance;

use crate::error;
use crate::limits::Budget;
use crate::phase::Phase;
use crate::plugin::{Call, Opened};
use crate::validator::Validator;

/// A validator whose one instance judges document after document. Its answers are not checked and not kept.
pub struct LiveValidator {
    validator: Validator,
    opened: Opened,
    instance: Instance,
}

impl std::fmt::Debug for LiveValidator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveValidator").finish_non_exhaustive()
    }
}

impl LiveValidator {
    pub(crate) fn new(validator: Validator) -> Result<Self, LoadError> {
        let call = Call { phase: Phase::Judge, input: 0, evaluation_time: 0 };
        let (opened, instance) = validator.plugin().instantiate(&call);
        let failed = |error: wasmtime::Error| Phase::Judge.failed(error::evaluation_error(&error, &opened.budget));
        let instance = instance.map_err(failed)?;
        Ok(Self { validator, opened, instance })
    }

    /// Judges documents with a new budget, in the instance that judged the ones before. Returns the number of findings.
    ///
    /// # Errors
    /// When the call ends without an answer. The instance can't be used again then.
    pub fn judge(&mut self, request: &CheckRequest<'_>) -> Result<usize, tollgate_core::evaluate::EvaluationError> {
        let (crossing, call) = self.validator.request(request);
        let budget = Budget::of_input(tollgate_core::policy::LimitClass::Native, call.input);
        let store = &mut self.opened.store;
        store.set_epoch_deadline(crate::ticker::ticks(budget.milliseconds));
        let answer = store.set_fuel(budget.fuel).and_then(|()| self.validator.call(store, &self.instance, &crossing));
        let answer = answer.map_err(|error| error::evaluation_error(&error, &budget))?;
        answer.map(|findings| findings.len()).map_err(crate::description::plugin_error)
    }
}
