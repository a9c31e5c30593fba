//! The reader against the API server's own library: scalars, real files, generated documents.

mod support;

use serde_json::Value;
use support::oracle::Oracle;
use support::{body, mk_source, read_yaml};
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

#[test]
fn explore() {
    let Some(mut oracle) = Oracle::start() else { return };
    let text = std::fs::read_to_string("/tmp/cases.txt").unwrap();
    for case in text.split("=====\n") {
        let document = format!("{HEADER}{case}");
        let (theirs, ours) = (oracle.document(document.as_bytes()), ours(&document));
        match (&theirs, &ours) {
            (Ok(theirs), Ok(ours)) if theirs == ours => println!("same {case:?}"),
            (Err(_), Err(_)) => println!("same error {case:?} {theirs:?} {ours:?}"),
            _ => println!("DIFF {case:?}\n   theirs {theirs:?}\n   ours {ours:?}"),
        }
    }
    let _ = (mk_source("", ""), read, ReadLimits::default());
}
