//! A loaded plugin: compiled once, linked to what it was granted, and called in a fresh instance every time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tollgate_core::evaluate::{Evaluation, EvaluationError, LoadError, PolicyBinary};
use tollgate_core::policy::LimitClass;
use wasmtime::component::{Component, Instance, InstancePre, Linker};
use wasmtime::{Engine, PoolConcurrencyLimitError, Store};

use crate::capabilities::{self, Capability};
use crate::data_files::DataFiles;
use crate::error;
use crate::limits::{self, Budget};
use crate::panic;
use crate::phase::Phase;
use crate::state::CallState;
use crate::ticker;

/// What all calls of a policy share. Nothing in it changes.
pub(crate) struct Plugin {
    pre: InstancePre<CallState>,
    capabilities: BTreeSet<Capability>,
    class: LimitClass,
    data: Arc<DataFiles>,
    /// As given to the plugin: JSON.
    pub(crate) settings: Vec<u8>,
}

/// One call of a plugin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) phase: Phase,
    /// Bytes that the plugin is given.
    pub(crate) input: u64,
    /// Seconds since the Unix epoch.
    pub(crate) evaluation_time: u64,
}

/// A store with an instance in it, and what they may spend.
pub(crate) struct Opened {
    pub(crate) store: Store<CallState>,
    pub(crate) budget: Budget,
}

impl Plugin {
    /// Links a component to the capabilities that it imports, all of which were granted.
    ///
    /// # Errors
    /// When it imports other functions than the contract has, or with other types.
    pub(crate) fn link(
        engine: &Engine,
        component: &Component,
        capabilities: BTreeSet<Capability>,
        binary: &PolicyBinary,
    ) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(engine);
        capabilities::link(&mut linker, &capabilities)?;
        Ok(Self {
            pre: linker.instantiate_pre(component)?,
            capabilities,
            class: binary.limits,
            data: Arc::new(DataFiles::granted(binary.grants.data.as_ref())),
            settings: binary.settings.to_string().into_bytes(),
        })
    }

    /// What is instantiated for each call.
    pub(crate) const fn pre(&self) -> &InstancePre<CallState> {
        &self.pre
    }

    /// Whether verdicts may depend on the evaluation time.
    pub(crate) fn uses_clock(&self) -> bool {
        self.capabilities.contains(&Capability::Clock)
    }

    /// Calls the plugin in a fresh instance, of which nothing remains.
    pub(crate) fn call<T>(
        &self,
        call: &Call,
        function: impl FnOnce(&mut Store<CallState>, &Instance) -> wasmtime::Result<T>,
    ) -> Evaluation<T> {
        if call.input > limits::INPUT_BYTES {
            let error = EvaluationError::InputTooLarge { size: call.input, limit: limits::INPUT_BYTES };
            return not_asked(error);
        }
        let (mut opened, instance) = self.instantiate(call);
        let result = instance.and_then(|instance| function(&mut opened.store, &instance));
        opened.finish(result)
    }

    /// Calls a function that is part of loading.
    ///
    /// # Errors
    /// When the call ends without an answer.
    pub(crate) fn load_call<T>(
        &self,
        phase: Phase,
        function: impl FnOnce(&mut Store<CallState>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, LoadError> {
        let call = Call { phase, input: self.settings.len() as u64, evaluation_time: 0 };
        self.call(&call, function).outcome.map_err(|source| phase.failed(source))
    }

    /// A fresh instance. Where all slots of the pool are taken, a call waits for one that ends: none waits for another.
    pub(crate) fn instantiate(&self, call: &Call) -> (Opened, wasmtime::Result<Instance>) {
        for _ in 0..ATTEMPTS {
            match self.try_instantiate(call) {
                (_, Err(error)) if error.is::<PoolConcurrencyLimitError>() => thread::sleep(PAUSE),
                outcome => return outcome,
            }
        }
        self.try_instantiate(call)
    }

    fn try_instantiate(&self, call: &Call) -> (Opened, wasmtime::Result<Instance>) {
        let budget = Budget::of_input(self.class, call.input);
        let state = CallState::new(call.phase, budget.memory, call.evaluation_time, Arc::clone(&self.data));
        let mut opened = Opened { store: Store::new(self.pre.engine(), state), budget };
        let instance = opened.limit().and_then(|()| self.pre.instantiate(&mut opened.store));
        (opened, instance)
    }
}

/// Together a minute, after which the call is an error that is not kept.
const ATTEMPTS: u32 = 60_000;
const PAUSE: Duration = Duration::from_millis(1);

impl Opened {
    /// Puts the limits in force.
    fn limit(&mut self) -> wasmtime::Result<()> {
        self.store.limiter(|state| &mut state.limiter);
        self.store.set_epoch_deadline(ticker::ticks(self.budget.milliseconds));
        self.store.set_hostcall_fuel(limits::TRANSFER_BYTES);
        self.store.set_fuel(self.budget.fuel)
    }

    /// Throws the instance away and says what the call was.
    fn finish<T>(self, result: wasmtime::Result<T>) -> Evaluation<T> {
        let fuel = self.budget.fuel.saturating_sub(self.store.get_fuel().unwrap_or(0));
        let state = self.store.into_data();
        let outcome = result.map_err(|error| {
            panic::that_ended(&error, &state.log).unwrap_or_else(|| error::evaluation_error(&error, &self.budget))
        });
        let memory = state.limiter.memory() as u64;
        Evaluation { outcome, log: state.log.into_lines(), host_calls: state.host_calls, fuel, memory }
    }
}

/// The same evaluation with its answer checked.
pub(crate) fn accept<T, U>(evaluation: Evaluation<T>, check: impl FnOnce(T) -> Result<U, EvaluationError>) -> Evaluation<U> {
    let Evaluation { outcome, log, host_calls, fuel, memory } = evaluation;
    Evaluation { outcome: outcome.and_then(check), log, host_calls, fuel, memory }
}

/// The evaluation of a question that the plugin was never asked.
pub(crate) const fn not_asked<T>(error: EvaluationError) -> Evaluation<T> {
    Evaluation { outcome: Err(error), log: Vec::new(), host_calls: Vec::new(), fuel: 0, memory: 0 }
}
