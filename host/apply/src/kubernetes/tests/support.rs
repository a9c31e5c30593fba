//! A cluster for all tests of this program, and a namespace for each.

use std::sync::OnceLock;

use camino::Utf8Path;
use serde_json::{Value, json};
use tollgate_core::approved::Approved;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::pipeline::{ForcedFields, KubernetesTarget, PlanKey};
use tollgate_core::plan::{Plan, Verb};
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _, TargetState};
use tollgate_core::render::{Rendered, RenderedDocument};
use tollgate_servers::{Cluster, Life, Sent};

use crate::kubernetes::Kubernetes;
use crate::kubernetes::failure::ServerError;
use crate::kubernetes::server::Server;
use crate::testing::{MemoryLedger, TARGET, noon, recipe};

/// The cluster; nothing where there is none to test with, which was said.
pub(super) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::given_or_started(Life::Whole)).as_ref()
}

/// One whose tokens, authority and clients are known: the same, unless that is somebody else's.
pub(super) fn own_cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let shared = cluster()?;
    if shared.is_own() { Some(shared) } else { CLUSTER.get_or_init(|| Cluster::start(Life::None)).as_ref() }
}

/// Deletes a namespace that an earlier run has left in somebody else's cluster.
fn clear(cluster: &Cluster, namespace: &str) {
    let path = format!("/api/v1/namespaces/{namespace}");
    if cluster.is_own() || cluster.get(&path).is_none() {
        return;
    }
    let deleted = cluster.send("tests", &Sent { method: "DELETE", path: &path, kind: "application/json", body: "{}" });
    deleted.expect("a namespace of an earlier run goes");
    while cluster.get(&path).is_some() {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}

/// A target in a namespace of its own, and a ledger.
pub(super) struct World {
    pub(super) namespace: String,
    pub(super) ledger: MemoryLedger,
    spec: KubernetesTarget,
}

impl World {
    pub(super) fn new(namespace: &str) -> Option<Self> {
        let cluster = cluster()?;
        clear(cluster, namespace);
        let kubeconfig = Some(cluster.kubeconfig().into_string());
        let namespace = namespace.to_owned();
        let spec = KubernetesTarget { kubeconfig, wait: 60, ..KubernetesTarget::in_namespace(&namespace) };
        Some(Self { namespace, ledger: MemoryLedger::new(), spec })
    }

    pub(super) fn waiting(mut self, seconds: u64) -> Self {
        self.spec.wait = seconds;
        self
    }

    pub(super) fn adopting(mut self) -> Self {
        self.spec.adopt = true;
        self
    }

    pub(super) fn forcing(mut self, kind: &str, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        self.spec.force.push(ForcedFields { kind: kind.to_owned(), name: None, namespace: None, fields });
        self
    }

    pub(super) fn with_key(mut self, file: &str) -> Self {
        self.spec.plan_key = Some(PlanKey::File(file.to_owned()));
        self
    }

    pub(super) fn target(&self) -> Kubernetes {
        Kubernetes::new(TARGET, &self.spec, Utf8Path::new("/"))
    }

    /// The same cluster and namespace as another target.
    pub(super) fn other_target(&self, name: &str) -> Kubernetes {
        Kubernetes::new(name, &self.spec, Utf8Path::new("/"))
    }

    pub(super) fn plan(&self, rendered: &Rendered) -> Plan {
        self.target().plan(recipe(rendered), rendered).unwrap()
    }

    /// Approves what is planned now.
    pub(super) fn approved(&self, rendered: &Rendered) -> Approved {
        let plan = self.plan(rendered);
        assert_eq!(plan.conflicts, []);
        self.ledger.approved(recipe(rendered), plan.digest().unwrap())
    }

    pub(super) fn apply(&self, approved: Approved, rendered: &Rendered) -> Result<Applied, ApplyError> {
        self.target().apply(approved, rendered, &noon)
    }

    /// Plans, approves and applies.
    pub(super) fn promote(&self, rendered: &Rendered) -> Result<Applied, ApplyError> {
        self.apply(self.approved(rendered), rendered)
    }

    #[track_caller]
    pub(super) fn promotes(&self, rendered: &Rendered) -> TargetState {
        match self.promote(rendered).unwrap() {
            Applied::Done { after, .. } => after,
            other => panic!("{other:?}"),
        }
    }

    /// Does something as somebody else.
    pub(super) fn with_server<T>(&self, act: impl AsyncFnOnce(&Server) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::connect(&self.spec).await.unwrap();
            act(&server).await
        })
    }

    /// `configmaps/cart`, `apis/apps/v1/…/deployments/cart`
    fn path(&self, place: &str) -> String {
        match place.split_once(':') {
            Some((api, rest)) => format!("/apis/{api}/namespaces/{}/{rest}", self.namespace),
            None => format!("/api/v1/namespaces/{}/{place}", self.namespace),
        }
    }

    pub(super) fn get(&self, place: &str) -> Option<Value> {
        let path = self.path(place);
        self.with_server(async |server| server.get(&path).await.unwrap())
    }

    /// Changes an object as another field manager would.
    pub(super) fn patch(&self, place: &str, manager: &str, patch: &Value) -> Value {
        let path = format!("{}?fieldManager={manager}", self.path(place));
        self.with_server(async |server| {
            let request = http::Request::patch(path).header("Content-Type", "application/merge-patch+json");
            server.client().request(request.body(serde_json::to_vec(patch).unwrap()).unwrap()).await.unwrap()
        })
    }

    pub(super) fn create(&self, place: &str, object: &Value) -> Value {
        self.create_at(&self.path(place), object)
    }

    /// The same by the whole path of the collection. What an earlier run has left in somebody else's cluster stays.
    pub(super) fn create_at(&self, path: &str, object: &Value) -> Value {
        let is_own = cluster().is_some_and(Cluster::is_own);
        self.with_server(async |server| match server.create(path, object).await {
            Err(ServerError::Status { code: 409, .. }) if !is_own => object.clone(),
            created => created.unwrap(),
        })
    }
}

pub(super) fn mk(api_version: &str, kind: &str, name: &str, rest: &Value) -> RenderedDocument {
    let mut body = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
    merge(&mut body, rest);
    let (api_version, kind, name) = (api_version.to_owned(), kind.to_owned(), name.to_owned());
    RenderedDocument {
        component: "cart".to_owned(),
        path: format!("services/cart/{name}.yaml"),
        identity: ObjectIdentity { api_version, kind, namespace: None, name },
        body,
    }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

pub(super) fn mk_settings(name: &str, value: &str) -> RenderedDocument {
    mk("v1", "ConfigMap", name, &json!({"data": {"value": value}}))
}

/// A Deployment; the pods have the annotations.
pub(super) fn mk_deployment(name: &str, image: &str, annotations: &Value) -> RenderedDocument {
    let containers = json!([{"name": "main", "image": image, "ports": [{"containerPort": 8080}]}]);
    let template = json!({"metadata": {"labels": {"app": name}, "annotations": annotations}, "spec": {"containers": containers}});
    mk(
        "apps/v1",
        "Deployment",
        name,
        &json!({"spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template}}),
    )
}

pub(super) fn rendered(documents: &[RenderedDocument]) -> Rendered {
    Rendered::new(documents.to_vec())
}

/// Verbs and names.
pub(super) fn told(plan: &Plan) -> Vec<(Verb, String)> {
    plan.actions
        .iter()
        .map(|action| (action.verb, format!("{} {}", action.object.identity.kind, action.object.identity.name)))
        .collect()
}
