//! Who a target's cluster is asked as, where the target does not say it: as `kubectl` finds it.

use std::process::Command;

use serde_json::{Value, json};
use tollgate_servers::{Cluster, Life, Sent};
use tollgate_tests::{Pipeline, Shop};

const PLAN: [&str; 2] = ["plan", "master"];

/// A shop whose target says nothing but its namespace.
fn shop() -> Shop {
    let target = "{name: preprod-apps, role: apps, on: {branch: master}, kubernetes: {namespace: shop}}";
    Shop::with(&["cart"], &Pipeline::deployment().environments(&[&format!("{{name: preprod, targets: [{target}]}}")]))
}

#[test]
fn the_files_that_the_environment_names_say_where_the_cluster_is_or_else_the_user_s_own() {
    let Some(cluster) = Cluster::start(Life::None) else { return };
    let (shop, kubeconfig) = (shop(), cluster.kubeconfig());
    let plan = || shop.tollgate(&PLAN);
    plan().run().exits(14).says(&["there is no kubeconfig"]);
    plan().env("KUBECONFIG", kubeconfig.as_str()).run().exits(0).says(&["1 to create"]);
    // One that is not there is left out, unless there is no other: then it is not another cluster that is asked.
    plan().env("KUBECONFIG", &format!("/nowhere/one:{kubeconfig}")).run().exits(0);
    shop.world.write("home/.kube/config", fs_err::read(&kubeconfig).unwrap());
    plan().run().exits(0);
    plan().env("KUBECONFIG", "/nowhere/one:/nowhere/two").run().exits(14).says(&["/nowhere/one"]);
    // What runs here is asked directly, whatever proxy there is to the outside.
    plan().env("HTTPS_PROXY", "http://127.0.0.1:1").run().exits(0);
}

/// A token of an account that may do everything.
fn mk_token(cluster: &Cluster) -> String {
    let send = |path: &str, body: &Value| {
        let sent = Sent { method: "POST", path, kind: "application/json", body: &body.to_string() };
        serde_json::from_str::<Value>(&cluster.send("platform-lead@example.com", &sent).unwrap()).unwrap()
    };
    send("/api/v1/namespaces/default/serviceaccounts", &json!({"metadata": {"name": "deployer"}}));
    let subject = json!({"kind": "ServiceAccount", "name": "deployer", "namespace": "default"});
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
    let binding = json!({"metadata": {"name": "deployer"}, "subjects": [subject], "roleRef": role});
    send("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &binding);
    let asked = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
    let answer = send("/api/v1/namespaces/default/serviceaccounts/deployer/token", &asked);
    answer["status"]["token"].as_str().unwrap().to_owned()
}

/// Whether a file system of one's own can be had, to be in a pod as far as files go.
#[expect(clippy::print_stderr, reason = "what is skipped is said loudly")]
fn can_be_in_a_pod() -> bool {
    let can =
        Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status().is_ok_and(|ended| ended.success());
    if !can {
        eprintln!("SKIPPED: `unshare` is not allowed here, so nobody logged in from within a cluster");
    }
    can
}

#[test]
fn within_a_cluster_the_account_of_the_pod_asks() {
    let Some(cluster) = Cluster::start(Life::None) else { return };
    if !can_be_in_a_pod() {
        return;
    }
    let shop = shop();
    for (name, text) in
        [("token", mk_token(&cluster)), ("ca.crt", cluster.authority().unwrap()), ("namespace", "default".to_owned())]
    {
        shop.world.write(&format!("account/{name}"), text);
    }
    // Where the files are is fixed, so they are put there for this process alone.
    let script = "mount -t tmpfs tmpfs /run && mkdir -p /run/secrets/kubernetes.io && ln -s \"$1\" /run/secrets/kubernetes.io/serviceaccount && \
                  shift && exec \"$@\"";
    let (host, port) = cluster
        .server()
        .trim_start_matches("https://")
        .split_once(':')
        .map(|(host, port)| (host.to_owned(), port.to_owned()))
        .unwrap();
    let inner = shop.tollgate(&PLAN).env("KUBERNETES_SERVICE_HOST", &host).env("KUBERNETES_SERVICE_PORT", &port).into_command();
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", shop.world.path("account").as_str()]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(inner.get_current_dir().unwrap()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.contains("1 to create"), "{said}");
}
