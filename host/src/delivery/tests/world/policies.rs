//! Policies that are closures.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tollgate_core::deciding::{GateAnswer, GateFinding, GateNeeds, GateRequest, GateSubject, ProposedMove};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{
    CheckRequest, DecidePromotion, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadError, LoadPolicy,
    LoadedPolicy, PolicyBinary,
};
use tollgate_core::finding::{Level, Severity};
use tollgate_core::pipeline::{PluginSource, PolicySpec};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::{Description, Grants, LimitClass, Rule, Scope, ValidatorNeeds};
use tollgate_core::recipe::{ImageOrigin, RecipeComponent};
use tollgate_gate::Policies;

use super::mk_location;

type Check = dyn Fn(&CheckRequest<'_>) -> Result<Vec<DocumentFinding>, EvaluationError> + Send + Sync;
type Decide = dyn Fn(&GateRequest) -> Result<GateAnswer, EvaluationError> + Send + Sync;

/// What a policy is made of.
#[derive(Clone)]
pub(crate) enum Closure {
    Validator(Arc<Check>),
    Promotion(GateNeeds, Arc<Decide>),
}

struct Loaded<F: ?Sized> {
    description: Description,
    validator_needs: ValidatorNeeds,
    promotion_needs: GateNeeds,
    closure: Arc<F>,
}

fn mk_loaded<F: ?Sized>(name: &str, promotion_needs: GateNeeds, closure: &Arc<F>) -> Loaded<F> {
    let rule = Rule {
        id: "no".to_owned(),
        title: "It says no".to_owned(),
        help: String::new(),
        level: Level::Deny,
        severity: Severity::High,
        controls: Vec::new(),
    };
    let version = "1.0.0".to_owned();
    let description = Description { name: name.to_owned(), version, rules: vec![rule], settings_schema: json!({}) };
    let validator_needs = ValidatorNeeds { scope: Scope::Document, kinds: Vec::new(), secret_values: false };
    Loaded { description, validator_needs, promotion_needs, closure: Arc::clone(closure) }
}

fn evaluation<T>(outcome: Result<T, EvaluationError>) -> Evaluation<T> {
    Evaluation { outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 1, memory: 1 }
}

impl EvaluateDocuments for Loaded<Check> {
    fn description(&self) -> &Description {
        &self.description
    }

    fn needs(&self) -> &ValidatorNeeds {
        &self.validator_needs
    }

    fn uses_clock(&self) -> bool {
        false
    }

    fn check(&self, request: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
        evaluation((self.closure)(request))
    }
}

impl DecidePromotion for Loaded<Decide> {
    fn description(&self) -> &Description {
        &self.description
    }

    fn needs(&self) -> GateNeeds {
        self.promotion_needs
    }

    fn uses_clock(&self) -> bool {
        false
    }

    fn decide(&self, request: &GateRequest) -> Evaluation<GateAnswer> {
        evaluation((self.closure)(request))
    }
}

/// Loads closures by the name of the policy.
pub(crate) struct Loader(pub(crate) BTreeMap<String, Closure>);

impl LoadPolicy for Loader {
    fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
        let closure =
            self.0.get(&binary.policy).ok_or_else(|| LoadError::NotAComponent { reason: "it is no closure".to_owned() })?;
        let nothing = GateNeeds::default();
        Ok(match closure {
            Closure::Validator(check) => LoadedPolicy::Validator(Arc::new(mk_loaded(&binary.policy, nothing, check))),
            Closure::Promotion(needs, decide) => LoadedPolicy::Promotion(Arc::new(mk_loaded(&binary.policy, *needs, decide))),
        })
    }
}

pub(crate) fn mk_policy_spec(name: &str) -> PolicySpec {
    PolicySpec {
        name: name.to_owned(),
        plugin: PluginSource::File(format!("plugins/{name}.wasm")),
        settings: json!({}),
        levels: BTreeMap::new(),
        grants: Grants::default(),
        limits: LimitClass::Native,
        location: mk_location(),
        setting_locations: BTreeMap::new(),
    }
}

pub(crate) fn mk_policies(closures: &[(&str, Closure)]) -> Policies {
    let loader = Loader(closures.iter().map(|(name, closure)| ((*name).to_owned(), closure.clone())).collect());
    let specs: Vec<_> =
        closures.iter().map(|(name, _)| (mk_policy_spec(name), Digest::of(name.as_bytes()), Arc::from(name.as_bytes()))).collect();
    Policies::load(&specs, &loader).unwrap()
}

pub(crate) fn validator(
    check: impl Fn(&CheckRequest<'_>) -> Result<Vec<DocumentFinding>, EvaluationError> + Send + Sync + 'static,
) -> Closure {
    Closure::Validator(Arc::new(check))
}

pub(crate) fn promotion(
    needs: GateNeeds,
    decide: impl Fn(&GateRequest) -> Result<GateAnswer, EvaluationError> + Send + Sync + 'static,
) -> Closure {
    Closure::Promotion(needs, Arc::new(decide))
}

/// Says no to documents that hold the word `bad`, and fails on those that hold `broken`.
pub(crate) fn suspicious() -> Closure {
    validator(|request| {
        let holds = |word: &str| request.documents.iter().any(|document| String::from_utf8_lossy(&document.body).contains(word));
        if holds("broken") {
            return Err(EvaluationError::Panicked { message: "it is broken".to_owned() });
        }
        let finding = DocumentFinding {
            rule: "no".to_owned(),
            message: "it is bad".to_owned(),
            document: 0,
            pointer: Pointer::root(),
            remediation: None,
            level: None,
        };
        Ok(if holds("bad") { vec![finding] } else { Vec::new() })
    })
}

/// In the spirit of `same-image`: own images must be built as recorded where nothing comes before, and be in a recipe that
/// succeeded everywhere before elsewhere.
pub(crate) fn same_image() -> Closure {
    promotion(GateNeeds::EVERYTHING, |request| {
        let proposed = proposed(request);
        let unproven = proposed.recipe.components().iter().filter(|component| !is_proven(component, proposed));
        let finding = |component: &RecipeComponent| GateFinding {
            rule: "no".to_owned(),
            message: "nobody tested its image".to_owned(),
            component: Some(component.component.clone()),
            remediation: None,
            level: None,
        };
        Ok(findings(unproven.map(finding).collect()))
    })
}

/// The recipe that would move.
pub(crate) fn proposed(request: &GateRequest) -> &ProposedMove {
    match &request.subject {
        GateSubject::Promotion(proposed) => proposed,
        GateSubject::Policy(_) => panic!("a policy revision is judged"),
    }
}

/// An answer that time does not change.
pub(crate) const fn findings(findings: Vec<GateFinding>) -> GateAnswer {
    GateAnswer::Findings { findings, valid_until: None }
}

fn is_proven(component: &RecipeComponent, request: &ProposedMove) -> bool {
    let proven_at = |target: &String| {
        let standing = request.proofs.iter().filter(|proof| proof.target == *target && proof.promotable && proof.standing);
        standing.into_iter().any(|proof| proof.recipe == request.recipe)
    };
    let is_built = |image: &tollgate_core::recipe::RecipeImage| {
        let record = request.built.iter().find(|built| built.reference == image.reference.unpinned());
        record.is_some_and(|record| record.digest == image.digest && record.branch == "master")
    };
    let mut own = component.images.iter().filter(|image| image.origin == ImageOrigin::Own);
    match request.target.after.as_slice() {
        _ if !request.target.promotable => true,
        [] => own.all(is_built),
        before => before.iter().all(proven_at),
    }
}
