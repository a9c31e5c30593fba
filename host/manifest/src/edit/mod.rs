//! Changes of a document, written back into the text that it was read from: comments, order and formatting of all that
//! does not change stay as they are.
//!
//! The text is changed by the library `yaml-edit`, which keeps a lossless tree; JSON is edited as the YAML that it is. Nobody
//! has to trust it: the new text is read again, and unless it says exactly what the patch says, and nothing else of the file
//! has changed, the edit is refused.

mod data;
mod place;
mod text;
mod value;

pub use data::edit_data;
pub use place::replace_texts;

use std::sync::Arc;

use json_patch::Patch;
use serde_json::Value;
use tollgate_core::document::{Document, SourceFile};

use crate::language::{FileLanguage, language};
use crate::limits::ReadLimits;
use crate::read::{Reading, read};
use crate::source::parts;

/// Why a change can't be written back.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("its patch does not fit the document")]
    Patch(#[source] json_patch::PatchError),
    #[error("files of this language are not edited: only YAML and JSON are")]
    Language,
    #[error("what it changes is not written in the document itself, but comes from an anchor, an alias or a merge key")]
    NotThere,
    #[error("the text can't be changed there without changing more than that")]
    OtherwiseThanMeant,
}

/// The source with a changed document in it.
///
/// # Arguments
/// - `source`: a file as it was read.
/// - `document`: one of its documents, whole.
/// - `patch`: changes of the document's body.
///
/// # Errors
/// When the patch can't be applied, or the text can't be changed so that it says just that. Then nothing is changed.
pub fn edit(source: &Arc<SourceFile>, document: &Document, patch: &Patch) -> Result<Arc<SourceFile>, EditError> {
    let before: Value = serde_json::from_slice(&document.body).map_err(|_| EditError::OtherwiseThanMeant)?;
    let mut after = before.clone();
    json_patch::patch(&mut after, &patch.0).map_err(EditError::Patch)?;
    let range = range(source, document.place.stream)?;
    let part = std::str::from_utf8(&source.bytes[range.clone()]).map_err(|_| EditError::OtherwiseThanMeant)?;
    let changed = text::change(part, &document.place.base, before, patch)?;
    let bytes = [&source.bytes[..range.start], changed.as_bytes(), &source.bytes[range.end..]].concat();
    let edited = Arc::new(SourceFile { path: source.path.clone(), bytes });
    let is_meant = says(&read(source, &ReadLimits::default()), &read(&edited, &ReadLimits::default()), document, &after);
    if is_meant { Ok(edited) } else { Err(EditError::OtherwiseThanMeant) }
}

/// Where the YAML document stands in its file; a file of JSON is one.
fn range(source: &SourceFile, stream: u32) -> Result<std::ops::Range<usize>, EditError> {
    match language(&source.path) {
        FileLanguage::Json => Ok(0..source.bytes.len()),
        FileLanguage::Yaml => {
            let part = usize::try_from(stream).ok().and_then(|stream| parts(&source.bytes).nth(stream));
            let part = part.ok_or(EditError::NotThere)?.bytes;
            let start = part.as_ptr().addr() - source.bytes.as_ptr().addr();
            Ok(start..start + part.len())
        }
        _ => Err(EditError::Language),
    }
}

/// Whether a file holds, after an edit, what it held before, but for the one document.
fn says(before: &Reading, after: &Reading, document: &Document, meant: &Value) -> bool {
    let same_rest = before.others.len() == after.others.len()
        && before.findings.len() == after.findings.len()
        && before.documents.len() == after.documents.len();
    same_rest
        && before.documents.iter().zip(&after.documents).all(|(old, new)| {
            if old.place.index == document.place.index {
                serde_json::from_slice::<Value>(&new.body).is_ok_and(|value| value == *meant)
            } else {
                old.body == new.body
            }
        })
}

#[cfg(test)]
mod tests;
