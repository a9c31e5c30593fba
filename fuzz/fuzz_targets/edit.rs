//! No text makes the editor panic, whatever is set in it; what it returns says just that, which it has looked at itself.
#![no_main]

use std::sync::Arc;

use json_patch::{AddOperation, Patch, PatchOperation, RemoveOperation};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tollgate_core::document::SourceFile;
use tollgate_manifest::{ReadLimits, edit, read};

fuzz_target!(|bytes: &[u8]| {
    let source = Arc::new(SourceFile { path: "a.yaml".to_owned(), bytes: bytes.to_vec() });
    for document in read(&source, &ReadLimits::default()).documents {
        let body: Value = serde_json::from_slice(&document.body).expect("a body is JSON");
        for pointer in pointers(&body, "").into_iter().take(16) {
            let Ok(path) = pointer.parse() else { continue };
            for operation in [
                PatchOperation::Add(AddOperation { path, value: json!({"a": ["yes", 1]}) }),
                PatchOperation::Remove(RemoveOperation { path: pointer.parse().expect("it was one before") }),
            ] {
                let _ = edit(&source, &document, &Patch(vec![operation]));
            }
        }
    }
});

fn pointers(value: &Value, at: &str) -> Vec<String> {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let inner: Vec<String> = match value {
        Value::Array(elements) => {
            elements.iter().enumerate().flat_map(|(index, element)| pointers(element, &format!("{at}/{index}"))).collect()
        }
        Value::Object(members) => {
            members.iter().flat_map(|(key, member)| pointers(member, &format!("{at}/{}", escaped(key)))).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(at.to_owned()).chain(inner).collect()
}
