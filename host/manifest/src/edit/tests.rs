use proptest::prelude::*;
use serde_json::json;

use super::*;

fn source(path: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() })
}

/// The text after a patch of the document at a position.
fn edited(path: &str, text: &str, index: usize, patch: &Value) -> Result<String, EditError> {
    let source = source(path, text);
    let reading = read(&source, &ReadLimits::default());
    let patch: Patch = serde_json::from_value(patch.clone()).unwrap();
    edit(&source, &reading.documents[index], &patch).map(|edited| String::from_utf8(edited.bytes.clone()).unwrap())
}

const DEPLOYMENT: &str = r#"# What runs.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # its name
spec:
  template:
    spec:
      hostPID: true # for the debugger
      # all of them
      containers:
      - name: web     # first
        image: "web:1"
        securityContext:
          # must stay
          runAsNonRoot: true

      # the other
      - name: side
        args: [a, b]
        resources:
---
apiVersion: v1
kind: Service
metadata: {name: web}
"#;

#[test]
fn only_what_the_patch_says_changes_and_every_comment_stays() {
    let containers = "/spec/template/spec/containers";
    let patch = json!([
        {"op": "remove", "path": "/spec/template/spec/hostPID"},
        {"op": "add", "path": format!("{containers}/0/securityContext/readOnlyRootFilesystem"), "value": true},
        {"op": "replace", "path": format!("{containers}/0/image"), "value": "web:2"},
        {"op": "add", "path": format!("{containers}/1/args/1"), "value": "yes"},
        {"op": "add", "path": format!("{containers}/1/resources"), "value": {"limits": {"memory": "1Gi", "cpu": 1}}},
    ]);
    let expected = DEPLOYMENT
        .replace("      hostPID: true # for the debugger\n", "")
        .replace("runAsNonRoot: true\n", "runAsNonRoot: true\n          readOnlyRootFilesystem: true\n")
        .replace("\"web:1\"", "\"web:2\"")
        .replace("[a, b]", "[a, \"yes\", b]")
        .replace("resources:\n", "resources:\n          limits:\n            cpu: 1\n            memory: 1Gi\n");
    assert_eq!(edited("a.yaml", DEPLOYMENT, 0, &patch).unwrap(), expected);
}

#[test]
fn the_other_documents_of_a_file_are_not_touched() {
    let patch = json!([{"op": "add", "path": "/metadata/labels", "value": {"app": "web"}}]);
    let expected = DEPLOYMENT.replace("metadata: {name: web}", "metadata: {name: web, labels: {app: web}}");
    assert_eq!(edited("a.yaml", DEPLOYMENT, 1, &patch).unwrap(), expected);
}

#[test]
fn items_of_a_list_and_files_of_json_are_edited_as_well() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod # one\n  spec: {}\n";
    let patch = json!([{"op": "add", "path": "/spec/hostPID", "value": false}]);
    assert_eq!(edited("a.yaml", list, 0, &patch).unwrap(), list.replace("{}", "{hostPID: false}"));
    let text = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"spec\": {\n    \"hostPID\": true\n  }\n}\n";
    let patch = json!([{"op": "replace", "path": "/spec/hostPID", "value": false}]);
    assert_eq!(edited("a.json", text, 0, &patch).unwrap(), text.replace("true", "false"));
}

#[test]
fn what_moves_and_what_is_copied_keeps_its_value() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  a: {b: [1, x]}\n  c: 2\n";
    let patch = json!([{"op": "test", "path": "/spec/c", "value": 2}, {"op": "move", "from": "/spec/a", "path": "/spec/d"}]);
    let moved = edited("a.yaml", text, 0, &patch).unwrap();
    assert!(!moved.contains("  a:") && moved.contains("  d:"), "{moved}");
    let patch = json!([{"op": "move", "from": "/spec/c", "path": "/spec/d"}]);
    let commented = text.replace("c: 2", "c: 2   # two");
    assert_eq!(edited("a.yaml", &commented, 0, &patch).unwrap(), commented.replace("c: 2", "d: 2"));
    let patch = json!([{"op": "copy", "from": "/spec/c", "path": "/spec/e"}]);
    assert_eq!(edited("a.yaml", text, 0, &patch).unwrap(), format!("{text}  e: 2\n"));
}

#[test]
fn what_comes_from_an_anchor_is_refused_instead_of_changed_elsewhere() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  a: &a {x: 1}\n  b: *a\n  c: {<<: *a}\n";
    for path in ["/spec/b/x", "/spec/a/x"] {
        let refused = edited("a.yaml", text, 0, &json!([{"op": "replace", "path": path, "value": 2}]));
        assert!(matches!(refused, Err(EditError::NotThere | EditError::OtherwiseThanMeant)), "{path}: {refused:?}");
    }
    let refused = edited("a.yaml", text, 0, &json!([{"op": "remove", "path": "/spec/c/x"}]));
    assert!(matches!(refused, Err(EditError::NotThere)), "{refused:?}");
}

#[test]
fn a_patch_that_does_not_fit_and_a_language_that_is_not_edited_are_refused() {
    let patch = json!([{"op": "test", "path": "/kind", "value": "Pod"}]);
    assert!(matches!(edited("a.yaml", DEPLOYMENT, 0, &patch), Err(EditError::Patch(_))));
    let refused = edited("main.tf", "variable \"a\" {}\n", 0, &json!([{"op": "add", "path": "/x", "value": 1}]));
    assert!(matches!(refused, Err(EditError::Language)), "{refused:?}");
}

/// The editor quotes the keys of a new mapping by YAML 1.2, in which these are texts.
#[test]
fn a_word_that_only_newer_readers_take_for_a_text_is_quoted_or_refused_as_a_key() {
    let at_the_place = edited("a.yaml", DEPLOYMENT, 0, &json!([{"op": "add", "path": "/metadata/on", "value": "off"}])).unwrap();
    assert!(at_the_place.contains("  \"on\": \"off\"\n"), "{at_the_place}");
    let within = edited("a.yaml", DEPLOYMENT, 0, &json!([{"op": "add", "path": "/metadata/x", "value": {"n": 1}}]));
    assert!(matches!(within, Err(EditError::OtherwiseThanMeant)), "{within:?}");
}

#[test]
fn line_ends_of_windows_stay() {
    let text = "apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  a: 1\r\n";
    let patch = json!([{"op": "add", "path": "/spec/b", "value": 2}]);
    assert_eq!(edited("a.yaml", text, 0, &patch).unwrap(), format!("{text}  b: 2\r\n"));
}

/// A value that may stand in a manifest.
fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z]{0,4}", "(yes|on|null|1e3|012|~|- a|a: b|#x|'|\"|\\n x)", "\\PC{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{2}[ab]|1|a-b", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// An edit says what its patch says, or is refused: that is checked within; here it must not be refused for plain values.
    #[test]
    fn a_member_of_any_value_can_be_added_to_a_plain_mapping_and_taken_away_again(value in any_value()) {
        let patch = json!([{"op": "add", "path": "/metadata/x", "value": value}]);
        let added = edited("a.yaml", DEPLOYMENT, 0, &patch);
        prop_assert!(added.is_ok(), "{:?}", added);
        let added = added.unwrap();
        for line in DEPLOYMENT.lines() {
            prop_assert!(added.contains(line), "{} in {}", line, added);
        }
        let removed = edited("a.yaml", &added, 0, &json!([{"op": "remove", "path": "/metadata/x"}]));
        prop_assert_eq!(removed.unwrap(), DEPLOYMENT);
    }

    #[test]
    fn no_text_and_no_patch_makes_it_panic(text in "\\PC{0,40}", path in "(/[a-z0-9-]{0,3}){0,3}", value in any_value()) {
        let text = format!("apiVersion: v1\nkind: Pod\nx: {text}\n");
        let source = source("a.yaml", &text);
        let reading = read(&source, &ReadLimits::default());
        for document in &reading.documents {
            let patch: Patch = serde_json::from_value(json!([{"op": "add", "path": path, "value": value}])).unwrap();
            let _ = edit(&source, document, &patch);
        }
    }
}
