//! Fixers: the world that changes sources, after everybody has looked.

use std::sync::Arc;

use serde_json::json;
use tollgate_core::evaluate::{Context, DocumentFinding, EvaluationError, LoadError};
use tollgate_core::fix::{Fix, FixRequest, LoadFixer, ProposeFix};
use tollgate_core::pointer::Pointer;

use crate::testbed::{SANDBOX, document, policy, refusal};

crate::cases! {
    "useless-fixer" => a_fixer_says_whose_findings_it_fixes,
    "useless-fixer" => a_fix_is_taken_over_with_its_patch,
    "useless-fixer" => a_fix_of_what_was_not_found_is_an_error,
    "useless-fixer" => a_fix_that_is_no_patch_is_an_error,
    "useless-fixer" => a_fixer_without_end_runs_out_of_fuel,
    "useless-fixer" => a_fixer_as_a_policy_is_refused,
    "honest" => a_validator_as_a_fixer_is_refused,
    "honest-gate" => a_promotion_gate_as_a_fixer_is_refused,
}

fn fixer() -> Arc<dyn ProposeFix> {
    SANDBOX.load_fixer(&policy("useless-fixer")).unwrap_or_else(|error| panic!("{error}"))
}

fn fixes(rule: &str) -> Result<Vec<Fix>, EvaluationError> {
    let finding = DocumentFinding {
        rule: rule.to_owned(),
        message: "found".to_owned(),
        document: 0,
        pointer: Pointer::root(),
        remediation: None,
        level: None,
    };
    let context = Context::check();
    let (settings, document) = (json!({}), document(&json!({"kind": "Deployment"})));
    fixer().patch(&FixRequest { context: &context, settings: &settings, document: &document, findings: &[finding] }).outcome
}

fn a_fixer_says_whose_findings_it_fixes() {
    let fixer = fixer();
    assert_eq!((fixer.description().name.as_str(), fixer.description().validator.as_str()), ("useless-fixer", "workloads"));
    assert!(fixer.description().rules.contains(&"replicas".to_owned()));
}

fn a_fix_is_taken_over_with_its_patch() {
    let fixes = fixes("replicas").unwrap();
    assert_eq!((fixes.len(), fixes[0].finding, fixes[0].patch.0.len()), (1, 0, 1));
}

fn a_fix_of_what_was_not_found_is_an_error() {
    let error = fixes("liveness-probe").unwrap_err();
    assert!(matches!(&error, EvaluationError::InvalidOutput { reason } if reason.contains("finding 7")), "{error}");
}

fn a_fix_that_is_no_patch_is_an_error() {
    let error = fixes("revision-history").unwrap_err();
    assert!(matches!(&error, EvaluationError::InvalidOutput { reason } if reason.contains("no JSON Patch")), "{error}");
}

fn a_fixer_without_end_runs_out_of_fuel() {
    assert!(matches!(fixes("anti-affinity"), Err(EvaluationError::OutOfFuel { .. })));
}

fn a_fixer_as_a_policy_is_refused() {
    assert!(matches!(refusal(&policy("useless-fixer")), LoadError::FixerAsPolicy));
}

fn a_validator_as_a_fixer_is_refused() {
    assert!(matches!(SANDBOX.load_fixer(&policy("honest")).err(), Some(LoadError::NotAFixer)));
}

fn a_promotion_gate_as_a_fixer_is_refused() {
    assert!(matches!(SANDBOX.load_fixer(&policy("honest-gate")).err(), Some(LoadError::NotAFixer)));
}
