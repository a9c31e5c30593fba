//! no-self-approval (5): nobody's yes counts for their own change, neither of a recipe nor of what judges it.

use serde_json::Value;

use super::Look;
use super::blocked::glass;
use crate::chronicle::Entry;
use crate::stage::WEAK;
use crate::step::{Person, Place};

/// Who writes all changes.
const AUTHOR: Person = Person::Dev;

pub(super) fn check(look: &Look<'_>) {
    for entry in look.new {
        if entry.is("decided") && entry.body()["decision"] == "approved" && entry.target() == Some(&Place::Prod.target()) {
            assert_approved(look, entry);
        }
        if entry.is("policy-accepted") {
            assert_reviewed(look, entry);
        }
    }
}

/// Somebody of the teams who neither wrote it nor asked for it has approved this recipe, and no smaller plan. Or glass was broken.
fn assert_approved(look: &Look<'_>, decision: &Entry) {
    if glass(look, decision, "four-eyes").is_some() {
        return;
    }
    let others: Vec<String> = [Person::Lead, Person::Operator]
        .into_iter()
        .filter(|person| Some(*person) != tagger(look, decision))
        .map(Person::address)
        .collect();
    let approves = |entry: &&Entry| {
        let is_same = (entry.recipe(), entry.target()) == (decision.recipe(), decision.target());
        entry.is("approval") && is_same && others.iter().any(|other| other == entry.by()) && covers(look, entry, decision)
    };
    let entries = &look.stage.chronicle.entries()[..usize::try_from(decision.index()).unwrap()];
    let approval = entries.iter().rfind(approves);
    let approval = approval.unwrap_or_else(|| panic!("no-self-approval: nobody else approved {}", decision.text()));
    let takes_back = |entry: &&Entry| {
        let is_same = (entry.recipe(), entry.target()) == (decision.recipe(), decision.target());
        entry.is("rejection") && is_same && entry.by() == approval.by()
    };
    let no = entries[usize::try_from(approval.index()).unwrap()..].iter().find(takes_back);
    assert!(no.is_none(), "no-self-approval: {} was approved, and then rejected", decision.text());
}

/// Who signed the tag that it was asked for by.
fn tagger(look: &Look<'_>, decision: &Entry) -> Option<Person> {
    let tag = decision.body()["provenance"]["reference"]["tag"].as_str()?;
    look.stage.tags.iter().find(|(name, _)| name == tag).and_then(|(_, signer)| *signer)
}

/// Whether the plan that was approved does all that is done.
fn covers(look: &Look<'_>, approval: &Entry, decision: &Entry) -> bool {
    let actions = |entry: &Entry| -> Vec<Value> {
        entry.blob("plan").map(|plan| look.stage.chronicle.blob(plan)["actions"].as_array().unwrap().clone()).unwrap_or_default()
    };
    let approved = actions(approval);
    actions(decision).iter().all(|action| approved.contains(action))
}

/// A revision that asks less than the one before was reviewed by somebody of the teams who did not write it.
fn assert_reviewed(look: &Look<'_>, accepted: &Entry) {
    let deployment = &look.stage.signed.shop.deployment;
    let is_weak = |commit: &str| deployment.git(&["show", &format!("{commit}:tollgate.yaml")]).contains(WEAK);
    let entries = &look.stage.chronicle.entries()[..usize::try_from(accepted.index()).unwrap()];
    let before = entries.iter().rfind(|entry| entry.is("policy-accepted") || entry.is("trust")).unwrap();
    let commit_of = |entry: &Entry| entry.body()["commit"].as_str().unwrap().to_owned();
    let commit = commit_of(accepted);
    if !is_weak(&commit) || is_weak(&commit_of(before)) {
        return;
    }
    let tree = deployment.git(&["rev-parse", &format!("{commit}^{{tree}}")]);
    let reviews = |entry: &Entry| {
        let of_tree = entry.is("approval") && entry.body()["kind"] == "review" && entry.body()["tree"] == *tree;
        of_tree && entry.by() != AUTHOR.address() && [Person::Lead, Person::Operator].iter().any(|one| one.address() == entry.by())
    };
    assert!(entries.iter().any(reviews), "no-self-approval: nobody else reviewed {}", accepted.text());
}
