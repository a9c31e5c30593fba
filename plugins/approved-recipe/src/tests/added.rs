//! What the cluster adds, where that depends on what is around it: each with the same thing where it may not be.

use serde_json::{Value, json};

use super::{approved_image, by, creation_of, found, update};

fn object(api_version: &str, kind: &str, rest: &Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "namespace": "shop", "uid": "u-1"}});
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

fn is_accepted(approved: &Value, live: &Value) -> bool {
    found(&creation_of(&[approved]), live).is_empty()
}

/// Whether something may be in the `spec` of an object beside what was approved.
fn accepts(api_version: &str, kind: &str, approved: &Value, added: &Value) -> bool {
    let mut spec = approved.clone();
    spec.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
    let [approved, live] = [approved, &spec].map(|spec| object(api_version, kind, &json!({"spec": spec})));
    is_accepted(&approved, &live)
}

#[test]
fn a_service_gets_addresses_and_ports_that_fit_its_type() {
    let service = |approved: Value, added: Value| accepts("v1", "Service", &approved, &added);
    let ports = |node_port: bool| {
        let mut port = json!({"port": 80, "targetPort": 80, "protocol": "TCP"});
        if node_port {
            port["nodePort"] = json!(30_080);
        }
        json!({"ports": [port]})
    };
    assert!(service(json!({"ports": [{"port": 80}]}), ports(false)));
    assert!(!service(json!({"ports": [{"port": 80}]}), ports(true)));
    assert!(service(json!({"type": "NodePort", "ports": [{"port": 80}]}), ports(true)));
    assert!(!service(json!({"ports": [{"port": 80}]}), json!({"ports": [{"port": 80, "targetPort": 8080}]})));
    assert!(service(json!({}), json!({"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"]})));
    assert!(!service(json!({}), json!({"clusterIP": "None"})) && !service(json!({}), json!({"clusterIPs": ["10.0.0.2"]})));
    assert!(service(json!({"clusterIP": "None"}), json!({"clusterIPs": ["None"]})));
    let affinity = json!({"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10_800}}});
    assert!(service(json!({"sessionAffinity": "ClientIP"}), affinity.clone()) && !service(json!({}), affinity));
    assert!(!service(json!({}), json!({"externalIPs": ["203.0.113.7"]})));
}

#[test]
fn a_pod_gets_an_account_a_priority_and_a_node_from_the_cluster() {
    let pod = |approved: Value, added: Value| accepts("v1", "Pod", &approved, &added);
    assert!(pod(json!({}), json!({"serviceAccountName": "default", "serviceAccount": "default"})));
    assert!(!pod(json!({}), json!({"serviceAccountName": "admin", "serviceAccount": "admin"})));
    assert!(pod(json!({"serviceAccountName": "cart"}), json!({"serviceAccount": "cart"})));
    assert!(!pod(json!({"serviceAccountName": "cart"}), json!({"serviceAccount": "default"})));
    assert!(pod(json!({"serviceAccount": "cart"}), json!({"serviceAccountName": "cart"})));
    assert!(!pod(json!({}), json!({"priority": 1000})) && pod(json!({"priorityClassName": "high"}), json!({"priority": 1000})));
    assert!(pod(json!({"priorityClassName": "high"}), json!({"preemptionPolicy": "Never"})));
    assert!(
        pod(json!({"runtimeClassName": "kata"}), json!({"overhead": {"cpu": "1"}}))
            && !pod(json!({}), json!({"overhead": {"cpu": "1"}}))
    );
    assert!(!pod(json!({}), json!({"nodeName": "worker-1"})), "only the scheduler chooses a node");
    let toleration = |seconds: u32| json!({"tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds}]});
    assert!(pod(json!({}), toleration(300)) && !pod(json!({}), toleration(301)));
    assert!(!pod(json!({"imagePullSecrets": [{"name": "a"}]}), json!({"imagePullSecrets": [{"name": "a"}, {"name": "b"}]})));
}

#[test]
fn what_only_pods_get_a_template_does_not_get() {
    let deployment =
        |added: Value| accepts("apps/v1", "Deployment", &json!({"template": {"spec": {}}}), &json!({"template": {"spec": added}}));
    assert!(deployment(json!({"dnsPolicy": "ClusterFirst"})));
    assert!(!deployment(json!({"serviceAccountName": "default"})) && !deployment(json!({"priority": 0, "nodeName": "worker-1"})));
}

#[test]
fn a_node_that_was_chosen_stays() {
    let [approved, live] = [json!({}), json!({"nodeName": "worker-1"})].map(|spec| object("v1", "Pod", &json!({"spec": spec})));
    assert_eq!(found(&update(creation_of(&[&approved]), &live), &live), super::nothing());
    let mut moved = live.clone();
    moved["spec"]["nodeName"] = json!("worker-2");
    assert_eq!(found(&update(creation_of(&[&approved]), &live), &moved), ["extra /spec/nodeName"]);
}

/// The same for the only container of a Pod.
fn container(approved: &Value, added: &Value, pod: &Value) -> bool {
    let spec = |container: &Value| {
        let mut spec = pod.clone();
        spec["containers"] = json!([container]);
        spec
    };
    let mut live = approved.clone();
    live.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
    let [approved, live] = [approved, &live].map(|one| object("v1", "Pod", &json!({"spec": spec(one)})));
    is_accepted(&approved, &live)
}

#[test]
fn a_container_gets_what_follows_from_what_it_says() {
    let plain = json!({});
    let image = json!({"name": "a", "image": approved_image()});
    assert!(container(&image, &json!({"imagePullPolicy": "IfNotPresent"}), &plain));
    assert!(!container(&image, &json!({"imagePullPolicy": "Always"}), &plain));
    assert!(!container(&image, &json!({"imagePullPolicy": "Never"}), &plain));
    let latest = json!({"name": "a", "image": format!("cart:latest@sha256:{}", "a".repeat(64))});
    assert!(container(&latest, &json!({"imagePullPolicy": "Always"}), &plain));
    let limited = json!({"name": "a", "resources": {"limits": {"cpu": "1"}}});
    assert!(container(&limited, &json!({"resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}}), &plain));
    assert!(!container(&limited, &json!({"resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}}), &plain));
    assert!(!container(&limited, &json!({"resources": {"limits": {"cpu": "1"}, "requests": {"memory": "1"}}}), &plain));
    let port = json!({"name": "a", "ports": [{"containerPort": 80}]});
    let host_port = json!({"ports": [{"containerPort": 80, "hostPort": 80}]});
    assert!(container(&port, &host_port, &json!({"hostNetwork": true})) && !container(&port, &host_port, &plain));
    let resize = |policy: &str| json!({"resizePolicy": [{"resourceName": "cpu", "restartPolicy": policy}]});
    assert!(container(&limited, &resize("NotRequired"), &plain) && !container(&limited, &resize("RestartContainer"), &plain));
}

#[test]
fn only_the_token_itself_is_mounted_by_the_cluster() {
    let mount = |path: &str, read_only: bool| json!({"volumeMounts": [{"name": "kube-api-access-x7zqk", "mountPath": path, "readOnly": read_only}]});
    let (plain, one) = (json!({}), json!({"name": "a"}));
    assert!(container(&one, &mount("/var/run/secrets/kubernetes.io/serviceaccount", true), &plain));
    assert!(!container(&one, &mount("/var/run/secrets/kubernetes.io/serviceaccount", false), &plain));
    assert!(!container(&one, &mount("/etc", true), &plain));
    let volume = json!({"volumes": [{"name": "kube-api-access-x7zqk", "hostPath": {"path": "/"}}]});
    assert!(!accepts("v1", "Pod", &plain, &volume));
}

#[test]
fn a_volume_without_a_source_is_an_empty_directory_and_no_other_is() {
    let pod = |volume: Value, live: Value| accepts("v1", "Pod", &json!({"volumes": [volume]}), &json!({"volumes": [live]}));
    assert!(pod(json!({"name": "a"}), json!({"name": "a", "emptyDir": {}})));
    assert!(!pod(json!({"name": "a"}), json!({"name": "a", "hostPath": {"path": "/"}})));
    assert!(!pod(json!({"name": "a"}), json!({"name": "a", "emptyDir": {"medium": "Memory"}})));
    assert!(!pod(json!({"name": "a", "secret": {"secretName": "b"}}), json!({"name": "a", "emptyDir": {}})));
}

#[test]
fn a_job_gets_a_selector_of_its_own_uid() {
    let job = |approved: Value, added: Value| accepts("batch/v1", "Job", &approved, &added);
    let selector = |uid: &str| json!({"selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}});
    assert!(job(json!({}), selector("u-1")) && !job(json!({}), selector("u-2")));
    assert!(!job(json!({}), json!({"selector": {"matchLabels": {"app": "cart"}}})) && !job(json!({}), json!({"selector": {}})));
    assert!(
        job(json!({}), json!({"completions": 1, "parallelism": 1})) && !job(json!({"parallelism": 2}), json!({"completions": 1}))
    );
    assert!(job(json!({}), json!({"backoffLimit": 6})) && !job(json!({}), json!({"backoffLimit": i32::MAX})));
    assert!(job(json!({"backoffLimitPerIndex": 1}), json!({"backoffLimit": i32::MAX})));
}

#[test]
fn a_job_without_labels_gets_those_of_its_template() {
    let spec = json!({"spec": {"template": {"metadata": {"labels": {"app": "a"}}}}});
    let (approved, mut live) = (object("batch/v1", "Job", &spec), object("batch/v1", "Job", &spec));
    live["metadata"]["labels"] = json!({"app": "a"});
    assert!(is_accepted(&approved, &live));
    live["metadata"]["labels"] = json!({"app": "b"});
    assert!(!is_accepted(&approved, &live));
}

#[test]
fn an_autoscaler_is_filled_in_where_it_says_something_of_its_behaviour() {
    let autoscaler = |approved: Value, added: Value| accepts("autoscaling/v2", "HorizontalPodAutoscaler", &approved, &added);
    let policy = |kind: &str, value: u32| json!({"type": kind, "value": value, "periodSeconds": 15});
    let up =
        json!({"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [policy("Pods", 4), policy("Percent", 100)]});
    let down = json!({"selectPolicy": "Max", "policies": [policy("Percent", 100)]});
    let with = |down: &Value| json!({"behavior": {"scaleUp": up, "scaleDown": down}});
    let written = json!({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}});
    let mut filled = down.clone();
    filled["stabilizationWindowSeconds"] = json!(60);
    assert!(autoscaler(written.clone(), with(&filled)));
    filled["policies"] = json!([policy("Percent", 10)]);
    assert!(!autoscaler(written, with(&filled)));
    assert!(!autoscaler(json!({}), with(&down)));
}

#[test]
fn a_network_policy_is_about_what_it_has_rules_for() {
    let policy =
        |approved: Value, types: Value| accepts("networking.k8s.io/v1", "NetworkPolicy", &approved, &json!({"policyTypes": types}));
    assert!(policy(json!({}), json!(["Ingress"])) && !policy(json!({}), json!(["Ingress", "Egress"])));
    assert!(policy(json!({"egress": [{}]}), json!(["Ingress", "Egress"])) && !policy(json!({"egress": [{}]}), json!(["Ingress"])));
    let peer = |peer: Value| json!({"ingress": [{"from": [peer]}]});
    assert!(!accepts(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        &peer(json!({"podSelector": {}})),
        &peer(json!({"podSelector": {}, "namespaceSelector": {}}))
    ));
}

#[test]
fn what_is_chosen_at_creation_is_not_chosen_again() {
    let claim = |class: Option<&str>| object("v1", "PersistentVolumeClaim", &json!({"spec": {"storageClassName": class}}));
    let approved = claim(None);
    assert!(is_accepted(&approved, &claim(Some("fast"))));
    let request = update(creation_of(&[&approved]), &claim(Some("fast")));
    assert_eq!(found(&request, &claim(Some("fast"))), super::nothing());
    assert_eq!(found(&request, &claim(Some("slow"))), ["extra /spec/storageClassName"]);
    assert_eq!(found(&creation_of(&[&claim(Some(""))]), &claim(None)), ["differs /spec/storageClassName"]);
}

#[test]
fn a_volume_is_bound_by_its_controller() {
    let claim = |volume: Option<&str>| object("v1", "PersistentVolumeClaim", &json!({"spec": {"volumeName": volume}}));
    let request = update(creation_of(&[&claim(None)]), &claim(None));
    assert_eq!(
        found(&by("system:serviceaccount:kube-system:persistent-volume-binder", request.clone()), &claim(Some("pv"))),
        super::nothing()
    );
    assert_eq!(found(&request, &claim(Some("pv"))), ["extra /spec/volumeName"]);
    assert!(!is_accepted(&claim(None), &claim(Some("pv"))));
}

#[test]
fn limits_are_taken_from_each_other_for_containers_alone() {
    let limits = |kind: &str, added: Value| {
        let limit = json!({"type": kind, "max": {"cpu": "2"}, "min": {"memory": "1Gi"}});
        let mut live = limit.clone();
        live.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
        accepts("v1", "LimitRange", &json!({"limits": [limit]}), &json!({"limits": [live]}))
    };
    let added = json!({"default": {"cpu": "2"}, "defaultRequest": {"cpu": "2", "memory": "1Gi"}});
    assert!(limits("Container", added.clone()) && !limits("Pod", added));
    assert!(!limits("Container", json!({"default": {"cpu": "1"}})) && !limits("Container", json!({"default": {"memory": "1Gi"}})));
}

#[test]
fn roles_and_definitions_are_filled_in() {
    let role = |approved: Value, rules: Value| {
        let mut live = approved.clone();
        live["rules"] = rules;
        let kind = |rest: &Value| object("rbac.authorization.k8s.io/v1", "ClusterRole", rest);
        is_accepted(&kind(&approved), &kind(&live))
    };
    let rules = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    assert!(role(json!({"aggregationRule": {"clusterRoleSelectors": [{}]}}), rules.clone()) && !role(json!({}), rules));
    let definition = |added: Value| {
        let mut names = json!({"kind": "Widget", "plural": "widgets"});
        let approved = json!({"names": names});
        names.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
        accepts("apiextensions.k8s.io/v1", "CustomResourceDefinition", &approved, &json!({"names": names}))
    };
    assert!(definition(json!({"listKind": "WidgetList", "singular": "widget"})));
    assert!(
        !definition(json!({"listKind": "OtherList"}))
            && !definition(json!({"singular": "other"}))
            && !definition(json!({"shortNames": ["w"]}))
    );
    let subject = |kind: &str, group: &str| {
        let binding = |subject: Value| object("rbac.authorization.k8s.io/v1", "RoleBinding", &json!({"subjects": [subject]}));
        is_accepted(&binding(json!({"kind": kind, "name": "a"})), &binding(json!({"kind": kind, "name": "a", "apiGroup": group})))
    };
    assert!(
        subject("User", "rbac.authorization.k8s.io")
            && !subject("ServiceAccount", "rbac.authorization.k8s.io")
            && !subject("Group", "other")
    );
}
