//! What every manifest has.

use serde::Deserialize;

/// The largest manifest. The distribution specification asks registries to take up to 4 MiB.
pub(crate) const MAX_MANIFEST_BYTES: u64 = 4 << 20;

/// What all manifests and indexes of images have, so that no layer passes for one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyManifest {
    schema_version: u32,
}

/// Whether these are the bytes of a manifest or index of an image (OCI image specification 1.1, Docker's schema 2).
pub(crate) fn is_manifest(bytes: &[u8]) -> bool {
    serde_json::from_slice::<AnyManifest>(bytes).is_ok_and(|manifest| manifest.schema_version == 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_second_version_of_manifests_is_known_and_no_other() {
        assert!(is_manifest(br#"{"schemaVersion": 2, "manifests": []}"#));
        for other in [r#"{"schemaVersion": 1}"#, r#"{"schemaVersion": "2"}"#, "{}", "[]", "", "<html></html>"] {
            assert!(!is_manifest(other.as_bytes()), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd_to_be_judged(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(!is_manifest(&bytes));
        }
    }
}
