//! Waivers that stand in an object's own annotations, where the configuration allows that:
//!
//! ```yaml
//! metadata:
//!   annotations:
//!     waiver.tollgate.dev/image-pinned.digest: 2027-01-31 lead@example.com Moves to the managed service.
//! ```
//!
//! Whoever writes the object writes the waiver, so the review of the change is the approval.

use std::collections::BTreeSet;

use serde_json::Value;
use tollgate_core::document::Location;
use tollgate_core::finding::{Finding, RuleId};
use tollgate_core::pipeline::Pipeline;
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::LocateValue;
use tollgate_core::terms::Terms;
use tollgate_core::time::Timestamp;
use tollgate_core::waiver::{Uses, Waiver, WaiverSubject, waive};
use tollgate_gate::{JudgedDocument, Judgements};

const PREFIX: &str = "waiver.tollgate.dev/";

/// Waivers, what became of each, and annotations that are none although they look like it.
#[derive(Default)]
pub(crate) struct Waived {
    pub(crate) waivers: Vec<Waiver>,
    pub(crate) uses: Uses,
    pub(crate) notices: Vec<String>,
}

/// Lets the waivers of the configuration accept findings, and after them those of the objects. `documents` reads the objects of
/// files, and is asked only where inline waivers are allowed and something is left to accept.
pub(crate) fn accept(
    pipeline: &Pipeline,
    now: Timestamp,
    judgements: &mut Judgements,
    documents: impl FnOnce(&BTreeSet<String>) -> Vec<JudgedDocument>,
    locate: &dyn LocateValue,
) -> Waived {
    let (waivers, uses) = (pipeline.waivers.clone(), waive(&pipeline.waivers, now, judgements.findings_mut()));
    let mut waived = Waived { waivers, uses, notices: Vec::new() };
    if !pipeline.inline_waivers {
        return waived;
    }
    let left = files(&judgements.findings());
    if left.is_empty() {
        return waived;
    }
    let mut inline = Vec::new();
    for document in documents(&left) {
        for (annotation, text) in annotations(&document) {
            match waiver(&document, &annotation, &text, pipeline, locate) {
                Ok(waiver) => inline.push(waiver),
                Err(why) => waived.notices.push(format!("`{annotation}` of {} is no waiver: {why}", document.document.identity)),
            }
        }
    }
    waived.uses.extend(waive(&inline, now, judgements.findings_mut()));
    waived.waivers.extend(inline);
    waived
}

/// The files in which something is found that nothing accepts yet.
fn files(findings: &[Finding]) -> BTreeSet<String> {
    let left = findings.iter().filter(|finding| finding.waiver.is_none());
    left.filter_map(|finding| finding.location.as_ref()).map(|location| location.file.clone()).collect()
}

fn annotations(document: &JudgedDocument) -> Vec<(String, String)> {
    let body: Value = serde_json::from_slice(&document.withheld).unwrap_or_default();
    let all = body.pointer("/metadata/annotations").and_then(Value::as_object);
    let own = all.into_iter().flatten().filter(|(key, _)| key.starts_with(PREFIX));
    own.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

fn waiver(
    document: &JudgedDocument,
    annotation: &str,
    text: &str,
    pipeline: &Pipeline,
    locate: &dyn LocateValue,
) -> Result<Waiver, String> {
    let rule = annotation.trim_start_matches(PREFIX);
    let (policy, rule) = rule.split_once('.').ok_or("its name is `<policy>.<rule>`")?;
    let mandatory = pipeline
        .gates
        .iter()
        .find(|gate| gate.enforcement == Enforcement::Mandatory && gate.requirement.policies().contains(&policy));
    if let Some(gate) = mandatory {
        return Err(format!("the gate `{}` is mandatory", gate.name));
    }
    let mut words = text.splitn(3, ' ').map(str::trim).filter(|word| !word.is_empty());
    let (Some(day), Some(approver), Some(reason)) = (words.next(), words.next(), words.next()) else {
        return Err("it says `DAY APPROVER REASON`".to_owned());
    };
    let expires = day.parse().map_err(|_| format!("`{day}` is no day"))?;
    let pointer = Pointer::root().member("metadata").member("annotations").member(annotation);
    let (source, identity) = (&document.document.source, &document.document.identity);
    let span = locate.locate_in(&document.document, &[pointer]).pop().unwrap_or(tollgate_core::document::Span::START);
    let subject = WaiverSubject {
        kind: identity.kind.clone(),
        namespace: identity.namespace.clone(),
        name: identity.name.clone(),
        file: Some(source.path.clone()),
        pointers: Vec::new(),
    };
    let location = Location { file: source.path.clone(), span };
    let terms = Terms { reason: reason.to_owned(), approver: approver.to_owned(), expires, location };
    Ok(Waiver { rule: RuleId::new(policy, rule), subject, terms })
}
