//! Which objects of a plan are there already and would become the target's.

use std::collections::BTreeSet;

use serde_json::Value;
use tollgate_core::plan::{Plan, Verb};
use tollgate_core::ports::TakenOver;

use super::failure::ServerError;
use super::inventory::Place;
use super::kinds::Kinds;
use super::order::Id;
use super::server::{MANAGER, Server};
use super::stored;

/// What a plan changes and no inventory of the target has.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn adopted(server: &Server, place: &Place, plan: &Plan) -> Result<Vec<TakenOver>, ServerError> {
    // What is there and can't be read is told by the plan.
    let members = stored::read(server, place).await?.map(|stored| stored.inventory.members).unwrap_or_default();
    let known: BTreeSet<Id> = members.iter().map(|member| Id::of(&member.identity)).collect();
    let changed = plan.actions.iter().filter(|action| action.verb == Verb::Change).map(|action| &action.object);
    let kinds = Kinds::discover(server.client()).await?;
    let mut adopted = Vec::new();
    for object in changed.filter(|object| !known.contains(&Id::of(&object.identity))) {
        let live = match kinds.get(&object.identity) {
            Some(kind) => server.get(&kind.object(&object.identity)).await?,
            None => None,
        };
        adopted.push(TakenOver { object: object.clone(), set_by: live.as_ref().map(managers).unwrap_or_default() });
    }
    Ok(adopted)
}

/// Who has set fields of the object itself: not its status, nor its number of replicas by way of an autoscaler.
fn managers(object: &Value) -> Vec<String> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let own = entries.filter(|entry| entry["subresource"].as_str().unwrap_or_default().is_empty());
    let names: BTreeSet<&str> = own.filter_map(|entry| entry["manager"].as_str()).filter(|name| *name != MANAGER).collect();
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_only_says_how_it_is_with_an_object_has_set_nothing() {
        let entry = |manager: &str, subresource: Value| json!({"manager": manager, "subresource": subresource});
        let fields = [
            entry("kubectl", Value::Null),
            entry("kubectl", json!("")),
            entry("helm", Value::Null),
            entry("kube-controller-manager", json!("status")),
            entry(MANAGER, Value::Null),
        ];
        assert_eq!(managers(&json!({"metadata": {"managedFields": fields}})), ["helm", "kubectl"]);
    }
}
