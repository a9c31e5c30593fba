//! Which kinds an API server has, and under which paths (aggregated discovery, apidiscovery.k8s.io/v2).

use std::collections::BTreeMap;

use kube::client::Client;
use kube::core::discovery::v2::{APIGroupDiscovery, APIResourceDiscovery};
use tollgate_core::document::ObjectIdentity;

use super::failure::ServerError;

/// A kind of object, as the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// `/apis/apps/v1`
    base: String,
    /// `deployments`
    plural: String,
    pub(super) is_namespaced: bool,
    /// Whether its controllers say how it is with it.
    pub(super) has_status: bool,
}

impl Kind {
    /// `deployments`
    pub(super) fn plural(&self) -> &str {
        &self.plural
    }

    /// `/apis/apps/v1/namespaces/shop/deployments`; without a namespace, all of them.
    pub(super) fn collection(&self, namespace: Option<&str>) -> String {
        match namespace.filter(|_| self.is_namespaced) {
            Some(namespace) => format!("{}/namespaces/{namespace}/{}", self.base, self.plural),
            None => format!("{}/{}", self.base, self.plural),
        }
    }

    /// `/apis/apps/v1/namespaces/shop/deployments/cart`
    pub(super) fn object(&self, identity: &ObjectIdentity) -> String {
        // Names of roles may hold what a path may not.
        let name: String = form_urlencoded::byte_serialize(identity.name.as_bytes()).collect();
        format!("{}/{name}", self.collection(identity.namespace.as_deref()))
    }
}

/// All kinds, by `apiVersion` and `kind`.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    all: BTreeMap<(String, String), Kind>,
}

impl Kinds {
    /// Asks the server.
    ///
    /// # Errors
    /// When it can't be asked, or a part of it does not answer: a kind that is missing now would be taken for one that never was.
    pub(super) async fn discover(client: &Client) -> Result<Self, ServerError> {
        let mut kinds = Self::default();
        for group in client.list_core_api_versions_aggregated().await?.items {
            kinds.add(&group, "/api")?;
        }
        for group in client.list_api_groups_aggregated().await?.items {
            kinds.add(&group, "/apis")?;
        }
        Ok(kinds)
    }

    fn add(&mut self, group: &APIGroupDiscovery, root: &str) -> Result<(), ServerError> {
        let name = group.metadata.as_ref().and_then(|metadata| metadata.name.clone()).unwrap_or_default();
        for version in &group.versions {
            let number = version.version.clone().unwrap_or_default();
            let api_version = if name.is_empty() { number } else { format!("{name}/{number}") };
            if version.freshness.as_deref() == Some("Stale") {
                return Err(ServerError::Incomplete { group: api_version });
            }
            for resource in &version.resources {
                self.add_resource(&api_version, &format!("{root}/{api_version}"), resource);
            }
        }
        Ok(())
    }

    fn add_resource(&mut self, api_version: &str, base: &str, resource: &APIResourceDiscovery) {
        let kind = resource.response_kind.as_ref().and_then(|kind| kind.kind.clone());
        let (Some(kind), Some(plural)) = (kind, resource.resource.clone()) else { return };
        // What can't be applied is no kind to us: reviews, bindings.
        if ["get", "patch", "delete"].iter().all(|verb| resource.verbs.iter().any(|known| known == verb)) {
            let is_namespaced = resource.scope.as_deref() == Some("Namespaced");
            let has_status = resource.subresources.iter().any(|sub| sub.subresource.as_deref() == Some("status"));
            self.all.insert((api_version.to_owned(), kind), Kind { base: base.to_owned(), plural, is_namespaced, has_status });
        }
    }

    pub(super) fn get(&self, identity: &ObjectIdentity) -> Option<&Kind> {
        self.all.get(&(identity.api_version.clone(), identity.kind.clone()))
    }

    /// The same, also where the version that is named is no longer served: the object is there under another one.
    pub(super) fn of_any_version(&self, identity: &ObjectIdentity) -> Option<&Kind> {
        let is_it = |(api_version, kind): &(String, String)| {
            let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
            group == identity.group() && *kind == identity.kind
        };
        self.get(identity).or_else(|| self.all.iter().find(|(key, _)| is_it(key)).map(|(_, kind)| kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_also_where_its_version_is_no_longer_served() {
        let (base, plural) = ("/apis/policy/v1".to_owned(), "poddisruptionbudgets".to_owned());
        let kind = Kind { base, plural, is_namespaced: true, has_status: true };
        let key = ("policy/v1".to_owned(), "PodDisruptionBudget".to_owned());
        let kinds = Kinds { all: [(key, kind.clone())].into() };
        let identity = |api_version: &str| ObjectIdentity {
            api_version: api_version.to_owned(),
            kind: "PodDisruptionBudget".to_owned(),
            namespace: Some("shop".to_owned()),
            name: "cart".to_owned(),
        };
        assert_eq!(kinds.get(&identity("policy/v1beta1")), None);
        assert_eq!(kinds.of_any_version(&identity("policy/v1beta1")), Some(&kind));
        assert_eq!(kinds.of_any_version(&identity("other/v1")), None);
    }
}
