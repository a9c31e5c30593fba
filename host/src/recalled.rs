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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tollgate_core::evaluate::Context;
    use tollgate_core::policy::{Grants, LimitClass, Scope};

    use super::*;

    /// Says nothing of any document, and something of itself.
    struct Silent(Description, ValidatorNeeds);

    impl EvaluateDocuments for Silent {
        fn description(&self) -> &Description {
            &self.0
        }

        fn needs(&self) -> &ValidatorNeeds {
            &self.1
        }

        fn uses_clock(&self) -> bool {
            true
        }

        fn check(&self, _: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
            Evaluation { outcome: Ok(Vec::new()), log: Vec::new(), host_calls: Vec::new(), fuel: 7, memory: 0 }
        }
    }

    /// Counts what it loads.
    struct Counting(Arc<AtomicUsize>);

    impl LoadPolicy for Counting {
        fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let settings_schema = binary.settings.clone();
            let description =
                Description { name: "silent".to_owned(), version: "1".to_owned(), rules: Vec::new(), settings_schema };
            let needs = ValidatorNeeds { scope: Scope::Set, kinds: Vec::new(), secret_values: false };
            Ok(LoadedPolicy::Validator(Arc::new(Silent(description, needs))))
        }
    }

    fn mk_binary(settings: &str) -> PolicyBinary {
        PolicyBinary {
            policy: "p".to_owned(),
            digest: Digest::of(b"plugin"),
            bytes: Arc::from(&b"plugin"[..]),
            settings: serde_json::json!({ "is": settings }),
            grants: Grants::default(),
            limits: LimitClass::Native,
        }
    }

    fn validator(loaded: &LoadedPolicy) -> &dyn EvaluateDocuments {
        let LoadedPolicy::Validator(validator) = loaded else { panic!("it is a validator") };
        validator.as_ref()
    }

    /// Loads a policy as a new process would.
    fn load(directory: &camino::Utf8Path, count: &Arc<AtomicUsize>, settings: &str) -> LoadedPolicy {
        let counting = Arc::clone(count);
        let loader = LateLoader::new(Kept::open(directory).map(Arc::new), move || Ok(Counting(Arc::clone(&counting))));
        loader.load(&mk_binary(settings)).unwrap()
    }

    fn fuel(validator: &dyn EvaluateDocuments) -> u64 {
        let context = Context::check();
        validator.check(&CheckRequest { context: &context, documents: &[], evaluation_time: 0 }).fuel
    }

    #[test]
    fn what_is_known_of_a_policy_is_said_without_loading_it_until_it_is_asked() {
        let guard = tempfile::tempdir().unwrap();
        let directory = camino::Utf8Path::from_path(guard.path()).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let first = load(directory, &count, "one");
        assert_eq!(count.load(Ordering::Relaxed), 1);
        let again = load(directory, &count, "one");
        assert_eq!(count.load(Ordering::Relaxed), 1);
        let (first, again) = (validator(&first), validator(&again));
        assert_eq!((again.description(), again.needs()), (first.description(), first.needs()));
        assert!(again.uses_clock());
        assert_eq!((fuel(again), fuel(again)), (7, 7));
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn other_settings_are_another_policy() {
        let guard = tempfile::tempdir().unwrap();
        let directory = camino::Utf8Path::from_path(guard.path()).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        load(directory, &count, "one");
        let other = load(directory, &count, "two");
        assert_eq!(count.load(Ordering::Relaxed), 2);
        assert_eq!(validator(&other).description().settings_schema, serde_json::json!({ "is": "two" }));
    }

    #[test]
    fn a_policy_that_can_not_be_loaded_any_more_is_an_error_that_is_not_kept() {
        let guard = tempfile::tempdir().unwrap();
        let directory = camino::Utf8Path::from_path(guard.path()).unwrap();
        load(directory, &Arc::new(AtomicUsize::new(0)), "one");
        let loader: LateLoader<Counting> = LateLoader::new(Kept::open(directory).map(Arc::new), || Err("no engine".to_owned()));
        let recalled = loader.load(&mk_binary("one")).unwrap();
        let context = Context::check();
        let request = CheckRequest { context: &context, documents: &[], evaluation_time: 0 };
        let error = validator(&recalled).check(&request).outcome.unwrap_err();
        assert!(!error.is_deterministic());
        assert!(error.to_string().contains("no engine"), "{error}");
        assert!(loader.load(&mk_binary("two")).is_err());
    }
}
