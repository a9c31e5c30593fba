//! Real manifests: all are read, and are what they are.

mod support;

use std::collections::BTreeMap;

use serde_json::Value;
use support::{body, corpus, mk_source};
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, read};

#[test]
fn every_file_is_read_and_every_identity_is_that_of_its_body() {
    let Some(directory) = corpus::corpus() else { return };
    let mut kinds = BTreeMap::<String, u32>::new();
    for path in corpus::files(&directory) {
        let reading = read(&mk_source("a.yaml", std::fs::read(&path).unwrap()), &ReadLimits::default());
        assert!(reading.findings.is_empty() && reading.others.is_empty(), "{}", path.display());
        assert!(!reading.documents.is_empty(), "{}", path.display());
        for document in &reading.documents {
            let (body, identity) = (body(document), &document.identity);
            let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            assert_eq!((identity.api_version.as_str(), identity.kind.as_str()), (text("/apiVersion"), text("/kind")));
            assert_eq!(
                (identity.name.as_str(), identity.namespace.as_deref().unwrap_or_default()),
                (text("/metadata/name"), text("/metadata/namespace"))
            );
            *kinds.entry(identity.kind.clone()).or_default() += 1;
        }
    }
    assert!(kinds["Deployment"] >= 8 * 11 && kinds["Service"] >= 8 * 11 && kinds["Pod"] > 100, "{kinds:?}");
}

#[test]
fn every_plain_text_of_every_file_is_found_where_it_stands() {
    let Some(directory) = corpus::corpus() else { return };
    let mut found = 0;
    for path in corpus::files(&directory) {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let source = mk_source("a.yaml", bytes);
        for document in read(&source, &ReadLimits::default()).documents {
            let texts = texts(&body(&document), &Pointer::root());
            let pointers: Vec<Pointer> = texts.iter().map(|(pointer, _)| pointer.clone()).collect();
            for ((pointer, expected), span) in
                texts.iter().zip(locate(&source, document.place.stream, &document.place.base, &pointers))
            {
                if span.line == span.end_line {
                    let line: Vec<char> = lines[span.line as usize - 1].chars().collect();
                    let shown: String = line[span.column as usize - 1..span.end_column as usize - 1].iter().collect();
                    assert_eq!(shown.trim_matches(['"', '\'']), expected, "{} {pointer}", path.display());
                    found += 1;
                }
            }
        }
    }
    assert!(found > 4_000, "{found}");
}

/// All texts of a value.
fn texts(value: &Value, at: &Pointer) -> Vec<(Pointer, String)> {
    match value {
        Value::String(text) => vec![(at.clone(), text.clone())],
        Value::Array(elements) => {
            elements.iter().enumerate().flat_map(|(index, element)| texts(element, &at.element(index))).collect()
        }
        Value::Object(members) => members.iter().flat_map(|(key, member)| texts(member, &at.member(key))).collect(),
        _ => Vec::new(),
    }
}
