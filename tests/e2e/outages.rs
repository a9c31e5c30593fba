//! What goes wrong around an apply to a cluster. In each case it is said, the ledger has it, nothing is lost sight of, and doing
//! the same again completes it.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life, Refused, Sent};
use tollgate_tests::{Answer, Pipeline, Shop};

/// The cluster of those tests that break nothing but their own namespace.
fn shared() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(Life::Whole)).as_ref()
}

/// A shop that has been promoted to a namespace of its own.
struct Place {
    namespace: &'static str,
    shop: Shop,
}

impl Place {
    fn new(namespace: &'static str, wait: &str, kubeconfig: &Utf8Path) -> Self {
        let target = format!(
            "{{name: preprod-apps, role: apps, on: {{branch: master}}, kubernetes: {{kubeconfig: {kubeconfig}, namespace: {namespace}, wait: {wait}}}}}"
        );
        let pipeline = Pipeline::deployment().environments(&[&format!("{{name: preprod, targets: [{target}]}}")]);
        let shop = Shop::with(&["cart", "mail"], &pipeline);
        shop.promote("master").exits(0);
        Self { namespace, shop }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/namespaces/{}{rest}", self.namespace)
    }

    fn deployment(&self, cluster: &Cluster, name: &str) -> Option<Value> {
        get(cluster, &format!("/apis/apps/v1/namespaces/{}/deployments/{name}", self.namespace))
    }

    /// What runs as a service, and how many of it are available.
    fn runs(&self, cluster: &Cluster, name: &str) -> (String, i64) {
        let Some(deployment) = self.deployment(cluster, name) else { return (String::new(), 0) };
        let image = deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned();
        (image, deployment["status"]["availableReplicas"].as_i64().unwrap_or_default())
    }

    /// No pod more than there is: a rollout does not get on.
    fn hold(&self, cluster: &Cluster) {
        let quota =
            json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"pods": "2"}}});
        send(cluster, "POST", &self.path("/resourcequotas"), &quota).unwrap();
    }

    fn release_hold(&self, cluster: &Cluster) {
        send(cluster, "DELETE", &self.path("/resourcequotas/few"), &Value::Null).unwrap();
    }

    /// Promotes a new version, and does something as soon as it has come to the cluster.
    fn promote_and(&self, cluster: &Cluster, meanwhile: impl FnOnce()) -> Answer {
        let build = self.shop.release("cart", "second");
        let promote = self.shop.tollgate(&["promote", "master"]);
        std::thread::scope(|scope| {
            let promoting = scope.spawn(|| promote.run());
            wait("the new version comes to the cluster", || self.runs(cluster, "cart").0.contains(&build.digest));
            meanwhile();
            promoting.join().unwrap()
        })
    }

    /// The state of the newest outcome in the ledger.
    fn outcome(&self) -> String {
        let outcome = self.shop.ledger().entries().into_iter().rfind(|entry| entry["type"] == "outcome").unwrap();
        outcome["body"]["state"].as_str().unwrap().to_owned()
    }

    /// Doing the same again completes it: what was approved runs, all that is there is known, and no attempt is left open.
    #[track_caller]
    fn completes(&self, cluster: &Cluster) {
        self.shop.promote("master").exits(0);
        assert_eq!(self.outcome(), "succeeded");
        for service in ["cart", "mail"] {
            let (image, available) = self.runs(cluster, service);
            assert!(image.contains(&self.shop.last_build(service).digest) && available == 1, "{image}");
        }
        let labelled = self.path("/configmaps?labelSelector=applyset.kubernetes.io/id");
        let inventory = get(cluster, &labelled).unwrap()["items"][0].clone();
        let known: Vec<&str> = inventory["data"].as_object().unwrap().keys().map(String::as_str).collect();
        let member = |service: &str| format!("{}_{service}_apps_Deployment", self.namespace);
        assert_eq!(known, [member("cart"), member("mail"), "tollgate.state".to_owned()]);
        let all = format!("/apis/apps/v1/namespaces/{}/deployments", self.namespace);
        assert_eq!(get(cluster, &all).unwrap()["items"].as_array().unwrap().len(), 2);
        let status = self.shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
        assert_eq!(status["open"], json!([]));
        self.shop.tollgate(&["drift"]).run().exits(0);
    }
}

fn get(cluster: &Cluster, path: &str) -> Option<Value> {
    cluster.get(path).map(|text| serde_json::from_str(&text).unwrap())
}

fn send(cluster: &Cluster, method: &str, path: &str, body: &Value) -> Result<Value, Refused> {
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let sent = Sent { method, path, kind, body: &body.to_string() };
    cluster.send("somebody", &sent).map(|said| serde_json::from_str(&said).unwrap())
}

#[track_caller]
fn wait(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(90), "{what}: never");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_store_that_is_gone_for_ten_seconds_in_the_middle_of_an_apply() {
    let Some(mut cluster) = Cluster::start(Life::Whole) else { return };
    let place = Place::new("shop", "90s", &cluster.kubeconfig());
    place.hold(&cluster);
    let build = place.shop.release("cart", "second");
    let promote = place.shop.tollgate(&["promote", "master"]);
    let answer = std::thread::scope(|scope| {
        let promoting = scope.spawn(|| promote.run());
        wait("the new version comes to the cluster", || place.runs(&cluster, "cart").0.contains(&build.digest));
        cluster.stop_store();
        std::thread::sleep(Duration::from_secs(10));
        cluster.start_store().unwrap();
        place.release_hold(&cluster);
        promoting.join().unwrap()
    });
    // It may have had the patience. If it had not, it says who did not answer.
    if answer.exit != 0 {
        answer.exits(14).says(&["the cluster of target `preprod-apps` can't be used", "the API server"]);
        assert_eq!(place.outcome(), "failed");
    }
    wait("the rollout gets on", || place.runs(&cluster, "cart").1 == 1);
    place.completes(&cluster);
}

/// An account that may do everything, as long as it is there, and the file with its token.
fn mk_account(cluster: &Cluster, kubeconfig: &Utf8Path) {
    let accounts = "/api/v1/namespaces/default/serviceaccounts";
    send(cluster, "POST", accounts, &json!({"metadata": {"name": "deployer"}})).unwrap();
    let asked = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
    let token = send(cluster, "POST", &format!("{accounts}/deployer/token"), &asked).unwrap()["status"]["token"].clone();
    fs_err::write(kubeconfig.with_file_name("token"), token.as_str().unwrap()).unwrap();
}

fn mk_login(cluster: &Cluster, directory: &tempfile::TempDir) -> Utf8PathBuf {
    let subject = json!({"kind": "ServiceAccount", "name": "deployer", "namespace": "default"});
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
    let binding = json!({"metadata": {"name": "deployer"}, "subjects": [subject], "roleRef": role});
    send(cluster, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &binding).unwrap();
    mk_kubeconfig(cluster, directory, &json!({"tokenFile": "token"}))
}

fn mk_kubeconfig(cluster: &Cluster, directory: &tempfile::TempDir, user: &Value) -> Utf8PathBuf {
    let authority = BASE64_STANDARD.encode(cluster.authority().unwrap());
    let text = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": cluster.server(), "certificate-authority-data": authority}}],
        "users": [{"name": "a", "user": user}],
    });
    let file = Utf8Path::from_path(directory.path()).unwrap().join("kubeconfig");
    fs_err::write(&file, text.to_string()).unwrap();
    file
}

/// A certificate of somebody who may do everything, for so long, and its key, in files beside the kubeconfig.
fn certify(cluster: &Cluster, kubeconfig: &Utf8Path, life: Duration) {
    let made = cluster.certify("deployer", life).unwrap();
    fs_err::write(kubeconfig.with_file_name("deployer.crt"), made.certificate).unwrap();
    fs_err::write(kubeconfig.with_file_name("deployer.key"), made.key).unwrap();
}

#[test]
fn a_token_that_ends_in_the_middle_of_an_apply() {
    let Some(cluster) = shared() else { return };
    let directory = tempfile::tempdir().unwrap();
    let kubeconfig = mk_login(cluster, &directory);
    mk_account(cluster, &kubeconfig);
    let place = Place::new("login-ends", "90s", &kubeconfig);
    place.hold(cluster);
    let account = "/api/v1/namespaces/default/serviceaccounts/deployer";
    let answer = place.promote_and(cluster, || drop(send(cluster, "DELETE", account, &Value::Null).unwrap()));
    answer.exits(14).says(&["the API server does not know who asks", "log in again"]);
    assert_eq!(place.outcome(), "failed");
    // Nor does anybody plan until then.
    place.shop.promote("master").exits(14).says(&["log in again"]);
    mk_account(cluster, &kubeconfig);
    place.release_hold(cluster);
    place.completes(cluster);
}

#[test]
fn a_certificate_that_ends_in_the_middle_of_an_apply() {
    let Some(cluster) = shared() else { return };
    let directory = tempfile::tempdir().unwrap();
    let user = json!({"client-certificate": "deployer.crt", "client-key": "deployer.key"});
    let kubeconfig = mk_kubeconfig(cluster, &directory, &user);
    certify(cluster, &kubeconfig, Duration::from_secs(3_600));
    let place = Place::new("certificate-ends", "10m", &kubeconfig);
    place.hold(cluster);
    // Long enough for the plan, also where much else runs.
    certify(cluster, &kubeconfig, Duration::from_secs(60));
    place.promote_and(cluster, || ()).exits(14).says(&["the API server does not know who asks", "log in again"]);
    assert_eq!(place.outcome(), "failed");
    place.shop.promote("master").exits(14).says(&["log in again"]);
    certify(cluster, &kubeconfig, Duration::from_secs(3_600));
    place.release_hold(cluster);
    place.completes(cluster);
}

#[test]
fn a_quota_that_is_exceeded_until_somebody_raises_it() {
    let Some(cluster) = shared() else { return };
    let place = Place::new("few-pods", "5s", &cluster.kubeconfig());
    place.hold(cluster);
    place.promote_and(cluster, || ()).exits(14).says(&["Deployment few-pods/cart is not ready in time", "exceeded quota: few"]);
    assert_eq!(place.outcome(), "failed");
    place.release_hold(cluster);
    wait("the rollout gets on", || place.deployment(cluster, "cart").unwrap()["status"]["updatedReplicas"] == 1);
    wait("the rollout is done", || place.runs(cluster, "cart").1 == 1);
    place.completes(cluster);
}

#[test]
fn a_namespace_that_somebody_deletes_in_the_middle_of_an_apply() {
    let Some(cluster) = shared() else { return };
    let place = Place::new("going", "60s", &cluster.kubeconfig());
    place.hold(cluster);
    let held = json!({"metadata": {"name": "held", "finalizers": ["shop.example.com/holds"]}});
    send(cluster, "POST", &place.path("/configmaps"), &held).unwrap();
    let answer = place.promote_and(cluster, || drop(send(cluster, "DELETE", &place.path(""), &Value::Null).unwrap()));
    answer.exits(14).says(&["Deployment going/cart"]);
    assert_eq!(place.outcome(), "failed");
    wait("what is in it goes", || place.deployment(cluster, "mail").is_none());
    // While it goes, nothing can be put into it, and that is known before anything is tried.
    place.shop.promote("master").exits(10).says(&["structure/conflict", "because it is being terminated"]);
    send(cluster, "PATCH", &place.path("/configmaps/held"), &json!({"metadata": {"finalizers": null}})).unwrap();
    wait("it is gone", || get(cluster, &place.path("")).is_none());
    place.completes(cluster);
}

#[test]
fn a_webhook_of_others_that_never_answers() {
    let Some(cluster) = shared() else { return };
    let place = Place::new("slow-webhook", "60s", &cluster.kubeconfig());
    // It takes connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://127.0.0.1:{}/", silent.local_addr().unwrap().port());
    let rule =
        json!({"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["deployments"]});
    let webhook = |policy: &str| {
        json!({
            "name": "silent.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None", "rules": [rule], "timeoutSeconds": 1,
            "failurePolicy": policy, "clientConfig": {"url": url},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": place.namespace}},
        })
    };
    let all = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    let configuration = json!({"metadata": {"name": "silent"}, "webhooks": [webhook("Fail")]});
    send(cluster, "POST", all, &configuration).unwrap();
    let before = place.runs(cluster, "cart");
    place.shop.release("cart", "second");
    // The API server takes a moment to know the webhook.
    let probe = format!("/apis/apps/v1/namespaces/{}/deployments/cart?dryRun=All", place.namespace);
    wait("it is asked", || send(cluster, "PATCH", &probe, &json!({"metadata": {"labels": {"probe": "yes"}}})).is_err());
    place.shop.promote("master").exits(14).says(&["failed calling webhook", "silent.example.com"]);
    assert_eq!(place.runs(cluster, "cart"), before);
    // Where it may be passed by, it costs only time.
    send(cluster, "PATCH", &format!("{all}/silent"), &json!({"webhooks": [webhook("Ignore")]})).unwrap();
    wait("it is passed by", || send(cluster, "PATCH", &probe, &json!({"metadata": {"labels": {"probe": "yes"}}})).is_ok());
    place.completes(cluster);
    send(cluster, "DELETE", &format!("{all}/silent"), &Value::Null).unwrap();
}
