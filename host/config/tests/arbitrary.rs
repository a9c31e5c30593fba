//! Whatever stands in the files: an answer, and no panic.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "support/mod.rs"]
mod support;

use proptest::prelude::*;
use serde_json::Value;
use support::MemoryTree;
use tollgate_config::{ConfigurationError, UseOfLock, read_pipeline};

/// Keys and words of configurations, so that arbitrary values get past the first checks now and then.
const WORDS: [&str; 36] = [
    "apiVersion",
    "kind",
    "components",
    "environments",
    "targets",
    "gates",
    "policies",
    "packs",
    "ignore",
    "name",
    "path",
    "type",
    "kubernetes",
    "role",
    "ops",
    "apps",
    "on",
    "branch",
    "tag",
    "requires",
    "after",
    "all",
    "any",
    "policy",
    "match",
    "environment",
    "directory",
    "planKey",
    "grants",
    "data",
    "settings",
    "levels",
    "a",
    "b",
    "builtin:recommended",
    "builtin:same-image",
];

fn any_value() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(&WORDS[..]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        word.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(6, 96, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(word.clone(), inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Whether it is promotable, its `after`, and of each target whether it is Ops, its `requires` and its `after`.
type AnyEnvironment = (bool, Vec<&'static str>, Vec<(bool, Vec<&'static str>, Vec<&'static str>)>);

/// Environments that are well-formed and name each other at random.
fn any_environments() -> impl Strategy<Value = Value> {
    let names = || prop::collection::vec(prop::sample::select(&["a", "b", "c", "t0", "t1", "t2", "t3"][..]), 1..3);
    let environment = (any::<bool>(), names(), prop::collection::vec((any::<bool>(), names(), names()), 1..3));
    prop::collection::vec(environment, 1..4).prop_map(|environments| {
        let mut next = 0;
        let environment =
            |(index, (promotable, after, targets)): (usize, AnyEnvironment)| {
                let targets: Vec<Value> = targets.into_iter().map(|(ops, requires, after)| {
                next += 1;
                let (name, role) = (format!("t{}", next - 1), if ops { "ops" } else { "apps" });
                serde_json::json!({"name": name, "role": role, "on": "manual", "requires": requires, "after": {"all": after},
                    "directory": {"path": format!("/srv/{name}")}})
            }).collect();
                let name = ["a", "b", "c"][index];
                serde_json::json!({"name": name, "promotable": promotable, "after": {"all": after}, "targets": targets})
            };
        environments.into_iter().enumerate().map(environment).collect()
    })
}

fn read(value: &Value) -> Result<tollgate_config::Configuration, ConfigurationError> {
    let text = serde_yaml::to_string(value).unwrap();
    let tree = MemoryTree::new(&[("tollgate.yaml", &text), ("plugins.lock", &text), ("a/pack.yaml", &text)]);
    read_pipeline(&tree, "tollgate.yaml", UseOfLock::Ignore)
}

/// Whether a target can be reached by promoting what comes before, again and again.
fn all_can_be_reached(configuration: &tollgate_config::Configuration) -> bool {
    let mut proven: Vec<&str> = Vec::new();
    for _ in configuration.pipeline.targets() {
        for target in configuration
            .pipeline
            .targets()
            .filter(|target| target.predecessors().all(|name| proven.contains(&name)))
            .collect::<Vec<_>>()
        {
            if !proven.contains(&target.name.as_str()) {
                proven.push(&target.name);
            }
        }
    }
    proven.len() == configuration.pipeline.targets().count()
}

fn base(environments: &Value) -> Value {
    serde_json::json!({"apiVersion": "tollgate.dev/v1alpha1", "kind": "Pipeline", "components": [{"path": "a", "type": "kubernetes"}],
        "packs": ["builtin:recommended"], "environments": environments})
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_value_panics_and_every_refusal_has_words(mut value in any_value(), whole: bool) {
        if let (true, Some(members)) = (whole, value.as_object_mut()) {
            let base = base(&Value::Array(Vec::new()));
            members.extend(base.as_object().unwrap().iter().filter(|(key, _)| *key != "environments").map(|(key, value)| (key.clone(), value.clone())));
        }
        if let Err(ConfigurationError::Invalid(problems)) = read(&value) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn in_what_is_accepted_every_target_can_be_reached(environments in any_environments()) {
        if let Ok(configuration) = read(&base(&environments)) {
            prop_assert!(all_can_be_reached(&configuration));
            for target in configuration.pipeline.targets() {
                prop_assert!(target.predecessors().all(|name| configuration.pipeline.target(name).is_some_and(|target| target.promotable)));
                prop_assert!(configuration.pipeline.gates_to(target).next().is_some());
            }
        }
    }
}
