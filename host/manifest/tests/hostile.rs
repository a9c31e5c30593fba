//! Files that somebody made to break a reader. Each gives a clear finding at its place, and the rest of the file is read.

mod support;

use std::fmt::Write as _;

use support::{body, codes, mk_source, names, read_json, read_yaml};
use tollgate_manifest::{ReadLimits, SourceCode, read};

const GOOD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: good}\n";

/// Reads a document between two good ones, which must be read, and gives the findings; line 1 is the first of the document.
fn between(text: &str) -> Vec<(SourceCode, u32, u32)> {
    let reading = read_yaml(format!("{GOOD}---\n{text}\n---\n{GOOD}"));
    assert_eq!(names(&reading), ["Pod good", "Pod good"], "the rest is still read");
    codes(&reading).into_iter().map(|(code, line, column)| (code, line - 4, column)).collect()
}

#[test]
fn duplicate_keys_are_found_at_each_second_one() {
    assert_eq!(
        between("a: 1\nb: {c: 1, c: 2}\na: 3\n\"a\": 4"),
        [(SourceCode::DuplicateKey, 2, 11), (SourceCode::DuplicateKey, 3, 1), (SourceCode::DuplicateKey, 4, 1)]
    );
    let reading = read_yaml("a: 1\nb: 2\na: 3\n");
    assert_eq!(reading.findings[0].message, "key `a` stands here again; the first is in line 1");
    let many: String = (0..20_000).map(|number| format!("k{number}: 1\n")).collect();
    assert_eq!(codes(&read_yaml(format!("{many}k77: 2\n"))), [(SourceCode::DuplicateKey, 20_001, 1)]);
}

#[test]
fn tabs_are_found_where_they_stand() {
    assert_eq!(between("a:\n\tb: 1"), [(SourceCode::Tab, 2, 1)]);
    assert_eq!(between("a:\n  - b\n\t- c"), [(SourceCode::Tab, 3, 1)]);
}

#[test]
fn truncated_files_are_found_at_what_is_open() {
    assert_eq!(between("a: {b: [1, 2"), [(SourceCode::Truncated, 1, 8)]);
    assert_eq!(between("a: \"x"), [(SourceCode::Truncated, 1, 4)]);
    let whole = read_yaml(GOOD.replace("good}", "good"));
    assert_eq!(codes(&whole), [(SourceCode::Truncated, 3, 11)]);
}

#[test]
fn bytes_that_are_no_text_spoil_their_document_only() {
    assert_eq!(between("a: \u{0}"), [(SourceCode::Nul, 1, 4)]);
    assert_eq!(between("a: \u{1b}[31m"), [(SourceCode::ControlCharacter, 1, 4)]);
    assert_eq!(between("# \u{2028}a: 1"), [(SourceCode::LineSeparator, 1, 3)]);
    let bytes = [GOOD.as_bytes(), b"---\na: \xFF\n---\n", GOOD.as_bytes()].concat();
    let reading = read_yaml(bytes);
    assert_eq!(codes(&reading), [(SourceCode::NotUtf8, 5, 4)]);
    assert_eq!(reading.documents.len(), 2);
}

#[test]
fn utf_16_is_named_for_what_it_is() {
    for mark in [b"\xFF\xFE", b"\xFE\xFF"] {
        let reading = read_yaml([mark.as_slice(), b"a\0:\0 \x001\0\n\0"].concat());
        assert_eq!(codes(&reading), [(SourceCode::NotUtf8, 1, 1)]);
        assert!(reading.findings[0].message.contains("UTF-16"));
    }
    assert_eq!(codes(&read_json(b"\xFF\xFE{\0}\0")), [(SourceCode::NotUtf8, 1, 1)]);
}

#[test]
fn a_scalar_of_ten_megabytes_is_found_and_not_kept() {
    let long = "x".repeat(10_000_000);
    assert_eq!(between(&format!("a: {long}")), [(SourceCode::ScalarTooLarge, 1, 4)]);
    assert_eq!(between(&format!("a: \"{long}\"")), [(SourceCode::ScalarTooLarge, 1, 4)]);
    assert_eq!(between(&format!("a: |\n  {long}")), [(SourceCode::ScalarTooLarge, 2, 3)]);
    assert_eq!(between(&format!("? {long}\n: 1")), [(SourceCode::ScalarTooLarge, 1, 3)]);
}

#[test]
fn very_long_lines_are_read() {
    let list = format!("{GOOD}list: [{}]\n", "1, ".repeat(300_000));
    assert_eq!(body(&read_yaml(list).documents[0])["list"].as_array().map(Vec::len), Some(300_000));
}

#[test]
fn documents_and_files_have_limits() {
    let limits = ReadLimits { document_bytes: 1000, file_bytes: 10_000, ..ReadLimits::default() };
    let large = format!("{GOOD}---\na: [{}]\n---\n{GOOD}", "xxxx, ".repeat(500));
    let reading = read(&mk_source("a.yaml", large), &limits);
    assert_eq!((names(&reading).len(), reading.findings[0].code, reading.findings[0].span.line), (2, SourceCode::TooLarge, 5));
    let reading = read(&mk_source("a.yaml", "a".repeat(10_001)), &limits);
    assert_eq!(codes(&reading), [(SourceCode::TooLarge, 1, 1)]);
}

#[test]
fn alias_bombs_do_not_go_off() {
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    assert_eq!(between(laughs.trim_end()).iter().map(|finding| finding.0).collect::<Vec<_>>(), [SourceCode::AliasBomb]);
    let mut merges = "m0: &m0 {k: v}\n".to_owned();
    for level in 1..100 {
        writeln!(merges, "m{level}: &m{level} {{<<: [*m{0}, *m{0}], k{level}: v}}", level - 1).unwrap();
    }
    assert_eq!(between(merges.trim_end()), [], "merging twice is merging once");
}

#[test]
fn anchors_that_are_not_there_or_hold_themselves_are_found() {
    assert_eq!(between("a: *nobody"), [(SourceCode::AnchorUnknown, 1, 4)]);
    assert_eq!(between("a: &a {b: [*a]}"), [(SourceCode::AnchorCycle, 1, 12)]);
    assert_eq!(between("a: &a {<<: *a}"), [(SourceCode::AnchorCycle, 1, 12)]);
    let reading = read_yaml(format!("{GOOD}a: &a 1\n---\n{GOOD}b: *a\n"));
    assert_eq!(codes(&reading), [(SourceCode::AnchorUnknown, 9, 4)]);
}

#[test]
fn what_has_no_json_is_found() {
    assert_eq!(between("a: .inf"), [(SourceCode::NonFinite, 1, 4)]);
    assert_eq!(between("a: -.NaN\nb: .nan"), [(SourceCode::NonFinite, 2, 4)]);
    assert_eq!(between("{a: 1}: b"), [(SourceCode::KeyNotScalar, 1, 1)]);
    assert_eq!(between("? [a]\n: b"), [(SourceCode::KeyNotScalar, 1, 3)]);
    assert_eq!(between("~: b"), [(SourceCode::KeyNotScalar, 1, 1)]);
    assert_eq!(between("a: !!int x"), [(SourceCode::TagMismatch, 1, 10)]);
    assert_eq!(between("a: {<<: 1}"), [(SourceCode::MergeKeyInvalid, 1, 9)]);
    assert_eq!(between("just text"), [(SourceCode::NotAnObject, 1, 1)]);
    assert_eq!(between("a: b: c"), [(SourceCode::NotYaml, 1, 5)]);
    assert_eq!(between("{{ template }}"), [(SourceCode::KeyNotScalar, 1, 2)]);
}

#[test]
fn a_hundred_thousand_brackets_are_too_deep_and_nothing_more() {
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "[\n".repeat(100_000)] {
        assert_eq!(between(&text).iter().map(|finding| finding.0).collect::<Vec<_>>(), [SourceCode::TooDeep], "{}", &text[..8]);
        let json = read_json(&text);
        assert!(json.documents.is_empty() && json.findings.len() == 1);
    }
    let deep = format!("{GOOD}a: {}1{}\n", "[".repeat(119), "]".repeat(119));
    let reading = read_yaml(deep);
    assert_eq!(codes(&reading), []);
    assert!(serde_json::from_slice::<serde_json::Value>(&reading.documents[0].body).is_ok(), "what is read, serde_json reads");
}

#[test]
fn dashes_within_block_scalars_are_text() {
    let reading = read_yaml(format!("{GOOD}data: |\n  ---\n  ...\n   ---\nother: '---'\n"));
    assert_eq!(body(&reading.documents[0])["data"], "---\n...\n ---\n");
    assert_eq!(between("a: 'x\n---\ny: 1'").iter().map(|finding| finding.0).collect::<Vec<_>>(), [SourceCode::Truncated]);
}

#[test]
fn quoted_merge_keys_are_keys() {
    let reading = read_yaml(format!("{GOOD}\"<<\": {{a: 1}}\n'<': 2\n"));
    assert_eq!(body(&reading.documents[0])["<<"]["a"], 1);
}

#[test]
fn text_after_the_end_marker_is_a_document_and_not_lost() {
    let reading = read_yaml(format!("{GOOD}...\n{GOOD}... # c\n{GOOD}"));
    assert_eq!(reading.documents.len(), 3);
    assert_eq!(between("a: 1\n... b"), [(SourceCode::NotYaml, 2, 5)]);
}

#[test]
fn fifty_thousand_documents_are_read() {
    let reading = read_yaml(format!("{GOOD}---\n").repeat(50_000));
    assert_eq!(reading.documents.len(), 50_000);
    assert_eq!(reading.documents[49_999].place.stream, 49_999);
    assert_eq!(codes(&reading), []);
}

#[test]
fn fifty_thousand_broken_documents_are_as_many_findings() {
    let reading = read_yaml("a: b: c\n---\n".repeat(50_000));
    assert_eq!(reading.findings.len(), 50_000);
    assert_eq!(reading.findings[49_999].span.line, 99_999);
}
