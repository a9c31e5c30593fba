use serde_json::json;

use super::*;

fn mk(api_version: &str, kind: &str) -> ObjectIdentity {
    let (api_version, kind, name) = (api_version.to_owned(), kind.to_owned(), "cart".to_owned());
    ObjectIdentity { api_version, kind, namespace: Some("shop".to_owned()), name }
}

fn health(api_version: &str, kind: &str, object: &Value) -> Health {
    of(&mk(api_version, kind), object, &Rules::default())
}

fn reason(health: Health) -> String {
    match health {
        Health::Progressing(reason) => format!("progressing: {reason}"),
        Health::Failed(reason) => format!("failed: {reason}"),
        other => format!("{other:?}"),
    }
}

/// A Deployment of three replicas that is done, with what a test changes.
fn mk_deployment(changed: Value) -> Value {
    let mut object = json!({
        "metadata": {"generation": 4}, "spec": {"replicas": 3},
        "status": {
            "observedGeneration": 4, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
            "conditions": [
                {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
                {"type": "Available", "status": "True"},
            ],
        },
    });
    merge(&mut object, changed);
    object
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

#[test]
fn a_rollout_is_done_when_all_replicas_are_new_and_available_and_no_old_one_is_left() {
    let told = |changed: Value| reason(health("apps/v1", "Deployment", &mk_deployment(changed)));
    assert_eq!(told(json!({})), "Current");
    let cases = [
        (json!({"metadata": {"generation": 5}}), "progressing: its controller has not seen the change yet"),
        (json!({"status": {"updatedReplicas": 1}}), "progressing: 1 of 3 replicas are updated"),
        (json!({"status": {"replicas": 4}}), "progressing: 1 old replicas are still there"),
        (json!({"status": {"availableReplicas": 2}}), "progressing: 2 of 3 updated replicas are available"),
        (json!({"status": {"readyReplicas": 0}}), "progressing: 0 of 3 replicas are ready"),
        (
            json!({"status": {"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}]}}),
            "failed: ProgressDeadlineExceeded: late",
        ),
        (
            json!({"status": {"conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "message": "x"}]}}),
            "progressing: ReplicaSetUpdated: x",
        ),
        (
            json!({"status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}]}}),
            "progressing: FailedCreate: exceeded quota",
        ),
        (json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}), "Terminating"),
    ];
    for (changed, expected) in cases {
        assert_eq!(told(changed), expected);
    }
}

#[test]
fn a_status_of_the_rollout_before_does_not_pass_for_this_one() {
    let new = json!({"metadata": {"generation": 1}, "spec": {"replicas": 1}});
    assert_eq!(reason(health("apps/v1", "Deployment", &new)), "progressing: its controller has not seen it yet");
    assert_eq!(reason(health("apps/v1", "StatefulSet", &new)), "progressing: its controller has not seen it yet");
    assert_eq!(reason(health("apps/v1", "DaemonSet", &new)), "progressing: its controller has not seen it yet");
    assert_eq!(reason(health("policy/v1", "PodDisruptionBudget", &new)), "progressing: its controller has not seen it yet");
}

#[test]
fn a_deployment_of_none_is_done_without_being_available() {
    let none = json!({"replicas": 0, "updatedReplicas": 0, "readyReplicas": 0, "availableReplicas": 0});
    assert_eq!(health("apps/v1", "Deployment", &mk_deployment(json!({"spec": {"replicas": 0}, "status": none}))), Health::Current);
}

fn mk_stateful(changed: Value) -> Value {
    let mut object = json!({
        "metadata": {"generation": 2}, "spec": {"replicas": 3},
        "status": {
            "observedGeneration": 2, "replicas": 3, "readyReplicas": 3, "updatedReplicas": 3, "availableReplicas": 3,
            "currentRevision": "cart-1", "updateRevision": "cart-1",
        },
    });
    merge(&mut object, changed);
    object
}

#[test]
fn a_stateful_set_is_done_when_its_pods_are_of_the_new_revision() {
    let told = |changed: Value| reason(health("apps/v1", "StatefulSet", &mk_stateful(changed)));
    assert_eq!(told(json!({})), "Current");
    let newer = json!({"updateRevision": "cart-2", "updatedReplicas": 1});
    assert_eq!(told(json!({"status": newer})), "progressing: 1 of 3 pods are updated");
    let partition = json!({"updateStrategy": {"rollingUpdate": {"partition": 2}}});
    assert_eq!(told(json!({"spec": partition, "status": newer})), "Current");
    let by_hand = json!({"updateStrategy": {"type": "OnDelete"}});
    assert!(told(json!({"spec": by_hand, "status": newer})).contains("deleted by hand"));
    assert_eq!(told(json!({"status": {"readyReplicas": 2}})), "progressing: 2 of 3 pods are ready");
    assert_eq!(told(json!({"status": {"replicas": 5}})), "progressing: 2 pods too many are still there");
}

#[test]
fn a_daemon_set_is_done_when_every_node_has_its_pod() {
    let mk = |updated: i64| {
        json!({"metadata": {"generation": 1}, "status": {"observedGeneration": 1, "desiredNumberScheduled": 2,
            "currentNumberScheduled": 2, "updatedNumberScheduled": updated, "numberAvailable": 2, "numberReady": 2}})
    };
    assert_eq!(health("apps/v1", "DaemonSet", &mk(2)), Health::Current);
    assert_eq!(reason(health("apps/v1", "DaemonSet", &mk(1))), "progressing: 1 of 2 pods are updated");
}

#[test]
fn a_job_is_done_when_it_is_complete_and_not_when_it_has_begun() {
    let mk = |status: Value| json!({"spec": {"completions": 2}, "status": status});
    let condition = |name: &str| json!({"conditions": [{"type": name, "status": "True", "reason": "BackoffLimitExceeded"}]});
    let running = json!({"active": 1, "startTime": "2026-01-01T00:00:00Z"});
    assert_eq!(
        reason(health("batch/v1", "Job", &mk(running))),
        "progressing: 0 of 2 runs have succeeded, 1 are active, 0 have failed"
    );
    assert_eq!(health("batch/v1", "Job", &mk(condition("Complete"))), Health::Current);
    assert_eq!(reason(health("batch/v1", "Job", &mk(condition("Failed")))), "failed: BackoffLimitExceeded");
    assert_eq!(health("batch/v1", "Job", &json!({"spec": {"suspend": true}})), Health::Current);
}

#[test]
fn a_pod_of_its_own_that_failed_has_failed() {
    let pod = |status: Value| reason(health("v1", "Pod", &json!({"status": status})));
    assert_eq!(pod(json!({"phase": "Succeeded"})), "Current");
    assert_eq!(pod(json!({"phase": "Failed"})), "failed: it has failed");
    assert_eq!(pod(json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]})), "Current");
    let waiting = json!({"phase": "Pending", "containerStatuses": [
        {"name": "cart", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}},
    ]});
    assert_eq!(pod(waiting), "progressing: container `cart`: ImagePullBackOff: Back-off pulling image");
}

#[test]
fn what_keeps_a_pod_from_running_is_told_in_its_own_words() {
    let told = |status: Value| trouble(&json!({"status": status}));
    let unscheduled =
        json!({"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}]});
    assert_eq!(told(unscheduled).unwrap(), "Unschedulable: 0/3 nodes");
    let crashing = json!({"containerStatuses": [{"name": "cart", "state": {"running": {}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}]});
    assert_eq!(told(crashing).unwrap(), "container `cart`: OOMKilled");
    let beginning = json!({"containerStatuses": [{"name": "cart", "state": {"waiting": {"reason": "ContainerCreating"}}}]});
    assert_eq!(told(beginning), None);
}

#[test]
fn kinds_without_a_state_are_done_when_they_are_there() {
    for (api_version, kind) in
        [("v1", "ConfigMap"), ("v1", "Secret"), ("batch/v1", "CronJob"), ("rbac.authorization.k8s.io/v1", "Role")]
    {
        assert_eq!(health(api_version, kind, &json!({})), Health::Current, "{kind}");
    }
}

#[test]
fn volumes_addresses_and_definitions_are_waited_for() {
    let told = |api_version: &str, kind: &str, object: Value| reason(health(api_version, kind, &object));
    assert_eq!(told("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Bound"}})), "Current");
    assert!(told("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Pending"}})).contains("not bound"));
    assert!(told("v1", "PersistentVolumeClaim", json!({"status": {"phase": "Lost"}})).starts_with("failed"));
    assert_eq!(told("v1", "Service", json!({"spec": {"type": "ClusterIP"}})), "Current");
    assert!(told("v1", "Service", json!({"spec": {"type": "LoadBalancer"}})).contains("no address"));
    let crd = |conditions: Value| {
        told("apiextensions.k8s.io/v1", "CustomResourceDefinition", json!({"status": {"conditions": conditions}}))
    };
    assert_eq!(crd(json!([{"type": "Established", "status": "True"}])), "Current");
    assert!(crd(json!([])).contains("no condition `Established`"));
    assert!(
        crd(json!([{"type": "NamesAccepted", "status": "False", "reason": "NameConflict"}])).starts_with("failed: NameConflict")
    );
    let api = json!({"status": {"conditions": [{"type": "Available", "status": "False", "reason": "MissingEndpoint"}]}});
    assert_eq!(told("apiregistration.k8s.io/v1", "APIService", api), "progressing: MissingEndpoint");
}

#[test]
fn custom_kinds_are_what_their_conditions_say() {
    let told =
        |status: Value| reason(health("shop.example.com/v1", "Till", &json!({"metadata": {"generation": 1}, "status": status})));
    assert_eq!(told(json!({"conditions": [{"type": "Ready", "status": "True"}]})), "Current");
    assert_eq!(told(json!({"conditions": [{"type": "Ready", "status": "False", "message": "no paper"}]})), "progressing: no paper");
    assert_eq!(told(json!({"conditions": [{"type": "Stalled", "status": "True", "reason": "NoPaper"}]})), "failed: NoPaper");
    assert_eq!(
        told(json!({"conditions": [{"type": "Reconciling", "status": "True", "reason": "Printing"}]})),
        "progressing: Printing"
    );
    assert_eq!(told(json!({"observedGeneration": 0})), "progressing: its controller has not seen the change yet");
    assert_eq!(told(json!({})), "progressing: its controller has not seen it yet");
    // It has no controller that would say anything.
    assert_eq!(health("shop.example.com/v1", "Till", &json!({"spec": {}})), Health::Current);
}

#[test]
fn a_new_custom_object_without_a_status_was_not_seen_yet_and_plain_kinds_need_none() {
    let database = mk("example.com/v1", "Database");
    assert!(is_unseen(&database, &json!({"spec": {}})));
    assert!(!is_unseen(&database, &json!({"status": {}})));
    assert!(!is_unseen(&mk("v1", "ConfigMap"), &json!({})));
}
