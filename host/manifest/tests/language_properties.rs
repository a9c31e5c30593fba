//! What holds for every file of every language.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod support;

use proptest::prelude::*;
use serde_json::Value;
use support::mk_source;
use tollgate_core::document::Span;
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, read};

const NAMES: [&str; 6] = ["main.tf", "a.tfvars", "a.hcl", "a.toml", "Dockerfile", ".env"];

/// All texts of a value, by their pointers.
fn texts(value: &Value, at: &Pointer, out: &mut Vec<(Pointer, Option<String>)>) {
    out.push((at.clone(), value.as_str().map(ToOwned::to_owned)));
    match value {
        Value::Array(elements) => elements.iter().enumerate().for_each(|(index, element)| texts(element, &at.element(index), out)),
        Value::Object(members) => members.iter().for_each(|(key, member)| texts(member, &at.member(key), out)),
        _ => {}
    }
}

/// The text at a place; nothing where the place lies outside of the text.
fn at(text: &str, span: Span) -> Option<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let offset = |line: u32, column: u32| {
        let before: usize = lines.get(..line as usize - 1)?.iter().map(|line| line.len() + 1).sum();
        let line = lines.get(line as usize - 1)?;
        let within = line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(column as usize - 1)?;
        Some(before + within)
    };
    text.get(offset(span.line, span.column)?..offset(span.end_line, span.end_column)?).map(ToOwned::to_owned)
}

/// Reads a file, and finds all that it holds.
fn places(name: &str, text: &str) -> Vec<(Option<String>, Span)> {
    let source = mk_source(name, text);
    let mut found = Vec::new();
    for document in read(&source, &ReadLimits::default()).documents {
        let body: Value = serde_json::from_slice(&document.body).unwrap();
        assert_eq!(body["kind"], document.identity.kind.as_str());
        let mut all = Vec::new();
        texts(&body, &Pointer::root(), &mut all);
        let pointers: Vec<Pointer> = all.iter().map(|(pointer, _)| pointer.clone()).collect();
        let spans = locate(&source, document.place.stream, &document.place.base, &pointers);
        found.extend(all.into_iter().map(|(_, text)| text).zip(spans));
    }
    found
}

/// Every place lies within the text.
fn check(name: &str, text: &str) {
    for (_, span) in places(name, text) {
        assert!((span.line, span.column) <= (span.end_line, span.end_column), "{span:?}");
        assert!(at(text, span).is_some(), "{span:?} in {text:?} of {name}");
    }
}

/// Bits of all languages, which meet each other more often than random letters do.
fn bits() -> impl Strategy<Value = String> {
    let bit = prop::sample::select(vec![
        "a",
        "é",
        " ",
        "\n",
        "=",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        "#",
        "\\",
        "<<E",
        "E",
        "-",
        "${",
        "$",
        ".",
        ",",
        ":",
        "1",
        "//",
        "/*",
        "*/",
        "\t",
        "FROM a\n",
        "RUN ",
        "ONBUILD ",
        "--f=",
        "[\"a\"]",
        "locals {\n",
        "a = ",
        "(",
        ")",
        "export ",
        "# escape=`\n",
        "`",
        "true",
        "[[a]]\n",
        "1979-05-27",
        "%{",
        "~",
        "?",
        "<<-E\n",
    ]);
    prop::collection::vec(bit, 0..24).prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, name in prop::sample::select(NAMES.to_vec())) {
        let _ = read(&mk_source(name, bytes), &ReadLimits::default());
    }

    #[test]
    fn every_place_lies_within_the_text(text in bits(), name in prop::sample::select(NAMES.to_vec())) {
        check(name, &text);
    }

    #[test]
    fn environment_variables_are_found_at_their_own_text(
        values in prop::collection::btree_map("[A-Z]{1,6}", "[a-zé]{1,9}", 0..6),
        quote in "[\"']?",
    ) {
        let text: String = values.iter().map(|(key, value)| format!("{key}={quote}{value}{quote} # c\n")).collect();
        let is_written = |found: &Option<String>| found.as_ref().is_some_and(|found| values.values().any(|value| value == found));
        for (value, span) in places(".env", &text).into_iter().filter(|(found, _)| is_written(found)) {
            prop_assert_eq!(at(&text, span), value.map(|value| format!("{quote}{value}{quote}")));
        }
    }

    #[test]
    fn texts_of_terraform_and_toml_are_found_at_their_own_text(
        values in prop::collection::vec("[a-zé ]{1,9}", 1..6),
        name in prop::sample::select(vec!["a.tfvars", "a.toml"]),
    ) {
        let text: String = values.iter().enumerate().map(|(at, value)| format!("k{at} = [\"{value}\"]\n")).collect();
        let found: Vec<String> = places(name, &text).into_iter().filter_map(|(value, span)| {
            value.filter(|value| values.contains(value)).and_then(|_| at(&text, span))
        }).collect();
        prop_assert_eq!(found, values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>());
    }

    #[test]
    fn words_of_a_dockerfile_are_found_at_their_own_text(
        words in prop::collection::vec("[a-zé/.]{1,9}", 2..6),
        breaks in prop::collection::vec(any::<bool>(), 6),
    ) {
        let separators = breaks.iter().map(|&breaks| if breaks { " \\\n # c\n" } else { " " });
        let copied = words.iter().zip(separators).map(|(word, separator)| format!("{separator}{word}"));
        let text: String = ["FROM x\nCOPY".to_owned()].into_iter().chain(copied).collect();
        let found: Vec<String> = places("Dockerfile", &text).into_iter().filter_map(|(value, span)| {
            value.filter(|value| words.contains(value)).and_then(|_| at(&text, span))
        }).collect();
        for word in &words {
            prop_assert!(found.contains(word), "{} in {:?}", word, text);
        }
    }
}
