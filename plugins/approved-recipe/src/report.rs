//! The words of the findings.

use tollgate_sdk::{Document, Finding, Node, Rule, Value};

use crate::compare::{Difference, What};
use crate::place::walk;
use crate::rules::{
    BYPASSED_OWNER, DELETED, DIFFERS, EXTRA, FORGED_OWNER, IMAGE_NOT_APPROVED, IMAGE_WITHOUT_DIGEST, NOT_APPROVED, UNKNOWN,
};
use crate::shown::{Shown, name};

/// So many findings of a rule are told one by one.
const TOLD: usize = 10;

pub(crate) fn unknown(document: &Document<'_>, target: &str) -> Finding {
    let message = format!("nothing is known to be approved for `{target}`, so {} is not", label(document));
    UNKNOWN.at(&document.root(), message).fix(format!("Promote a recipe to `{target}`, and let `tollgate serve` read the ledger"))
}

pub(crate) fn not_approved(document: &Document<'_>, target: &str) -> Finding {
    let message = format!("{} is in no approved recipe of `{target}`", label(document));
    NOT_APPROVED.at(&document.root().get("metadata").get("name"), message).fix("Add it to the repository and promote that")
}

pub(crate) fn deleted(document: &Document<'_>, target: &str, promotion: &str) -> Finding {
    let message = format!("{} is deleted although `{promotion}`, which runs on `{target}`, has it", label(document));
    DELETED.at(&document.root().get("metadata").get("name"), message).fix("Remove it from the repository and promote that")
}

pub(crate) fn forged(document: &Document<'_>, controller: &Node<'_>, user: &str) -> Finding {
    let message = format!("{} says that {} made it, but `{user}` did", label(document), owner(controller));
    FORGED_OWNER
        .at(controller, message)
        .fix("Leave it to the controller to make it, or name the user in `operators` if it is the controller")
}

pub(crate) fn bypassed(document: &Document<'_>, changed: &Node<'_>, controller: &Node<'_>, user: &str) -> Finding {
    let name = changed.pointer();
    let name = name.trim_start_matches('/');
    let message = format!("{} is made by {}, but `{user}` changes its `{name}`", label(document), owner(controller));
    BYPASSED_OWNER.at(changed, message).fix(
        "Change what it is made from in the repository and promote that, or name the user in `operators` if it is the controller",
    )
}

pub(crate) fn image_not_approved(node: &Node<'_>, image: &str) -> Finding {
    IMAGE_NOT_APPROVED.at(node, format!("image `{image}` is in no approved recipe")).fix("Promote a recipe that has this image")
}

pub(crate) fn image_without_digest(node: &Node<'_>, image: &str) -> Finding {
    let message = format!("image `{image}` has no digest, so nobody knows what would run");
    IMAGE_WITHOUT_DIGEST.at(node, message).fix("Name the image of an approved recipe with its digest")
}

pub(crate) fn no_image(node: &Node<'_>, image: &str, reason: &str) -> Finding {
    let message = format!("`{image}` is not an image reference: {reason}");
    IMAGE_WITHOUT_DIGEST.at(node, message).fix("Name the image of an approved recipe with its digest")
}

/// What is different, the first ten of each rule one by one.
pub(crate) fn differences(document: &Document<'_>, promotion: &str, differences: &[Difference<'_>]) -> Vec<Finding> {
    let shows_values = (document.group(), document.kind()) != ("", "Secret");
    let is_extra = |one: &&Difference<'_>| matches!(one.what, What::Extra(_));
    let (extra, other): (Vec<_>, Vec<_>) = differences.iter().partition(is_extra);
    let mut findings = Vec::new();
    for (rule, differences) in [(&DIFFERS, other), (&EXTRA, extra)] {
        let told = differences.iter().take(TOLD);
        findings.extend(told.map(|one| difference(rule, document, promotion, one, shows_values)));
        findings
            .extend(differences.len().checked_sub(TOLD).filter(|more| *more > 0).map(|more| rest(rule, document, promotion, more)));
    }
    findings
}

fn difference(rule: &'static Rule, document: &Document<'_>, promotion: &str, one: &Difference<'_>, shows_values: bool) -> Finding {
    let name = name(&one.steps);
    let show = |value: &Value<'_>| if shows_values { format!(" {}", Shown(value)) } else { String::new() };
    let message = match one.what {
        What::Other { approved, found: Some(found) } if shows_values => {
            format!("`{name}` is {}, and {} was approved with `{promotion}`", Shown(found), Shown(approved))
        }
        What::Other { found: Some(_), .. } => format!("`{name}` is another than was approved with `{promotion}`"),
        What::Other { approved, found: None } => format!("`{name}` is missing:{} was approved with `{promotion}`", show(approved)),
        What::Missing(element) => format!("`{name}` lacks an element:{} was approved with `{promotion}`", show(element)),
        What::Extra(found) if shows_values => format!("`{name}` is {}, and `{promotion}` has no such field", Shown(found)),
        What::Extra(_) => format!("`{name}` is there, and `{promotion}` has no such field"),
    };
    rule.at(&walk(&document.root(), &one.steps), message).fix(remedy(rule, promotion))
}

fn rest(rule: &'static Rule, document: &Document<'_>, promotion: &str, more: usize) -> Finding {
    let fields = if more == 1 { "field" } else { "fields" };
    let what = if rule.id == EXTRA.id { "without one in" } else { "other than in" };
    let message = format!("{} has {more} more {fields} {what} `{promotion}`", label(document));
    rule.at(&document.root(), message).fix(remedy(rule, promotion))
}

fn remedy(rule: &Rule, promotion: &str) -> String {
    let change = format!("Change it in the repository and promote that in place of `{promotion}`");
    if rule.id == EXTRA.id { format!("{change}, or name it in `extraFields` if something in the cluster adds it") } else { change }
}

/// How messages call an object: `` `Deployment shop/cart` ``.
fn label(document: &Document<'_>) -> String {
    let namespace = document.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let generated = || document.root().walk(&["metadata", "generateName"]).as_str().map(|start| format!("{start}…"));
    let name = Some(document.name().to_owned()).filter(|name| !name.is_empty()).or_else(generated).unwrap_or_default();
    format!("`{} {namespace}{name}`", document.kind())
}

fn owner(controller: &Node<'_>) -> String {
    let text = |name| controller.get(name).as_str().unwrap_or_default();
    format!("`{} {}`", text("kind"), text("name"))
}
