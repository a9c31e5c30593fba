//! The programs of a cluster, and what each is told.

use camino::{Utf8Path, Utf8PathBuf};

use super::NoCluster;
use super::access::Access;
use crate::child::Child;
use crate::program::{GoProgram, NotBuilt};
use crate::{ETCD, KUBERNETES, KWOK};

/// The part that answers.
pub(super) const API: &str = "kube-apiserver";

/// The part that keeps objects.
pub(super) const STORE: &str = "etcd";

/// The node that pods are put on.
pub(super) const NODE: &str = r#"{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1",
    "annotations": {"kwok.x-k8s.io/node": "fake"}, "labels": {"kubernetes.io/hostname": "node-1"}}}"#;

/// A program where it is ready, or built, and what it has to be told first.
fn program(name: &'static str, built: GoProgram) -> Result<(Utf8PathBuf, Vec<String>), NotBuilt> {
    let ready = std::env::var("KUBEBUILDER_ASSETS").ok().map(|assets| Utf8PathBuf::from(assets).join(name));
    if let Some(ready) = ready.filter(|ready| ready.exists()) {
        return Ok((ready, Vec::new()));
    }
    let is_part = built.name() == KUBERNETES.name();
    Ok((built.path()?, is_part.then(|| name.to_owned()).into_iter().collect()))
}

fn start(part: &'static str, built: GoProgram, directory: &Utf8Path, flags: Vec<String>) -> Result<Child, NoCluster> {
    let (program, mut arguments) = program(part, built)?;
    arguments.extend(flags);
    Ok(Child::start(part, &program, &arguments, directory)?)
}

/// Where objects are kept.
pub(super) fn store(directory: &Utf8Path, access: &Access) -> Result<Child, NoCluster> {
    let (clients, peers) = (local("http", access.store), local("http", access.store_peer));
    let flags = [
        "--data-dir=store".to_owned(),
        format!("--listen-client-urls={clients}"),
        format!("--advertise-client-urls={clients}"),
        format!("--listen-peer-urls={peers}"),
        format!("--initial-advertise-peer-urls={peers}"),
        format!("--initial-cluster=default={peers}"),
        "--unsafe-no-fsync".to_owned(),
    ];
    start(STORE, ETCD, directory, flags.into())
}

/// The API server.
pub(super) fn api(directory: &Utf8Path, access: &Access) -> Result<Child, NoCluster> {
    let flags = [
        format!("--etcd-servers={}", local("http", access.store)),
        format!("--secure-port={}", access.api),
        "--bind-address=127.0.0.1".to_owned(),
        "--cert-dir=certificates".to_owned(),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--service-account-signing-key-file=sa.key".to_owned(),
        "--service-account-key-file=sa.key".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/20".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--token-auth-file=tokens.csv".to_owned(),
        "--client-ca-file=clients.crt".to_owned(),
        "--egress-selector-config-file=egress.yaml".to_owned(),
    ];
    start(API, KUBERNETES, directory, flags.into())
}

/// What moves objects on: controllers, a scheduler, and what acts for the nodes.
pub(super) fn life(directory: &Utf8Path, access: &Access) -> Result<[Child; 3], NoCluster> {
    let kubeconfig = format!("--kubeconfig={}", access.kubeconfig());
    let alone = ["--leader-elect=false".to_owned(), "--secure-port=0".to_owned()];
    let controllers = [
        "--service-account-private-key-file=sa.key".to_owned(),
        "--use-service-account-credentials=true".to_owned(),
        kubeconfig.clone(),
    ];
    let stages = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("kwok/stages.yaml");
    let nodes = [
        "--manage-all-nodes=true".to_owned(),
        "--node-lease-duration-seconds=40".to_owned(),
        format!("--config={stages}"),
        kubeconfig.clone(),
    ];
    Ok([
        start("kube-controller-manager", KUBERNETES, directory, [&controllers[..], &alone].concat())?,
        start("kube-scheduler", KUBERNETES, directory, [&[kubeconfig][..], &alone].concat())?,
        start("kwok", KWOK, directory, nodes.into())?,
    ])
}

fn local(scheme: &str, port: u16) -> String {
    format!("{scheme}://127.0.0.1:{port}")
}
