//! Every value of every document that is read has a place within its file.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, read};

fuzz_target!(|bytes: &[u8]| {
    let source = Arc::new(SourceFile { path: "a.yaml".to_owned(), bytes: bytes.to_vec() });
    let lines = bytes.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count() + 2;
    for document in read(&source, &ReadLimits::default()).documents {
        let body: Value = serde_json::from_slice(&document.body).expect("a body is JSON");
        let pointers = pointers(&body, &Pointer::root());
        for span in locate(&source, document.place.stream, &document.place.base, &pointers) {
            assert!((span.line, span.column) <= (span.end_line, span.end_column) && span.end_line as usize <= lines);
        }
    }
});

fn pointers(value: &Value, at: &Pointer) -> Vec<Pointer> {
    let mut found = vec![at.clone()];
    match value {
        Value::Array(elements) => {
            found.extend(elements.iter().enumerate().flat_map(|(index, element)| pointers(element, &at.element(index))));
        }
        Value::Object(members) => found.extend(members.iter().flat_map(|(key, member)| pointers(member, &at.member(key)))),
        _ => {}
    }
    found
}
