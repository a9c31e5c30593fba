use serde_json::json;

use super::*;
use crate::testing::mk_key;

fn mk_resource(actions: &Value, rest: &Value) -> Value {
    let mut resource = json!({"address": "module.net.aws_vpc.main[0]", "module_address": "module.net", "mode": "managed",
        "type": "aws_vpc", "name": "main", "change": {"actions": actions, "before": {"id": "vpc-1", "cidr": "10.0.0.0/16"},
        "after": {"id": "vpc-1", "cidr": "10.1.0.0/16"}, "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {}}});
    for (key, value) in rest.as_object().unwrap() {
        resource[key] = value.clone();
    }
    resource
}

fn of(resources: &[Value]) -> Result<Changes, &'static str> {
    changes("network", &json!({"format_version": "1.2", "resource_changes": resources}), None)
}

fn verbs(changes: &Changes) -> Vec<Verb> {
    changes.actions.iter().map(|action| action.verb).collect()
}

#[test]
fn a_resource_is_named_by_its_type_its_module_and_the_rest_of_its_address() {
    let changes = of(&[mk_resource(&json!(["update"]), &json!({}))]).unwrap();
    let action = &changes.actions[0];
    assert_eq!(action.object.to_string(), "aws_vpc module.net/main[0] of network");
    assert_eq!((action.verb, action.live_uid.as_deref()), (Verb::Change, Some("vpc-1")));
    assert_eq!(action.changes.iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), ["/cidr"]);
}

#[test]
fn every_action_of_terraform_is_known_and_any_other_stops_the_plan() {
    for (actions, expected) in [
        (json!(["create"]), vec![Verb::Create]),
        (json!(["update"]), vec![Verb::Change]),
        (json!(["delete"]), vec![Verb::Delete]),
        (json!(["delete", "create"]), vec![Verb::Delete, Verb::Create]),
        (json!(["create", "delete"]), vec![Verb::Create, Verb::Delete]),
        (json!(["forget"]), vec![Verb::Change]),
        (json!(["create", "forget"]), vec![Verb::Change, Verb::Create]),
        (json!(["read"]), vec![]),
    ] {
        assert_eq!(verbs(&of(&[mk_resource(&actions, &json!({}))]).unwrap()), expected, "{actions}");
    }
    let same = of(&[mk_resource(&json!(["no-op"]), &json!({}))]).unwrap();
    assert_eq!((same.actions.len(), same.unchanged), (0, 1));
    for actions in [json!([]), json!(["open"]), json!(["update", "delete"]), json!("create"), json!(null)] {
        assert!(of(&[mk_resource(&actions, &json!({}))]).is_err(), "{actions}");
    }
}

#[test]
fn a_plan_that_is_not_complete_or_failed_is_no_plan() {
    let plan = |more: &str, value: Value| {
        let mut plan = json!({"format_version": "1.2", "resource_changes": []});
        plan[more] = value;
        changes("network", &plan, None).is_ok()
    };
    assert!(plan("complete", json!(true)) && plan("errored", json!(false)));
    assert!(!plan("complete", json!(false)) && !plan("complete", json!(null)) && !plan("errored", json!(true)));
}

#[test]
fn what_only_changes_its_address_or_comes_under_management_is_told() {
    let moved = of(&[mk_resource(&json!(["no-op"]), &json!({"previous_address": "aws_vpc.old"}))]).unwrap();
    assert_eq!(verbs(&moved), [Verb::Change]);
    assert_eq!(moved.actions[0].changes[0].before, Some(PlannedValue::Plain(json!("aws_vpc.old"))));
    let mut imported = mk_resource(&json!(["no-op"]), &json!({}));
    imported["change"]["importing"] = json!({"id": "vpc-1"});
    assert_eq!(of(&[imported]).unwrap().actions[0].changes[0].path.to_string(), "/(import)");
}

#[test]
fn a_replacement_differs_from_one_in_the_other_order() {
    let digest = |actions: &Value| {
        let actions = of(&[mk_resource(actions, &json!({}))]).unwrap().actions;
        Digest::of_canonical(&actions).unwrap()
    };
    assert_ne!(digest(&json!(["delete", "create"])), digest(&json!(["create", "delete"])));
}

#[test]
fn what_is_known_only_then_is_in_the_digest() {
    let sends = |unknown: &Value| {
        let mut resource = mk_resource(&json!(["create"]), &json!({}));
        resource["change"]["after_unknown"] = unknown.clone();
        of(&[resource]).unwrap().actions[0].sends
    };
    assert_ne!(sends(&json!({"arn": true})), sends(&json!({})));
}

#[test]
fn outputs_are_changes_too() {
    let plan = json!({"format_version": "1.2", "resource_changes": [], "output_changes": {
        "a": {"actions": ["update"], "before": 1, "after": 2, "after_unknown": false, "before_sensitive": false, "after_sensitive": false},
        "b": {"actions": ["no-op"], "before": 1, "after": 1}}});
    let changes = changes("network", &plan, None).unwrap();
    assert_eq!((changes.actions[0].object.to_string().as_str(), changes.actions.len()), ("output a of network", 1));
}

#[test]
fn sensitive_values_are_neither_in_actions_nor_in_what_is_shown() {
    let mut resource = mk_resource(&json!(["update"]), &json!({}));
    resource["change"]["after"]["password"] = json!("hunter22");
    resource["change"]["after_sensitive"] = json!({"password": true});
    let plan = json!({"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [resource],
        "variables": {"password": {"value": "hunter22"}}, "planned_values": {"a": "hunter22"},
        "output_changes": {"p": {"actions": ["create"], "before": null, "after": "hunter22", "after_sensitive": true}}});
    for key in [None, Some(&mk_key())] {
        let changes = changes("network", &plan, key).unwrap();
        assert!(!format!("{changes:?}").contains("hunter22"));
        assert!(changes.actions.iter().any(|action| action.sends.is_none()));
    }
    let shown = shown(&plan).to_string();
    assert!(!shown.contains("hunter22") && shown.contains("withheld"), "{shown}");
}

#[test]
fn what_is_not_understood_stops_the_plan() {
    assert!(of(&[json!({"change": {"actions": ["create"]}})]).is_err());
    assert!(of(&[json!({"address": "a.b", "type": "a"})]).is_err());
    for plan in [json!({"format_version": "1.2", "errored": true}), json!({"format_version": "2.0"}), json!({}), json!([])] {
        assert!(changes("network", &plan, None).is_err(), "{plan}");
    }
}
