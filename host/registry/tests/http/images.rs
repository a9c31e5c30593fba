//! What a scripted registry says of images.

use tollgate_core::digest::Digest;
use tollgate_scripted::{Script, answer};

/// An image at this registry.
pub(crate) fn at(script: &Script, rest: &str) -> String {
    format!("{}/{rest}", script.host)
}

/// A manifest that differs from others by a text.
pub(crate) fn manifest(text: &str) -> String {
    format!(r#"{{"schemaVersion": 2, "annotations": {{"text": "{text}"}}, "manifests": []}}"#)
}

/// The answer that sends a manifest.
pub(crate) fn found(text: &str) -> String {
    let manifest = manifest(text);
    answer("200 OK", &[&format!("Docker-Content-Digest: {}", Digest::of(manifest.as_bytes()))], &manifest)
}
