//! tollgate.yaml, changed where a service comes or goes. What does not change keeps its comments and its form.

use std::sync::Arc;

use camino::Utf8Path;
use serde_json::Value;
use tollgate_config::{Configuration, PIPELINE_FILE, UseOfLock};
use tollgate_core::document::SourceFile;
use tollgate_manifest::edit_data;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::reader::{Edited, Reader};
use crate::configuration::{Failures, local};

/// Reads a file of the work tree.
pub(crate) fn read_file(root: &Utf8Path, path: &str) -> Result<Arc<SourceFile>, Failure> {
    let bytes = fs_err::read(root.join(path)).map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
    Ok(Arc::new(SourceFile { path: path.to_owned(), bytes }))
}

/// A file of configuration with a patch (RFC 6902) in it.
///
/// # Errors
/// When that can't be written without changing more. Then somebody has to do it, and `by_hand` says what.
pub(crate) fn patched(file: &Arc<SourceFile>, patch: &Value, by_hand: &str) -> Result<Arc<SourceFile>, Failure> {
    let unfit = |error: &(dyn std::error::Error + 'static)| {
        let failure = Failure::new(ExitCode::InvalidConfiguration, error);
        let message = format!("`{}` can't be changed without changing more than that: {}", file.path, failure.message);
        Failure { message, ..failure }.with_hint(by_hand.to_owned())
    };
    let patch = serde_json::from_value(patch.clone()).map_err(|error| unfit(&error))?;
    edit_data(file, &patch).map_err(|error| unfit(&error))
}

/// The configuration with another tollgate.yaml, which is refused where it does not fit together.
pub(crate) fn configuration_with(reader: &Reader<'_>, file: &SourceFile) -> Result<Configuration, Failures> {
    local::of_tree(&Edited { reader, path: PIPELINE_FILE, bytes: &file.bytes }, UseOfLock::Obey)
}
