//! Whether an object is as an approved recipe has it.

use tollgate_sdk::workload::Pod;
use tollgate_sdk::{Document, Finding, Value};

use crate::admission::{Approved, Operation, Request, Written};
use crate::change;
use crate::compare::{Circumstances, Difference, Excuses, compare};
use crate::ownership::{Owner, owner};
use crate::place::{Moment, Sides, Step};
use crate::report;
use crate::settings::Settings;
use crate::shape;

/// An object that is to be created or changed.
#[derive(Debug)]
pub(crate) struct Asked<'v> {
    pub(crate) document: &'v Document<'v>,
    pub(crate) pods: &'v [Pod<'v>],
    pub(crate) request: &'v Request<'v>,
    pub(crate) approved: &'v Approved<'v>,
    pub(crate) settings: &'v Settings,
    /// Whether one of those asks who make objects on behalf of others.
    pub(crate) by_controller: bool,
}

/// Judges an object that is of a kind that the recipes contain, or that runs something.
pub(crate) fn judge(asked: &Asked<'_>) -> Vec<Finding> {
    let Asked { document, approved, .. } = asked;
    let is_concerned = approved.has_kind(document.group(), document.kind()) || !asked.pods.is_empty();
    if approved.documents.is_empty() && !is_concerned {
        return Vec::new();
    }
    match owner(document, asked.request, asked.by_controller) {
        Owner::Believed if asked.by_controller => Vec::new(),
        // Whoever else asks may not change what the recipe says of it, either.
        Owner::Believed => differences(asked, true),
        Owner::Bypassed(finding) => vec![finding],
        Owner::Forged(finding) => std::iter::once(finding).chain(differences(asked, true)).collect(),
        Owner::None if !approved.documents.is_empty() => differences(asked, false),
        Owner::None if asked.by_controller || only_goes_away(asked) => Vec::new(),
        Owner::None => vec![report::not_approved(document, asked.request.target)],
    }
}

/// What is different from the approved document that is nearest, the newest of these.
fn differences(asked: &Asked<'_>, is_owned: bool) -> Vec<Finding> {
    let excuses = Excuses::of(asked.settings, asked.document, asked.pods);
    let mut nearest: Option<(Written<'_>, Vec<Difference<'_>>)> = None;
    for &written in &asked.approved.documents {
        let mut found = compare_with(asked, written.body, &excuses);
        // What is said of an owner is judged by itself.
        found.retain(|one| !is_owned || !one.steps.starts_with(&OWNERS));
        if found.is_empty() {
            return Vec::new();
        }
        if nearest.as_ref().is_none_or(|(_, before)| found.len() < before.len()) {
            nearest = Some((written, found));
        }
    }
    nearest.map(|(written, found)| report::differences(asked.document, written.promotion, &found)).unwrap_or_default()
}

const OWNERS: [Step<'_>; 2] = [Step::Member("metadata"), Step::Member("ownerReferences")];

fn compare_with<'v>(asked: &'v Asked<'v>, body: &'v Value<'v>, excuses: &Excuses<'_>) -> Vec<Difference<'v>> {
    let Asked { document, request, .. } = asked;
    let is_update = request.operation == Operation::Update;
    let moment = Moment { is_update, by_controller: asked.by_controller, old: request.old.filter(|_| is_update) };
    let circumstances = Circumstances { moment, is_autoscaled: asked.approved.is_autoscaled, excuses };
    let sides = Sides { approved: Some(body), found: document.root().value() };
    compare(shape::of(document.group(), document.kind()), sides, circumstances)
}

fn only_goes_away(asked: &Asked<'_>) -> bool {
    let old = asked.request.old.filter(|_| asked.request.operation == Operation::Update);
    old.zip(asked.document.root().value()).is_some_and(|(old, new)| change::only_goes_away(old, new))
}
