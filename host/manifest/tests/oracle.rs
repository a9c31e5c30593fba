//! The reader against the API server's own library: scalars, real files, generated documents.
//!
//! The rule: what both read, they read alike. Where we refuse what the library takes, the code must be one of those that
//! the crate documents. That we read what the library refuses is no harm: what is applied is what we read.

mod support;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use support::oracle::Oracle;
use support::{body, corpus, mk_source, read_yaml};
use tollgate_manifest::{ReadLimits, SourceCode, read};

const HEADER: &str = "apiVersion: v1\nkind: Test\n";

/// What we read in a document: its JSON, or the codes of what is wrong.
fn ours(text: &str) -> Result<Value, Vec<SourceCode>> {
    let reading = read_yaml(text);
    match reading.documents.as_slice() {
        [document] if reading.findings.is_empty() => Ok(body(document)),
        _ => Err(reading.findings.iter().map(|finding| finding.code).collect()),
    }
}

/// How the two readings of a document compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Comparison {
    Same,
    BothRefuse,
    WeAreStricter,
    WeAreMoreLenient,
}

/// Compares, and panics where both read something, but not the same.
fn compare(oracle: &mut Oracle, document: &str, stricter: &[SourceCode]) -> Comparison {
    match (oracle.document(document.as_bytes()), ours(document)) {
        (Ok(theirs), Ok(ours)) => {
            assert_eq!(ours, theirs, "read differently: {document:?}");
            Comparison::Same
        }
        (Ok(theirs), Err(codes)) => {
            assert!(
                !codes.is_empty() && codes.iter().all(|code| stricter.contains(code)),
                "refused {codes:?}: {document:?} is {theirs}"
            );
            Comparison::WeAreStricter
        }
        (Err(_), Err(_)) => Comparison::BothRefuse,
        (Err(_), Ok(_)) => Comparison::WeAreMoreLenient,
    }
}

/// Texts that some reader of YAML takes for something else than a text.
fn scalars() -> Vec<String> {
    let numbers = "0 1 12 012 08 0777 0778 00 0x1F 0X1f 0xg 0x 0o17 0O17 0o8 0o 0b11 0B11 0b2 0b 0b+11 0b-1 1_000 0x_1F 1__0 1_ 0_ _1 1e3 1E-3 \
        1e+3 1e 1e+ .5 .5e3 .5_0 ._5 .5_ .e3 1. 1.5 1.5e+10 1.2.3 1e3.5 0.0 0.1 0.10 123456.789 1234567 1234567.5 100000.0 1000000.0 1e5 1e6 \
        1e-4 1e-5 1e-6 1e-7 1.5e-9 1e20 1e21 1e22 1e400 1e-400 3.4e39 0x1p3 0x1.8p1 1p3 9223372036854775807 9223372036854775808 \
        18446744073709551615 18446744073709551616 123456789012345678901234567890 0x7FFFFFFFFFFFFFFF 0x8000000000000000 0xFFFFFFFFFFFFFFFF \
        0x1FFFFFFFFFFFFFFFF 1:30 190:20:30 190:20:30.15 2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00 20010101 .inf .Inf .INF .nan .NaN .NAN \
        inf nan Infinity 1- 1+1 1,000 1% 0.1.0 1..2 1h30m 100m 1Gi 5d 1/2 0x1_F 0b1_1 0o1_7 1_.5 1_e5 1e1_0";
    let words = "y Y yes Yes YES yEs n N no No NO nO on On ON oN off Off OFF true True TRUE tRue false False FALSE ~ ~~ null Null NULL nUll none None \
        nil undefined << = ! foo a:b a#b http://x/y -x x- ?x :x x: {} [] é \u{a0}x x\u{a0} - -- + . .. ... / * & | > % @ ` a.b a_b a-b";
    let signed = numbers.split_whitespace().flat_map(|number| ["", "+", "-"].map(|sign| format!("{sign}{number}")));
    signed.chain(words.split_whitespace().map(ToOwned::to_owned)).collect()
}

#[test]
fn every_scalar_means_what_it_means_to_the_api_server() {
    let Some(mut oracle) = Oracle::start() else { return };
    let tags = ["", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!binary ", "!!map ", "!!foo ", "!foo ", "! ", "&x "];
    let mut same = 0;
    for scalar in scalars() {
        let mut texts = vec![
            format!("{scalar}: v"),
            format!("v: [{scalar}, x]"),
            format!("v: {{k: {scalar}}}"),
            format!("v:\n- {scalar}"),
            format!("v: |-\n  {scalar}"),
        ];
        texts.push(format!("v: {{{scalar}}}"));
        for tag in tags {
            texts.extend([
                format!("v: {tag}{scalar}"),
                format!("v: {tag}'{scalar}'"),
                format!("v: {tag}\"{scalar}\""),
                format!("{tag}{scalar}: v"),
            ]);
        }
        for text in texts {
            // Grammar within brackets, and binary data that is no text, are where we differ on purpose.
            let stricter = [SourceCode::NotYaml, SourceCode::TagMismatch];
            same += u32::from(compare(&mut oracle, &format!("{HEADER}{text}\n"), &stricter) == Comparison::Same);
        }
    }
    assert!(same > 14_000, "only {same} scalars were read by both");
}

#[test]
fn written_examples_are_read_as_the_api_server_reads_them() {
    let Some(mut oracle) = Oracle::start() else { return };
    let cases = include_str!("oracle/cases.yaml");
    let mut counts = std::collections::BTreeMap::<Comparison, u32>::new();
    for case in cases.split("=====\n").skip(1) {
        let (title, text) = case.split_once('\n').expect("a case has a title");
        let (expected, title) = title.split_once(' ').expect("a title begins with what is expected");
        let text = text.replace("␍\n", "\r\n").replace('␍', "\r").replace('␉', "\t");
        let stricter = [SourceCode::DuplicateKey, SourceCode::NotYaml, SourceCode::TagMismatch, SourceCode::LineSeparator];
        let comparison = compare(&mut oracle, &format!("{HEADER}{text}"), &stricter);
        let named = match comparison {
            Comparison::Same => "same",
            Comparison::BothRefuse => "refused",
            Comparison::WeAreStricter => "stricter",
            Comparison::WeAreMoreLenient => "lenient",
        };
        assert_eq!(named, expected, "{title}: {text:?} {:?}", oracle.document(format!("{HEADER}{text}").as_bytes()));
        *counts.entry(comparison).or_default() += 1;
    }
    assert!(counts[&Comparison::Same] > 100, "{counts:?}");
}

#[test]
fn every_file_of_the_corpus_is_read_as_kubectl_reads_it() {
    let (Some(directory), Some(mut oracle)) = (corpus::corpus(), Oracle::start()) else { return };
    let files = corpus::files(&directory);
    assert!(files.len() > 100);
    for path in files {
        let text = std::fs::read(&path).unwrap();
        let theirs = oracle.stream(&text).unwrap();
        let reading = read(&mk_source("corpus.yaml", &text), &ReadLimits::default());
        assert!(reading.findings.is_empty() && reading.others.is_empty(), "{}: {:?}", path.display(), reading.findings);
        assert_eq!(reading.documents.iter().map(body).collect::<Vec<_>>(), theirs, "{}", path.display());
    }
}

#[test]
fn files_are_cut_into_documents_as_kubectl_cuts_them() {
    let Some(mut oracle) = Oracle::start() else { return };
    let a = "apiVersion: v1\nkind: A\n";
    let files = [
        format!("# c\n---\n{a}---\n---\n# d\n---\n{a}b: |\n  x\n  ---\n  y\n"),
        format!("{a}b: |\n  no line break at the end"),
        format!("{a}b: |+\n  kept\n\n---\n{a}b: >+\n  kept\n\n"),
        format!("--- # comment\r\n{}---\r\n{a}", a.replace('\n', "\r\n")),
        format!("---   \n{a}---\n{a}c: '1\n  2'\n---"),
        "{\"apiVersion\": \"v1\", \"kind\": \"A\", \"n\": 1.0, \"e\": 1E3, \"u\": \"\\ud83d\\ude00\\/\", \"b\": 18446744073709551615}".to_owned(),
        format!("{{\"apiVersion\": \"v1\",\n\t\"kind\": \"A\"}}\n---\n{a}"),
        format!("---\n{{\"apiVersion\": \"v1\", \"kind\": \"A\", \"n\": -0, \"f\": -0.0}}\n---\n{a}"),
        format!("\n\n  \n{a}"),
        format!("{a}---\nnull\n---\n~\n---\n{a}"),
    ];
    for file in files {
        let theirs = oracle.stream(file.as_bytes()).unwrap();
        let reading = read_yaml(&file);
        assert_eq!(reading.findings, [], "{file:?}");
        let ours: Vec<Value> = reading.documents.iter().map(body).collect();
        assert_eq!(ours, theirs.into_iter().map(as_numbers_of_go).collect::<Vec<_>>(), "{file:?}");
    }
}

/// JSON goes through `kubectl` as it is; the API server then holds `1.0` and `1E3` as 1 and 1000.
fn as_numbers_of_go(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, as_numbers_of_go(value))).collect(),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0 && !float.is_sign_negative());
            whole.map_or(Value::Number(number), |float| Value::from(float as u64))
        }
        other => other,
    }
}

/// Fragments that YAML is sensitive to, thrown together.
fn soup() -> impl Strategy<Value = String> {
    let fragments = [
        "a", "b", "c d", "a: ", "b: ", ": ", ":", "- ", "-", "? ", "?", "\n", "\n ", "\n  ", "\n    ", " ", "'", "''", "\"", "\\",
        "[", "]", "{", "}", ", ", ",", "#", " #", "|", ">", "|\n", ">-\n  ", "|+\n  ", "&x ", "*x", "! ", "!!str ", "!!int ",
        "!t ", "<<: ", "1", "012", "yes", "~", "\t", "%", "@", "`", "=", "<", "é", "\r\n", "\r", "\u{feff}", "'a'", "\"b\"",
        "{a: 1}", "[b]", "a: 1", "b: 2\n", "- c\n",
    ];
    let prefix = prop::sample::select(vec!["v: ", "", "v:\n  ", "v:\n- "]);
    (prefix, prop::collection::vec(prop::sample::select(fragments.to_vec()), 1..12))
        .prop_map(|(prefix, parts)| prefix.to_owned() + &parts.concat())
}

/// A value as people write it. `{indent}` stands for the indentation of what holds it.
#[derive(Clone, Debug)]
enum Node {
    Scalar(&'static str),
    Sequence(Vec<Self>),
    Mapping(Vec<(&'static str, Self)>),
}

impl Node {
    /// The text behind a key or a dash, at a depth.
    fn write(&self, depth: usize) -> String {
        let indent = "  ".repeat(depth);
        match self {
            Self::Scalar(text) => format!(" {}\n", text.replace("{indent}", &indent)),
            Self::Sequence(elements) if elements.is_empty() => " []\n".to_owned(),
            Self::Mapping(members) if members.is_empty() => " {}\n".to_owned(),
            // Half of the world writes the dashes of a sequence below its key, and half behind it.
            Self::Sequence(elements) => {
                let dash = if elements.len() % 2 == 0 { format!("{indent}-") } else { format!("{indent}  -") };
                "\n".to_owned() + &elements.iter().map(|element| dash.clone() + &element.write(depth + 2)).collect::<String>()
            }
            Self::Mapping(_) => format!("\n{}", self.members(depth + 1)),
        }
    }

    fn members(&self, depth: usize) -> String {
        let Self::Mapping(members) = self else { return String::new() };
        let indent = "  ".repeat(depth);
        let write = |(number, (key, value)): (usize, &(&str, Self))| {
            // The number keeps keys apart.
            let key = if *key == "<<" { "<<".to_owned() } else { key.replace('N', &number.to_string()) };
            format!("{indent}{}:{}", key.replace("{indent}", &indent), value.write(depth))
        };
        members.iter().enumerate().map(write).collect()
    }
}

/// Documents as people write them: nested blocks with anchors, merges and comments.
fn blocks() -> impl Strategy<Value = String> {
    let scalars = vec![
        "x",
        "'y'",
        "\"z\\n\"",
        "1",
        "012",
        "yes",
        "~",
        "",
        "1.50",
        "x y",
        "[a, 'b']",
        "{k: 1, l: [2]}",
        "*anchor",
        "!!str 1",
        "&again x",
        "x # comment",
        "|\n{indent}  one\n{indent}   two\n",
        "|+\n{indent}  one\n\n",
        "|2\n{indent}    one",
        ">-\n{indent}  one\n{indent}    two\n\n{indent}  three",
        "plain\n{indent}  goes on\n\n{indent}  and on",
        "\"quoted\n{indent}  goes on\\\n{indent}  \\ and on\"",
        "'quoted\n\n{indent}  goes on'",
        "[\n{indent}  a,\n{indent}  b: c\n{indent}]",
        "{\n{indent}  a: 1,\n{indent}  # c\n{indent}  'b': \"2\"\n{indent}}",
        "[[a], {b: }, ]",
        "! 1",
        "a: b",
    ];
    let keys = vec![
        "aN",
        "'b N'",
        "\"cN\"",
        "N",
        "0N",
        "N.5",
        "<<",
        "# comment\n{indent}dN",
        "\n{indent}eN",
        "!!str sN",
        "? fN\n{indent}",
        "gN ",
    ];
    let leaf = prop::sample::select(scalars).prop_map(Node::Scalar);
    let node = leaf.prop_recursive(4, 24, 4, move |inner| {
        let member = (prop::sample::select(keys.clone()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Node::Sequence),
            prop::collection::vec(member, 0..5).prop_map(Node::Mapping)
        ]
    });
    node.prop_map(|node| format!("anchor: &anchor {{m: 1}}\nroot:{}", node.write(0)))
}

/// Compares generated documents; the seed is fixed, so that a failure is found again.
fn compare_generated(
    strategy: &impl Strategy<Value = String>,
    count: u32,
    seed: u8,
) -> Option<std::collections::BTreeMap<Comparison, u32>> {
    let mut oracle = Oracle::start()?;
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..count {
        let text = strategy.new_tree(&mut runner).expect("the strategy rejects nothing").current();
        let stricter = [SourceCode::DuplicateKey, SourceCode::NotYaml, SourceCode::Tab];
        *counts.entry(compare(&mut oracle, &format!("{HEADER}{text}\n"), &stricter)).or_default() += 1;
    }
    Some(counts)
}

#[test]
fn generated_fragments_are_read_alike_by_both() {
    let Some(counts) = compare_generated(&soup(), 20_000, 7) else { return };
    assert!(counts[&Comparison::Same] > 4_000, "{counts:?}");
    assert!(counts[&Comparison::WeAreStricter] < 200, "{counts:?}");
}

#[test]
fn generated_blocks_are_read_alike_by_both() {
    let Some(counts) = compare_generated(&blocks(), 20_000, 7) else { return };
    assert!(counts[&Comparison::Same] > 5_000, "{counts:?}");
}
