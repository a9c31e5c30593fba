//! Texts, replaced where they are written: quotes, comments and all else stay as they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use json_patch::Patch;
use serde_json::{Value, json};
use tollgate_core::document::{Document, SourceFile};
use tollgate_core::pointer::Pointer;

use super::{EditError, edit, says};
use crate::limits::ReadLimits;
use crate::lines::Lines;
use crate::locate::locate;
use crate::read::read;

/// The source with some texts of a document replaced by others. As with [`edit`], the result is read again, and says exactly
/// what is meant; what is not written plainly at its place is left to [`edit`].
///
/// # Arguments
/// - `texts`: pointers to texts of the document's body, and what is to stand there.
///
/// # Errors
/// When there is no text at a pointer, or it can't be changed so. Then nothing is changed.
pub fn replace_texts(
    source: &Arc<SourceFile>,
    document: &Document,
    texts: &[(Pointer, String)],
) -> Result<Arc<SourceFile>, EditError> {
    let before: Value = serde_json::from_slice(&document.body).map_err(|_| EditError::OtherwiseThanMeant)?;
    let operation = |(pointer, text): &(Pointer, String)| json!({"op": "replace", "path": pointer.as_str(), "value": text});
    let patch = Value::Array(texts.iter().map(operation).collect());
    let patch: Patch = serde_json::from_value(patch).map_err(|_| EditError::NotThere)?;
    let mut after = before.clone();
    json_patch::patch(&mut after, &patch.0).map_err(EditError::Patch)?;
    if let Some(bytes) = in_place(source, document, &before, texts) {
        let edited = Arc::new(SourceFile { path: source.path.clone(), bytes });
        if says(&read(source, &ReadLimits::default()), &read(&edited, &ReadLimits::default()), document, &after) {
            return Ok(edited);
        }
    }
    edit(source, document, &patch)
}

/// The bytes with all texts replaced; nothing where one is not written as it is.
fn in_place(source: &SourceFile, document: &Document, before: &Value, texts: &[(Pointer, String)]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(&source.bytes).ok()?;
    let lines = Lines::new(text, 1);
    let pointers: Vec<Pointer> = texts.iter().map(|(pointer, _)| pointer.clone()).collect();
    let spans = locate(source, document.place.stream, &document.place.base, &pointers);
    // By where they start: one anchored text may be meant by several pointers.
    let mut changes: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for ((pointer, new), span) in texts.iter().zip(spans) {
        let old = before.pointer(pointer.as_str())?.as_str().filter(|old| !old.is_empty())?;
        let range = lines.range(span);
        let at = range.start + text.get(range)?.find(old)?;
        changes.insert(at, (at + old.len(), new));
    }
    let mut changed = text.to_owned();
    changes.into_iter().rev().for_each(|(start, (end, new))| changed.replace_range(start..end, new));
    Some(changed.into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replace(text: &str, index: usize, pointers: &[&str], new: &str) -> Result<String, EditError> {
        let source = Arc::new(SourceFile { path: "a.yaml".to_owned(), bytes: text.as_bytes().to_vec() });
        let reading = read(&source, &ReadLimits::default());
        let texts: Vec<_> = pointers.iter().map(|pointer| (pointer.parse().unwrap(), new.to_owned())).collect();
        let edited = replace_texts(&source, &reading.documents[index], &texts)?;
        Ok(String::from_utf8(edited.bytes.clone()).unwrap())
    }

    const IMAGE: &str = "/spec/containers/0/image";

    fn mk_pod(image: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: é\n      image: {image}   # ours\n")
    }

    #[test]
    fn plain_and_quoted_texts_are_replaced_where_they_stand() {
        for quote in ["", "'", "\""] {
            let written = |image: &str| mk_pod(&format!("{quote}{image}{quote}"));
            assert_eq!(replace(&written("r/cart:old"), 0, &[IMAGE], "r/cart:new").unwrap(), written("r/cart:new"));
        }
    }

    #[test]
    fn only_the_one_document_of_a_stream_is_changed() {
        let stream = |second: &str| format!("---\n{}---\n{}", mk_pod("r/cart:old"), mk_pod(second));
        assert_eq!(replace(&stream("r/cart:old"), 1, &[IMAGE], "r/cart:new").unwrap(), stream("r/cart:new"));
    }

    #[test]
    fn flow_style_and_json_are_edited_too() {
        let flow = "{apiVersion: v1, kind: Pod, spec: {containers: [{image: r/cart:old, name: x}]}}\n";
        assert_eq!(replace(flow, 0, &[IMAGE], "r/cart:new").unwrap(), flow.replace("old", "new"));
        let json = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [{\"image\": \"r/cart:old\"}]}}\n";
        assert_eq!(replace(json, 0, &[IMAGE], "r/cart:new").unwrap(), json.replace("old", "new"));
    }

    #[test]
    fn an_anchored_text_is_replaced_once_for_all_that_mean_it() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: &it r/cart:old\n    - image: *it\n";
        let both = [IMAGE, "/spec/containers/1/image"];
        assert_eq!(replace(text, 0, &both, "r/cart:new").unwrap(), text.replace("old", "new"));
    }

    #[test]
    fn what_is_no_text_or_not_there_is_refused() {
        for pointer in ["/spec/nothing", "/spec/containers/7/image"] {
            assert!(replace(&mk_pod("r/cart:old"), 0, &[pointer], "x").is_err(), "{pointer}");
        }
    }

    proptest! {
        #[test]
        fn the_document_says_the_new_text_and_the_rest_of_the_file_is_the_same(
            old in "[a-z]{1,8}(:[a-z0-9]{1,8})?", new in "[a-z]{1,8}(:[a-z0-9]{1,8})?", quote in "('|\"|)", before in "(# [a-z: ]{0,9}\n)?",
        ) {
            let written = |image: &str| format!("{before}{}", mk_pod(&format!("{quote}{image}{quote}")));
            if let Ok(edited) = replace(&written(&old), 0, &[IMAGE], &new) {
                let read_again = Arc::new(SourceFile { path: "a.yaml".to_owned(), bytes: edited.into_bytes() });
                let reading = read(&read_again, &ReadLimits::default());
                let body: Value = serde_json::from_slice(&reading.documents[0].body).unwrap();
                prop_assert_eq!(body.pointer(IMAGE), Some(&Value::from(new)));
            }
        }
    }
}
