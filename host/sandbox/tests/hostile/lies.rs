//! Guests that answer what can't be true: an error that says what is wrong with the answer.

use tollgate_core::evaluate::{EvaluationError, LoadError};

use crate::testbed::{judge, policy, refusal};

crate::cases! {
    "invalid-utf8" => a_text_that_is_not_utf8_is_an_error,
    "invalid-json" => a_schema_that_is_not_json_is_refused,
    "false-document-id" => a_document_that_was_not_given_is_an_error,
    "pointer-outside" => a_pointer_out_of_the_document_is_an_error,
    "unknown-rule" => a_rule_that_was_not_described_is_an_error,
    "raises-level" => a_level_above_the_rules_own_is_an_error,
}

fn reason(guest: &str) -> String {
    match judge(guest).outcome {
        Err(EvaluationError::InvalidOutput { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

fn a_text_that_is_not_utf8_is_an_error() {
    assert_eq!(reason("invalid-utf8"), "text is not valid Unicode");
}

fn a_schema_that_is_not_json_is_refused() {
    let LoadError::Failed { function: "describe", source } = refusal(&policy("invalid-json")) else { panic!("loaded") };
    assert!(source.to_string().contains("the settings' schema is not JSON"), "{source}");
}

fn a_document_that_was_not_given_is_an_error() {
    assert_eq!(reason("false-document-id"), "a finding names document 1, which was not given");
}

fn a_pointer_out_of_the_document_is_an_error() {
    assert_eq!(reason("pointer-outside"), "pointer `/kind/inside/a/text` leads out of its document");
}

fn a_rule_that_was_not_described_is_an_error() {
    assert_eq!(reason("unknown-rule"), "a finding names rule `another`, which it did not describe");
}

fn a_level_above_the_rules_own_is_an_error() {
    assert_eq!(reason("raises-level"), "a finding raises the level of its rule `rule`");
}
