//! Promotion gates: the other world.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tollgate_core::deciding::{GateAnswer, GateRequest, GateSubject, PlanSummary, ProposedMove};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{Context, DecidePromotion, EvaluationError, LoadError, LoadPolicy, LoadedPolicy, PromotionTarget};
use tollgate_core::pipeline::Role;
use tollgate_core::proof::Proof;
use tollgate_core::recipe::{Recipe, RecipeComponent};
use tollgate_core::time::Timestamp;

use crate::testbed::{NOW, SANDBOX, policy, refusal};

crate::cases! {
    "honest-gate" => a_component_without_proof_is_denied,
    "honest-gate" => a_proven_recipe_passes,
    "honest-gate" => a_gate_that_waits_says_until_when,
    "honest-gate" => settings_that_are_refused_are_named,
    "unknown-component" => a_component_that_is_not_in_the_recipe_is_an_error,
}

fn gate(guest: &str) -> Arc<dyn DecidePromotion> {
    match SANDBOX.load(&policy(guest)).unwrap() {
        LoadedPolicy::Promotion(gate) => gate,
        LoadedPolicy::Validator(_) => panic!("a validator"),
    }
}

fn mk_recipe() -> Recipe {
    let component = RecipeComponent {
        component: "cart".to_owned(),
        path: "services/cart".to_owned(),
        tree: "7ree".to_owned(),
        images: Vec::new(),
        renderers: Vec::new(),
        render: None,
        terraform: None,
    };
    Recipe::new(vec![component]).unwrap()
}

fn mk_request() -> GateRequest {
    mk_request_of(Vec::new())
}

fn mk_request_of(proofs: Vec<Proof>) -> GateRequest {
    GateRequest {
        context: Context::promote(Some("prod-apps".to_owned())),
        subject: GateSubject::Promotion(Box::new(mk_promotion(proofs))),
        change: None,
        approvals: Vec::new(),
        rejections: Vec::new(),
        stops: Vec::new(),
        overrides: Vec::new(),
        evidence: Vec::new(),
        facts: Vec::new(),
        evaluation_time: NOW,
    }
}

fn mk_promotion(proofs: Vec<Proof>) -> ProposedMove {
    let digest = Digest::of(b"plan");
    ProposedMove {
        target: PromotionTarget {
            name: "prod-apps".to_owned(),
            environment: "prod".to_owned(),
            role: Role::Apps,
            promotable: true,
            after: vec!["preprod-apps".to_owned()],
            after_any: Vec::new(),
        },
        recipe: mk_recipe(),
        sources: BTreeMap::new(),
        plan: PlanSummary { digest, creates: 1, changes: 0, deletes: 0, unchanged: 0, actions: Vec::new() },
        is_rollback: false,
        built: Vec::new(),
        proofs,
        way_back: None,
        pair: None,
    }
}

fn mk_proof() -> Proof {
    Proof {
        target: "preprod-apps".to_owned(),
        environment: "preprod".to_owned(),
        promotable: true,
        recipe: mk_recipe(),
        promotion: "p-1".to_owned(),
        since: Timestamp::from_second(1_600_000_000).unwrap(),
        standing: true,
    }
}

fn a_component_without_proof_is_denied() {
    let gate = gate("honest-gate");
    assert!(gate.needs().proofs && gate.uses_clock());
    let evaluation = gate.decide(&mk_request());
    let Ok(GateAnswer::Findings { findings, .. }) = evaluation.outcome else { panic!("{evaluation:?}") };
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].component.as_deref(), Some("cart"));
    assert_eq!(findings[0].message, "`cart` is not proven (0 built)");
}

fn a_proven_recipe_passes() {
    let request = mk_request_of(vec![mk_proof()]);
    assert_eq!(
        gate("honest-gate").decide(&request).outcome.unwrap(),
        GateAnswer::Findings { findings: Vec::new(), valid_until: None }
    );
}

fn a_gate_that_waits_says_until_when() {
    let request = GateRequest { evaluation_time: 1_500_000_000, ..mk_request() };
    let Ok(GateAnswer::Pending(wait)) = gate("honest-gate").decide(&request).outcome else { panic!("not pending") };
    assert_eq!(wait.reason, "`prod-apps` opens later");
    assert_eq!(wait.until, Some(Timestamp::from_second(1_600_000_000).unwrap()));
}

fn settings_that_are_refused_are_named() {
    let mut policy = policy("honest-gate");
    policy.settings = json!({"soak": "1h"});
    let LoadError::Settings { errors } = refusal(&policy) else { panic!("loaded") };
    assert_eq!(errors[0].message, "settings are not known here");
}

fn a_component_that_is_not_in_the_recipe_is_an_error() {
    let Err(EvaluationError::InvalidOutput { reason }) = gate("unknown-component").decide(&mk_request()).outcome else {
        panic!("accepted")
    };
    assert_eq!(reason, "a finding names component `basket`, which is not in the recipe");
}
