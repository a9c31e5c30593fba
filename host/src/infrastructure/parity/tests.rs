use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tollgate_core::document::SourceFile;
use tollgate_core::pair::PairDifference;
use tollgate_core::pointer::Pointer;
use tollgate_core::terraform::TerraformRoot;

use super::causes::Causes;
use super::values::differences;
use crate::delivery::tests::world::mk_pipeline;
use crate::infrastructure::Configuration;
use crate::infrastructure::written::Written;
use crate::rendering::InputTree;
use crate::sources::read_documents;

/// The root `net`, which is all that is looked at here.
fn mk_root() -> TerraformRoot {
    TerraformRoot {
        component: "net".to_owned(),
        path: "c/net".to_owned(),
        files: BTreeMap::new(),
        var_files: Vec::new(),
        depends_on: Vec::new(),
        left: None,
        secrets: Vec::new(),
    }
}

/// Why a field of `lab_file.a` differs where `place` differs on purpose and `size` by accident. Nothing: nobody wrote it.
fn cause(configuration: &str, field: &str) -> Option<Option<String>> {
    let source = SourceFile { path: "c/net/main.tf".to_owned(), bytes: configuration.as_bytes().to_vec() };
    let tree = BTreeMap::from([(source.path.clone(), Arc::new(source))]);
    let configuration = Configuration::read(InputTree::Files(&tree), "net", "c/net").unwrap().unwrap();
    let read = read_documents(vec![configuration.to_read(mk_pipeline().file_choice())]);
    let variables = [("place", Some("/variables/place")), ("size", None)].map(|(name, on_purpose)| PairDifference {
        component: "net".to_owned(),
        path: Pointer::root().member("variables").member(name),
        ops: Some(json!(1)),
        apps: Some(json!(2)),
        on_purpose: on_purpose.map(ToOwned::to_owned),
    });
    let roots = [mk_root()];
    let causes = Causes::of(Written { documents: &read.documents, roots: &roots }, &variables);
    let object = Pointer::root().member("objects").member("lab_file").member("a");
    causes.of_field("net", &object, &object.member(field).element(0))
}

fn on_purpose() -> Option<Option<String>> {
    Some(Some("/variables/place".to_owned()))
}

#[test]
fn blocks_that_a_dynamic_one_makes_are_written() {
    let setting = |for_each: &str, value: &str| {
        let content = format!("content {{\n value = {value}\n }}");
        let block = format!("dynamic \"setting\" {{\n for_each = {for_each}\n {content}\n }}");
        cause(&format!("resource \"lab_file\" \"a\" {{\n {block}\n}}\nresource \"lab_file\" \"b\" {{}}\n"), "setting")
    };
    assert_eq!(setting("var.size", "1"), Some(None));
    assert_eq!(setting("[1]", "var.size"), Some(None));
    assert_eq!(setting("var.place", "setting.value"), on_purpose());
    assert_eq!(setting("[1]", "lab_file.b.id"), None);
}

#[test]
fn what_nobody_wrote_is_what_the_provider_makes_of_it() {
    assert_eq!(cause("resource \"lab_file\" \"a\" {\n content = var.size\n}\n", "id"), None);
}

#[test]
fn what_the_workspace_makes_is_excused_by_no_variable_and_no_other_object() {
    let content = |value: &str| {
        let others = "resource \"lab_file\" \"b\" {}\nlocals {\n here = terraform.workspace\n}\n";
        cause(&format!("resource \"lab_file\" \"a\" {{\n content = {value}\n}}\n{others}"), "content")
    };
    assert_eq!(content("var.place"), on_purpose());
    assert_eq!(content("\"${var.place} ${terraform.workspace}\""), Some(None));
    assert_eq!(content("lab_file.b.id"), None);
    assert_eq!(content("\"${lab_file.b.id} ${terraform.workspace}\""), Some(None));
    assert_eq!(content("\"${lab_file.b.id} ${local.here}\""), Some(None));
}

fn told(one: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    differences(&Pointer::root(), Some(one), Some(other)).iter().map(|difference| difference.path.to_string()).collect()
}

#[test]
fn values_differ_where_their_leaves_do() {
    assert_eq!(told(&json!({"a": 1, "b": {"c": [1, 2]}, "d": null}), &json!({"a": 1, "b": {"c": [1, 3]}})), ["/b/c/1"]);
    assert_eq!(told(&json!({"a": [1]}), &json!({"a": [1, 2]})), ["/a"]);
    assert_eq!(told(&json!({"a": 1}), &json!({"b": 1})), ["/a", "/b"]);
    assert!(told(&json!([{"x": null}]), &json!([{}])).is_empty());
}
