//! What a plan does, taken from the JSON that `terraform show -json` prints.
//!
//! After Terraform's [JSON output format](https://developer.hashicorp.com/terraform/internals/json-format).

use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::language::TERRAFORM;
use tollgate_core::plan::{Action, FieldChange, PlannedValue, Verb};
use tollgate_core::pointer::Pointer;
use tollgate_core::render::ObjectKey;
use tollgate_core::sensitive::hides;
use tollgate_core::terraform::resource_identity;

use super::fields::{Side, changed};
use crate::key::PlanKey;

/// The kind that outputs have.
const OUTPUT: &str = "output";

/// What is done, and how much stays as it is.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Sorted by object; a replacement is two, in the order in which they are done.
    pub(super) actions: Vec<Action>,
    pub(super) unchanged: u32,
}

/// Reads a plan of a component.
///
/// # Errors
/// Says what of it is not understood: then nobody knows what it does.
pub(super) fn changes(component: &str, plan: &Value, key: Option<&PlanKey>) -> Result<Changes, &'static str> {
    let format = plan.get("format_version").and_then(Value::as_str);
    if !format.is_some_and(|format| format.starts_with("1.")) {
        return Err("it is no plan in a form that this version of tollgate knows");
    }
    if plan.get("errored") == Some(&Value::Bool(true)) {
        return Err("it says that it failed");
    }
    // Older programs don't say it.
    if plan.get("complete").is_some_and(|complete| *complete != Value::Bool(true)) {
        return Err("it says that it is not complete: after it there would be more to do that nobody has seen");
    }
    let mut changes = Changes::default();
    let reader = Reader { component, key };
    for resource in plan.get("resource_changes").and_then(Value::as_array).into_iter().flatten() {
        reader.resource(resource, &mut changes)?;
    }
    for (name, output) in plan.get("output_changes").and_then(Value::as_object).into_iter().flatten() {
        let identity =
            ObjectIdentity { api_version: TERRAFORM.to_owned(), kind: OUTPUT.to_owned(), namespace: None, name: name.clone() };
        reader.change(&identity, output, Vec::new(), &mut changes)?;
    }
    changes.actions.sort_by(|a, b| a.object.cmp(&b.object));
    Ok(changes)
}

struct Reader<'a> {
    component: &'a str,
    key: Option<&'a PlanKey>,
}

impl Reader<'_> {
    fn resource(&self, resource: &Value, changes: &mut Changes) -> Result<(), &'static str> {
        let identity = resource_identity(resource).ok_or("a change has no address and type")?;
        let change = resource.get("change").ok_or("a change does not say what changes")?;
        let mut besides = Vec::new();
        if let Some(previous) = resource.get("previous_address") {
            besides.push(beside("address", Some(previous.clone()), resource.get("address").cloned()));
        }
        if let Some(imported) = change.get("importing") {
            besides.push(beside("import", None, Some(imported.clone())));
        }
        self.change(&identity, change, besides, changes)
    }

    /// Adds what is done. What changes beside the fields makes something of what would else be nothing.
    fn change(
        &self,
        identity: &ObjectIdentity,
        change: &Value,
        mut besides: Vec<FieldChange>,
        changes: &mut Changes,
    ) -> Result<(), &'static str> {
        let words: Vec<&str> =
            change.get("actions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let verbs: &[Verb] = match words.as_slice() {
            ["no-op"] if besides.is_empty() => {
                changes.unchanged = changes.unchanged.saturating_add(1);
                return Ok(());
            }
            // Nothing is written by reading.
            ["read"] => return Ok(()),
            ["create"] => &[Verb::Create],
            ["no-op" | "update"] => &[Verb::Change],
            ["delete"] => &[Verb::Delete],
            ["delete", "create"] => &[Verb::Delete, Verb::Create],
            ["create", "delete"] => &[Verb::Create, Verb::Delete],
            ["forget"] => {
                besides.push(beside("managed", Some(json!(true)), None));
                &[Verb::Change]
            }
            ["create", "forget"] => {
                besides.push(beside("managed", Some(json!(true)), None));
                &[Verb::Change, Verb::Create]
            }
            _ => return Err("it has an action that this version of tollgate does not know"),
        };
        for verb in verbs {
            changes.actions.push(self.action(*verb, identity, change, &besides)?);
        }
        Ok(())
    }

    fn action(
        &self,
        verb: Verb,
        identity: &ObjectIdentity,
        change: &Value,
        besides: &[FieldChange],
    ) -> Result<Action, &'static str> {
        let side = |value: &str, mask: &str| Side { value: change.get(value), mask: change.get(mask) };
        let none = Side::default();
        let before = if verb == Verb::Create { none } else { side("before", "before_sensitive") };
        let after = if verb == Verb::Delete { none } else { side("after", "after_sensitive") };
        let unknown = change.get("after_unknown").filter(|_| verb != Verb::Delete);
        let fields = changed(before, after, unknown, self.key);
        let is_secret = after.mask.is_some_and(hides);
        let sends = after.value.filter(|_| !is_secret).map(|value| Digest::of_canonical(&json!([value, unknown])));
        Ok(Action {
            verb,
            object: ObjectKey { component: self.component.to_owned(), identity: identity.clone() },
            live_uid: uid(before),
            sends: sends.transpose().map_err(|_| "a value has no canonical form")?,
            changes: besides.iter().cloned().chain(fields).collect(),
            takes: Vec::new(),
            by_server: Vec::new(),
        })
    }
}

/// The id that the provider has given, where it may be seen.
fn uid(before: Side<'_>) -> Option<String> {
    let is_hidden = before.mask.is_some_and(|mask| mask == &Value::Bool(true) || mask.get("id").is_some_and(hides));
    before.value.filter(|_| !is_hidden)?.get("id")?.as_str().map(ToOwned::to_owned)
}

/// Something that is no field of the resource itself.
fn beside(what: &str, before: Option<Value>, after: Option<Value>) -> FieldChange {
    let plain = |value: Option<Value>| value.map(PlannedValue::Plain);
    FieldChange { path: Pointer::root().member(&format!("({what})")), before: plain(before), after: plain(after) }
}

/// The plan as anybody may see it: what it does, sensitive values withheld. Variables, state and configuration are left out.
pub(super) fn shown(plan: &Value) -> Value {
    let mut shown = serde_json::Map::new();
    for key in ["format_version", "terraform_version", "complete", "errored", "resource_changes", "output_changes"] {
        shown.extend(plan.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    for change in shown.get_mut("resource_changes").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(change) = change.get_mut("change") {
            tollgate_core::sensitive::withhold_change(change);
        }
    }
    let outputs = shown.get_mut("output_changes").and_then(Value::as_object_mut);
    outputs.into_iter().flat_map(|outputs| outputs.values_mut()).for_each(tollgate_core::sensitive::withhold_change);
    Value::Object(shown)
}

#[cfg(test)]
mod tests;
