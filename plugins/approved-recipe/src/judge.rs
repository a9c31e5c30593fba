//! Which rules are asked about a request.

use tollgate_sdk::workload::pods;
use tollgate_sdk::{Document, Finding, Level};

use crate::admission::{Operation, Request};
use crate::exempt::{EPHEMERAL_CONTAINERS, is_exempt, is_outside};
use crate::recipe::{self, Asked};
use crate::settings::Settings;
use crate::{images, report, rules};

/// Judges the object of a request.
pub(crate) fn judge(document: &Document<'_>, request: &Request<'_>, settings: &Settings) -> Vec<Finding> {
    if is_exempt(document, request) {
        return Vec::new();
    }
    if let Some(unreadable) = unreadable(document) {
        return vec![unreadable];
    }
    let by_controller = settings.is_controller(request.user);
    let deletes = request.operation == Operation::Delete;
    let Some(approved) = &request.approved else {
        return unknown(document, request.target, deletes, by_controller).into_iter().collect();
    };
    if is_outside(document, approved) {
        return Vec::new();
    }
    if deletes {
        let promotion = approved.runs_now().filter(|_| !by_controller);
        return promotion.map(|promotion| report::deleted(document, request.target, promotion)).into_iter().collect();
    }
    let pods = pods(document);
    let mut findings = images::judge(document, &pods, request, approved, settings);
    if request.sub_resource != Some(EPHEMERAL_CONTAINERS) {
        findings.extend(recipe::judge(&Asked { document, pods: &pods, request, approved, settings, by_controller }));
    }
    findings
}

/// What an object is called decides on what it is compared with.
fn unreadable(document: &Document<'_>) -> Option<Finding> {
    let root = document.root();
    let text = |node: &tollgate_sdk::Node<'_>| !node.exists() || node.as_str().is_some();
    let metadata = root.get("metadata");
    let nodes = [root.get("apiVersion"), root.get("kind"), metadata.get("name"), metadata.get("namespace")];
    if !root.is_object() {
        return Some(rules::UNKNOWN.unreadable(&root));
    }
    if metadata.exists() && !metadata.is_object() {
        return Some(rules::UNKNOWN.unreadable(&metadata));
    }
    nodes.iter().find(|node| !text(node)).map(|node| rules::UNKNOWN.unreadable(node))
}

/// Nothing is known to be approved, so nothing passes. What goes away runs nothing, so that is only told.
fn unknown(document: &Document<'_>, target: &str, deletes: bool, by_controller: bool) -> Option<Finding> {
    let finding = report::unknown(document, target);
    match (deletes, by_controller) {
        (true, true) => None,
        (true, false) => Some(finding.at_level(Level::Warn)),
        (false, _) => Some(finding),
    }
}
