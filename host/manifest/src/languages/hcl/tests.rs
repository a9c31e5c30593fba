use serde_json::{Value, json};

use crate::languages::testing::{bodies, findings, value};

/// The value of an attribute.
fn attribute(expression: &str) -> Value {
    value("main.tf", &format!("locals {{\n  a = {expression}\n}}\n"), "/body/a")
}

#[test]
fn literals_are_values() {
    assert_eq!(attribute("-1.5e3"), json!(-1500));
    assert_eq!(attribute("null"), Value::Null);
    assert_eq!(attribute("[true, \"a\\nb\", { k = 1, \"l m\" : [] }]"), json!([true, "a\nb", {"k": 1, "l m": []}]));
}

#[test]
fn what_needs_evaluation_is_a_text_that_no_literal_can_be() {
    assert_eq!(attribute("var.a[0].b"), "${var.a[0].b}");
    assert_eq!(attribute("f(1, 2)"), "${f(1, 2)}");
    assert_eq!(attribute("\"a ${var.b} c\""), "a ${var.b} c");
    assert_eq!(attribute("\"%{ if x }y%{ endif }\""), "%{ if x }y%{ endif }");
    assert_eq!(attribute("\"$${var.b}\""), "$${var.b}");
    assert_eq!(attribute("(1)"), "${(1)}");
    assert_eq!(attribute("!true"), "${!true}");
    assert_eq!(attribute("{ for k, v in var.a : k => v }"), "${{ for k, v in var.a : k => v }}");
}

#[test]
fn here_documents_lose_their_indentation_where_they_ask_for_it() {
    assert_eq!(attribute("<<-X\n      a\n        b\n    X"), "a\n  b\n");
    assert_eq!(attribute("<<X\n    a\nX"), "    a\n");
}

#[test]
fn blocks_are_lists_and_their_labels_are_objects() {
    let text = "resource \"a\" \"b\" {\n  x {}\n  y \"l\" { z = 1 }\n  x { z = 2 }\n}\n";
    let expected = json!({"x": [{}, {"z": 2}], "y": [{"l": {"z": 1}}]});
    assert_eq!(value("main.tf", text, "/body"), expected);
}

#[test]
fn each_block_of_a_configuration_is_a_document() {
    let bodies = bodies("main.tf", "data \"a\" \"b\" {}\nmoved {\n  from = a.b\n}\n");
    let named: Vec<String> = bodies.iter().map(|body| format!("{} {}", body["kind"], body["metadata"]["name"])).collect();
    assert_eq!(named, ["\"data\" \"a.b\"", "\"moved\" \"\""]);
    assert_eq!(bodies[0]["labels"], json!(["a", "b"]));
}

#[test]
fn what_terraform_does_not_allow_is_found() {
    assert_eq!(findings("main.tf", "a = 1\n"), [("not-hcl", 1, 1)]);
    assert_eq!(findings("a.tfvars", "a = 1\nb {}\n"), [("not-hcl", 2, 1)]);
    assert_eq!(findings("main.tf", "locals {\n  a = \n}\n"), [("not-hcl", 2, 7)]);
    assert_eq!(findings("main.tf", "locals {\n  a = 1\n  a = 2\n}\n"), [("duplicate-key", 3, 3)]);
    assert_eq!(findings("main.tf", "locals {\n  a {}\n  a = 2\n}\n"), [("duplicate-key", 3, 3)]);
    assert_eq!(findings("main.tf", "locals {\n  a = 1\n"), [("truncated", 2, 8)]);
}

#[test]
fn a_key_that_stands_twice_in_an_object_is_found() {
    assert_eq!(findings("a.tfvars", "a = {\n  b = 1\n  c = 2 # b = 4\n  b = 3\n}\n"), [("duplicate-key", 4, 3)]);
    assert_eq!(value("a.tfvars", "a = { b = 1 /* b = 2 */ }\n", "/content/a"), json!({"b": 1}));
}

#[test]
fn nesting_has_a_limit() {
    let deep = format!("a = {}1{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(findings("a.tfvars", &deep).iter().map(|finding| finding.0).collect::<Vec<_>>(), ["not-hcl"]);
}
