//! Structure: what no gate and no override can soften. Findings `structure/…`, always `deny`.

use crate::digest::Digest;
use crate::finding::{Finding, Subject};
use crate::pipeline::{GitReference, Target};
use crate::plan::{Action, Conflict, NoDigest, Plan, Verb};
use crate::proven::ProvenRecipe;
use crate::render::Rendered;

/// Name of the policy that structural findings carry.
pub const POLICY: &str = "structure";

/// A rule of structure, for the docs.
#[derive(Clone, Copy, Debug)]
pub struct StructureRule {
    pub id: &'static str,
    pub title: &'static str,
    pub help: &'static str,
}

/// All rules of structure.
pub const RULES: [StructureRule; 8] = [
    StructureRule {
        id: "on",
        title: "The reference moves this target",
        help: "A target moves when a branch or tag matches its `on`. Asking for a target by `--to` does not change that.",
    },
    StructureRule {
        id: "requires",
        title: "The Ops twin has proven the recipe",
        help: "A recipe reaches an Apps target only after the very same recipe succeeded on every target that it `requires`.",
    },
    StructureRule {
        id: "after",
        title: "The environments before have proven the recipe",
        help: "A recipe reaches an environment only after the very same recipe succeeded where `after` says.",
    },
    StructureRule {
        id: "promotable",
        title: "Nothing is promoted from an unpromotable environment",
        help: "What ran in an environment with `promotable: false` proves nothing, however well it ran.",
    },
    StructureRule {
        id: "rollback",
        title: "A target goes back only to what was healthy there",
        help: "A rollback needs no proof from the environments before, because the recipe has run on this very target. One that failed there or was rolled back is no way back.",
    },
    StructureRule {
        id: "duplicate-object",
        title: "Each object comes from one document",
        help: "Two documents that describe one object would overwrite each other. Remove or rename one of them.",
    },
    StructureRule {
        id: "conflict",
        title: "The target holds nothing that tollgate did not put there",
        help: "What somebody else put in the target's place is not overwritten. Move it away, or point the target elsewhere.",
    },
    StructureRule {
        id: "confirmed-deletes",
        title: "What holds data is deleted only when that was confirmed",
        help: "A namespace, a claim, a definition or a stateful set takes data along when it is deleted. Look at the plan; if it is meant, say its digest: `--confirm-deletes`, or the variable `TOLLGATE_CONFIRM_DELETES`. Another plan needs another confirmation. Which kinds hold data says `confirmDeletes` of the target.",
    },
];

fn finding(rule: &str, subject: Subject, message: String, remediation: &str) -> Finding {
    Finding::of_host((POLICY, rule), subject, None, message, remediation)
}

/// Whether a reference may move a recipe to a target at all.
pub fn check_way(target: &Target, reference: &GitReference, recipe: Digest, proven: &[ProvenRecipe]) -> Vec<Finding> {
    let subject = || Subject::Target(target.name.clone());
    let mut findings = Vec::new();
    if !target.on.iter().any(|trigger| trigger.matches(reference)) {
        let message = format!("{reference} does not move target `{}`", target.name);
        findings.push(finding("on", subject(), message, "Use a branch or tag that matches the target's `on`."));
    }
    for (rule, predecessors) in [("requires", &target.requires), ("after", &target.after)] {
        for predecessor in predecessors {
            findings.extend(check_predecessor(rule, target, predecessor, recipe, proven));
        }
    }
    for group in &target.after_any {
        findings.extend(check_any(target, group, recipe, proven));
    }
    findings
}

/// Of a group one is enough; otherwise what is wrong with each of them is said.
fn check_any(target: &Target, group: &[String], recipe: Digest, proven: &[ProvenRecipe]) -> Vec<Finding> {
    let checked: Vec<Option<Finding>> =
        group.iter().map(|predecessor| check_predecessor("after", target, predecessor, recipe, proven)).collect();
    if checked.iter().any(Option::is_none) { Vec::new() } else { checked.into_iter().flatten().collect() }
}

fn check_predecessor(rule: &str, target: &Target, predecessor: &str, recipe: Digest, proven: &[ProvenRecipe]) -> Option<Finding> {
    let subject = Subject::Target(target.name.clone());
    let short = recipe.short();
    let Some(proof) = proven.iter().find(|proof| proof.target == predecessor && proof.recipe == recipe) else {
        let message = format!("recipe {short} has not succeeded on `{predecessor}`, which `{}` comes after", target.name);
        return Some(finding(rule, subject, message, &format!("Promote this recipe to `{predecessor}` first.")));
    };
    if !proof.standing {
        let message = format!("recipe {short} failed on `{predecessor}` after it had succeeded there");
        return Some(finding(rule, subject, message, &format!("Promote it to `{predecessor}` again, or promote a mended one.")));
    }
    if !proof.promotable {
        let message =
            format!("recipe {short} ran on `{predecessor}`, whose environment `{}` nothing is promoted from", proof.environment);
        return Some(finding("promotable", subject, message, "Merge the change, so that it goes the way of the default branch."));
    }
    None
}

/// Whether a target may go back to a recipe: only to one that is healthy there. The way by which it came is behind it.
pub fn check_rollback(target: &Target, recipe: Digest, proven: &[ProvenRecipe]) -> Vec<Finding> {
    let subject = Subject::Target(target.name.clone());
    let short = recipe.short();
    let proof = proven.iter().find(|proof| proof.target == target.name && proof.recipe == recipe);
    let message = match proof {
        Some(proof) if proof.standing => return Vec::new(),
        Some(_) => format!("recipe {short} failed on `{}` or was rolled back there, so it is no way back", target.name),
        None => format!("recipe {short} never succeeded on `{}`, so it is no way back", target.name),
    };
    vec![finding(
        "rollback",
        subject,
        message,
        "Go back to a recipe that was healthy there; `tollgate explain` names the last one.",
    )]
}

/// Objects that two documents describe.
pub fn check_objects(rendered: &Rendered) -> Vec<Finding> {
    let duplicate = |(first, second): (&crate::render::RenderedDocument, &crate::render::RenderedDocument)| {
        let message = format!("`{}` stands in `{}` and in `{}`", second.identity, first.path, second.path);
        finding("duplicate-object", Subject::Component(second.component.clone()), message, "Remove or rename one of the two.")
    };
    rendered.duplicates().into_iter().map(duplicate).collect()
}

/// What stands in a plan's way.
pub fn check_plan(plan: &Plan) -> Vec<Finding> {
    let conflict = |conflict: &Conflict| {
        let message = format!("`{}` is in the way: {}", conflict.at, conflict.message);
        finding("conflict", Subject::Target(plan.target.clone()), message, "Move it away, or point the target elsewhere.")
    };
    plan.conflicts.iter().map(conflict).collect()
}

/// What a plan deletes of kinds that hold data, unless the digest of this very plan was confirmed.
///
/// # Errors
/// When the plan has no digest.
pub fn check_deletes(kinds: &[String], plan: &Plan, confirmed: Option<Digest>) -> Result<Vec<Finding>, NoDigest> {
    let holds_data = |action: &&Action| action.verb == Verb::Delete && kinds.contains(&action.object.identity.kind);
    let mut deleted = plan.actions.iter().filter(holds_data).peekable();
    if deleted.peek().is_none() {
        return Ok(Vec::new());
    }
    let digest = plan.digest()?;
    if confirmed == Some(digest) {
        return Ok(Vec::new());
    }
    let other =
        confirmed.map(|confirmed| format!("; what was confirmed is {}, another plan", confirmed.short())).unwrap_or_default();
    let unconfirmed = |action: &Action| {
        let message = format!("`{}` would be deleted, and what it holds with it{other}", action.object.identity);
        let remediation = format!("Look at the plan. If it is meant, do the same with `--confirm-deletes {digest}`.");
        finding("confirmed-deletes", Subject::Target(plan.target.clone()), message, &remediation)
    };
    Ok(deleted.map(unconfirmed).collect())
}
