//! Defaults that a CustomResourceDefinition gives the objects of its kind (`apiextensions.k8s.io/v1`, structural schemas).

use std::collections::BTreeMap;

use serde_json::Value;

/// Schemas of custom kinds, by group and kind, then by version.
#[derive(Debug, Default)]
pub struct Definitions<'a>(BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, &'a Value>>);

impl<'a> Definitions<'a> {
    /// Those among some objects. What is no definition is passed over.
    pub fn among(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        Self(objects.into_iter().filter_map(definition).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fills in what the API server would: the default of every field that has one and is not there, where its parent is. Objects of
    /// kinds and versions that no definition has stay as they are.
    pub fn complete(&self, object: &mut Value) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let Some((group, version)) = api_version.split_once('/') else { return };
        let Some(schema) = self.0.get(&(group, kind)).and_then(|versions| versions.get(version)).copied() else { return };
        fill(schema, object);
    }
}

type Versions<'a> = BTreeMap<&'a str, &'a Value>;

fn definition(object: &Value) -> Option<((&str, &str), Versions<'_>)> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let is_definition = text("/kind") == Some("CustomResourceDefinition") && text("/apiVersion") == Some("apiextensions.k8s.io/v1");
    let versions = object.pointer("/spec/versions").filter(|_| is_definition)?.as_array()?;
    Some(((text("/spec/group")?, text("/spec/names/kind")?), versions.iter().filter_map(schema).collect()))
}

fn schema(version: &Value) -> Option<(&str, &Value)> {
    Some((version.get("name")?.as_str()?, version.pointer("/schema/openAPIV3Schema")?))
}

/// A parent first, then its children, so that a default may bring children with defaults of their own.
fn fill(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if let Some(default) = schema.get("default").filter(|_| is_missing(schema, members.get(name))) {
                    members.insert(name.clone(), default.clone());
                }
                if let Some(member) = members.get_mut(name) {
                    fill(schema, member);
                }
            }
            if let Some(schema) = schema.get("additionalProperties").filter(|schema| schema.is_object()) {
                members.values_mut().for_each(|member| fill(schema, member));
            }
        }
        Value::Array(elements) => {
            if let Some(schema) = schema.get("items") {
                elements.iter_mut().for_each(|element| fill(schema, element));
            }
        }
        _ => {}
    }
}

/// `null` is as good as nothing where the field may not be null.
fn is_missing(schema: &Value, value: Option<&Value>) -> bool {
    let is_nullable = schema.get("nullable") == Some(&Value::Bool(true));
    value.is_none_or(|value| value.is_null() && !is_nullable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_definition() -> Value {
        let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
            "size": {"type": "integer", "default": 3},
            "note": {"type": "string", "nullable": true, "default": "none"},
            "backup": {"type": "object", "default": {}, "properties": {"keep": {"type": "string", "default": "7d"}}},
            "users": {"type": "array", "items": {"type": "object", "properties": {"role": {"type": "string", "default": "reader"}}}},
            "limits": {"type": "object", "additionalProperties": {"type": "object", "properties": {"unit": {"default": "Mi"}}}},
        }}}});
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": {"group": "example.com",
            "names": {"kind": "Database"}, "versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}, {"name": "v2"}]}})
    }

    fn completed(version: &str, spec: &Value) -> Value {
        let definition = mk_definition();
        let mut object = json!({"apiVersion": format!("example.com/{version}"), "kind": "Database", "spec": spec});
        Definitions::among([&definition, &json!({"kind": "ConfigMap"})]).complete(&mut object);
        object["spec"].take()
    }

    #[test]
    fn what_is_missing_is_filled_in_where_its_parent_is_there() {
        assert_eq!(completed("v1", &json!({})), json!({"size": 3, "note": "none", "backup": {"keep": "7d"}}));
        assert_eq!(completed("v1", &Value::Null), Value::Null);
    }

    #[test]
    fn what_is_there_stays_and_null_stays_only_where_it_may() {
        let completed = completed("v1", &json!({"size": null, "note": null, "backup": {"keep": "1d"}}));
        assert_eq!(completed, json!({"size": 3, "note": null, "backup": {"keep": "1d"}}));
    }

    #[test]
    fn elements_and_members_get_theirs() {
        let completed = completed("v1", &json!({"users": [{}, {"role": "owner"}], "limits": {"memory": {}}}));
        assert_eq!(completed["users"], json!([{"role": "reader"}, {"role": "owner"}]));
        assert_eq!(completed["limits"], json!({"memory": {"unit": "Mi"}}));
    }

    #[test]
    fn other_kinds_and_versions_without_a_schema_stay_as_they_are() {
        assert_eq!(completed("v2", &json!({})), json!({}));
        assert_eq!(completed("v9", &json!({})), json!({}));
    }
}
