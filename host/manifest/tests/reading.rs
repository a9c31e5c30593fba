//! What the reader makes of ordinary files.

mod support;

use serde_json::json;
use support::{body, codes, names, read_json, read_yaml};
use tollgate_core::document::Span;
use tollgate_manifest::SourceCode;

const A: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const B: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: b\n  namespace: shop\n";

#[test]
fn documents_are_counted_and_named() {
    let reading = read_yaml(format!("# c\n---\n{A}---\n# d\n---\n{B}"));
    assert_eq!(names(&reading), ["ConfigMap a", "Deployment shop/b"]);
    let places: Vec<(u32, u32)> = reading.documents.iter().map(|document| (document.place.index, document.place.stream)).collect();
    assert_eq!(places, [(0, 0), (1, 1)]);
}

#[test]
fn files_with_nothing_in_them_are_nothing() {
    for text in ["", "\n\n", "# c\n", "---\n", "---\n# c\n...\n---\n", "~\n", "--- null\n", "\u{feff}", "\r\n", "%YAML 1.2\n---\n"]
    {
        let reading = read_yaml(text);
        assert!(reading.documents.is_empty() && reading.findings.is_empty() && reading.others.is_empty(), "{text:?}");
    }
    assert!(read_json(" \n").documents.is_empty());
}

#[test]
fn carriage_returns_byte_order_marks_and_directives_are_read_over() {
    for text in [A.replace('\n', "\r\n"), format!("\u{feff}{A}"), format!("%YAML 1.1\n%TAG !e! x:\n---\n{A}...\n")] {
        assert_eq!(names(&read_yaml(text)), ["ConfigMap a"]);
    }
    let reading = read_yaml(format!("{A}data: {{x: |-\n"));
    assert_eq!(reading.documents.len(), 0);
    let block = format!("{A}data:\n  x: |\n    one\n    ---\n    two\n").replace('\n', "\r\n");
    assert_eq!(body(&read_yaml(block).documents[0])["data"]["x"], "one\n---\ntwo\n");
}

#[test]
fn what_is_no_manifest_is_listed_with_what_it_lacks() {
    let reading = read_yaml(format!("{A}---\napiVersion: v2\nname: chart\n---\nfoo: 1\n---\n- 1\n"));
    assert_eq!(names(&reading), ["ConfigMap a"]);
    let others: Vec<(u32, u32, &str)> =
        reading.others.iter().map(|other| (other.stream, other.span.line, other.why.as_str())).collect();
    assert_eq!(others, [(1, 5, "it has no kind"), (2, 8, "it has neither apiVersion nor kind"), (3, 10, "it is a sequence")]);
    assert_eq!(reading.others[1].span, Span { line: 8, column: 1, end_line: 8, end_column: 7 });
}

#[test]
fn lists_are_taken_apart() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- x\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n";
    let reading = read_yaml(format!("{A}---\n{list}"));
    assert_eq!(names(&reading), ["ConfigMap a", "Pod a", "Pod b"]);
    let bases: Vec<&str> = reading.documents.iter().map(|document| document.place.base.as_str()).collect();
    assert_eq!(bases, ["", "/items/0", "/items/2"]);
    assert_eq!(reading.documents[2].place.index, 2);
    assert_eq!(codes(&reading), [(SourceCode::ListInvalid, 9, 3)]);
}

#[test]
fn json_files_are_json_and_may_hold_several_objects() {
    let text = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"n\": 1.0}\n{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"x\"}}";
    let reading = read_json(text);
    assert_eq!(names(&reading), ["Pod ", "Pod x"]);
    assert_eq!(body(&reading.documents[0]), json!({"apiVersion": "v1", "kind": "Pod", "n": 1}));
    assert_eq!(codes(&read_json(A)), [(SourceCode::NotJson, 1, 1)]);
    assert_eq!(codes(&read_json("{\"a\": 1,\n \"a\": 2}")), [(SourceCode::DuplicateKey, 2, 2)]);
    assert_eq!(codes(&read_json("{\"a\": [1,\n")), [(SourceCode::Truncated, 2, 1)]);
}

#[test]
fn json_in_yaml_is_json_where_it_can_be() {
    let text = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"s\": \"\\ud83d\\ude00\",\n\t\"t\": \"\u{2028}\"}";
    assert_eq!(body(&read_yaml(text).documents[0])["s"], "\u{1f600}");
    assert_eq!(names(&read_yaml("{apiVersion: v1, kind: Pod, metadata: {name: a}}")), ["Pod a"]);
}

#[test]
fn the_body_is_compact_json() {
    let reading = read_yaml("kind: A # c\napiVersion: v1\nlist:\n- 1\n- [x, {k: ~}]\ntext: \"a\\\"\\x01\"\n");
    let expected = r#"{"kind":"A","apiVersion":"v1","list":[1,["x",{"k":null}]],"text":"a\"\u0001"}"#;
    assert_eq!(std::str::from_utf8(&reading.documents[0].body).unwrap(), expected);
}

#[test]
fn merges_and_aliases_are_resolved() {
    let reading =
        read_yaml(format!("{A}x: &x {{a: 1, b: &b [1]}}\nv: {{<<: *x, a: 2}}\nz: *b\nw: {{a: 3, <<: [*x, {{c: 1, b: 9}}]}}\n"));
    let read = body(&reading.documents[0]);
    assert_eq!(read["v"], json!({"a": 2, "b": [1]}));
    assert_eq!(read["z"], json!([1]));
    assert_eq!(read["w"], json!({"a": 1, "b": [1], "c": 1}));
}
