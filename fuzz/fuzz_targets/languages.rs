//! No bytes make the readers of other languages panic; what they read is JSON, and everything in it has a place within the file.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, may_be_shown, read, withhold_secrets};

const NAMES: [&str; 7] = ["main.tf", "a.tfvars", "a.hcl", "a.toml", "Dockerfile", ".env", "plan.json"];

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count() + 2;
    for path in NAMES {
        let source = Arc::new(SourceFile { path: path.to_owned(), bytes: bytes.to_vec() });
        let _ = may_be_shown(&source);
        for document in read(&source, &ReadLimits::default()).documents {
            let body: Value = serde_json::from_slice(&document.body).expect("a body is JSON");
            assert_eq!(body["kind"], document.identity.kind.as_str());
            assert_eq!(withhold_secrets(&document.body).is_some(), document.identity.holds_secrets());
            for span in locate(&source, document.place.stream, &document.place.base, &pointers(&body, &Pointer::root())) {
                assert!((span.line, span.column) <= (span.end_line, span.end_column) && span.end_line as usize <= lines);
            }
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
