//! What whoever asks may not do, all of it at once: asked for only where the API server has refused something.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::failure::ServerError;
use super::inventory::Place;
use super::kinds::Kinds;
use super::needs::{Collection, Needs, Places};
use super::server::{AT_ONCE, Server};
use super::wanted::Wanted;

/// The permissions that an apply needs and that are not there, as people write them: `patch deployments.apps in shop`.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn missing(server: &Server, wanted: &[Wanted], kinds: &Kinds, place: &Place) -> Result<Vec<String>, ServerError> {
    let asked = stream::iter(needed(wanted, kinds, place).into_iter().map(|permission| ask(server, permission)));
    let answers: Vec<Vec<String>> = asked.buffered(AT_ONCE).try_collect().await?;
    let all: BTreeSet<String> = answers.into_iter().flatten().collect();
    Ok(all.into_iter().collect())
}

/// Something to be done with objects of a collection: with these, or with any.
type Permission = (Collection, &'static str, BTreeSet<String>);

fn needed(wanted: &[Wanted], kinds: &Kinds, place: &Place) -> Vec<Permission> {
    let places = Places::new(kinds, place, wanted.iter().map(|wanted| (&wanted.key.identity, &wanted.body)));
    let mut needs = Needs::of_target(place);
    for object in wanted.iter().filter_map(|wanted| places.find(&wanted.key.identity, &wanted.body)) {
        needs.add_object(&object);
    }
    let asked_for = needs.all.into_iter().filter(|((purpose, ..), _)| purpose.is_asked_for());
    asked_for.map(|((_, collection, verb), names)| (collection, verb, names)).collect()
}

/// What is missing of it. That may be granted for all objects of a collection, or for single ones by name.
async fn ask(server: &Server, (collection, verb, names): Permission) -> Result<Vec<String>, ServerError> {
    if may(server, &collection, verb, None).await? {
        return Ok(Vec::new());
    }
    let mut missing = Vec::new();
    for name in &names {
        if !may(server, &collection, verb, Some(name)).await? {
            missing.push(name);
        }
    }
    if missing.len() == names.len() {
        return Ok(vec![format!("{verb} {collection}")]);
    }
    Ok(missing.into_iter().map(|name| format!("{verb} {collection}, named {name}")).collect())
}

async fn may(server: &Server, collection: &Collection, verb: &str, name: Option<&str>) -> Result<bool, ServerError> {
    let Collection { group, resource, namespace } = collection;
    let attributes = json!({"group": group, "resource": resource, "namespace": namespace, "verb": verb, "name": name});
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes},
    });
    let answer = server.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review).await?;
    Ok(answer.pointer("/status/allowed").and_then(Value::as_bool) == Some(true))
}
