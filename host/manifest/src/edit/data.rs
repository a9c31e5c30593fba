//! Changes of a file that is one document of data: a tollgate.yaml, a kustomization.

use std::sync::Arc;

use json_patch::Patch;
use tollgate_core::document::SourceFile;
use tollgate_core::pointer::Pointer;

use super::{EditError, text};
use crate::data::read_data;

/// The file with a patch in it. Comments, order and formatting of all that does not change stay.
///
/// # Errors
/// When the patch does not fit, or the text can't be changed so that it says just that. Then nothing is changed.
pub fn edit_data(source: &Arc<SourceFile>, patch: &Patch) -> Result<Arc<SourceFile>, EditError> {
    let before = read_data(source).map_err(|_| EditError::Language)?.value;
    let mut after = before.clone();
    json_patch::patch(&mut after, &patch.0).map_err(EditError::Patch)?;
    let written = std::str::from_utf8(&source.bytes).map_err(|_| EditError::OtherwiseThanMeant)?;
    let changed = text::change(written, &Pointer::root(), before, patch)?;
    let edited = Arc::new(SourceFile { path: source.path.clone(), bytes: changed.into_bytes() });
    let is_meant = read_data(&edited).is_ok_and(|now| now.value == after);
    if is_meant { Ok(edited) } else { Err(EditError::OtherwiseThanMeant) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(text: &str, patch: serde_json::Value) -> Result<String, EditError> {
        let source = Arc::new(SourceFile { path: "kustomization.yaml".to_owned(), bytes: text.as_bytes().to_vec() });
        let edited = edit_data(&source, &serde_json::from_value(patch).unwrap())?;
        Ok(String::from_utf8(edited.bytes.clone()).unwrap())
    }

    #[test]
    fn what_has_no_kind_is_changed_too_and_keeps_its_comments() {
        let text =
            "# of the cart\nimages:\n  - name: registry.example.com/cart # ours\n    newTag: old # by sync\nresources: [a.yaml]\n";
        let changed = change(text, json!([{"op": "replace", "path": "/images/0/newTag", "value": "new"}])).unwrap();
        assert_eq!(changed, text.replace("old", "new"));
    }

    #[test]
    fn a_tag_that_looks_like_a_number_stays_a_text() {
        let tag = "1234567890123456789012345678901234567890";
        let changed =
            change("images:\n- name: a\n  newTag: old\n", json!([{"op": "replace", "path": "/images/0/newTag", "value": tag}]));
        assert_eq!(changed.unwrap(), format!("images:\n- name: a\n  newTag: \"{tag}\"\n"));
    }

    #[test]
    fn a_patch_that_does_not_fit_changes_nothing() {
        for patch in [json!([{"op": "replace", "path": "/nothing/0", "value": 1}]), json!([{"op": "remove", "path": "/images/7"}])]
        {
            assert!(matches!(change("images: []\n", patch), Err(EditError::Patch(_))));
        }
        assert!(matches!(change("- a list\n", json!([])), Err(EditError::Language)));
    }
}
