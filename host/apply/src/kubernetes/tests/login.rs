//! Logging in as `kubectl` does, with all that a kubeconfig may say.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use tollgate_core::pipeline::KubernetesTarget;
use tollgate_servers::{Cluster, ConnectProxy};

use super::support::own_cluster;
use crate::kubernetes::failure::ServerError;
use crate::kubernetes::server::Server;

const TOKEN: &str = "a-token-that-nobody-may-see";

/// A directory with kubeconfigs for the cluster, and what they name.
struct Place {
    cluster: &'static Cluster,
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Option<Self> {
        Some(Self { cluster: own_cluster()?, directory: tempfile::tempdir().unwrap() })
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    fn write(&self, name: &str, text: &str) -> Utf8PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A program of these lines of shell.
    fn plugin(&self, name: &str, lines: &str) -> Utf8PathBuf {
        let path = self.write(name, &format!("#!/bin/sh\n{lines}\n"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Where the cluster is, and how it is known.
    fn server(&self) -> Value {
        json!({"server": self.cluster.server(), "certificate-authority-data": encoded(&self.cluster.authority().unwrap())})
    }

    /// Who a user of a kubeconfig is to the cluster.
    fn who(&self, user: &Value) -> Result<Value, ServerError> {
        self.who_at(&self.server(), user)
    }

    fn who_at(&self, server: &Value, user: &Value) -> Result<Value, ServerError> {
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
            "clusters": [{"name": "a", "cluster": server}], "users": [{"name": "a", "user": user}],
        });
        who(&self.write("kubeconfig", &kubeconfig.to_string()), None)
    }
}

/// Who the API server takes somebody for.
fn who(kubeconfig: &Utf8Path, context: Option<&str>) -> Result<Value, ServerError> {
    let spec = KubernetesTarget {
        kubeconfig: Some(kubeconfig.to_string()),
        context: context.map(ToOwned::to_owned),
        wait: 0,
        ..KubernetesTarget::in_namespace("default")
    };
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::connect(&spec).await?;
        let answer = server.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", &review).await?;
        Ok(answer["status"]["userInfo"].clone())
    })
}

fn encoded(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

/// An error with all that it was caused by.
fn told(answer: Result<Value, ServerError>) -> String {
    let error = answer.unwrap_err();
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        told.push_str(&format!("; {error}"));
        cause = error.source();
    }
    told
}

#[test]
fn a_context_says_which_cluster_is_asked_and_by_whom() {
    let Some(place) = Place::new() else { return };
    let users = json!([
        {"name": "admin", "user": {"token": place.cluster.token()}},
        {"name": "stranger", "user": {"token": place.cluster.token(), "as": "stranger"}},
    ]);
    let context = |name: &str, user: &str| json!({"name": name, "context": {"cluster": "here", "user": user}});
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "first", "users": users,
        "contexts": [context("first", "admin"), context("second", "stranger")],
        "clusters": [{"name": "elsewhere", "cluster": {"server": "https://127.0.0.1:1"}}, {"name": "here", "cluster": place.server()}],
    });
    let file = place.write("contexts", &kubeconfig.to_string());
    assert_eq!(who(&file, None).unwrap()["username"], "admin");
    assert_eq!(who(&file, Some("second")).unwrap()["username"], "stranger");
    let told = told(who(&file, Some("third")));
    assert!(told.contains("third"), "{told}");
}

#[test]
fn somebody_else_is_impersonated_with_all_that_is_said_of_them() {
    let Some(place) = Place::new() else { return };
    let user = json!({
        "token": place.cluster.token(), "as": "auditor", "as-uid": "17", "as-groups": ["finance", "abroad"],
        "as-user-extra": {"reason": ["the books"]},
    });
    let found = place.who(&user).unwrap();
    assert_eq!((found["username"].as_str(), found["uid"].as_str()), (Some("auditor"), Some("17")));
    assert_eq!(found["groups"], json!(["finance", "abroad", "system:authenticated"]));
    assert_eq!(found["extra"], json!({"reason": ["the books"]}));
}

#[test]
fn a_certificate_logs_in_from_the_kubeconfig_and_from_files_beside_it() {
    let Some(place) = Place::new() else { return };
    let made = place.cluster.certify("alice", Duration::from_secs(600)).unwrap();
    let data = json!({"client-certificate-data": encoded(&made.certificate), "client-key-data": encoded(&made.key)});
    assert_eq!(place.who(&data).unwrap()["username"], "alice");
    place.write("alice.crt", &made.certificate);
    place.write("alice.key", &made.key);
    assert_eq!(place.who(&json!({"client-certificate": "alice.crt", "client-key": "alice.key"})).unwrap()["username"], "alice");
}

#[test]
fn who_is_not_known_or_not_any_more_is_told_to_log_in_again() {
    let Some(place) = Place::new() else { return };
    let ended = place.cluster.certify("alice", Duration::ZERO).unwrap();
    let ended = json!({"client-certificate-data": encoded(&ended.certificate), "client-key-data": encoded(&ended.key)});
    for user in [ended, json!({"token": TOKEN})] {
        let told = told(place.who(&user));
        assert!(told.contains("401") && told.contains("log in again") && !told.contains(TOKEN), "{told}");
    }
}

#[test]
fn a_token_in_a_file_counts_with_or_without_the_end_of_its_line() {
    let Some(place) = Place::new() else { return };
    for end in ["", "\n"] {
        place.write("token", &format!("{}{end}", place.cluster.token()));
        assert_eq!(place.who(&json!({"tokenFile": "token"})).unwrap()["username"], "admin");
    }
    let told = told(place.who(&json!({"tokenFile": "nothing-here"})));
    assert!(told.contains("nothing-here"), "{told}");
}

fn mk_plugin(command: &Utf8Path) -> Value {
    let environment = json!([{"name": "SIGN_IN_AS", "value": TOKEN}]);
    json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": command, "args": ["get-token"], "env": environment,
        "interactiveMode": "Never", "provideClusterInfo": true, "installHint": "install it with `apt install sign-in`",
    }})
}

#[test]
fn a_credential_plugin_is_asked_and_asked_again_when_its_token_ends() {
    let Some(place) = Place::new() else { return };
    let (count, ends) = (place.path("count"), "2020-01-01T00:00:00Z");
    let answer = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": place.cluster.token(), "expirationTimestamp": ends}});
    // It is told which cluster it is about, and what the kubeconfig says.
    let checked = format!("test \"$1\" = get-token && test \"$SIGN_IN_AS\" = {TOKEN}");
    let told = "case $KUBERNETES_EXEC_INFO in *ExecCredential*https://127.0.0.1*) ;; *) exit 7;; esac";
    let plugin = place.plugin("sign-in", &format!("{checked} || exit 6\n{told}\necho asked >> {count}\necho '{answer}'"));
    assert_eq!(place.who(&mk_plugin(&plugin)).unwrap()["username"], "admin");
    assert!(std::fs::read_to_string(&count).unwrap().lines().count() > 1);
    // One that is named by a path is looked for beside the kubeconfig.
    assert_eq!(place.who(&mk_plugin(Utf8Path::new("./sign-in"))).unwrap()["username"], "admin");
}

#[test]
fn a_credential_plugin_may_give_a_certificate() {
    let Some(place) = Place::new() else { return };
    let made = place.cluster.certify("bob", Duration::from_secs(600)).unwrap();
    let status = json!({"clientCertificateData": made.certificate, "clientKeyData": made.key});
    let answer = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status});
    let file = place.write("answer", &answer.to_string());
    assert_eq!(place.who(&mk_plugin(&place.plugin("sign-in", &format!("cat {file}")))).unwrap()["username"], "bob");
}

#[test]
fn nothing_that_is_secret_is_told_where_somebody_can_not_log_in() {
    let Some(place) = Place::new() else { return };
    let failing =
        place.plugin("failing", &format!("echo '{{\"status\": {{\"token\": \"{TOKEN}\"}}}}'\necho 'not signed in' >&2\nexit 3"));
    let babbling = place.plugin("babbling", &format!("echo 'kind: [{TOKEN}'"));
    let empty = place.plugin("empty", &format!("echo '{{\"kind\": \"ExecCredential\", \"spec\": {{}}, \"token\": \"{TOKEN}\"}}'"));
    for (command, words) in [
        (failing.as_path(), &["exit status: 3", "not signed in"][..]),
        (&babbling, &["printed what is no `ExecCredential`"]),
        (&empty, &["without a status"]),
        (Utf8Path::new("/nowhere/sign-in"), &["/nowhere/sign-in", "apt install sign-in"]),
    ] {
        let told = told(place.who(&mk_plugin(command)));
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
        assert!(!told.contains(TOKEN), "{told}");
    }
    let broken = place.write("broken", &format!("users:\n- name: a\n  user:\n    token: {TOKEN}\n   odd: [\n"));
    let told = told(who(&broken, None));
    assert!(told.contains("line 5") && !told.contains(TOKEN), "{told}");
}

#[test]
fn a_cluster_behind_a_proxy_is_asked_through_it_and_known_by_the_name_that_is_given() {
    let Some(place) = Place::new() else { return };
    let address = place.cluster.server().trim_start_matches("https://").to_owned();
    let proxy = ConnectProxy::start(move |_| address.clone()).unwrap();
    let user = json!({"token": place.cluster.token()});
    let mut server = place.server();
    server["server"] = "https://api.example.com:6443".into();
    server["proxy-url"] = format!("http://{}", proxy.address()).into();
    let told_name = told(place.who_at(&server, &user));
    assert!(told_name.contains("certificate") && told_name.contains("api.example.com"), "{told_name}");
    server["tls-server-name"] = "kubernetes.default.svc".into();
    assert_eq!(place.who_at(&server, &user).unwrap()["username"], "admin");
    assert!(proxy.asked().iter().all(|asked| asked == "api.example.com:6443"), "{:?}", proxy.asked());
    // A proxy that finds no way, and one that is none.
    let nowhere = ConnectProxy::start(|_| "127.0.0.1:1".to_owned()).unwrap();
    for url in [format!("http://{}", nowhere.address()), "http://127.0.0.1:1".to_owned(), "ftp://127.0.0.1".to_owned()] {
        server["proxy-url"] = url.into();
        let told = told(place.who_at(&server, &user));
        assert!(told.contains("proxy") || told.contains("tunnel") || told.contains("refused"), "{told}");
    }
}

#[test]
fn a_server_that_nobody_vouches_for_is_not_asked_unless_that_is_said() {
    let Some(place) = Place::new() else { return };
    let user = json!({"token": place.cluster.token()});
    let mut server = json!({"server": place.cluster.server()});
    let told_unknown = told(place.who_at(&server, &user));
    assert!(told_unknown.contains("certificate"), "{told_unknown}");
    server["insecure-skip-tls-verify"] = true.into();
    assert_eq!(place.who_at(&server, &user).unwrap()["username"], "admin");
    // An authority in a file beside the kubeconfig.
    place.write("authority.crt", &place.cluster.authority().unwrap());
    let server = json!({"server": place.cluster.server(), "certificate-authority": "authority.crt"});
    assert_eq!(place.who_at(&server, &user).unwrap()["username"], "admin");
}
