//! The state of a component, as far as it is told: which one it is, and how often it changed.

use serde::Deserialize;
use tollgate_core::terraform::KnownState;

/// The head of a state (version 4). All else in it may be secret, and is never looked at.
#[derive(Deserialize)]
struct Head {
    lineage: String,
    serial: u64,
}

/// Reads the object that `state pull` printed; nothing where there is no state yet.
///
/// # Errors
/// Says what is wrong with it.
pub(super) fn known(output: &[u8]) -> Result<Option<KnownState>, &'static str> {
    if output.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let Head { lineage, serial } = serde_json::from_slice(output).map_err(|_| "it is no state with a lineage and a serial")?;
    Ok(Some(KnownState { lineage, serial }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lineage_and_serial_are_read_and_no_state_is_none() {
        let state =
            br#"{"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "a-b", "outputs": {}, "resources": []}"#;
        assert_eq!(known(state), Ok(Some(KnownState { lineage: "a-b".to_owned(), serial: 7 })));
        assert_eq!(known(b"\n"), Ok(None));
        for text in [&b"{}"[..], b"null", b"{\"serial\": -1, \"lineage\": \"a\"}", b"no"] {
            assert!(known(text).is_err());
        }
    }
}
