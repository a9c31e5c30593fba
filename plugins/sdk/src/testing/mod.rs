//! Judges documents natively, in a plugin's own tests.
//!
//! ```
//! # use tollgate_sdk::{Check, Description, Findings, Needs, NoSettings, PluginError, Validator};
//! # struct Silent;
//! # impl Validator for Silent {
//! #     type Settings = NoSettings;
//! #     const DESCRIPTION: Description = Description { name: "silent", version: "0.1.0", rules: &[] };
//! #     fn needs(_: &NoSettings) -> Needs { Needs::document() }
//! #     fn check(_: &Check<'_, NoSettings>, _: &mut Findings) -> Result<(), PluginError> { Ok(()) }
//! # }
//! let findings = tollgate_sdk::testing::check::<Silent>("{}", "{apiVersion: v1, kind: Service}");
//! assert!(findings.is_empty());
//! ```

mod anything;
mod cases;
mod fixes;
mod pointers;
pub mod promotions;
mod schema;

pub use anything::anything;
pub use cases::run_cases;
pub use fixes::{assert_fixer_description, fix};
pub use pointers::pointers;
pub use schema::assert_description;

use serde::Deserialize as _;

use crate::bindings::validator::exports::tollgate::gate::validation;
use crate::describe::PluginError;
use crate::finding::Finding;
use crate::host::GIVEN;
use crate::promotion::{self, Promotion};
use crate::settings::{self, SettingsError};
use crate::validator::{self, KindFilter, Scope, Validator};

/// Where `tollgate check` asks from.
const CHECK: &str = r#"{"place": "check"}"#;

/// What a validator finds in the documents of a YAML text (or JSON, which is YAML), as the host would ask it: only about
/// the kinds that it needs, each document by itself or all together. Documents are numbered from 0 in their order.
///
/// # Panics
/// When the text is no YAML, the settings are refused, or the validator can't judge: what a test wants to know.
#[track_caller]
pub fn check<V: Validator>(settings: &str, yaml: &str) -> Vec<Finding> {
    check_in_context::<V>(settings, CHECK, yaml)
}

/// As [`check`], asked from elsewhere than `check`: the context is YAML, too, and what [`crate::Context::read`] reads.
///
/// # Panics
/// When a text is no YAML, the settings are refused, or the validator can't judge: what a test wants to know.
#[track_caller]
pub fn check_in_context<V: Validator>(settings: &str, context: &str, yaml: &str) -> Vec<Finding> {
    match try_check_in_context::<V>(settings, context, yaml) {
        Ok(findings) => findings,
        Err(error) => panic!("`{}` could not judge: {error:?}", V::DESCRIPTION.name),
    }
}

/// As [`check`], with the validator's own error.
///
/// # Errors
/// What the validator answers when it can't judge.
///
/// # Panics
/// When the text is no YAML or the settings are refused.
#[track_caller]
pub fn try_check<V: Validator>(settings: &str, yaml: &str) -> Result<Vec<Finding>, PluginError> {
    try_check_in_context::<V>(settings, CHECK, yaml)
}

/// As [`check_in_context`], with the validator's own error.
///
/// # Errors
/// What the validator answers when it can't judge.
///
/// # Panics
/// When a text is no YAML or the settings are refused.
#[track_caller]
pub fn try_check_in_context<V: Validator>(settings: &str, context: &str, yaml: &str) -> Result<Vec<Finding>, PluginError> {
    let needs = match configure::<V>(settings) {
        Ok(needs) => needs,
        Err(errors) => panic!("`{}` refuses its settings: {errors:?}", V::DESCRIPTION.name),
    };
    let documents: Vec<_> = documents(yaml).into_iter().filter(|document| is_concerned(&needs.kinds, document)).collect();
    let requests: Vec<Vec<_>> = match needs.scope {
        Scope::Document => documents.into_iter().map(|document| vec![document]).collect(),
        Scope::Set => vec![documents],
    };
    let context = json(serde_yaml::Deserializer::from_str(context)).to_string().into_bytes();
    let mut findings = Vec::new();
    for documents in requests {
        let context = context.clone();
        let request = validation::Request { settings: settings.as_bytes().to_vec(), context, documents };
        findings.extend(validator::check::<V>(&request)?);
    }
    Ok(findings)
}

/// What a validator answers to settings.
///
/// # Errors
/// The settings that it refuses.
pub fn configure<V: Validator>(settings: &str) -> Result<validator::Needs, Vec<SettingsError>> {
    settings::configure(settings.as_bytes()).map(|settings| V::needs(&settings))
}

/// What a promotion gate answers, as the host would ask it.
///
/// # Errors
/// What the gate answers when it can't judge.
///
/// # Panics
/// When the settings are refused.
#[track_caller]
pub fn decide<P: Promotion>(settings: &str, request: &promotion::Request) -> Result<promotion::Answer, PluginError> {
    P::decide(&self::settings(settings), request)
}

/// Settings as a plugin gets them.
///
/// # Panics
/// When they are refused.
#[track_caller]
pub fn settings<S: settings::Settings>(settings: &str) -> S {
    settings::configure(settings.as_bytes()).unwrap_or_else(|errors| panic!("settings are refused: {errors:?}"))
}

/// What [`crate::host::evaluation_time`] answers on this thread from now on.
pub fn set_evaluation_time(seconds: u64) {
    GIVEN.with_borrow_mut(|given| given.evaluation_time = seconds);
}

/// What [`crate::host::read_data`] answers on this thread from now on.
pub fn give_data(key: &str, bytes: &[u8]) {
    GIVEN.with_borrow_mut(|given| given.data.insert(key.to_owned(), bytes.to_vec()));
}

#[track_caller]
fn json(yaml: serde_yaml::Deserializer<'_>) -> serde_json::Value {
    serde_json::Value::deserialize(yaml).unwrap_or_else(|error| panic!("not YAML: {error}"))
}

#[track_caller]
fn documents(yaml: &str) -> Vec<validation::Document> {
    let objects = serde_yaml::Deserializer::from_str(yaml).map(json).filter(|object| !object.is_null());
    (0..)
        .zip(objects)
        .map(|(id, object)| validation::Document { id, file: "case.yaml".into(), body: object.to_string().into() })
        .collect()
}

fn is_concerned(kinds: &[KindFilter], document: &validation::Document) -> bool {
    let body: serde_json::Value = serde_json::from_slice(&document.body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let group = text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    // Documents that are no Kubernetes objects are shown to those who name their group.
    let is_kubernetes = !group.ends_with(".tollgate");
    let is_of_group = |filter: &str| filter == group || filter == "*" && is_kubernetes;
    let is_of_kind = |filter: &str| filter == "*" || filter == text("kind");
    let matches = |filter: &KindFilter| is_of_group(&filter.group) && is_of_kind(&filter.kind);
    if kinds.is_empty() { is_kubernetes } else { kinds.iter().any(matches) }
}
