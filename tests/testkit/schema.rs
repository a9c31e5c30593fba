//! The published schema of reports.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

static REPORT: LazyLock<Validator> = LazyLock::new(|| {
    let text = fs_err::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema/report.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
});

/// Fails the test unless this is a report of `check`, as the published schema has it.
#[track_caller]
pub fn assert_report(report: &Value) {
    let problems: Vec<String> = REPORT.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{report:#}");
}
