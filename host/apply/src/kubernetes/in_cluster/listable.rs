//! Which kinds can be listed, each in the version that the server prefers.

use std::collections::BTreeSet;

use kube::client::Client;
use kube::core::discovery::v2::{APIGroupDiscovery, APIResourceDiscovery};
use tollgate_core::ports::{ClusterKind, Unread};

use crate::kubernetes::failure::ServerError;

/// Kinds, and groups that nobody answers for now.
#[derive(Default)]
pub(super) struct Listable {
    pub(super) kinds: Vec<ClusterKind>,
    pub(super) unread: Vec<Unread>,
}

/// Asks the server.
pub(super) async fn discover(client: &Client) -> Result<Listable, ServerError> {
    let mut all = Listable::default();
    for group in client.list_core_api_versions_aggregated().await?.items {
        all.add(&group);
    }
    for group in client.list_api_groups_aggregated().await?.items {
        all.add(&group);
    }
    Ok(all)
}

impl Listable {
    /// The versions of a group stand in the order in which the server prefers them.
    fn add(&mut self, group: &APIGroupDiscovery) {
        let name = group.metadata.as_ref().and_then(|metadata| metadata.name.clone()).unwrap_or_default();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for version in &group.versions {
            let number = version.version.clone().unwrap_or_default();
            let api_version = if name.is_empty() { number } else { format!("{name}/{number}") };
            if version.freshness.as_deref() == Some("Stale") {
                let why = "the server can't look it up now; look at its APIService".to_owned();
                self.unread.push(Unread { what: format!("all kinds of {api_version}"), why });
            }
            for resource in &version.resources {
                let kind = kind(&api_version, resource);
                self.kinds.extend(kind.filter(|kind| known.insert(kind.kind.clone())));
            }
        }
    }
}

/// What can be listed and deleted: other things that can be listed are measurements, and nobody's objects.
fn kind(api_version: &str, resource: &APIResourceDiscovery) -> Option<ClusterKind> {
    let is_listable = ["list", "delete"].iter().all(|verb| resource.verbs.iter().any(|known| known == verb));
    Some(ClusterKind {
        api_version: api_version.to_owned(),
        kind: resource.response_kind.as_ref()?.kind.clone()?,
        resource: resource.resource.clone()?,
        is_namespaced: resource.scope.as_deref() == Some("Namespaced"),
    })
    .filter(|_| is_listable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_is_listed_once_and_in_the_version_that_the_server_prefers() {
        let resource = |kind: &str, verbs: &[&str]| json!({"resource": format!("{}s", kind.to_lowercase()), "scope": "Namespaced", "verbs": verbs, "responseKind": {"group": "autoscaling", "version": "v2", "kind": kind}});
        let verbs = ["list", "delete", "get"];
        let group = json!({"metadata": {"name": "autoscaling"}, "versions": [
            {"version": "v2", "freshness": "Current", "resources": [resource("Scaler", &verbs)]},
            {"version": "v1", "freshness": "Stale", "resources": [resource("Scaler", &verbs), resource("Old", &verbs), resource("Metric", &["list"])]},
        ]});
        let mut all = Listable::default();
        all.add(&serde_json::from_value(group).unwrap());
        let told: Vec<String> = all.kinds.iter().map(|kind| format!("{} {}", kind.api_version, kind.resource)).collect();
        assert_eq!(told, ["autoscaling/v2 scalers", "autoscaling/v1 olds"]);
        assert_eq!(all.unread[0].what, "all kinds of autoscaling/v1");
    }
}
