//! Workloads whose number of replicas is an autoscaler's to say.
//!
//! Such a number is not sent. One that tollgate has set before the autoscaler came is kept as it is until the autoscaler sets it:
//! to stop sending it would put it back to one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tollgate_core::document::ObjectIdentity;

use super::failure::ServerError;
use super::owned::Owned;
use super::server::{MANAGER, Server};
use super::wanted::Wanted;

/// What autoscalers scale: namespace, kind and name.
pub(super) type Scaled = BTreeSet<(String, String, String)>;

/// What is scaled by the autoscalers of the recipe, and by those that are there already where the recipe has workloads with a
/// number of replicas.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn scaled(server: &Server, wanted: &[Wanted]) -> Result<Scaled, ServerError> {
    let is_autoscaler = |identity: &ObjectIdentity| identity.kind == "HorizontalPodAutoscaler" && identity.group() == "autoscaling";
    let own = wanted.iter().filter(|wanted| is_autoscaler(&wanted.key.identity));
    let mut scaled: Scaled = own.filter_map(|wanted| target(wanted.key.identity.namespace.as_deref()?, &wanted.body)).collect();
    let counted = wanted.iter().filter(|wanted| wanted.body.pointer("/spec/replicas").is_some());
    let namespaces: BTreeSet<&str> = counted.filter_map(|wanted| wanted.key.identity.namespace.as_deref()).collect();
    for namespace in namespaces {
        let path = format!("/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers");
        let live = server.list(&path, "").await?;
        scaled.extend(live.iter().filter_map(|autoscaler| target(namespace, autoscaler)));
    }
    Ok(scaled)
}

fn target(namespace: &str, autoscaler: &Value) -> Option<(String, String, String)> {
    let text = |member: &str| autoscaler.pointer(&format!("/spec/scaleTargetRef/{member}")).and_then(Value::as_str);
    Some((namespace.to_owned(), text("kind")?.to_owned(), text("name")?.to_owned()))
}

/// Leaves the number of replicas to the autoscaler, if there is one.
pub(super) fn leave(wanted: &mut Wanted, live: Option<&Value>, scaled: &Scaled) {
    let ObjectIdentity { namespace, kind, name, .. } = &wanted.key.identity;
    let key = (namespace.clone().unwrap_or_default(), kind.clone(), name.clone());
    let Some(spec) = wanted.body.get_mut("spec").and_then(Value::as_object_mut).filter(|_| scaled.contains(&key)) else { return };
    match live.and_then(kept) {
        Some(replicas) => drop(spec.insert("replicas".to_owned(), replicas)),
        None => drop(Map::remove(spec, "replicas")),
    }
}

/// The number that is there, if tollgate has set it and nobody since.
fn kept(live: &Value) -> Option<Value> {
    Owned::part_by(MANAGER, live).pointer("/spec/replicas").cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_core::render::ObjectKey;

    use super::*;

    fn left(live: Option<&Value>, scaled: &[&str]) -> Option<Value> {
        let identity = ObjectIdentity {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("shop".to_owned()),
            name: "cart".to_owned(),
        };
        let key = ObjectKey { component: "cart".to_owned(), identity };
        let mut wanted = Wanted { key, body: json!({"spec": {"replicas": 2}}), path: None, has_status: true };
        let scaled = scaled.iter().map(|name| ("shop".to_owned(), "Deployment".to_owned(), (*name).to_owned())).collect();
        leave(&mut wanted, live, &scaled);
        wanted.body["spec"].get("replicas").cloned()
    }

    #[test]
    fn only_what_an_autoscaler_scales_is_left_to_it() {
        assert_eq!(left(None, &["mail"]), Some(json!(2)));
        assert_eq!(left(None, &["cart"]), None);
    }

    #[test]
    fn a_number_that_is_still_ours_stays_as_it_is_until_it_is_the_autoscaler_s() {
        let live = |fields: Value| json!({"metadata": {"managedFields": [{"manager": MANAGER, "operation": "Apply", "fieldsV1": fields}]}, "spec": {"replicas": 7}});
        assert_eq!(left(Some(&live(json!({"f:spec": {"f:replicas": {}}}))), &["cart"]), Some(json!(7)));
        assert_eq!(left(Some(&live(json!({"f:spec": {"f:paused": {}}}))), &["cart"]), None);
        assert_eq!(left(Some(&json!({"spec": {"replicas": 7}})), &["cart"]), None);
    }

    #[test]
    fn an_autoscaler_names_what_it_scales() {
        let autoscaler = json!({"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}}});
        assert_eq!(target("shop", &autoscaler), Some(("shop".to_owned(), "Deployment".to_owned(), "cart".to_owned())));
        assert_eq!(target("shop", &json!({})), None);
    }
}
