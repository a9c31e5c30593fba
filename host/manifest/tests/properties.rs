//! What holds for every file.

mod support;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::oracle::Oracle;
use support::{body, mk_source, read_yaml};
use tollgate_core::document::{SourceFile, Span};
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, read, read_data, to_yaml};

/// Reads a file in every way there is, and locates all of it.
fn exercise(source: &Arc<SourceFile>) {
    let reading = read(source, &ReadLimits::default());
    for document in &reading.documents {
        let value = body(document);
        let pointers = pointers(&value, &Pointer::root());
        for span in locate(source, document.place.stream, &document.place.base, &pointers) {
            assert!(is_within(span, &source.bytes), "{span:?} in {:?}", String::from_utf8_lossy(&source.bytes));
        }
    }
    for finding in &reading.findings {
        assert!(is_within(finding.span, &source.bytes), "{finding:?} in {:?}", String::from_utf8_lossy(&source.bytes));
    }
    let _ = read_data(source);
}

/// Whether a span lies within a file, at most one line behind its last.
fn is_within(span: Span, bytes: &[u8]) -> bool {
    let lines = 2 + bytes.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count();
    let ordered = (span.line, span.column) <= (span.end_line, span.end_column);
    ordered && span.line >= 1 && span.column >= 1 && span.end_line as usize <= lines
}

fn pointers(value: &Value, at: &Pointer) -> Vec<Pointer> {
    let children: Vec<Pointer> = match value {
        Value::Array(elements) => {
            elements.iter().enumerate().flat_map(|(index, element)| pointers(element, &at.element(index))).collect()
        }
        Value::Object(members) => members.iter().flat_map(|(key, member)| pointers(member, &at.member(key))).collect(),
        _ => Vec::new(),
    };
    std::iter::once(at.clone()).chain(children).collect()
}

const MANIFEST: &str = include_str!("../examples/deployment.yaml");

/// A mutation: bytes at a place are replaced by others.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let fragments = [
        "", "\t", "\n", "\r", "---\n", "...\n", "&a ", "*a", "<<: ", "[", "]", "{", "}", "'", "\"", "|", ">", "#", ": ", "- ",
        "\0", "\u{2028}", "!", "%", "? ", "é", "\u{feff}",
    ];
    let change = (0..MANIFEST.len(), 0..8_usize, prop::sample::select(fragments.to_vec()));
    prop::collection::vec(change, 1..6).prop_map(|changes| {
        let mut bytes = MANIFEST.as_bytes().to_vec();
        for (at, length, fragment) in changes {
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, fragment.bytes());
        }
        bytes
    })
}

/// Texts that are easily taken for something else, and any others.
fn text() -> impl Strategy<Value = String> {
    let tricky = [
        "yes",
        "No",
        "on",
        "y",
        "~",
        "null",
        "",
        "012",
        "0o17",
        "0x1F",
        "1e3",
        "1_000",
        ".5",
        ".inf",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#",
        "<<",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@",
        "`",
        "'",
        "\"",
        "a\nb",
        "a\n",
        "\n",
        "\n\n a",
        " a",
        "a ",
        "\ta",
        "a\t",
        "a\r\nb",
        "\r",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{feff}a",
        "\u{1F600}",
        "---",
        "...",
        "--- a",
        "a\n---\nb",
        "2001-01-01",
        "1:30",
        "=",
        "{}",
        "[]",
        "{{ x }}",
        "a\\b",
        "\u{0}",
        "\u{fffe}",
        "a\n\u{85}b",
        "true",
        "18446744073709551616",
        "1.0",
        "0b11",
        "08",
        "+1",
        "a\n  b\n c",
        "  a\nb",
        "\n a",
        "a\n\n",
        "# a\nb",
        "\u{2029}x\ny",
        "a: \n- b",
    ];
    prop_oneof![4 => prop::sample::select(tricky.to_vec()).prop_map(ToOwned::to_owned), 1 => any::<String>(), 1 => "[ -~\n\t]{0,20}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => (-1e15..1e15).prop_map(Value::from),
        1 => prop::sample::select(vec![1e21, 1.5e300, -2.5e-7, 1e-300, 0.1, 1e20]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let member = (text(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..4).prop_map(|members| members.into_iter().collect::<Map<_, _>>().into())
        ]
    })
}

/// An object around a value, with something after it: what comes last in a file is a case of its own.
fn manifest(value: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Test", "metadata": {"name": "a"}, "value": value})
}

/// What the API server holds: whole floats are integers to it.
fn as_read(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(as_read).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), as_read(value))).collect(),
        Value::Number(number) if number.is_f64() => {
            serde_json::from_str(&number.as_f64().map(go_float).unwrap_or_default()).expect("it is a number")
        }
        other => other.clone(),
    }
}

fn go_float(float: f64) -> String {
    if float.fract() == 0.0 && float.abs() < 1e21 { format!("{float:.0}") } else { float.to_string() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        exercise(&mk_source("a.yaml", &bytes));
        exercise(&mk_source("a.json", &bytes));
    }

    #[test]
    fn no_text_panics(text in "[-a:?\\[\\]{}, \n\r\t#|>&*!%'\"0<é]{0,40}") {
        exercise(&mk_source("a.yaml", format!("apiVersion: v1\nkind: A\nx: {text}")));
        exercise(&mk_source("a.json", format!("{{\"apiVersion\": \"v1\", \"kind\": \"A\", \"x\": {text}}}")));
    }

    #[test]
    fn no_mutation_panics(bytes in mutated()) {
        exercise(&mk_source("a.yaml", bytes));
    }

    #[test]
    fn what_is_written_as_yaml_is_read_as_the_same_object(value in value()) {
        let written = to_yaml(&manifest(&value)).unwrap();
        let reading = read_yaml(&written);
        prop_assert_eq!(&reading.findings, &[], "{}", &written);
        prop_assert_eq!(body(&reading.documents[0]), as_read(&manifest(&value)), "{}", written);
    }

    #[test]
    fn what_is_written_as_json_is_read_as_the_same_object(value in value()) {
        let written = manifest(&value).to_string();
        for path in ["a.json", "a.yaml"] {
            let reading = read(&mk_source(path, &written), &ReadLimits::default());
            prop_assume!(!written.contains("\\u0000") || reading.findings.is_empty());
            prop_assert_eq!(body(&reading.documents[0]), as_read(&manifest(&value)), "{}", written);
        }
    }
}

#[test]
fn what_is_written_as_yaml_the_api_server_reads_as_the_same_object() {
    let Some(mut oracle) = Oracle::start() else { return };
    let oracle = std::cell::RefCell::new(&mut oracle);
    let config = ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&value(), |value| {
        let written = to_yaml(&manifest(&value)).unwrap();
        let theirs = oracle.borrow_mut().document(written.as_bytes());
        prop_assert_eq!(theirs, Ok(as_read(&manifest(&value))), "{}", written);
        Ok(())
    });
    outcome.unwrap();
}
