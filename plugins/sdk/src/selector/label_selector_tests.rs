//! What a selector selects, and what is none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Document;

fn selects(selector: &Value, labels: &Value) -> Result<bool, String> {
    let bytes = json!({"selector": selector, "labels": labels}).to_string();
    let document = Document::read(0, "", bytes.as_bytes()).unwrap();
    let selector = LabelSelector::read(&document.root().get("selector")).map_err(|place| place.pointer())?;
    Ok(selector.selects(&Labels::of(&document.root().get("labels"))))
}

fn expression(key: &str, operator: &str, values: &[&str]) -> Value {
    json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]})
}

#[test]
fn each_operator_is_as_the_api_defines_it() {
    let cart = json!({"app": "cart"});
    for (operator, values, having, other, without) in [
        ("In", &["cart", "shop"][..], true, false, false),
        ("NotIn", &["cart", "shop"], false, true, true),
        ("Exists", &[], true, true, false),
        ("DoesNotExist", &[], false, false, true),
    ] {
        let selector = expression("app", operator, values);
        assert_eq!(selects(&selector, &cart), Ok(having), "{operator}");
        assert_eq!(selects(&selector, &json!({"app": "mail"})), Ok(other), "{operator}");
        assert_eq!(selects(&selector, &json!({"tier": "web"})), Ok(without), "{operator}");
    }
}

#[test]
fn nothing_at_all_selects_everything() {
    for selector in [json!(null), json!({}), json!({"matchLabels": {}, "matchExpressions": []}), json!({"matchLabels": null})] {
        assert_eq!(selects(&selector, &json!({})), Ok(true), "{selector}");
        assert_eq!(selects(&selector, &json!({"app": "cart"})), Ok(true), "{selector}");
    }
}

#[test]
fn what_the_api_would_refuse_or_ignore_is_pointed_to() {
    for (selector, place) in [
        (json!("app=cart"), ""),
        (json!([]), ""),
        (json!({"app": "cart"}), "/app"),
        (json!({"matchLabels": "app=cart"}), "/matchLabels"),
        (json!({"matchLabels": {"app": 1}}), "/matchLabels/app"),
        (json!({"matchLabels": {"app": null}}), "/matchLabels/app"),
        (json!({"matchExpressions": {}}), "/matchExpressions"),
        (json!({"matchExpressions": ["app"]}), "/matchExpressions/0"),
        (json!({"matchExpressions": [null]}), "/matchExpressions/0/operator"),
        (json!({"matchExpressions": [{"operator": "Exists"}]}), "/matchExpressions/0/key"),
        (json!({"matchExpressions": [{"key": "app", "operator": "Exists", "value": "a"}]}), "/matchExpressions/0/value"),
        (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": [1]}]}), "/matchExpressions/0/values/0"),
        (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": "a"}]}), "/matchExpressions/0/values"),
        (expression("app", "Equals", &["a"]), "/matchExpressions/0/operator"),
        (expression("app", "In", &[]), "/matchExpressions/0/values"),
        (expression("app", "DoesNotExist", &["a"]), "/matchExpressions/0/values"),
    ] {
        assert_eq!(selects(&selector, &json!({"app": "cart"})), Err(format!("/selector{place}")), "{selector}");
    }
}

#[test]
fn a_selector_reads_as_it_is_typed_on_the_command_line() {
    let body = json!({"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": [
        {"key": "tier", "operator": "In", "values": ["web", "api", "web"]}, {"key": "zone", "operator": "NotIn", "values": ["x"]},
        {"key": "on", "operator": "Exists"}, {"key": "off", "operator": "DoesNotExist"}]});
    let bytes = body.to_string();
    let document = Document::read(0, "", bytes.as_bytes()).unwrap();
    let selector = LabelSelector::read(&document.root()).unwrap();
    assert_eq!(selector.to_string(), "`a=1, b=2, tier in (api, web), zone notin (x), on, !off`");
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_panic_and_what_it_refuses_is_there(
        selector in crate::testing::anything(&["matchLabels", "matchExpressions", "key", "operator", "values"], &["In", "Exists", "a"]),
    ) {
        let body = json!({"selector": selector});
        if let Err(place) = selects(&selector, &json!({"a": "a"})) {
            let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
            prop_assert!(body.pointer(parent).is_some(), "{}", place);
        }
    }
}
