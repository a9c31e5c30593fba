//! What the tests of all languages ask: the body of a file, or what is wrong with it.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;

use crate::limits::ReadLimits;
use crate::read::{Reading, read};

pub(super) fn reading(path: &str, text: &str) -> Reading {
    let source = Arc::new(SourceFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() });
    read(&source, &ReadLimits::default())
}

/// The bodies of a file in which nothing is wrong.
pub(super) fn bodies(path: &str, text: &str) -> Vec<Value> {
    let reading = reading(path, text);
    assert_eq!(reading.findings, [], "{text}");
    reading.documents.iter().map(|document| serde_json::from_slice(&document.body).unwrap()).collect()
}

/// The part of the only body that a pointer leads to.
pub(super) fn value(path: &str, text: &str, pointer: &str) -> Value {
    let bodies = bodies(path, text);
    bodies[0].pointer(pointer).cloned().unwrap_or_else(|| panic!("nothing at {pointer}: {}", bodies[0]))
}

/// Codes with line and column, of a file that yields no document.
pub(super) fn findings(path: &str, text: &str) -> Vec<(&'static str, u32, u32)> {
    let reading = reading(path, text);
    assert!(reading.documents.is_empty(), "{text}");
    reading.findings.iter().map(|finding| (finding.code.as_str(), finding.span.line, finding.span.column)).collect()
}
