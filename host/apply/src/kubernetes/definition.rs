//! What a change of a CustomResourceDefinition would do to the objects that are there: the server takes a schema that no longer has
//! a field, and drops the field from every object that is written next.

use std::collections::BTreeSet;

use serde_json::Value;

/// Says of a definition that its next schema is meant, whatever it does to objects that are there.
pub(super) const ACCEPT: &str = "tollgate.dev/schema-change";

/// What a new definition would take from objects that the live one allows, each with its path; nothing where it says that it is meant.
pub(super) fn losses(live: &Value, wanted: &Value) -> Vec<String> {
    let annotations = wanted.pointer("/metadata/annotations");
    if annotations.and_then(|annotations| annotations.get(ACCEPT)).and_then(Value::as_str) == Some("accepted") {
        return Vec::new();
    }
    let mut losses = Vec::new();
    for (name, old) in versions(live) {
        match versions(wanted).find(|(other, _)| *other == name) {
            None if old["served"] == true => losses.push(format!("version `{name}` is no longer there")),
            None => {}
            Some((_, new)) => {
                if old["served"] == true && new["served"] != true {
                    losses.push(format!("version `{name}` is no longer served"));
                }
                let schema = |version: &Value| version.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_default();
                compare(&format!("{name}: "), &schema(old), &schema(new), &mut losses);
            }
        }
    }
    losses
}

fn versions(definition: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
    versions.into_iter().flatten().filter_map(|version| Some((version.get("name")?.as_str()?, version)))
}

/// What the old schema allows and the new one does not.
fn compare(at: &str, old: &Value, new: &Value, losses: &mut Vec<String>) {
    let place = if at.ends_with(' ') { format!("{at}the object") } else { at.to_owned() };
    if let (Some(before), Some(after)) = (old.get("type"), new.get("type"))
        && before != after
    {
        losses.push(format!("{place} was of type {before} and becomes {after}"));
        return;
    }
    let gone = values(old).filter(|value| new.get("enum").is_some() && !values(new).any(|other| other == *value));
    losses.extend(gone.map(|value| format!("{place} may no longer be {value}")));
    if old.get("enum").is_none() && new.get("enum").is_some() {
        losses.push(format!("{place} may be of few values only"));
    }
    for bound in ["minimum", "minLength", "minItems", "minProperties"] {
        tightened(&place, bound, old, new, |old, new| new > old, losses);
    }
    for bound in ["maximum", "maxLength", "maxItems", "maxProperties"] {
        tightened(&place, bound, old, new, |old, new| new < old, losses);
    }
    if new.get("pattern").is_some() && old.get("pattern") != new.get("pattern") {
        losses.push(format!("{place} has to match another pattern"));
    }
    let needed = |schema: &Value| -> BTreeSet<String> {
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    losses.extend(needed(new).difference(&needed(old)).map(|name| format!("{at}.{name} has to be there")));
    fields(at, old, new, losses);
    if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
        compare(&format!("{at}[]"), old, new, losses);
    }
    if let (Some(old), Some(new)) = (old.get("additionalProperties"), new.get("additionalProperties")) {
        compare(&format!("{at}.*"), old, new, losses);
    }
}

fn fields(at: &str, old: &Value, new: &Value, losses: &mut Vec<String>) {
    let keeps_unknown = new.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true));
    for (name, old) in old.get("properties").and_then(Value::as_object).into_iter().flatten() {
        match new.get("properties").and_then(|fields| fields.get(name)) {
            Some(new) => compare(&format!("{at}.{name}"), old, new, losses),
            None if keeps_unknown => {}
            None => losses.push(format!("{at}.{name} is no longer there")),
        }
    }
}

fn values(schema: &Value) -> impl Iterator<Item = &Value> {
    schema.get("enum").and_then(Value::as_array).into_iter().flatten()
}

fn tightened(place: &str, bound: &str, old: &Value, new: &Value, is_tighter: fn(f64, f64) -> bool, losses: &mut Vec<String>) {
    let Some(after) = new.get(bound).and_then(Value::as_f64) else { return };
    let before = old.get(bound).and_then(Value::as_f64);
    if before.is_none_or(|before| is_tighter(before, after)) {
        losses.push(format!("{place} has to keep to `{bound}: {after}`"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_definition(versions: &[(&str, bool, Value)]) -> Value {
        let versions: Vec<Value> = versions
            .iter()
            .map(|(name, served, schema)| json!({"name": name, "served": served, "schema": {"openAPIV3Schema": schema}}))
            .collect();
        json!({"spec": {"versions": versions}})
    }

    fn of_schemas(old: Value, new: Value) -> Vec<String> {
        losses(&mk_definition(&[("v1", true, old)]), &mk_definition(&[("v1", true, new)]))
    }

    fn mk_schema() -> Value {
        json!({"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object", "properties": {
            "size": {"type": "integer", "minimum": 1, "maximum": 9},
            "mode": {"type": "string", "enum": ["fast", "safe"]},
            "names": {"type": "array", "items": {"type": "string", "maxLength": 10}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        }}}})
    }

    fn changed(pointer: &str, value: Value) -> Vec<String> {
        let mut new = mk_schema();
        *new.pointer_mut(pointer).unwrap() = value;
        of_schemas(mk_schema(), new)
    }

    #[test]
    fn what_an_object_may_no_longer_have_is_named_with_its_path() {
        let at = "/properties/spec/properties";
        assert_eq!(changed(at, json!({}))[0], "v1: .spec.labels is no longer there");
        assert_eq!(
            changed(&format!("{at}/size/type"), json!("string")),
            [r#"v1: .spec.size was of type "integer" and becomes "string""#]
        );
        assert_eq!(changed(&format!("{at}/mode/enum"), json!(["fast"])), [r#"v1: .spec.mode may no longer be "safe""#]);
        assert_eq!(changed(&format!("{at}/size/minimum"), json!(2)), ["v1: .spec.size has to keep to `minimum: 2`"]);
        assert_eq!(changed(&format!("{at}/size/maximum"), json!(8)), ["v1: .spec.size has to keep to `maximum: 8`"]);
        assert_eq!(changed(&format!("{at}/names/items/maxLength"), json!(9)), ["v1: .spec.names[] has to keep to `maxLength: 9`"]);
        let numbers = changed(&format!("{at}/labels/additionalProperties/type"), json!("integer"));
        assert_eq!(numbers, [r#"v1: .spec.labels.* was of type "string" and becomes "integer""#]);
        assert_eq!(changed("/required", json!(["spec", "kind"])), ["v1: .kind has to be there"]);
        let pattern = changed(&format!("{at}/mode"), json!({"type": "string", "enum": ["fast", "safe"], "pattern": "^f"}));
        assert_eq!(pattern, ["v1: .spec.mode has to match another pattern"]);
    }

    #[test]
    fn what_allows_more_loses_nothing() {
        let at = "/properties/spec/properties";
        assert!(of_schemas(mk_schema(), mk_schema()).is_empty());
        assert!(changed("/required", json!([])).is_empty());
        assert!(changed(&format!("{at}/size"), json!({"type": "integer", "minimum": 0})).is_empty());
        assert!(changed(&format!("{at}/mode/enum"), json!(["fast", "safe", "new"])).is_empty());
        let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        assert!(changed("/properties/spec", open).is_empty());
    }

    #[test]
    fn versions_that_somebody_may_ask_for_stay() {
        let schema = json!({"type": "object"});
        let both = mk_definition(&[("v1", true, schema.clone()), ("v0", false, schema.clone())]);
        let gone = losses(&both, &mk_definition(&[("v2", true, schema.clone())]));
        assert_eq!(gone, ["version `v1` is no longer there"]);
        let unserved = losses(&both, &mk_definition(&[("v1", false, schema)]));
        assert_eq!(unserved, ["version `v1` is no longer served"]);
    }

    #[test]
    fn a_definition_may_say_that_it_is_meant() {
        let mut new = mk_definition(&[]);
        new["metadata"] = json!({"annotations": {ACCEPT: "accepted"}});
        assert!(losses(&mk_definition(&[("v1", true, json!({}))]), &new).is_empty());
        new["metadata"] = json!({"annotations": {ACCEPT: "yes"}});
        assert_eq!(losses(&mk_definition(&[("v1", true, json!({}))]), &new).len(), 1);
    }
}
