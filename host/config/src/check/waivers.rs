//! `waivers`: known findings that are accepted for a time.

use std::collections::BTreeSet;

use tollgate_core::finding::RuleId;
use tollgate_core::pipeline::{Gate, PolicySpec};
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::SourceError;
use tollgate_core::terms::Terms;
use tollgate_core::waiver::{Waiver, WaiverSubject};

use crate::origin::At;
use crate::raw::text::PathText;
use crate::raw::waivers as raw;
use crate::reading::Reading;
use crate::schema::ConfigurationSchema;
use crate::shape::{Shaped, shape};
use crate::source::fault_of_path;

/// The waivers of all files that are named. `gates` and `policies` are those of the whole configuration.
pub(crate) fn waivers(
    files: &[PathText],
    (policies, gates): (&[PolicySpec], &[Gate]),
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<Vec<Waiver>, SourceError> {
    let mut all = Vec::new();
    let mut read = BTreeSet::new();
    for (index, path) in files.iter().enumerate() {
        let (path, at) = (path.as_str().trim_start_matches("./"), at.element(index));
        if let Some(fault) = fault_of_path(path) {
            reading.problems.push(at.problem(format!("path of the waivers {fault}, not `{path}`")));
        } else if !read.insert(path) {
            reading.problems.push(at.problem(format!("`{path}` is named twice")));
        } else {
            all.extend(of_file(path, (policies, gates), &at, reading)?);
        }
    }
    Ok(all)
}

fn of_file(
    path: &str,
    judges: (&[PolicySpec], &[Gate]),
    named: &At<'_>,
    reading: &mut Reading<'_>,
) -> Result<Vec<Waiver>, SourceError> {
    let before = reading.problems.len();
    let Some(file) = reading.file(path)? else {
        if reading.problems.len() == before {
            reading.problems.push(named.problem(format!("there is no file `{path}`")));
        }
        return Ok(Vec::new());
    };
    let Shaped { raw, origin, problems } = shape::<raw::WaiverFile>(&file, ConfigurationSchema::Waivers);
    reading.flaws.extend(problems);
    let written = raw.iter().flat_map(|raw| &raw.waivers).enumerate();
    let at = |index| At::root(&origin).member("waivers").element(index);
    Ok(written.filter_map(|(index, waiver)| self::waiver(waiver, judges, &at(index), reading)).collect())
}

fn waiver(
    raw: &raw::Waiver,
    (policies, gates): (&[PolicySpec], &[Gate]),
    at: &At<'_>,
    reading: &mut Reading<'_>,
) -> Option<Waiver> {
    let (policy, rule) = raw.rule.as_str().split_once('/')?;
    if !reading.incomplete && !policies.iter().any(|known| known.name == policy) {
        let problem = at.member("rule").problem(format!("there is no policy `{policy}`"));
        reading.problems.push(problem.suggest(policy, policies.iter().map(|known| known.name.as_str())));
    }
    if let Some(gate) = mandatory(policy, gates) {
        let message = format!("the gate `{gate}` is mandatory, so that nothing it denies can be waived");
        reading.problems.push(at.member("rule").problem(message).hint("fix what is found, or make the gate overridable"));
    }
    let subject = subject(&raw.subject, &at.member("subject"), reading)?;
    let Ok(expires) = raw.expires.as_str().parse() else {
        let message = format!("there is no day `{}`", raw.expires.as_str());
        reading.problems.push(at.member("expires").problem(message).hint("days are written as `2026-12-31`"));
        return None;
    };
    let (reason, approver) = (raw.reason.as_str().to_owned(), raw.approver.as_str().to_owned());
    let terms = Terms { reason, approver, expires, location: at.location() };
    Some(Waiver { rule: RuleId::new(policy, rule), subject, terms })
}

/// The mandatory gate that asks a policy.
fn mandatory<'g>(policy: &str, gates: &'g [Gate]) -> Option<&'g str> {
    let asks = |gate: &&Gate| gate.enforcement == Enforcement::Mandatory && gate.requirement.policies().contains(&policy);
    gates.iter().find(asks).map(|gate| gate.name.as_str())
}

fn subject(raw: &raw::WaiverSubject, at: &At<'_>, reading: &mut Reading<'_>) -> Option<WaiverSubject> {
    if raw.name.is_none() && raw.file.is_none() {
        reading.problems.push(at.problem("a waiver is about one object: it needs `name`, or `file` where the object has no name"));
        return None;
    }
    Some(WaiverSubject {
        kind: raw.kind.as_str().to_owned(),
        namespace: raw.namespace.as_ref().map(|namespace| namespace.as_str().to_owned()),
        name: raw.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        file: raw.file.as_ref().map(|file| file.as_str().trim_start_matches("./").to_owned()),
        // The form of the text is the form of pointers.
        pointers: raw.pointers.iter().filter_map(|pointer| pointer.as_str().parse().ok()).collect(),
    })
}
