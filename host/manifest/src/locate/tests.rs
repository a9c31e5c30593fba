use super::*;
use crate::data::{DataDocument, read_data};

/// The spans of pointers into the first document of a file, as `line:column-line:column`.
fn spans(path: &str, text: &str, pointers: &[&str]) -> Vec<String> {
    let source = SourceFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let pointers: Vec<Pointer> = pointers.iter().map(|pointer| pointer.parse().unwrap()).collect();
    let show = |span: Span| format!("{}:{}-{}:{}", span.line, span.column, span.end_line, span.end_column);
    locate(&source, 0, &Pointer::root(), &pointers).into_iter().map(show).collect()
}

fn yaml(text: &str, pointers: &[&str]) -> Vec<String> {
    spans("a.yaml", text, pointers)
}

#[test]
fn scalars_are_found_where_they_stand() {
    let text = "é: ü # c\n'b c': 'x y'\nd:  \"z\\n\"\n";
    assert_eq!(yaml(text, &["/é", "/b c", "/d"]), ["1:4-1:5", "2:8-2:13", "3:5-3:10"]);
}

#[test]
fn a_byte_order_mark_and_carriage_returns_shift_nothing() {
    assert_eq!(yaml("\u{feff}a: b\r\nc: d\r\n", &["/a", "/c"]), ["1:4-1:5", "2:4-2:5"]);
}

#[test]
fn blocks_extend_from_their_start_to_the_end_of_their_last_value() {
    let text = "a:\n  b: 1\n  c:\n  - d\n  - e: f\n\n# c\ng: |\n  x\n  y\n\nh: 1\n";
    assert_eq!(yaml(text, &["/a", "/a/c", "/a/c/1", "/g"]), ["2:3-5:9", "4:3-5:9", "5:5-5:9", "9:3-10:4"]);
}

/// Found by fuzzing.
#[test]
fn a_block_of_one_empty_value_does_not_end_before_it_starts() {
    assert_eq!(yaml("a: 1\nb:\n  -", &["", "/b", "/b/0"]), ["1:1-3:4", "3:3-3:4", "3:4-3:4"]);
    assert_eq!(yaml("a: 1\nb:\n  -\nc: 2\n", &["", "/b"]), ["1:1-4:5", "3:3-3:4"]);
}

#[test]
fn collections_in_brackets_extend_over_their_brackets() {
    assert_eq!(yaml("a: [1, {b: 2}]\n", &["/a", "/a/1", "/a/1/b"]), ["1:4-1:15", "1:8-1:14", "1:12-1:13"]);
}

#[test]
fn what_is_missing_is_found_at_the_key_of_its_nearest_ancestor() {
    let text = "kind: Pod\nspec:\n  containers:\n  - name: a\n    resources: {}\n";
    let missing = [
        "/spec/containers/0/resources/limits",
        "/spec/volumes/0/name",
        "/spec/containers/7",
        "/spec/containers/0/image",
        "/metadata/name",
    ];
    assert_eq!(yaml(text, &missing), ["5:5-5:14", "2:1-2:5", "3:3-3:13", "4:5-4:9", "1:1-1:5"]);
    assert_eq!(yaml("a: text\n", &["/a/b/c"]), ["1:1-1:2"]);
}

#[test]
fn an_empty_value_is_found_at_its_key() {
    assert_eq!(yaml("a:\nb: ~\nc: ''\nd: {}\n", &["/a", "/b", "/c", "/d"]), ["1:1-1:2", "2:4-2:5", "3:4-3:6", "4:4-4:6"]);
}

#[test]
fn what_comes_by_an_alias_is_found_where_it_is_written() {
    let text = "x: &x\n  image: one\na: *x\nb:\n  <<: *x\n  tag: 1\nc:\n- *x\n";
    assert_eq!(yaml(text, &["/a/image", "/b/image", "/b/tag", "/c/0/image"]), ["2:10-2:13", "2:10-2:13", "6:8-6:9", "2:10-2:13"]);
}

#[test]
fn of_merged_and_written_values_the_one_that_counts_is_found() {
    let text = "x: &x {k: 1}\ny: &y {k: 2}\na: {<<: *x, k: 3}\nb: {k: 4, <<: *x}\nc: {<<: [*x, *y]}\n";
    assert_eq!(yaml(text, &["/a/k", "/b/k", "/c/k"]), ["3:16-3:17", "1:11-1:12", "1:11-1:12"]);
}

#[test]
fn keys_are_found_by_what_they_become() {
    let text = "012: a\nyes: b\n1.50: c\n!!str 1: d\n&k e: f\n*k : g\n";
    assert_eq!(yaml(text, &["/10", "/true", "/1.5", "/1"]), ["1:6-1:7", "2:6-2:7", "3:7-3:8", "4:10-4:11"]);
    assert_eq!(yaml("x: &k e\nz: {*k : g}\n", &["/z/e"]), ["2:10-2:11"]);
}

#[test]
fn pointers_lead_on_from_the_base_and_into_the_right_document() {
    let text = "a: 1\n---\n# c\n---\n%x\n---\nkind: List\nitems:\n- a: 1\n- a: 2\n";
    let source = SourceFile { path: "a.yaml".to_owned(), bytes: text.replace("%x\n---\n", "").into_bytes() };
    let found = locate(&source, 1, &"/items/1".parse().unwrap(), &["/a".parse().unwrap(), "/b".parse().unwrap(), Pointer::root()]);
    assert_eq!(
        found,
        [
            Span { line: 8, column: 6, end_line: 8, end_column: 7 },
            Span { line: 8, column: 3, end_line: 8, end_column: 4 },
            Span { line: 8, column: 3, end_line: 8, end_column: 7 },
        ]
    );
    assert_eq!(locate(&source, 2, &Pointer::root(), &[Pointer::root()]), [Span::START]);
}

#[test]
fn json_is_found_in_json_files_and_in_yaml_files() {
    let json = "{\"a\":\n  [1, \"\\ud83d\\ude00\"]}";
    assert_eq!(spans("a.json", json, &["/a/1", "/a", "/b", ""]), ["2:7-2:21", "2:3-2:22", "1:2-1:5", "1:1-2:23"]);
    assert_eq!(yaml(json, &["/a/1"]), ["2:7-2:21"]);
    assert_eq!(yaml(&format!("---\n{json}"), &["/a/1"]), ["3:7-3:21"]);
    let source = SourceFile { path: "a.json".to_owned(), bytes: b"{\"a\": 1}\n{\"a\": 2}".to_vec() };
    assert_eq!(
        locate(&source, 1, &Pointer::root(), &["/a".parse().unwrap()]),
        [Span { line: 2, column: 7, end_line: 2, end_column: 8 }]
    );
}

#[test]
fn a_file_that_can_not_be_read_is_found_at_its_start() {
    assert_eq!(yaml("a: [", &["/a"]), ["1:1-1:1"]);
    assert_eq!(yaml("a: &a [*a]\n", &["/a"]), ["1:1-1:1"]);
}

fn data(text: &str) -> Result<DataDocument, Vec<(&'static str, u32)>> {
    let source = SourceFile { path: "tollgate.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
    read_data(&source).map_err(|findings| findings.iter().map(|finding| (finding.code.as_str(), finding.span.line)).collect())
}

#[test]
fn configuration_is_one_object_with_places_of_keys_and_values() {
    let document = data("# c\n---\nname: a\nlist:\n  - key: 1\n").unwrap();
    assert_eq!(document.value, serde_json::json!({"name": "a", "list": [{"key": 1}]}));
    assert_eq!(document.locate(&"/list/0/key".parse().unwrap()), Span { line: 5, column: 10, end_line: 5, end_column: 11 });
    assert_eq!(document.locate_key(&"/list/0/key".parse().unwrap()), Span { line: 5, column: 5, end_line: 5, end_column: 8 });
    assert_eq!(document.locate_key(&"/list/0".parse().unwrap()), Span { line: 5, column: 5, end_line: 5, end_column: 8 });
}

#[test]
fn configuration_that_is_not_one_object_is_refused() {
    assert_eq!(data("").unwrap_err(), [("not-one-document", 1)]);
    assert_eq!(data("a: 1\n---\nb: 1\n").unwrap_err(), [("not-one-document", 2)]);
    assert_eq!(data("- a\n").unwrap_err(), [("not-an-object", 1)]);
    assert_eq!(data("a: 1\na: 2\nb: 1\nb: 2\n").unwrap_err(), [("duplicate-key", 2), ("duplicate-key", 4)]);
    assert_eq!(data("a: 1\na: 2\nb: [\n").unwrap_err(), [("truncated", 3)]);
}
