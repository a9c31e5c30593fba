//! What several of these tests need: files, and their readings.

#![allow(dead_code, reason = "each test uses its part of this")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

pub(crate) mod corpus;
pub(crate) mod oracle;

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::{Document, SourceFile};
use tollgate_manifest::{ReadLimits, Reading, SourceCode, read};

/// A file with this name and content.
pub(crate) fn mk_source(path: &str, bytes: impl AsRef<[u8]>) -> Arc<SourceFile> {
    Arc::new(SourceFile { path: path.to_owned(), bytes: bytes.as_ref().to_vec() })
}

/// The reading of a YAML file.
pub(crate) fn read_yaml(bytes: impl AsRef<[u8]>) -> Reading {
    read(&mk_source("a.yaml", bytes), &ReadLimits::default())
}

/// The reading of a JSON file.
pub(crate) fn read_json(bytes: impl AsRef<[u8]>) -> Reading {
    read(&mk_source("a.json", bytes), &ReadLimits::default())
}

/// The body of a document as a value.
pub(crate) fn body(document: &Document) -> Value {
    serde_json::from_slice(&document.body).expect("bodies are JSON")
}

/// Codes with line and column.
pub(crate) fn codes(reading: &Reading) -> Vec<(SourceCode, u32, u32)> {
    reading.findings.iter().map(|finding| (finding.code, finding.span.line, finding.span.column)).collect()
}

/// Kind and name of each document.
pub(crate) fn names(reading: &Reading) -> Vec<String> {
    reading.documents.iter().map(|document| document.identity.to_string()).collect()
}
