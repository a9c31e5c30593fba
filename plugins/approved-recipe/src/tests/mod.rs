//! The plugin as the host asks it.

mod added;
mod approved;
mod deleting;
mod images;
mod owners;
mod samples;
mod shapes;
mod told;
mod unknown;

use serde_json::{Value, json};
use tollgate_sdk::{Finding, Validator as _, testing};

use crate::ApprovedRecipe;
use crate::settings::Settings;

const ALICE: &str = "alice@example.com";
const REPLICA_SETS: &str = "system:serviceaccount:kube-system:replicaset-controller";

/// The digest of an approved image.
fn approved_image() -> String {
    image("cart", 'a')
}

fn image(name: &str, digit: char) -> String {
    format!("registry.example.com/{name}:1@sha256:{}", digit.to_string().repeat(64))
}

/// A request of Alice's to create something, in a cluster in which Deployments and Services were approved.
fn creation() -> Value {
    json!({"place": "admission", "target": "prod-apps", "admission": {
        "operation": "CREATE", "dryRun": false, "user": {"username": ALICE, "groups": ["system:authenticated"]},
        "approved": {
            "recipes": [
                {"recipe": "sha256:b", "promotion": "P-13", "state": "running"},
                {"recipe": "sha256:a", "promotion": "P-12", "state": "current"},
            ],
            "kinds": [{"group": "apps", "kind": "Deployment"}, {"group": "", "kind": "Service"}, {"group": "", "kind": "ConfigMap"}],
            "namespaces": ["shop"], "documents": [], "images": [approved_image()], "autoscaled": false,
            "inventory": {"namespace": "shop", "name": "tollgate-prod-apps"},
        },
    }})
}

/// The same for an object that one or more recipes have, newest first.
fn creation_of(documents: &[&Value]) -> Value {
    let mut request = creation();
    let promotions = ["P-13", "P-12"].iter().rev().take(documents.len()).rev();
    let documents = promotions.zip(documents).map(|(promotion, document)| json!({"promotion": promotion, "document": document}));
    request["admission"]["approved"]["documents"] = documents.collect();
    request
}

/// A request changed at some places, by pointers into `admission`.
fn with(mut request: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        let pointer = format!("/admission/{name}");
        let (holder, name) = pointer.rsplit_once('/').unwrap();
        request.pointer_mut(holder).unwrap()[name] = value.clone();
    }
    request
}

/// The same as a change of an object.
fn update(request: Value, old: &Value) -> Value {
    with(request, &[("operation", json!("UPDATE")), ("oldObject", old.clone())])
}

fn by(user: &str, request: Value) -> Value {
    with(request, &[("user/username", json!(user))])
}

fn judge(settings: &str, request: &Value, object: &Value) -> Vec<Finding> {
    testing::check_in_context::<ApprovedRecipe>(settings, &request.to_string(), &object.to_string())
}

/// What is found, as `rule pointer`.
fn found(request: &Value, object: &Value) -> Vec<String> {
    found_with("{}", request, object)
}

fn found_with(settings: &str, request: &Value, object: &Value) -> Vec<String> {
    judge(settings, request, object).iter().map(|finding| format!("{} {}", finding.rule(), finding.pointer())).collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn every_case_comes_out_as_it_says() {
    testing::run_cases::<ApprovedRecipe>("cases");
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&ApprovedRecipe::DESCRIPTION);
}

#[test]
fn elsewhere_than_at_admission_it_has_nothing_to_say() {
    let pod = samples::pod();
    assert!(testing::check::<ApprovedRecipe>("{}", &pod.to_string()).is_empty());
    assert!(judge("{}", &json!({"place": "promote", "target": "prod"}), &pod).is_empty());
    assert!(judge("{}", &json!({}), &pod).is_empty());
}

#[test]
fn a_question_that_is_incomplete_gets_no_answer() {
    let pod = samples::pod().to_string();
    for request in [json!({"place": "admission"}), with(creation(), &[("operation", json!("PATCH"))])] {
        assert!(testing::try_check_in_context::<ApprovedRecipe>("{}", &request.to_string(), &pod).is_err());
    }
}

#[test]
fn while_nothing_is_known_nothing_passes() {
    let unknown = with(creation(), &[("approved", Value::Null)]);
    assert_eq!(found(&unknown, &samples::pod()), ["unknown "]);
    assert_eq!(found(&by(REPLICA_SETS, unknown), &samples::pod()), ["unknown "]);
}

#[test]
fn what_the_cluster_writes_to_itself_is_not_judged() {
    let unknown = with(creation(), &[("approved", Value::Null)]);
    for (version, kind, namespace) in [
        ("v1", "Event", "shop"),
        ("events.k8s.io/v1", "Event", "shop"),
        ("coordination.k8s.io/v1", "Lease", "shop"),
        ("discovery.k8s.io/v1", "EndpointSlice", "shop"),
        ("v1", "Endpoints", "shop"),
        ("v1", "Node", ""),
        ("v1", "Pod", "kube-system"),
        ("v1", "ConfigMap", "kube-public"),
        ("v1", "Pod", "kube-node-lease"),
    ] {
        let object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a", "namespace": namespace}});
        assert_eq!(found(&unknown, &object), nothing(), "{kind} in {namespace}");
    }
}

#[test]
fn subresources_are_not_judged_but_for_the_one_that_brings_containers() {
    for sub_resource in ["status", "scale", "binding", "eviction", "token", "resize"] {
        let request = with(creation(), &[("subResource", json!(sub_resource))]);
        assert_eq!(found(&request, &samples::pod()), nothing(), "{sub_resource}");
    }
    assert_eq!(found(&with(creation(), &[("operation", json!("CONNECT"))]), &samples::pod()), nothing());
}

#[test]
fn what_the_recipes_are_not_about_is_not_judged() {
    let at = |kind: &str, namespace: &str, name: &str| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}});
    assert_eq!(found(&creation(), &at("Pod", "elsewhere", "a")), nothing());
    assert_eq!(found(&creation(), &at("Namespace", "", "other")), nothing());
    assert_eq!(found(&creation(), &at("Secret", "shop", "of-somebody")), nothing());
    assert_eq!(found(&creation(), &at("ConfigMap", "shop", "tollgate-prod-apps")), nothing());
    assert_eq!(found(&creation(), &at("ConfigMap", "shop", "other")), ["not-approved /metadata/name"]);
}

#[test]
fn an_object_whose_name_can_not_be_read_does_not_pass() {
    for (metadata, pointer) in
        [(json!({"name": 1}), "/metadata/name"), (json!({"namespace": ["shop"]}), "/metadata/namespace"), (json!([]), "/metadata")]
    {
        let object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata});
        assert_eq!(found(&creation(), &object), [format!("unknown {pointer}")]);
    }
}
