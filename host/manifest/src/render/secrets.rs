//! Withholds the values of Secrets, environment variables and variables of Terraform from whoever was not granted them.

use serde_json::{Map, Value};
use tollgate_core::language::{DOTENV, TERRAFORM};

/// What stands for a withheld value.
const WITHHELD: &str = "withheld";

/// Where `kubectl apply` keeps the whole object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The body of a document that holds secrets, without its values; nothing for any other, and for what is no object at all.
///
/// Of a Secret, all values of `data` and `stringData` are withheld, whatever their type, and the annotation in which
/// `kubectl apply` keeps a copy; of a dotenv or `.tfvars` file, all values of `content`; of a variable that Terraform calls sensitive,
/// what it is by default. Keys stay: policies may judge them.
pub fn withhold_secrets(body: &[u8]) -> Option<Vec<u8>> {
    let mut secret: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let text = |key: &str| secret.get(key).and_then(Value::as_str).unwrap_or_default();
    if (text("apiVersion"), text("kind")) == (TERRAFORM, "variable") {
        return withhold_default(secret);
    }
    let keys: &[&str] = match (text("apiVersion"), text("kind")) {
        ("v1", "Secret") => &["data", "stringData"],
        (DOTENV, "Dotenv") | (TERRAFORM, "Variables") => &["content"],
        _ => return None,
    };
    for key in keys {
        if let Some(values) = secret.get_mut(*key) {
            withhold(values);
        }
    }
    if let Some(copy) = secret.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations")?.get_mut(LAST_APPLIED)) {
        *copy = WITHHELD.into();
    }
    serde_json::to_vec(&secret).ok()
}

/// A sensitive variable without what it is by default. Whether it is sensitive may be an expression, so that nobody can tell.
fn withhold_default(mut variable: Map<String, Value>) -> Option<Vec<u8>> {
    let body = variable.get_mut("body")?.as_object_mut()?;
    let is_sensitive = body.get("sensitive").is_some_and(|sensitive| sensitive != &Value::Bool(false));
    let default = body.get_mut("default").filter(|default| is_sensitive && !default.is_null())?;
    *default = WITHHELD.into();
    serde_json::to_vec(&variable).ok()
}

fn withhold(values: &mut Value) {
    match values {
        Value::Object(members) => members.values_mut().filter(|value| !value.is_null()).for_each(|value| *value = WITHHELD.into()),
        Value::Null => {}
        // Nothing valid has anything else here, but a value is a value.
        other => *other = WITHHELD.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn withheld(body: &Value) -> Option<Value> {
        withhold_secrets(body.to_string().as_bytes()).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn values_go_and_keys_stay() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "annotations": {LAST_APPLIED: "{\"data\":{\"p\":\"x\"}}", "b": "c"}},
            "data": {"p": "cGFzcw=="}, "stringData": {"q": "pass", "n": 1}});
        let expected = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "annotations": {LAST_APPLIED: "withheld", "b": "c"}},
            "data": {"p": "withheld"}, "stringData": {"q": "withheld", "n": "withheld"}});
        assert_eq!(withheld(&secret), Some(expected));
    }

    #[test]
    fn environment_variables_and_variables_of_terraform_are_secrets() {
        let of =
            |api_version: &str, kind: &str, content: Value| json!({"apiVersion": api_version, "kind": kind, "content": content});
        let written = json!({"TOKEN": "x", "INHERITED": null, "db": {"user": "app"}});
        let seen = json!({"TOKEN": "withheld", "INHERITED": null, "db": "withheld"});
        for (api_version, kind) in [(DOTENV, "Dotenv"), (TERRAFORM, "Variables")] {
            assert_eq!(withheld(&of(api_version, kind, written.clone())), Some(of(api_version, kind, seen.clone())));
        }
        assert_eq!(withheld(&of(TERRAFORM, "locals", written)), None);
    }

    #[test]
    fn what_a_sensitive_variable_is_by_default_is_a_secret() {
        let of = |body: Value| json!({"apiVersion": TERRAFORM, "kind": "variable", "metadata": {"name": "a"}, "body": body});
        for sensitive in [json!(true), json!("${local.x}")] {
            let seen = of(json!({"sensitive": sensitive, "default": "withheld"}));
            assert_eq!(withheld(&of(json!({"sensitive": sensitive, "default": {"p": "x"}}))), Some(seen));
        }
        for body in [json!({"default": "x"}), json!({"sensitive": false, "default": "x"}), json!({"sensitive": true}), json!([])] {
            assert_eq!(withheld(&of(body)), None);
        }
    }

    #[test]
    fn other_objects_are_left_alone() {
        for object in [
            json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}),
            json!({"apiVersion": "x/v1", "kind": "Secret"}),
            json!([]),
        ] {
            assert_eq!(withheld(&object), None);
        }
    }

    proptest! {
        #[test]
        fn no_value_is_left(values in prop::collection::btree_map("[a-z]{1,5}", "VALUE[0-9]{1,9}", 0..5), as_list: bool) {
            let data = if as_list { json!(values.values().collect::<Vec<_>>()) } else { json!(values) };
            let secret = json!({"apiVersion": "v1", "kind": "Secret", "data": data, "stringData": values, "metadata": {"annotations": {LAST_APPLIED: data.to_string()}}});
            let text = withheld(&secret).unwrap().to_string();
            prop_assert!(!text.contains("VALUE"), "{}", text);
        }
    }
}
