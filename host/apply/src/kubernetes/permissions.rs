//! What whoever asks may not do, all of it at once: asked for only where the API server has refused something.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::failure::ServerError;
use super::inventory::Place;
use super::kinds::Kinds;
use super::server::{AT_ONCE, Server};
use super::wanted::Wanted;

/// What an apply does with every object. A server-side apply is a patch, and a create where the object is not there.
const VERBS: [&str; 4] = ["get", "create", "patch", "delete"];

/// Something that may be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    group: String,
    /// `deployments`
    resource: String,
    namespace: Option<String>,
    verb: &'static str,
}

/// The permissions that an apply needs and that are not there, as people write them: `patch deployments.apps in shop`.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn missing(server: &Server, wanted: &[Wanted], kinds: &Kinds, place: &Place) -> Result<Vec<String>, ServerError> {
    let asked = stream::iter(needed(wanted, kinds, place).into_iter().map(|permission| ask(server, permission)));
    let answers: Vec<Option<String>> = asked.buffered(AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
}

fn needed(wanted: &[Wanted], kinds: &Kinds, place: &Place) -> BTreeSet<Permission> {
    let of = |group: &str, resource: &str, namespace: Option<&String>, verb: &'static str| Permission {
        group: group.to_owned(),
        resource: resource.to_owned(),
        namespace: namespace.cloned(),
        verb,
    };
    let inventory = ["get", "create", "update"].map(|verb| of("", "configmaps", Some(&place.namespace), verb));
    let objects = wanted.iter().filter_map(|wanted| Some((&wanted.key.identity, kinds.get(&wanted.key.identity)?)));
    let objects = objects
        .flat_map(|(identity, kind)| VERBS.map(|verb| of(identity.group(), kind.plural(), identity.namespace.as_ref(), verb)));
    inventory.into_iter().chain(objects).collect()
}

async fn ask(server: &Server, permission: Permission) -> Result<Option<String>, ServerError> {
    let Permission { group, resource, namespace, verb } = &permission;
    let attributes = json!({"group": group, "resource": resource, "namespace": namespace, "verb": verb});
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes},
    });
    let answer = server.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review).await?;
    let is_allowed = answer.pointer("/status/allowed").and_then(Value::as_bool) == Some(true);
    Ok((!is_allowed).then(|| permission.to_string()))
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { group, resource, namespace, verb } = self;
        write!(f, "{verb} {resource}")?;
        if !group.is_empty() {
            write!(f, ".{group}")?;
        }
        namespace.iter().try_for_each(|namespace| write!(f, " in {namespace}"))
    }
}
