//! Results that are no statements yet, made into some.

use std::str::FromStr;

use serde_json::{Value, json};
use tollgate_core::act::EvidenceSubject;

use super::json::{self, Unreadable};
use super::junit;
use super::predicate::{TEST_RESULT, TICKET, VULNERABILITIES, check, read_type};
use super::statement::TYPE;

const SPDX: &str = "https://spdx.dev/Document";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";

/// What a file holds that is no statement yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// An in-toto test result, or JUnit's XML.
    TestResult,
    VulnerabilityScan,
    Ticket,
    /// SPDX or CycloneDX, in JSON.
    Sbom,
    /// The predicate of any other type, by its URI.
    Other(String),
}

impl FromStr for ResultKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "test-result" => Ok(Self::TestResult),
            "vulnerability-scan" => Ok(Self::VulnerabilityScan),
            "ticket" => Ok(Self::Ticket),
            "sbom" => Ok(Self::Sbom),
            uri => read_type(uri).map(Self::Other).map_err(|_| {
                format!("`{uri}` is neither `test-result`, `vulnerability-scan`, `ticket`, `sbom` nor the URI of another type")
            }),
        }
    }
}

/// A predicate and its type.
struct Predicate {
    kind: String,
    /// JSON as it was given.
    json: Vec<u8>,
    value: Value,
}

/// Makes the statement that a file is about these subjects. `name` is what the file is called.
///
/// # Errors
/// When the file is not of this kind.
pub fn statement(kind: &ResultKind, file: &[u8], name: &str, subjects: &[EvidenceSubject]) -> Result<Vec<u8>, Unreadable> {
    let predicate = predicate(kind, file, name)?;
    check(&predicate.kind, &predicate.value).map_err(Unreadable::whole)?;
    let subjects: Vec<Value> =
        subjects.iter().map(|subject| json!({"name": subject.name, "digest": {"sha256": subject.digest.hex()}})).collect();
    let head = [("_type", json!(TYPE)), ("predicateType", json!(predicate.kind)), ("subject", json!(subjects))];
    let members: Vec<String> = head.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    // The predicate goes in byte for byte: numbers would not survive being read and written.
    Ok([b"{", members.join(",").as_bytes(), b",\"predicate\":", &predicate.json, b"}"].concat())
}

fn predicate(kind: &ResultKind, file: &[u8], name: &str) -> Result<Predicate, Unreadable> {
    if *kind == ResultKind::TestResult && junit::is_xml(file) {
        let value = junit::result(file, name)?;
        return Ok(Predicate { kind: TEST_RESULT.to_owned(), json: value.to_string().into_bytes(), value });
    }
    let value = json::value(file)?;
    if value.get("_type").is_some() || (value.get("payloadType").is_some() && value.get("payload").is_some()) {
        return Err(Unreadable::whole("this is a statement or an envelope already; leave `--type` away"));
    }
    let kind = match kind {
        ResultKind::TestResult => TEST_RESULT.to_owned(),
        ResultKind::VulnerabilityScan => VULNERABILITIES.to_owned(),
        ResultKind::Ticket => TICKET.to_owned(),
        ResultKind::Sbom => sbom(&value).map_err(Unreadable::whole)?,
        ResultKind::Other(uri) => uri.clone(),
    };
    Ok(Predicate { kind, json: file.trim_ascii().to_vec(), value })
}

/// The type of a bill of materials, with its version.
fn sbom(value: &Value) -> Result<String, String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let version = |text: &str| text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(spdx) = text("spdxVersion").and_then(|version| version.strip_prefix("SPDX-")).filter(|text| version(text)) {
        return Ok(format!("{SPDX}/v{spdx}"));
    }
    let is_cyclonedx = text("bomFormat") == Some("CycloneDX");
    if let Some(cyclonedx) = text("specVersion").filter(|text| is_cyclonedx && version(text)) {
        return Ok(format!("{CYCLONEDX}/v{cyclonedx}"));
    }
    Err("this is no bill of materials: neither SPDX (`spdxVersion`) nor CycloneDX (`bomFormat`, `specVersion`) in JSON".to_owned())
}

#[cfg(test)]
mod tests {
    use tollgate_core::digest::Digest;

    use super::super::statement::Statement;
    use super::*;

    fn subjects() -> Vec<EvidenceSubject> {
        vec![EvidenceSubject { digest: Digest::of(b"image"), name: "cart \"1\"".to_owned() }]
    }

    fn make(kind: &str, file: &str) -> Result<Statement, String> {
        let made = statement(&kind.parse().unwrap(), file.as_bytes(), "result", &subjects()).map_err(|error| error.reason)?;
        Ok(Statement::read(&made).unwrap())
    }

    #[test]
    fn each_kind_gets_its_type_and_keeps_what_it_says() {
        for (kind, file, expected) in [
            ("test-result", r#"{"result": "FAILED", "configuration": []}"#, TEST_RESULT),
            ("vulnerability-scan", r#"{"scanner": {"uri": "pkg:x", "result": []}}"#, VULNERABILITIES),
            ("ticket", r#"{"id": "CHG-7", "state": "approved"}"#, TICKET),
            ("sbom", r#"{"spdxVersion": "SPDX-2.3"}"#, "https://spdx.dev/Document/v2.3"),
            ("sbom", r#"{"bomFormat": "CycloneDX", "specVersion": "1.6"}"#, "https://cyclonedx.org/bom/v1.6"),
            ("https://example.com/load-test", r#"{"a": 1}"#, "https://example.com/load-test"),
        ] {
            let made = make(kind, file).unwrap();
            assert_eq!(made.predicate_type, expected);
            assert_eq!(made.value["predicate"], serde_json::from_str::<Value>(file).unwrap());
            assert_eq!(made.subjects, subjects());
        }
    }

    #[test]
    fn numbers_go_in_as_they_were_written() {
        let file = br#" {"big": 123456789012345678901234567890.10} "#;
        let made = statement(&ResultKind::Other("a:b".to_owned()), file, "x", &subjects()).unwrap();
        assert!(String::from_utf8(made).unwrap().ends_with(r#""predicate":{"big": 123456789012345678901234567890.10}}"#));
    }

    #[test]
    fn what_is_of_another_kind_is_refused() {
        for (kind, file, part) in [
            ("test-result", "[]", "no object"),
            ("test-result", r#"{"result": "PASSED"}"#, "`configuration`"),
            ("vulnerability-scan", "{}", "`scanner`"),
            ("vulnerability-scan", r#"{"scanner": {"uri": "x"}}"#, "`scanner.result`"),
            ("ticket", r#"{"id": "CHG-7", "state": ""}"#, "`state`"),
            ("sbom", r#"{"spdxVersion": "2.3"}"#, "no bill of materials"),
            ("sbom", r#"{"bomFormat": "CycloneDX", "specVersion": "1./"}"#, "no bill of materials"),
            ("ticket", r#"{"_type": "x"}"#, "already"),
            ("ticket", r#"{"payload": "", "payloadType": "x"}"#, "already"),
            ("ticket", r#"{"id": "1", "id": "2", "state": "x"}"#, "twice"),
        ] {
            let reason = make(kind, file).unwrap_err();
            assert!(reason.contains(part), "{kind} {file}: {reason}");
        }
        assert!("tests".parse::<ResultKind>().unwrap_err().contains("`test-result`"));
    }
}
