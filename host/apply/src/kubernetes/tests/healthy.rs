//! Waiting for what was applied.

use serde_json::json;
use tollgate_core::ports::{ApplyError, ApplyPlan as _};

use super::support::{World, mk, mk_deployment, mk_settings, rendered};

#[test]
fn a_rollout_is_waited_for() {
    let Some(world) = World::new("healthy-rollout") else { return };
    world.promotes(&rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]));
    let deployment = world.get("apps/v1:deployments/cart").unwrap();
    assert_eq!(deployment["status"]["availableReplicas"], 2);
}

#[test]
fn a_rollout_that_is_stuck_fails_with_the_reason_of_its_pods_and_leaves_a_true_inventory() {
    let Some(world) = World::new("healthy-stuck") else { return };
    let world = world.waiting(8);
    let good = rendered(&[mk_deployment("cart", "example.com/cart:1", &json!({}))]);
    let before = world.promotes(&good);
    let stuck = json!({"tests.tollgate.dev/waits": "ImagePullBackOff"});
    let bad = rendered(&[mk_deployment("cart", "example.com/cart:2", &stuck), mk_settings("extra", "x")]);
    let error = world.promote(&bad).unwrap_err();
    let ApplyError::Unfinished { told, .. } = &error else { panic!("{error:?}") };
    assert!(told[0].contains("Deployment healthy-stuck/cart is not ready in time"), "{told:?}");
    assert!(told[0].contains("container `main`: ImagePullBackOff"), "{told:?}");
    // What was written before is still what was written whole.
    assert_eq!(world.target().state().unwrap().written, before.written);
    // Going back is an attempt like any other, and takes what the failed one left.
    world.promotes(&good);
    assert_eq!(world.get("configmaps/extra"), None);
}

#[test]
fn what_needs_what_has_failed_is_not_applied() {
    let Some(world) = World::new("healthy-order") else { return };
    let world = world.waiting(8);
    let container = json!({"name": "main", "image": "example.com/migrate:1"});
    let template = json!({"metadata": {"annotations": {"tests.tollgate.dev/fails": "Error"}}, "spec": {"restartPolicy": "Never", "containers": [container]}});
    let migration = mk("batch/v1", "Job", "migrate", &json!({"spec": {"backoffLimit": 0, "template": template}}));
    let mut cart = mk_deployment("cart", "example.com/cart:1", &json!({}));
    cart.body["metadata"]["annotations"] = json!({"config.kubernetes.io/depends-on": "batch/namespaces/healthy-order/Job/migrate"});
    let error = world.promote(&rendered(&[migration, cart])).unwrap_err();
    assert!(error.to_string().contains("Job healthy-order/migrate has failed: BackoffLimitExceeded"), "{error}");
    assert_eq!(world.get("apps/v1:deployments/cart"), None);
}

#[test]
fn a_job_that_is_removed_once_it_was_done_was_done() {
    let Some(world) = World::new("healthy-vanishing") else { return };
    let world = world.waiting(30);
    let container = json!({"name": "main", "image": "example.com/migrate:1"});
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [container]}});
    let job = mk("batch/v1", "Job", "migrate", &json!({"spec": {"ttlSecondsAfterFinished": 0, "template": template}}));
    world.promotes(&rendered(&[job, mk_settings("cart", "one")]));
    assert_eq!(world.get("batch/v1:jobs/migrate"), None);
}

#[test]
fn a_claim_that_gets_its_volume_with_its_first_pod_is_not_waited_for() {
    let Some(world) = World::new("healthy-claims") else { return };
    let world = world.waiting(8);
    for (name, mode) in [("with-the-pod", "WaitForFirstConsumer"), ("at-once", "Immediate")] {
        let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name},
            "provisioner": "shop.example.com/nobody", "volumeBindingMode": mode});
        world.create_at("/apis/storage.k8s.io/v1/storageclasses", &class);
    }
    let claim = |class: &str| {
        let resources = json!({"requests": {"storage": "1Gi"}});
        mk(
            "v1",
            "PersistentVolumeClaim",
            class,
            &json!({"spec": {"storageClassName": class, "accessModes": ["ReadWriteOnce"], "resources": resources}}),
        )
    };
    world.promotes(&rendered(&[claim("with-the-pod")]));
    let error = world.promote(&rendered(&[claim("with-the-pod"), claim("at-once")])).unwrap_err();
    assert!(error.to_string().contains("PersistentVolumeClaim healthy-claims/at-once is not ready in time"), "{error}");
}
