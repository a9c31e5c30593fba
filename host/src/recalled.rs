//! Policies that are loaded when they are asked something new, and not before: what their plugins said of themselves is
//! kept.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{
    CheckRequest, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadError, LoadPolicy, LoadedPolicy,
    PolicyBinary,
};
use tollgate_core::policy::{Description, ValidatorNeeds};
use tollgate_gate::configuration_digest;

use crate::kept::Kept;

/// Makes the loader that does the work, when it is needed.
type Start<L> = Box<dyn Fn() -> Result<L, String> + Send + Sync>;

/// Loads policies as late as can be.
pub(crate) struct LateLoader<L> {
    late: Arc<Late<L>>,
    kept: Option<Arc<Kept>>,
}

struct Late<L> {
    start: Start<L>,
    loader: OnceLock<Result<L, String>>,
}

impl<L: LoadPolicy> Late<L> {
    fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
        match self.loader.get_or_init(|| (self.start)()) {
            Ok(loader) => loader.load(binary),
            Err(reason) => Err(LoadError::Compile { reason: reason.clone() }),
        }
    }
}

/// What is kept of a validator.
#[derive(Debug, Serialize, Deserialize)]
struct KnownValidator {
    description: Description,
    needs: ValidatorNeeds,
    uses_clock: bool,
}

impl<L: LoadPolicy + 'static> LateLoader<L> {
    /// A loader. Without anything kept, policies are loaded at once.
    pub(crate) fn new(kept: Option<Arc<Kept>>, start: impl Fn() -> Result<L, String> + Send + Sync + 'static) -> Self {
        Self { late: Arc::new(Late { start: Box::new(start), loader: OnceLock::new() }), kept }
    }

    fn recall(&self, kept: &Kept, key: &Digest, binary: &PolicyBinary) -> Option<LoadedPolicy> {
        let known: KnownValidator = kept.recall(key)?;
        let late = Arc::clone(&self.late);
        Some(LoadedPolicy::Validator(Arc::new(RecalledValidator { known, binary: binary.clone(), late, loaded: OnceLock::new() })))
    }
}

impl<L: LoadPolicy + 'static> LoadPolicy for LateLoader<L> {
    fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
        // Settings without a canonical form are refused by those who ask for the policy.
        let (Some(kept), Ok(configuration)) = (&self.kept, configuration_digest(binary)) else { return self.late.load(binary) };
        let key = kept.key("validator", &[configuration.as_bytes()]);
        if let Some(recalled) = self.recall(kept, &key, binary) {
            return Ok(recalled);
        }
        let loaded = self.late.load(binary)?;
        if let LoadedPolicy::Validator(validator) = &loaded {
            let (description, needs) = (validator.description().clone(), validator.needs().clone());
            kept.keep(&key, &KnownValidator { description, needs, uses_clock: validator.uses_clock() });
        }
        Ok(loaded)
    }
}

/// A validator that was loaded before, by the same program and with the same configuration.
struct RecalledValidator<L> {
    known: KnownValidator,
    binary: PolicyBinary,
    late: Arc<Late<L>>,
    loaded: OnceLock<Result<LoadedPolicy, String>>,
}

impl<L: LoadPolicy> EvaluateDocuments for RecalledValidator<L> {
    fn description(&self) -> &Description {
        &self.known.description
    }

    fn needs(&self) -> &ValidatorNeeds {
        &self.known.needs
    }

    fn uses_clock(&self) -> bool {
        self.known.uses_clock
    }

    fn check(&self, request: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
        match self.loaded.get_or_init(|| self.late.load(&self.binary).map_err(|error| error.to_string())) {
            Ok(LoadedPolicy::Validator(validator)) => validator.check(request),
            Ok(LoadedPolicy::Promotion(_)) => not_run("it is no validator any more".to_owned()),
            Err(reason) => not_run(reason.clone()),
        }
    }
}

/// It could be loaded before, so the machine is to blame; such an answer is never kept.
const fn not_run(reason: String) -> Evaluation<Vec<DocumentFinding>> {
    let outcome = Err(EvaluationError::Host { reason });
    Evaluation { outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 0, memory: 0 }
}
