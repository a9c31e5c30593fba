//! `PolicyReport` and `ClusterPolicyReport` objects (wgpolicyk8s.io/v1alpha2) as a YAML stream, for what shows such reports.
//!
//! One report for each namespace that a judged document with findings names, and one of the cluster for all else: documents
//! that leave their namespace out, what is about no document, gates that passed, and what could not be done.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_saphyr::SerializerOptions;
use tollgate_core::policy::Enforcement;
use tollgate_core::time::Timestamp;

use crate::check::CheckReport;
use crate::clean;
use crate::failure::Failure;
use crate::finding::{DocumentReport, FindingReport};
use crate::format::sentence;
use crate::gate::GateReport;
use crate::standing::Standing;
use crate::text::drawn;

const API_VERSION: &str = "wgpolicyk8s.io/v1alpha2";

/// The name of every report: a newer one replaces an older one.
pub const NAME: &str = "tollgate-check";

/// The report as objects, of a check that was done at `at`. Fixed findings are not in it.
///
/// Texts that readers of YAML 1.1, an API server among them, would take for something else (`yes`, `012`) are quoted.
///
/// # Errors
/// Never; the type says what serialising may refuse.
pub fn to_string(report: &CheckReport, at: Timestamp) -> Result<String, serde_saphyr::SerializeError> {
    let at = At { seconds: at.as_second(), nanos: at.subsec_nanosecond() };
    let mut by_namespace: BTreeMap<Option<&str>, Vec<Entry>> = BTreeMap::from([(None, Vec::new())]);
    for finding in report.findings.iter().filter(|finding| finding.standing() != Standing::Fixed) {
        by_namespace.entry(namespace(finding)).or_default().push(of_finding(finding, at));
    }
    let of_cluster =
        report.gates.iter().filter_map(|gate| of_gate(gate, at)).chain(report.errors.iter().map(|error| of_failure(error, at)));
    by_namespace.entry(None).or_default().extend(of_cluster);
    let mut text = String::new();
    for (namespace, results) in by_namespace {
        text.push_str("---\n");
        text.push_str(&serde_saphyr::to_string_with_options(&PolicyReport::new(namespace, results), options())?);
    }
    Ok(text)
}

fn options() -> SerializerOptions {
    let mut options = SerializerOptions::default();
    // All texts are of one line, and stay on it.
    options.prefer_block_scalars = false;
    options.folded_wrap_chars = usize::MAX;
    options
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyReport {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    summary: Summary,
    results: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Metadata {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    labels: BTreeMap<&'static str, &'static str>,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    pass: u64,
    fail: u64,
    warn: u64,
    error: u64,
    skip: u64,
}

/// One result.
#[derive(Debug, Serialize)]
struct Entry {
    source: &'static str,
    policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    result: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
    scored: bool,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    timestamp: At,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<&'static str, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Pass,
    Fail,
    Warn,
    Error,
    Skip,
}

/// An object that a result is about.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    api_version: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    name: String,
}

/// Since 1970, in UTC.
#[derive(Clone, Copy, Debug, Serialize)]
struct At {
    seconds: i64,
    nanos: i32,
}

impl PolicyReport {
    fn new(namespace: Option<&str>, results: Vec<Entry>) -> Self {
        let labels = BTreeMap::from([("app.kubernetes.io/managed-by", "tollgate")]);
        Self {
            api_version: API_VERSION,
            kind: if namespace.is_some() { "PolicyReport" } else { "ClusterPolicyReport" },
            metadata: Metadata { name: NAME, namespace: namespace.map(str::to_owned), labels },
            summary: Summary::of(&results),
            results,
        }
    }
}

impl Summary {
    fn of(results: &[Entry]) -> Self {
        let mut summary = Self::default();
        for entry in results {
            match entry.result {
                Outcome::Pass => summary.pass += 1,
                Outcome::Fail => summary.fail += 1,
                Outcome::Warn => summary.warn += 1,
                Outcome::Error => summary.error += 1,
                Outcome::Skip => summary.skip += 1,
            }
        }
        summary
    }
}

impl Entry {
    fn plain(policy: &str, result: Outcome, message: String, at: At) -> Self {
        Self {
            source: "tollgate",
            policy: clean::line(policy),
            rule: None,
            result,
            severity: None,
            scored: matches!(result, Outcome::Fail | Outcome::Pass | Outcome::Error),
            message,
            resources: Vec::new(),
            timestamp: at,
            properties: BTreeMap::new(),
        }
    }
}

/// The namespace that a document names, if it is one (RFC 1123, label): an API server takes no other.
fn namespace(finding: &FindingReport) -> Option<&str> {
    let namespace = finding.document.as_ref()?.namespace.as_deref()?;
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = (1..=63).contains(&namespace.len()) && namespace.bytes().all(is_inner);
    (is_label && !namespace.starts_with('-') && !namespace.ends_with('-')).then_some(namespace)
}

fn of_finding(finding: &FindingReport, at: At) -> Entry {
    let result = match finding.standing() {
        Standing::Blocks => Outcome::Fail,
        Standing::Warns => Outcome::Warn,
        // A note holds nothing against the document.
        Standing::Notes => Outcome::Pass,
        Standing::Waived | Standing::Fixed => Outcome::Skip,
    };
    Entry {
        rule: Some(clean::line(&finding.rule)),
        severity: Some(drawn::severity_word(finding.severity)),
        resources: finding.document.iter().map(Resource::from).collect(),
        properties: properties(finding),
        ..Entry::plain(&finding.policy, result, sentence::finding(finding), at)
    }
}

fn properties(finding: &FindingReport) -> BTreeMap<&'static str, String> {
    let file = finding.file.as_deref().map(|file| ("file", clean::line(file)));
    let line = finding.line.map(|line| ("line", line.to_string()));
    let column = finding.column.map(|column| ("column", column.to_string()));
    let pointer = finding.pointer.as_deref().map(|pointer| ("pointer", clean::line(pointer)));
    let controls = (!finding.controls.is_empty()).then(|| ("controls", clean::line(&finding.controls.join(" "))));
    let fingerprint = Some(("fingerprint", finding.fingerprint.clone()));
    [file, line, column, pointer, controls, fingerprint].into_iter().flatten().collect()
}

/// What findings don't say of a gate: that it passed, applied to nothing, or is advisory and could not judge.
fn of_gate(gate: &GateReport, at: At) -> Option<Entry> {
    let (result, message) = match gate.verdict.as_str() {
        "pass" => (Outcome::Pass, "the gate passes".to_owned()),
        "not-applicable" => (Outcome::Skip, "there is nothing that it applies to".to_owned()),
        // That of a gate that blocks is an error of the report.
        "error" if gate.enforcement == Enforcement::Advisory => (
            Outcome::Skip,
            clean::line(&format!("could not judge, which blocks nothing: {}", gate.message.as_deref().unwrap_or("no verdict"))),
        ),
        _ => return None,
    };
    Some(Entry::plain(&gate.name, result, message, at))
}

fn of_failure(failure: &Failure, at: At) -> Entry {
    let rule = Some(clean::line(&failure.name));
    Entry { rule, ..Entry::plain("tollgate", Outcome::Error, sentence::failure(failure), at) }
}

impl From<&DocumentReport> for Resource {
    fn from(document: &DocumentReport) -> Self {
        Self {
            api_version: clean::line(&document.api_version),
            kind: clean::line(&document.kind),
            namespace: document.namespace.as_deref().map(clean::line),
            name: clean::line(&document.name),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
