//! Guests that are refused when they are loaded, by name, before they judge anything.

use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{EvaluationError, LoadError};
use tollgate_core::policy::Grants;

use crate::testbed::{all_grants, policy, policy_of, refusal, text};

crate::cases! {
    "forbidden-import" => an_import_that_nobody_can_be_granted_is_named,
    "unknown-generation" => an_unknown_generation_is_named,
    "missing-grant" => a_missing_grant_is_named_with_what_would_grant_it,
    "too-big" => a_plugin_that_is_too_big_is_refused,
    "not-a-component" => a_core_module_is_refused_with_what_to_do,
    "calls-import-in-configure" => a_call_of_an_import_while_configuring_is_refused,
    "wants-secrets" => secret_values_need_a_grant,
    "honest" => bytes_that_are_not_those_of_the_lock_are_refused,
    "honest" => damaged_bytes_are_refused,
}

fn an_import_that_nobody_can_be_granted_is_named() {
    let LoadError::ForbiddenImport { interface } = refusal(&policy("forbidden-import")) else { panic!("loaded") };
    assert_eq!(interface, "wasi:random/random@0.2.0");
}

fn an_unknown_generation_is_named() {
    let LoadError::UnknownGeneration { found, known } = refusal(&policy("unknown-generation")) else { panic!("loaded") };
    assert_eq!((found.as_str(), known.as_str()), ("tollgate:gate@9.0.0", "tollgate:gate@0.1.0"));
}

fn a_missing_grant_is_named_with_what_would_grant_it() {
    let mut policy = policy("missing-grant");
    let missing = |grants: Grants, policy: &mut tollgate_core::evaluate::PolicyBinary| {
        policy.grants = grants;
        let LoadError::MissingGrant { interface, grant } = refusal(policy) else { panic!("loaded") };
        (interface, grant)
    };
    let without_clock = missing(Grants { clock: false, ..all_grants() }, &mut policy);
    assert_eq!(without_clock, ("tollgate:gate/clock@0.1.0".to_owned(), "clock".to_owned()));
    let without_data = missing(Grants { data: None, ..all_grants() }, &mut policy);
    assert_eq!(without_data, ("tollgate:gate/data@0.1.0".to_owned(), "data".to_owned()));
}

fn a_plugin_that_is_too_big_is_refused() {
    let refusal = refusal(&policy("too-big"));
    assert!(matches!(refusal, LoadError::TooBig { size, limit } if size > limit), "{refusal:?}");
}

fn a_core_module_is_refused_with_what_to_do() {
    let module = wat::parse_str(text("not-a-component").unwrap()).unwrap();
    let LoadError::NotAComponent { reason } = refusal(&policy_of(module)) else { panic!("loaded") };
    assert!(reason.contains("core module"), "{reason}");
}

fn a_call_of_an_import_while_configuring_is_refused() {
    let LoadError::Failed { function: "configure", source } = refusal(&policy("calls-import-in-configure")) else {
        panic!("loaded")
    };
    let reason = "`clock.evaluation-time` was called in `configure`, which may call no import".to_owned();
    assert_eq!(source, EvaluationError::Trapped { reason });
}

fn secret_values_need_a_grant() {
    let mut policy = policy("wants-secrets");
    assert!(matches!(refusal(&policy), LoadError::SecretValues));
    policy.grants.secret_values = true;
    assert!(crate::testbed::load(&crate::testbed::SANDBOX, &policy).unwrap().needs().secret_values);
}

fn bytes_that_are_not_those_of_the_lock_are_refused() {
    let mut policy = policy("honest");
    policy.digest = Digest::of(b"another plugin");
    let LoadError::DigestMismatch { expected, actual } = refusal(&policy) else { panic!("loaded") };
    assert_eq!((expected, actual), (policy.digest, Digest::of(&policy.bytes)));
}

fn damaged_bytes_are_refused() {
    let whole = crate::testbed::component("honest");
    for length in [0, 8, whole.len() / 2, whole.len() - 1] {
        let refusal = refusal(&policy_of(whole[..length].to_vec()));
        assert!(matches!(refusal, LoadError::NotAComponent { .. } | LoadError::NoWorld), "{length}: {refusal:?}");
    }
}
