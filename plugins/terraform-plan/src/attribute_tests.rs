use tollgate_sdk::Document;

use super::*;

/// What is known of the places of a block, or of a plan, that paths lead to.
fn states(form: Form, values: &str, mask: &str, paths: &[&[&'static str]]) -> Vec<String> {
    let body = format!("{{\"values\": {values}, \"mask\": {mask}}}");
    let document = Document::read(0, "", body.as_bytes()).unwrap();
    let root = document.root();
    let attribute = match form {
        Form::Written => Attribute::written(root.get("values")),
        Form::Planned => Attribute::planned(root.get("values"), root.get("mask")),
    };
    paths.iter().map(|path| told(&path.iter().fold(attribute.clone(), |at, key| at.get(key)))).collect()
}

fn told(attribute: &Attribute<'_>) -> String {
    match attribute.state() {
        State::Unset => "unset".to_owned(),
        State::Unknown => "unknown".to_owned(),
        State::Known(value) => value.kind().to_owned(),
    }
}

#[test]
fn an_expression_is_unknown_where_it_is_written_and_a_text_where_it_is_planned() {
    let values = r#"{"a": "${var.a}", "b": "$${a}", "c": "withheld"}"#;
    let paths: [&[&str]; 3] = [&["a"], &["b"], &["c"]];
    assert_eq!(states(Form::Written, values, "null", &paths), ["unknown", "text", "text"]);
    assert_eq!(states(Form::Planned, values, "null", &paths), ["text", "text", "unknown"]);
}

#[test]
fn what_is_only_known_after_apply_is_unknown_wherever_the_plan_says_so() {
    let values = r#"{"a": null, "b": {"c": null, "d": 1}, "g": 1}"#;
    let mask = r#"{"a": true, "b": {"c": true}, "e": [{"x": true}], "f": [], "g": "odd"}"#;
    let paths: [&[&str]; 8] = [&["a"], &["b", "c"], &["b", "d"], &["e"], &["f"], &["g"], &["h"], &["a", "x"]];
    let expected = ["unknown", "unknown", "number", "unknown", "unset", "unknown", "unset", "unknown"];
    assert_eq!(states(Form::Planned, values, mask, &paths), expected);
    assert_eq!(states(Form::Planned, values, "true", &[&["b", "d"], &["h"]]), ["unknown", "unknown"]);
}

#[test]
fn of_what_is_no_object_nothing_is_known() {
    for values in ["\"withheld\"", "1", "[{\"a\": 1}]", "true"] {
        assert_eq!(states(Form::Planned, values, "null", &[&["a"]]), ["unknown"], "{values}");
    }
    assert_eq!(states(Form::Planned, "null", "null", &[&["a"], &["a", "b"]]), ["unset", "unset"]);
    assert_eq!(states(Form::Planned, "null", "{\"a\": true}", &[&["a"], &["b"]]), ["unknown", "unknown"]);
}

#[test]
fn blocks_that_are_made_later_are_unknown() {
    let values = r#"{"dynamic": [{"a": {"for_each": "${var.a}"}}], "b": [{}]}"#;
    let paths: [&[&str]; 3] = [&["a"], &["b"], &["c"]];
    assert_eq!(states(Form::Written, values, "null", &paths), ["unknown", "list", "unset"]);
    assert_eq!(states(Form::Planned, values, "null", &[&["a"]]), ["unset"]);
    assert_eq!(states(Form::Written, r#"{"dynamic": "x"}"#, "null", &[&["a"]]), ["unset"]);
}

/// Reads one value of a plan.
fn planned<T>(value: &str, read: impl Fn(&Attribute<'_>) -> T) -> T {
    let document = Document::read(0, "", value.as_bytes()).unwrap();
    read(&Attribute::planned(document.root(), document.root().get("mask")))
}

#[test]
fn words_are_read_as_what_terraform_makes_of_them() {
    for (value, flag, number) in [
        ("true", Some(true), None),
        ("\"true\"", Some(true), None),
        ("\"false\"", Some(false), None),
        ("\"yes\"", None, None),
        ("[true]", None, None),
        ("null", None, None),
        ("22", None, Some(22)),
        ("\"-1\"", None, Some(-1)),
        ("22.5", None, None),
        ("\"\"", None, None),
    ] {
        assert_eq!(planned(value, |value| (value.flag(), value.number())), (flag, number), "{value}");
    }
    assert!(planned("\"Internet\"", |value| value.is_one_of(&["*", "internet"])));
    assert!(!planned("[\"*\"]", |value| value.is_one_of(&["*"])));
}

#[test]
fn blocks_are_those_of_a_list_and_the_one_object() {
    let count = |values: &str| planned(values, |value| value.blocks("a").len());
    assert_eq!(
        ["{\"a\": [{}, {}]}", "{\"a\": {}}", "{\"a\": [1, null]}", "{\"a\": \"x\"}", "{}", "[]"].map(count),
        [2, 1, 0, 0, 0, 0]
    );
    assert!(planned("{\"a\": []}", |value| value.get("a").is_unset()));
    assert!(!planned("{\"a\": [{}]}", |value| value.get("a").is_unset()));
}
