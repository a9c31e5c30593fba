//! What findings say, and what they keep to themselves.

use serde_json::{Value, json};

use super::{creation_of, found, found_with, judge, samples, update};

fn config(data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cart", "namespace": "shop"}, "data": data})
}

fn messages(approved: &Value, live: &Value) -> Vec<String> {
    judge("{}", &creation_of(&[approved]), live).iter().map(|finding| finding.message().to_owned()).collect()
}

#[test]
fn a_difference_is_told_with_both_values() {
    let approved = config(&json!({"level": "info", "gone": "x"}));
    let live = config(&json!({"level": "debug", "new": "y".repeat(300)}));
    assert_eq!(
        messages(&approved, &live),
        [
            "`gone` is missing: `x` was approved with `P-12`".to_owned(),
            "`level` is `debug`, and `info` was approved with `P-12`".to_owned(),
            format!("`new` is `{}…`, and `P-12` has no such field", "y".repeat(80)),
        ]
    );
}

#[test]
fn an_element_that_is_gone_is_told_at_its_list() {
    let approved = samples::deployment();
    let mut live = approved.clone();
    live["spec"]["template"]["spec"]["containers"][0]["env"].as_array_mut().unwrap().remove(0);
    let finding = &judge("{}", &creation_of(&[&approved]), &live)[0];
    assert_eq!(finding.pointer(), "/spec/template/spec/containers/0/env");
    assert_eq!(finding.message(), "`env` lacks an element: `{name: \"LEVEL\", value: \"info\"}` was approved with `P-12`");
}

#[test]
fn a_remedy_names_the_promotion() {
    let finding = &judge("{}", &creation_of(&[&config(&json!({"a": "b"}))]), &config(&json!({"a": "c"})))[0];
    assert_eq!(finding.remediation(), Some("Change it in the repository and promote that in place of `P-12`"));
}

#[test]
fn ten_are_told_and_the_rest_is_counted() {
    let many = |value: &str, count: usize| {
        config(&(0..count).map(|number| (format!("k{number:02}"), json!(value))).collect::<serde_json::Map<_, _>>().into())
    };
    let ten = judge("{}", &creation_of(&[&many("a", 10)]), &many("b", 10));
    assert_eq!(ten.len(), 10);
    let twelve = judge("{}", &creation_of(&[&many("a", 12)]), &many("b", 12));
    assert_eq!((twelve.len(), twelve[10].pointer()), (11, ""));
    assert_eq!(twelve[10].message(), "`ConfigMap shop/cart` has 2 more fields other than in `P-12`");
    let extra = judge("{}", &creation_of(&[&config(&json!({}))]), &many("b", 11));
    assert_eq!(extra[10].message(), "`ConfigMap shop/cart` has 1 more field without one in `P-12`");
}

fn secret(rest: &Value) -> Value {
    let mut secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cart", "namespace": "shop"}});
    secret.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    secret
}

#[test]
fn of_a_secret_the_keys_are_compared() {
    let approved = secret(&json!({"data": {"a": "withheld"}, "stringData": {"b": "withheld"}}));
    let live = |data: Value| found(&creation_of(&[&approved]), &secret(&json!({"type": "Opaque", "data": data})));
    assert_eq!(live(json!({"a": "dA==", "b": "withheld"})), super::nothing());
    assert_eq!(live(json!({"a": "withheld"})), ["differs /stringData/b"]);
    assert_eq!(live(json!({"a": "withheld", "b": "withheld", "c": "withheld"})), ["extra /data/c"]);
    assert_eq!(live(Value::Null).len(), 2);
    assert_eq!(live(json!("withheld")).len(), 3, "what is no map of keys has none of them, and is something else");
}

#[test]
fn a_value_of_which_the_host_says_that_it_is_another_one_differs() {
    let mark = "withheld: another value than the one that comes";
    let approved = secret(&json!({"data": {"a": mark, "c": "withheld"}, "stringData": {"b": mark}}));
    let live = secret(&json!({"type": "Opaque", "data": {"a": "withheld", "b": "withheld", "c": "withheld"}}));
    assert_eq!(found(&creation_of(&[&approved]), &live), ["differs /data/a", "differs /stringData/b"]);
    let told = judge("{}", &creation_of(&[&approved]), &live);
    assert!(!told[0].message().contains("withheld"), "{}", told[0].message());
}

#[test]
fn of_a_secret_no_value_is_told() {
    let approved = secret(&json!({"type": "Opaque", "data": {"a": "hunter2"}, "stringData": {"b": "hunter2"}, "immutable": true}));
    let live = secret(&json!({"type": "hunter2", "data": {"c": "hunter2"}, "more": {"d": ["hunter2"]}}));
    let findings = judge("{}", &creation_of(&[&approved]), &live);
    assert_eq!(findings.len(), 6);
    for finding in findings {
        let text = format!("{}{}{:?}", finding.message(), finding.pointer(), finding.remediation());
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_token_is_written_by_a_controller() {
    let approved = secret(&json!({"type": "kubernetes.io/service-account-token"}));
    let live = secret(&json!({"type": "kubernetes.io/service-account-token", "data": {"token": "withheld"}}));
    assert_eq!(found(&creation_of(&[&approved]), &live), ["extra /data/token"]);
    assert_eq!(found(&update(creation_of(&[&approved]), &live), &live), super::nothing());
    assert_eq!(
        found(&super::by("system:kube-controller-manager", update(creation_of(&[&approved]), &approved)), &live),
        super::nothing()
    );
}

#[test]
fn a_key_of_a_secret_can_be_let_be() {
    let (approved, live) = (secret(&json!({})), secret(&json!({"data": {"ca.crt": "withheld"}})));
    assert_eq!(found(&creation_of(&[&approved]), &live), ["extra /data/ca.crt"]);
    let settings = r#"{"extraFields": [{"kinds": ["Secret"], "path": "/data/ca.crt"}]}"#;
    assert_eq!(found_with(settings, &creation_of(&[&approved]), &live), super::nothing());
}
