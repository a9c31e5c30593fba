//! Whose an object is: what a controller makes is left to that controller, if it did make it.

use tollgate_sdk::{Document, Finding, Node, Value};

use crate::admission::{Operation, Request};
use crate::change::changed;
use crate::{report, rules};

/// Whose an object is.
#[derive(Debug)]
pub(crate) enum Owner {
    /// Nobody's but the recipe's.
    None,
    /// A controller's.
    Believed,
    /// A controller's, but somebody else has a hand in it.
    Bypassed(Finding),
    /// A controller's, as whoever asks says, or whatever stands there.
    Forged(Finding),
}

/// Whose an object is. An owner is believed to those who make objects on behalf of others, and where it was believed before.
pub(crate) fn owner(document: &Document<'_>, request: &Request<'_>, by_controller: bool) -> Owner {
    let root = document.root();
    let references = root.walk(&["metadata", "ownerReferences"]);
    let controller = match controller(&references) {
        Ok(None) => return Owner::None,
        Ok(Some(controller)) => controller,
        Err(unreadable) => return Owner::Forged(unreadable),
    };
    if by_controller {
        return Owner::Believed;
    }
    let uid = controller.get("uid").as_str().filter(|uid| !uid.is_empty());
    let old = request.old.filter(|_| request.operation == Operation::Update);
    match old {
        // Labels may be put on what a controller made, but what runs is between the two.
        Some(old) if uid.is_some() && uid == old_uid(old) => match root.value().and_then(|new| changed(old, new)) {
            None => Owner::Believed,
            Some(name) => Owner::Bypassed(report::bypassed(document, &root.get(name), &controller, request.user)),
        },
        _ => Owner::Forged(report::forged(document, &controller, request.user)),
    }
}

/// The one reference that says that it is the controller.
fn controller<'a>(references: &Node<'a>) -> Result<Option<Node<'a>>, Finding> {
    if references.exists() && !references.is_list() {
        return Err(rules::FORGED_OWNER.unreadable(references));
    }
    let mut found = None;
    for reference in references.elements() {
        let flag = reference.get("controller");
        match flag.as_bool() {
            Some(true) if found.is_none() => found = Some(reference),
            Some(false) => {}
            None if reference.is_object() && !flag.exists() => {}
            _ => return Err(rules::FORGED_OWNER.unreadable(&reference)),
        }
    }
    Ok(found)
}

fn old_uid<'v>(old: &'v Value<'v>) -> Option<&'v str> {
    let Some(Value::Array(references)) = old.get("metadata").and_then(|metadata| metadata.get("ownerReferences")) else {
        return None;
    };
    let controller = references.iter().find(|reference| reference.get("controller") == Some(&Value::Bool(true)))?;
    controller.get("uid")?.as_str()
}
