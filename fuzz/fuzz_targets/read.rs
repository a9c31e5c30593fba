//! No bytes make the reader panic, and every body that it gives is JSON with the identity that it says.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use tollgate_core::document::SourceFile;
use tollgate_manifest::{ReadLimits, read};

fuzz_target!(|bytes: &[u8]| {
    for path in ["a.yaml", "a.json"] {
        let source = Arc::new(SourceFile { path: path.to_owned(), bytes: bytes.to_vec() });
        for document in read(&source, &ReadLimits::default()).documents {
            let body: serde_json::Value = serde_json::from_slice(&document.body).expect("a body is JSON");
            assert_eq!(body["kind"], document.identity.kind.as_str());
        }
    }
});
