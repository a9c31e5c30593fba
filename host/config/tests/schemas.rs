//! The published schemas: fresh, valid, and of one mind with the reader.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use tollgate_config::ConfigurationSchema;

fn published(schema: ConfigurationSchema) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema").join(schema.file_name())
}

/// Of the schema itself: that the published file is the same is a test of its own, which may be writing it meanwhile.
fn validator(schema: ConfigurationSchema) -> jsonschema::Validator {
    jsonschema::draft202012::new(schema.value()).unwrap()
}

#[test]
fn the_published_schemas_are_fresh() {
    for schema in ConfigurationSchema::ALL {
        let path = published(schema);
        if std::env::var_os("TOLLGATE_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, schema.text()).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, schema.text(), "{} is stale; write it anew with TOLLGATE_BLESS=1", path.display());
    }
}

#[test]
fn the_schemas_are_valid_by_the_standard() {
    for schema in ConfigurationSchema::ALL {
        assert!(jsonschema::meta::is_valid(schema.value()), "{}", schema.describes());
    }
}

/// The files of all cases, with whether the case is accepted.
fn files_of_cases(name: &str, directory: &Path, accepted: Option<bool>, found: &mut Vec<(PathBuf, bool)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_of_cases(name, &path, accepted.or(Some(path.join("expect.ok").exists())), found);
        } else if path.ends_with(name) {
            found.push((path, accepted.unwrap()));
        }
    }
}

/// Cases are judged one by one as the reader's own comparison with the schema judges them; that test is beside it.
#[test]
fn what_the_reader_accepts_fits_the_published_schemas() {
    for schema in ConfigurationSchema::ALL
        .into_iter()
        .filter(|schema| !matches!(schema, ConfigurationSchema::Case | ConfigurationSchema::GateCase))
    {
        let validator = validator(schema);
        let mut files = Vec::new();
        files_of_cases(schema.describes(), &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"), None, &mut files);
        let accepted: Vec<&PathBuf> = files.iter().filter(|(_, accepted)| *accepted).map(|(path, _)| path).collect();
        assert!(!accepted.is_empty(), "no case holds a good {}", schema.describes());
        for path in accepted {
            let value: Value = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        }
    }
}

/// Such a file stands beside a case, and no configuration names it.
#[test]
fn what_stands_beside_the_case_of_an_example_fits_its_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/04-other-languages/cases/fail/plan.json.case.yaml");
    let good: Value = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = validator(ConfigurationSchema::Case);
    assert!(validator.is_valid(&good));
    for (key, value) in [("expects", serde_json::json!([])), ("expect", serde_json::json!([{"line": 1}])), ("kind", "Pack".into())]
    {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!validator.is_valid(&bad), "{key}");
    }
}

#[test]
fn the_published_schemas_refuse_what_no_reader_should_accept() {
    let validator = validator(ConfigurationSchema::Pipeline);
    let good = serde_json::json!({"apiVersion": "tollgate.dev/v1alpha1", "kind": "Pipeline", "components": [{"path": "a", "type": "kubernetes"}]});
    assert!(validator.is_valid(&good));
    for (key, value) in
        [("people", serde_json::json!({"signers": []})), ("gates", Value::Null), ("components", serde_json::json!([]))]
    {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!validator.is_valid(&bad), "{key}");
    }
}
