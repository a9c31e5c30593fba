//! Asks fixers natively, in their own tests.

use std::collections::BTreeSet;

use serde_json::Value;

use super::documents;
use super::schema::is_kebab_case;
use crate::bindings::fixer::exports::tollgate::gate::fixing;
use crate::fixer::{self, Fixer, FixerDescription};

/// What a fixer makes of a document in which its validator found something: the document as JSON, changed, once for each
/// fix that it proposes.
///
/// # Arguments
/// - `settings`: of the validator's policy, as JSON.
/// - `yaml`: one document.
/// - `rule`, `pointer`: of the finding.
///
/// # Panics
/// When the text is no YAML, the fixer can't say, or a patch does not fit the document: what a test wants to know.
#[track_caller]
pub fn fix<F: Fixer>(settings: &str, yaml: &str, rule: &str, pointer: &str) -> Vec<String> {
    let document = documents(yaml).into_iter().next().unwrap_or_else(|| panic!("there is no document"));
    let finding = fixing::Finding { rule: rule.to_owned(), message: "found".to_owned(), pointer: pointer.to_owned() };
    let request = fixing::Request {
        settings: settings.as_bytes().to_vec(),
        context: br#"{"place": "check"}"#.to_vec(),
        file: document.file,
        document: document.body.clone(),
        findings: vec![finding],
    };
    let fixes = fixer::patch::<F>(&request).unwrap_or_else(|error| panic!("`{}` could not say: {error:?}", F::DESCRIPTION.name));
    let patched = |patch: String| {
        let mut body: Value = serde_json::from_slice(&document.body).unwrap_or_default();
        let operations: json_patch::Patch = serde_json::from_str(&patch).unwrap_or_else(|error| panic!("{patch}: {error}"));
        json_patch::patch(&mut body, &operations).unwrap_or_else(|error| panic!("{patch} of {body}: {error}"));
        body.to_string()
    };
    fixes.into_iter().map(|(_, fix)| patched(fix.patch())).collect()
}

/// Checks what every description of a fixer promises: kebab-case names, and each rule once.
///
/// # Panics
/// When one of these does not hold.
#[track_caller]
pub fn assert_fixer_description(description: &FixerDescription) {
    for name in [&description.name, &description.validator].into_iter().chain(description.rules) {
        assert!(is_kebab_case(name), "`{name}` is not kebab-case");
    }
    let mut rules = BTreeSet::new();
    assert!(description.rules.iter().all(|rule| rules.insert(rule)), "a rule is there twice: {:?}", description.rules);
}
