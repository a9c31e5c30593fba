//! Servers that go away, people who may not, and two who write at the same time.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::KubernetesTarget;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_core::render::Rendered;
use tollgate_servers::{Cluster, Life};

use super::support::{World, cluster, mk_deployment, mk_settings, rendered};
use crate::kubernetes::Kubernetes;
use crate::testing::{MemoryLedger, TARGET, noon, recipe};

/// Many small objects, all with one value.
fn mk_many(value: &str) -> Rendered {
    let documents: Vec<_> = (0..60).map(|number| mk_settings(&format!("settings-{number}"), value)).collect();
    rendered(&documents)
}

/// The values of all ConfigMaps of a namespace that are of the target's set.
fn values(cluster: &Cluster, namespace: &str) -> BTreeMap<String, String> {
    let list = cluster.get(&format!("/api/v1/namespaces/{namespace}/configmaps?labelSelector=applyset.kubernetes.io/part-of"));
    let list: Value = serde_json::from_str(&list.unwrap()).unwrap();
    let text = |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|item| (text(item, "/metadata/name"), text(item, "/data/value"))).collect()
}

fn mk_target(kubeconfig: &Utf8Path, namespace: &str) -> Kubernetes {
    let kubeconfig = Some(kubeconfig.to_string());
    let spec = KubernetesTarget { kubeconfig, wait: 60, ..KubernetesTarget::in_namespace(namespace) };
    Kubernetes::new(TARGET, &spec, Utf8Path::new("/"))
}

#[test]
fn an_api_server_that_dies_in_between_leaves_what_the_next_attempt_completes() {
    let Some(mut cluster) = Cluster::start(Life::None) else { return };
    let (target, ledger) = (mk_target(&cluster.kubeconfig(), "shop"), MemoryLedger::new());
    let promote = |rendered: &Rendered, meanwhile: &mut dyn FnMut()| {
        let plan = target.plan(recipe(rendered), rendered)?;
        let approved = ledger.approved(recipe(rendered), plan.digest()?);
        thread::scope(|scope| {
            let applying = scope.spawn(|| target.apply(approved, rendered, &noon));
            meanwhile();
            applying.join().unwrap()
        })
    };
    let done = |ended: Result<Applied, ApplyError>| assert!(matches!(ended, Ok(Applied::Done { .. })), "{ended:?}");
    done(promote(&mk_many("one"), &mut || {}));
    for (round, pause) in (0..).zip([10_u64, 60, 150]) {
        let next = mk_many(&format!("round-{round}"));
        let ended = promote(&next, &mut || {
            thread::sleep(Duration::from_millis(pause));
            cluster.stop_api();
        });
        cluster.restart_api().unwrap();
        // It may have been fast enough. If it was not, all that was written is known to be ours.
        if !matches!(ended, Ok(Applied::Done { .. })) {
            assert!(matches!(ended, Err(ApplyError::Cluster { .. })), "{ended:?}");
            done(promote(&next, &mut || {}));
        }
        let found = values(&cluster, "shop");
        assert_eq!(found.len(), 60);
        assert!(found.values().all(|value| *value == format!("round-{round}")), "{found:?}");
    }
    done(promote(&rendered(&[mk_settings("settings-0", "last")]), &mut || {}));
    assert_eq!(values(&cluster, "shop").len(), 1, "nothing was lost sight of");
}

#[test]
fn of_two_who_write_at_the_same_time_the_later_attempt_has_the_target() {
    let Some(world) = World::new("trouble-two") else { return };
    world.promotes(&mk_many("zero"));
    for round in 0..4 {
        let (early, late) = (mk_many(&format!("early-{round}")), mk_many(&format!("late-{round}")));
        let (first, second) = (world.approved(&early), world.approved(&late));
        let ended = thread::scope(|scope| {
            let first = scope.spawn(|| world.apply(first, &early));
            thread::sleep(Duration::from_millis(15 * round));
            let second = scope.spawn(|| world.apply(second, &late));
            (first.join().unwrap(), second.join().unwrap())
        });
        let found = values(cluster().unwrap(), "trouble-two");
        let written = world.target().state().unwrap().written.unwrap();
        // Whoever says that it is done was the last to write, and all of it is there.
        if let Ok(Applied::Done { .. }) = ended.1 {
            assert_eq!(written.recipe, recipe(&late));
            assert!(found.values().all(|value| *value == format!("late-{round}")), "{found:?}");
        } else {
            // The plan was another one by then: the first was faster.
            assert!(matches!(ended.1, Ok(Applied::Stale { .. })), "{ended:?}");
            world.promotes(&late);
        }
    }
}

#[test]
fn who_may_not_is_told_all_that_is_missing_and_nothing_is_planned() {
    let Some(cluster) = cluster() else { return };
    let Some(world) = World::new("trouble-limited") else { return };
    world.promotes(&rendered(&[mk_settings("cart", "one")]));
    let refused = || {
        let documents = [mk_settings("cart", "two"), mk_deployment("cart", "example.com/cart:1", &json!({}))];
        let error = mk_target(&cluster.limited_kubeconfig(), "trouble-limited")
            .plan(Digest::of(b"recipe"), &rendered(&documents))
            .unwrap_err();
        let ApplyError::Cluster { source, .. } = &error else { panic!("{error:?}") };
        source.to_string()
    };
    let told = refused();
    for missing in [
        "`get configmaps in trouble-limited`",
        "`update configmaps in trouble-limited`",
        "`patch deployments.apps in trouble-limited`",
    ] {
        assert!(told.contains(missing), "{told}");
    }
    let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "update", "patch", "delete"]}]);
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "some"}, "rules": rules});
    world.create("rbac.authorization.k8s.io/v1:roles", &role);
    let user = json!({"kind": "User", "name": "limited", "apiGroup": "rbac.authorization.k8s.io"});
    let reference = json!({"kind": "Role", "name": "some", "apiGroup": "rbac.authorization.k8s.io"});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "some"}, "subjects": [user], "roleRef": reference});
    world.create("rbac.authorization.k8s.io/v1:rolebindings", &binding);
    let told = refused();
    assert!(!told.contains("`get configmaps") && told.contains("`create deployments.apps in trouble-limited`"), "{told}");
}
