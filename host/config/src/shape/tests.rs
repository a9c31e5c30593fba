//! The walk against a validator that others made, and the types against both.

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_core::document::Span;

use super::walk::{KEYWORDS, walk};
use super::*;
use crate::raw;

fn mk_file(value: Value) -> ConfigurationFile {
    let (locate, locate_key) = (Box::new(|_: &Pointer| Span::START), Box::new(|_: &Pointer| Span::START));
    ConfigurationFile { path: "tollgate.yaml".to_owned(), bytes: Vec::new(), value, locate, locate_key }
}

fn validator(schema: ConfigurationSchema) -> jsonschema::Validator {
    jsonschema::draft202012::new(schema.value()).unwrap()
}

/// The configurations of the golden cases.
fn samples() -> Vec<(String, Value)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let case = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let value = serde_yaml::from_str(&std::fs::read_to_string(path.join("tollgate.yaml")).unwrap()).ok()?;
        Some((path.file_name().unwrap().to_str().unwrap().to_owned(), value))
    };
    let mut samples: Vec<(String, Value)> = std::fs::read_dir(root).unwrap().filter_map(case).collect();
    samples.sort_by(|one, other| one.0.cmp(&other.0));
    samples
}

#[test]
fn schemas_hold_only_keywords_that_the_walk_knows() {
    fn check(schema: &Value) {
        for (keyword, inner) in schema.as_object().into_iter().flatten() {
            assert!(KEYWORDS.contains(&keyword.as_str()) || keyword == "title" || keyword == "type", "{keyword}");
            match keyword.as_str() {
                "$defs" | "properties" | "patternProperties" => inner.as_object().unwrap().values().for_each(check),
                "anyOf" | "oneOf" => inner.as_array().unwrap().iter().for_each(check),
                "items" => check(inner),
                _ => {}
            }
        }
    }
    ConfigurationSchema::ALL.into_iter().for_each(|schema| check(schema.value()));
}

#[test]
fn the_walk_judges_every_case_as_a_validator_does() {
    let validator = validator(ConfigurationSchema::Pipeline);
    let judge = |value: &Value| walk(ConfigurationSchema::Pipeline.value(), value).is_empty();
    let (mut accepted, mut refused) = (0, 0);
    for (name, value) in samples() {
        assert_eq!(judge(&value), validator.is_valid(&value), "{name}");
        *if judge(&value) { &mut accepted } else { &mut refused } += 1;
    }
    assert!(accepted >= 20 && refused >= 20, "{accepted} accepted, {refused} refused");
}

#[test]
fn a_wrong_key_does_not_hide_what_stands_under_it() {
    let file = mk_file(json!({"apiVersion": "tollgate.dev/v1alpha1", "kind": "Pipeline",
        "componets": [{"pth": "a", "type": "kubernetes", "image": {"own": 1}}]}));
    let shaped = shape::<raw::pipeline::Pipeline>(&file, ConfigurationSchema::Pipeline);
    let messages: Vec<&str> = shaped.problems.iter().map(|problem| problem.message.as_str()).collect();
    let wrong = "`own` must be a list or text, not a number";
    assert_eq!(messages, ["unknown key `componets`", wrong, "unknown key `pth`"]);
    assert_eq!(shaped.raw.unwrap().components[0].path.as_str(), "a");
    let written: Vec<(&str, &str)> =
        shaped.origin.renamed.iter().map(|(read, written)| (read.as_str(), written.as_str())).collect();
    assert_eq!(written, [("/components", "/componets"), ("/componets/0/path", "/componets/0/pth")]);
}

#[test]
fn what_stands_under_a_key_of_the_users_own_is_judged() {
    let flaws = |path: Value| {
        let terraform = json!({"workspace": "prod", "backendConfig": {"path": path}});
        let target = json!({"name": "prod-ops", "role": "ops", "on": {"branch": "master"}, "terraform": terraform});
        let value = json!({"apiVersion": "tollgate.dev/v1alpha1", "kind": "Pipeline",
            "components": [{"path": "components/*", "type": "terraform"}], "environments": [{"name": "prod", "targets": [target]}]});
        let flaws = walk(ConfigurationSchema::Pipeline.value(), &value);
        flaws.into_iter().map(|flaw| flaw.message).collect::<Vec<_>>()
    };
    assert_eq!(flaws(json!("/srv/state")), [""; 0]);
    assert_eq!(flaws(json!([])), ["`path` must be text, not a list"]);
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..4).prop_map(Value::from),
        "[a-z./:*~ -]{0,6}".prop_map(Value::from),
        prop_oneof![Just("manual"), Just("apps"), Just("off"), Just("builtin:x"), Just("./a.wasm"), Just("/spec")]
            .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["a"])),
        Just(json!({"a": "b"})),
    ]
}

fn pointers(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    found.push(at.clone());
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| pointers(member, &at.member(key), found)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| pointers(element, &at.element(index), found));
        }
        _ => {}
    }
}

/// Replaces, removes or renames something.
fn mutate(value: &mut Value, choice: (prop::sample::Index, u8, Value, String)) {
    let (index, action, other, key) = choice;
    let mut found = Vec::new();
    pointers(value, &Pointer::root(), &mut found);
    let at = index.get(&found).clone();
    let (parent, last) = (at.parent().unwrap_or_default(), at.tokens().last().unwrap_or_default());
    match (action, value.pointer_mut(parent.as_str()).unwrap()) {
        (0, Value::Object(members)) => {
            members.remove(&last);
        }
        (1, Value::Object(members)) => {
            let member = members.remove(&last).unwrap_or(other);
            members.insert(key, member);
        }
        _ => *value.pointer_mut(at.as_str()).unwrap() = other,
    }
}

fn mutated(samples: Vec<(String, Value)>, times: std::ops::Range<usize>) -> impl Strategy<Value = Value> {
    let choice = (any::<prop::sample::Index>(), 0u8..4, scalar(), "[a-z]{1,3}");
    (any::<prop::sample::Index>(), prop::collection::vec(choice, times)).prop_map(move |(index, choices)| {
        let mut value = index.get(&samples).1.clone();
        choices.into_iter().for_each(|choice| mutate(&mut value, choice));
        value
    })
}

/// Good configurations, and some that are nearly good.
fn nearly_good() -> impl Strategy<Value = Value> {
    let mut good = samples();
    good.retain(|(_, value)| walk(ConfigurationSchema::Pipeline.value(), value).is_empty());
    mutated(good, 0..2)
}

/// Any JSON at all.
fn arbitrary() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-zA-Z]{1,12}", inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_walk_judges_as_a_validator_does(value in mutated(samples(), 0..4)) {
        thread_local!(static VALIDATOR: jsonschema::Validator = validator(ConfigurationSchema::Pipeline));
        let flaws = walk(ConfigurationSchema::Pipeline.value(), &value);
        let valid = VALIDATOR.with(|validator| validator.is_valid(&value));
        prop_assert_eq!(flaws.is_empty(), valid, "{:#?}", flaws);
    }

    #[test]
    fn what_fits_the_schema_is_read_and_written_back_as_it_was(value in nearly_good()) {
        let file = mk_file(value);
        let shaped = shape::<raw::pipeline::Pipeline>(&file, ConfigurationSchema::Pipeline);
        if !shaped.problems.is_empty() {
            return Ok(());
        }
        let read = shaped.raw.unwrap();
        let text = serde_yaml::to_string(&read).unwrap();
        let again = mk_file(serde_yaml::from_str(&text).unwrap());
        let shaped = shape::<raw::pipeline::Pipeline>(&again, ConfigurationSchema::Pipeline);
        prop_assert_eq!(shaped.problems, vec![]);
        prop_assert_eq!(shaped.raw.unwrap(), read);
    }

    #[test]
    fn no_value_is_left_without_a_word(value in prop_oneof![mutated(samples(), 0..4), arbitrary()]) {
        for schema in ConfigurationSchema::ALL {
            let file = mk_file(value.clone());
            let shaped = shape::<Value>(&file, schema);
            prop_assert!(shaped.raw.is_some() || !shaped.problems.is_empty());
        }
    }
}
