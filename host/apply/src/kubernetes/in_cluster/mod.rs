//! What is in a cluster, whoever put it there: for judging it, not for applying.

mod controlled;
mod listable;
mod stripped;

use futures::stream::{self, StreamExt as _};
use serde_json::Value;
use tollgate_core::pipeline::KubernetesTarget;
use tollgate_core::ports::{ClusterError, ClusterKind, InCluster, ReadCluster, Unread, WantedKinds};

use super::failure::ServerError;
use super::server::{AT_ONCE, Server};
use controlled::Listed;
use listable::Listable;

/// The cluster of a context.
#[derive(Debug)]
pub struct AnyCluster {
    context: Option<String>,
}

impl AnyCluster {
    /// By its context; the current one, or the cluster that this is a pod of, where none is named. Asks nobody yet.
    pub const fn new(context: Option<String>) -> Self {
        Self { context }
    }

    fn failed(&self, source: impl std::error::Error + Send + Sync + 'static) -> ClusterError {
        ClusterError { context: self.context.clone(), source: Box::new(source) }
    }

    async fn look_at(&self, namespaces: &[String], wants: &WantedKinds<'_>) -> Result<InCluster, ServerError> {
        let spec = KubernetesTarget { context: self.context.clone(), ..KubernetesTarget::in_namespace("") };
        let server = Server::connect(&spec).await?;
        let Listable { kinds, mut unread } = listable::discover(server.client()).await?;
        let collections = collections(kinds, namespaces, wants);
        let asked = stream::iter(collections.into_iter().map(|collection| list(&server, collection)));
        let answers: Vec<(Collection, Result<Vec<Value>, ServerError>)> = asked.buffered(AT_ONCE).collect().await;
        let mut listed = Vec::new();
        for (collection, answer) in answers {
            match answer {
                Ok(objects) => listed.extend(objects.into_iter().map(|object| collection.listed(object))),
                Err(ServerError::Status { message, .. }) if collection.is_wanted => {
                    unread.push(Unread { what: collection.told(), why: message });
                }
                // It would only have told whose an object is.
                Err(ServerError::Status { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let (objects, owned) = controlled::without(listed);
        let mut objects: Vec<Value> = objects.into_iter().map(stripped::stripped).collect();
        objects.sort_by_cached_key(place);
        Ok(InCluster { objects, owned, unread })
    }
}

impl ReadCluster for AnyCluster {
    fn look(&self, namespaces: &[String], wants: &WantedKinds<'_>) -> Result<InCluster, ClusterError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| self.failed(error))?;
        runtime.block_on(self.look_at(namespaces, wants)).map_err(|error| self.failed(error))
    }
}

/// The objects of a kind, in one namespace or in all.
struct Collection {
    kind: ClusterKind,
    namespace: Option<String>,
    /// Whether its objects are to be judged; else they only tell whose others are.
    is_wanted: bool,
}

/// What is asked for. Owners are looked at beside what they may own.
fn collections(kinds: Vec<ClusterKind>, namespaces: &[String], wants: &WantedKinds<'_>) -> Vec<Collection> {
    let of_kind = |kind: ClusterKind| {
        let is_wanted = wants(&kind);
        let places: Vec<Option<String>> = match (namespaces, kind.is_namespaced) {
            _ if !is_wanted && !controlled::may_own(kind.group(), &kind.kind) => Vec::new(),
            ([], _) => vec![None],
            (namespaces, true) => namespaces.iter().cloned().map(Some).collect(),
            (_, false) => Vec::new(),
        };
        places.into_iter().map(move |namespace| Collection { kind: kind.clone(), namespace, is_wanted })
    };
    kinds.into_iter().flat_map(of_kind).collect()
}

async fn list(server: &Server, collection: Collection) -> (Collection, Result<Vec<Value>, ServerError>) {
    let answer = server.list(&collection.path(), "").await;
    (collection, answer)
}

impl Collection {
    fn path(&self) -> String {
        let ClusterKind { api_version, resource, .. } = &self.kind;
        let root = if api_version.contains('/') { "/apis" } else { "/api" };
        let inside = self.namespace.iter().map(|namespace| format!("/namespaces/{namespace}")).collect::<String>();
        format!("{root}/{api_version}{inside}/{resource}")
    }

    /// `deployments.apps in shop`
    fn told(&self) -> String {
        let group = Some(self.kind.group()).filter(|group| !group.is_empty()).map(|group| format!(".{group}"));
        let namespace = self.namespace.iter().map(|namespace| format!(" in {namespace}")).collect::<String>();
        format!("{}{}{namespace}", self.kind.resource, group.unwrap_or_default())
    }

    /// In a list, objects don't say what they are.
    fn listed(&self, mut object: Value) -> Listed {
        object["apiVersion"] = self.kind.api_version.clone().into();
        object["kind"] = self.kind.kind.clone().into();
        Listed { object, is_wanted: self.is_wanted }
    }
}

fn place(object: &Value) -> [String; 4] {
    ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"]
        .map(|pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_kind(api_version: &str, kind: &str, resource: &str, is_namespaced: bool) -> ClusterKind {
        let (api_version, kind, resource) = (api_version.to_owned(), kind.to_owned(), resource.to_owned());
        ClusterKind { api_version, kind, resource, is_namespaced }
    }

    fn paths(namespaces: &[&str]) -> Vec<String> {
        let kinds = vec![
            mk_kind("v1", "Secret", "secrets", true),
            mk_kind("v1", "Pod", "pods", true),
            mk_kind("apps/v1", "ReplicaSet", "replicasets", true),
            mk_kind("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
        ];
        let namespaces: Vec<String> = namespaces.iter().map(|name| (*name).to_owned()).collect();
        let wants = |kind: &ClusterKind| kind.kind != "Secret" && kind.kind != "ReplicaSet";
        collections(kinds, &namespaces, &wants).iter().map(Collection::path).collect()
    }

    #[test]
    fn what_is_wanted_is_listed_with_the_owners_beside_it() {
        assert_eq!(paths(&[]), ["/api/v1/pods", "/apis/apps/v1/replicasets", "/apis/storage.k8s.io/v1/storageclasses"]);
    }

    #[test]
    fn a_choice_of_namespaces_leaves_out_what_is_in_none() {
        let expected = [
            "/api/v1/namespaces/a/pods",
            "/api/v1/namespaces/b/pods",
            "/apis/apps/v1/namespaces/a/replicasets",
            "/apis/apps/v1/namespaces/b/replicasets",
        ];
        assert_eq!(paths(&["a", "b"]), expected);
    }
}
