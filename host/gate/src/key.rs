//! The key of a verdict: the digest of everything that it depends on (§5 of the design).

use serde_json::json;
use tollgate_core::canonical::NotCanonical;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{Context, HOST_SEMANTICS, PolicyBinary};

/// The digest of all that a verdict depends on and that stays the same for all documents.
///
/// # Errors
/// When the settings have no canonical form.
pub fn configuration(binary: &PolicyBinary) -> Result<Digest, NotCanonical> {
    Digest::of_canonical(&json!({
        "plugin": binary.digest,
        "settings": binary.settings,
        "data": binary.grants.data_digest(),
        "grants": [binary.grants.log, binary.grants.clock, binary.grants.data.is_some(), binary.grants.secret_values],
        "limits": binary.limits,
        "hostSemantics": HOST_SEMANTICS,
    }))
}

/// The key of one question to one validator: about documents, each with its file and the digest of what the plugin sees of
/// its body. `time` is part of it only where the plugin can see it.
pub(crate) fn of_check<'a>(
    configuration: &Digest,
    context: &Context,
    documents: impl Iterator<Item = (&'a str, Digest)>,
    time: Option<u64>,
) -> Digest {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(configuration.as_bytes());
    // A context is a plain struct of strings: it always has JSON.
    bytes.extend_from_slice(Digest::of(&serde_json::to_vec(context).unwrap_or_default()).as_bytes());
    bytes.extend_from_slice(&time.map_or(u64::MAX, |time| time).to_be_bytes());
    for (file, body) in documents {
        bytes.extend_from_slice(Digest::of(file.as_bytes()).as_bytes());
        bytes.extend_from_slice(body.as_bytes());
    }
    Digest::of(&bytes)
}
