//! Plans of Terraform: the JSON that `terraform show -json` prints, taken apart into the changes that it would make.
//!
//! After Terraform's [JSON output format](https://developer.hashicorp.com/terraform/internals/json-format). A value that the
//! plan calls sensitive is withheld here, before there is a document that could be seen. Variables, state and configuration
//! are not taken over at all.

use serde_json::{Map, Value, json};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::language::TERRAFORM;
use tollgate_core::pointer::Pointer;

use tollgate_core::sensitive::withhold_change;

/// A document of a plan.
#[derive(Debug)]
pub(crate) struct PlanDocument {
    pub(crate) identity: ObjectIdentity,
    /// Pointer from the plan to what it is made of.
    pub(crate) base: Pointer,
    pub(crate) body: Vec<u8>,
}

/// What is no change, though it stands among them: where, and why.
pub(crate) type Invalid = (Pointer, &'static str);

/// The documents of a plan; nothing for what is none. `name` is that of the whole plan.
pub(crate) fn plan(name: &str, json: &[u8]) -> Option<Vec<Result<PlanDocument, Invalid>>> {
    let mut plan: Map<String, Value> = serde_json::from_slice(json).ok()?;
    let is_text = |key: &str| plan.get(key).is_some_and(Value::is_string);
    if !is_text("format_version") || !is_text("terraform_version") {
        return None;
    }
    let Some(Value::Array(changes)) = plan.remove("resource_changes") else { return None };
    let all = Pointer::root().member("resource_changes");
    let mut documents = vec![Ok(summary(name, plan, &changes))];
    documents.extend((0..).zip(changes).map(|(index, change)| resource_change(all.element(index), change)));
    Some(documents)
}

/// What concerns the plan as a whole.
fn summary(name: &str, mut plan: Map<String, Value>, changes: &[Value]) -> PlanDocument {
    let mut body = Map::new();
    for key in ["format_version", "terraform_version", "complete", "errored"] {
        body.extend(plan.remove(key).map(|value| (key.to_owned(), value)));
    }
    if let Some(mut outputs) = plan.remove("output_changes") {
        withhold_outputs(&mut outputs);
        body.insert("output_changes".to_owned(), outputs);
    }
    body.insert("counts".to_owned(), counts(changes));
    document("Plan", name, Pointer::root(), body)
}

fn withhold_outputs(outputs: &mut Value) {
    match outputs {
        Value::Object(outputs) => outputs.values_mut().for_each(withhold_change),
        Value::Null => {}
        other => *other = json!("withheld"),
    }
}

/// How many resources have each action. One that is deleted and created has `replace`.
fn counts(changes: &[Value]) -> Value {
    let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for change in changes {
        let actions = change.pointer("/change/actions").and_then(Value::as_array);
        let actions: Vec<&str> = actions.into_iter().flatten().filter_map(Value::as_str).collect();
        let action = match actions.as_slice() {
            [] => continue,
            [action] => action,
            _ => "replace",
        };
        *counts.entry(action).or_default() += 1;
    }
    json!(counts)
}

fn resource_change(base: Pointer, change: Value) -> Result<PlanDocument, Invalid> {
    let Value::Object(mut members) = change else { return Err((base, "the resource change is no object")) };
    let Some(address) = members.get("address").and_then(Value::as_str).map(ToOwned::to_owned) else {
        return Err((base, "the resource change has no address"));
    };
    match members.get_mut("change") {
        Some(change) => withhold_change(change),
        None => return Err((base, "the resource change does not say what changes")),
    }
    Ok(document("ResourceChange", &address, base, members))
}

fn document(kind: &str, name: &str, base: Pointer, mut members: Map<String, Value>) -> PlanDocument {
    members.insert("apiVersion".to_owned(), json!(TERRAFORM));
    members.insert("kind".to_owned(), json!(kind));
    members.insert("metadata".to_owned(), json!({ "name": name }));
    let identity =
        ObjectIdentity { api_version: TERRAFORM.to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() };
    PlanDocument { identity, base, body: Value::Object(members).to_string().into_bytes() }
}

#[cfg(test)]
mod tests;
