//! Golden cases: what each language is read as, and where everything in it is found.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod support;

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use support::mk_source;
use tollgate_core::document::Span;
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, read};

#[test]
fn every_value_is_read_and_found_where_it_is_written() {
    insta::glob!("languages/*", |path| insta::assert_snapshot!(shown(path)));
}

/// Each document with all its pointers: value, place, and the first line of the text at that place.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    let bytes = std::fs::read(path).unwrap();
    let source = mk_source(name, &bytes);
    let reading = read(&source, &ReadLimits::default());
    let mut out = String::new();
    for finding in &reading.findings {
        let Span { line, column, .. } = finding.span;
        writeln!(out, "{line}:{column} {}: {}", finding.code, finding.message).unwrap();
    }
    for document in &reading.documents {
        writeln!(out, "= {} {}", document.identity.api_version, document.identity).unwrap();
        let body: Value = serde_json::from_slice(&document.body).unwrap();
        let mut leaves = Vec::new();
        collect(&body, &Pointer::root(), &mut leaves);
        let pointers: Vec<Pointer> = leaves.iter().map(|(pointer, _)| pointer.clone()).collect();
        let spans = locate(&source, document.place.stream, &document.place.base, &pointers);
        for ((pointer, value), span) in leaves.iter().zip(spans) {
            let text = text_at(std::str::from_utf8(&bytes).unwrap(), span);
            writeln!(out, "{pointer} = {value}  @ {}:{} {text:?}", span.line, span.column).unwrap();
        }
    }
    out
}

fn collect(value: &Value, at: &Pointer, out: &mut Vec<(Pointer, String)>) {
    match value {
        Value::Array(elements) => {
            out.push((at.clone(), "[…]".to_owned()));
            elements.iter().enumerate().for_each(|(index, element)| collect(element, &at.element(index), out));
        }
        Value::Object(members) => {
            out.push((at.clone(), "{…}".to_owned()));
            members.iter().for_each(|(key, member)| collect(member, &at.member(key), out));
        }
        leaf => out.push((at.clone(), leaf.to_string())),
    }
}

/// The text of a place in its first line, and whether more follows.
fn text_at(text: &str, span: Span) -> String {
    let line = text.lines().nth(span.line as usize - 1).unwrap_or_default();
    let end = if span.line == span.end_line { span.end_column as usize } else { line.chars().count() + 1 };
    let part: String = line.chars().take(end - 1).skip(span.column as usize - 1).collect();
    if span.line == span.end_line { part } else { format!("{part}…") }
}
