//! What would be at both targets of a pair: resources as they are planned, objects as they are rendered.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::language::TERRAFORM;
use tollgate_core::pair::{PairDifference, on_purpose};
use tollgate_core::pipeline::PairSpec;
use tollgate_core::pointer::Pointer;
use tollgate_core::terraform::resource_identity;

use super::PairSide;
use super::causes::Causes;
use super::values::differences;

/// Objects by component and name.
pub(crate) struct SideObjects {
    objects: BTreeMap<(String, Pointer), Value>,
}

impl SideObjects {
    /// # Errors
    /// Says what could not be looked at.
    pub(super) fn of(side: &PairSide<'_>) -> Result<Self, String> {
        let mut objects = BTreeMap::new();
        for document in side.rendered.documents() {
            let mut value = document.body.clone();
            without_secrets(document.is_secret(), &mut value);
            objects.insert((document.component.clone(), path("objects", &document.identity)), value);
        }
        if !side.rendered.roots().is_empty() {
            let plan = side.plan.map_err(|error| format!("`{}` can't be planned: {error}", side.target.name))?;
            for shown in &plan.components.shown {
                objects.extend(planned(&shown.json).into_iter().map(|(at, object)| ((shown.component.clone(), at), object)));
            }
        }
        Ok(Self { objects })
    }
}

impl SideObjects {
    /// The same without those of some components.
    pub(super) fn without(mut self, components: &[&str]) -> Self {
        self.objects.retain(|(component, _), _| !components.contains(&component.as_str()));
        self
    }
}

/// Which values a Secret has is nobody's business, only whether both have it.
fn without_secrets(is_secret: bool, value: &mut Value) {
    let Some(members) = value.as_object_mut().filter(|_| is_secret) else { return };
    members.retain(|key, _| !matches!(key.as_str(), "data" | "stringData"));
}

/// Resources as they would be after the plan, without those that go.
fn planned(plan: &Value) -> Vec<(Pointer, Value)> {
    let changes = plan.get("resource_changes").and_then(Value::as_array).into_iter().flatten();
    let object = |change: &Value| {
        let after = change.pointer("/change/after").filter(|after| !after.is_null())?;
        Some((path("objects", &resource_identity(change)?), after.clone()))
    };
    changes.filter(|change| change.get("mode").and_then(Value::as_str) == Some("managed")).filter_map(object).collect()
}

/// `/objects/KIND/NAME`; what is in a module of Terraform has that in its name.
pub(super) fn path(what: &str, identity: &ObjectIdentity) -> Pointer {
    let name = match &identity.namespace {
        Some(module) if identity.api_version == TERRAFORM => format!("{module}.{}", identity.name),
        _ => identity.name.clone(),
    };
    Pointer::root().member(what).member(&identity.kind).member(&name)
}

/// Objects that only one has, and fields that differ.
pub(super) fn compare(ops: &SideObjects, apps: &SideObjects, spec: &PairSpec, causes: &Causes<'_>) -> Vec<PairDifference> {
    let mut all: Vec<&(String, Pointer)> = ops.objects.keys().chain(apps.objects.keys()).collect();
    all.sort_unstable();
    all.dedup();
    let mut found = Vec::new();
    for key @ (component, at) in all {
        let value = |side: &'_ SideObjects| side.objects.get(key).cloned();
        let (one, other) = (value(ops), value(apps));
        if one.is_none() || other.is_none() {
            let on_purpose = on_purpose(&spec.differ, at).map(ToString::to_string).or_else(|| causes.of_presence(component, at));
            let there = |value: &Option<Value>| value.as_ref().map(|_| Value::from("there"));
            found.push(PairDifference {
                component: component.clone(),
                path: at.clone(),
                ops: there(&one),
                apps: there(&other),
                on_purpose,
            });
            continue;
        }
        for difference in differences(at, one.as_ref(), other.as_ref()) {
            let Some(cause) = causes.of_field(component, at, &difference.path) else { continue };
            let on_purpose = on_purpose(&spec.differ, &difference.path).map(ToString::to_string).or(cause);
            found.push(PairDifference {
                component: component.clone(),
                path: difference.path,
                ops: difference.one.cloned(),
                apps: difference.other.cloned(),
                on_purpose,
            });
        }
    }
    found
}
