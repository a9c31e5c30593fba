//! Predicates: what a statement says, as far as its type is known here.

use serde_json::{Map, Value};

/// The type of in-toto's test results.
pub(super) const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// The type of in-toto's vulnerability scans.
pub(super) const VULNERABILITIES: &str = "https://in-toto.io/attestation/vulns/v0.1";

/// The type of what a tracker says of a ticket: `{id, state}`, and whatever else it says.
pub(super) const TICKET: &str = "https://tollgate.dev/evidence/ticket/v0.1";

/// The longest type of a predicate, in bytes.
const MAX_TYPE: usize = 512;

/// The type of a predicate: an absolute URI.
///
/// # Errors
/// When it is none; a sentence.
pub(super) fn read_type(text: &str) -> Result<String, String> {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if is_scheme && text.len() <= MAX_TYPE && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(format!("the type of the predicate is no URI of at most {MAX_TYPE} bytes"))
}

/// Checks that a predicate is what its type says, where the type is known here.
///
/// # Errors
/// When it is not; a sentence.
pub(super) fn check(kind: &str, predicate: &Value) -> Result<(), String> {
    let Some(members) = predicate.as_object() else { return Err("the predicate is no object".to_owned()) };
    match kind {
        TEST_RESULT => test_result(members),
        VULNERABILITIES => scan(members),
        TICKET => ticket(members),
        _ => Ok(()),
    }
}

fn test_result(members: &Map<String, Value>) -> Result<(), String> {
    let result = members.get("result").and_then(Value::as_str);
    if !result.is_some_and(|result| ["PASSED", "WARNED", "FAILED"].contains(&result)) {
        return Err("`result` of a test result must be `PASSED`, `WARNED` or `FAILED`".to_owned());
    }
    if members.get("configuration").is_some_and(Value::is_array) {
        return Ok(());
    }
    Err("`configuration` of a test result must be a list, which may be empty".to_owned())
}

fn scan(members: &Map<String, Value>) -> Result<(), String> {
    let scanner = members.get("scanner").and_then(Value::as_object);
    let scanner = scanner.ok_or("`scanner` of a vulnerability scan must say what scanned and what it found")?;
    if !scanner.get("uri").is_some_and(Value::is_string) {
        return Err("`scanner.uri` of a vulnerability scan must name the scanner".to_owned());
    }
    // What is not there may have been cut off: nothing found is an empty list.
    if !scanner.get("result").is_some_and(Value::is_array) {
        return Err("`scanner.result` of a vulnerability scan must be a list; where nothing was found, an empty one".to_owned());
    }
    Ok(())
}

fn ticket(members: &Map<String, Value>) -> Result<(), String> {
    let is_text = |name: &str| members.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    match ["id", "state"].into_iter().find(|name| !is_text(name)) {
        Some(name) => Err(format!("`{name}` of a ticket must be a text")),
        None => Ok(()),
    }
}
