//! What a change says of itself in a file.

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::ports::{ReadRepository, SourceError};
use tollgate_manifest::read_data;

/// Where it stands.
const PATH: &str = ".tollgate/change.yaml";

/// The record of a commit, if it has one. One that can't be read is no record, and findings that deny.
///
/// # Errors
/// When the commit can't be read.
pub(super) fn read(repository: &dyn ReadRepository, commit: &str) -> Result<(Option<Value>, Vec<Finding>), SourceError> {
    let Some(bytes) = repository.read(commit, PATH)? else { return Ok((None, Vec::new())) };
    match read_data(&SourceFile { path: PATH.to_owned(), bytes }) {
        Ok(data) => Ok((Some(data.value), Vec::new())),
        Err(findings) => Ok((None, findings.into_iter().map(|finding| finding.into_finding(PATH)).collect())),
    }
}
