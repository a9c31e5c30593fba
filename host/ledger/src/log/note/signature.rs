//! One line of signature.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{KeyId, KeyName, SignerKey};

/// Before the name.
const MARK: &str = "\u{2014} ";

/// A signature of a note, whatever its kind. Written `— <name> <base64 of id and bytes>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Who is said to have signed.
    pub name: KeyName,
    pub id: KeyId,
    /// Never empty. 64 bytes for Ed25519.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Signs a text with Ed25519.
    pub(super) fn by(key: &SignerKey, text: &str) -> Self {
        let verifier = key.verifier();
        Self { name: verifier.name().clone(), id: verifier.id(), bytes: key.sign(text).to_vec() }
    }

    /// Reads a line without its newline.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(MARK)?.split_once(' ')?;
        let decoded = STANDARD.decode(base64).ok()?;
        let (id, bytes) = decoded.split_first_chunk()?;
        let id = KeyId(u32::from_be_bytes(*id));
        (!bytes.is_empty()).then_some(Self { name: name.parse().ok()?, id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.0.to_be_bytes().as_slice(), &self.bytes].concat();
        write!(f, "{MARK}{} {}", self.name, STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_another_form_are_no_signatures() {
        for line in [
            "",
            "— ",
            "— name",
            "— name ",
            "— name AAAAAA==",
            "- name AAAAAAA=",
            "—name AAAAAAA=",
            "— name  AAAAAAA=",
            "— name AAAAAAA= ",
            "— name AAAAAAA",
            "— name AAAAAAB=",
            "— na+me AAAAAAA=",
            "— na\u{a0}me AAAAAAA=",
            "—  AAAAAAA=",
            " — name AAAAAAA=",
        ] {
            assert_eq!(Signature::parse(line), None, "{line}");
        }
        let shortest = Signature { name: "name".parse().unwrap(), id: KeyId(0), bytes: vec![0] };
        assert_eq!(Signature::parse("— name AAAAAAA="), Some(shortest));
    }

    proptest! {
        #[test]
        fn every_signature_is_read_back(name in "[^\\s+\\pC]{1,20}", id: u32, bytes in prop::collection::vec(any::<u8>(), 1..90)) {
            let signature = Signature { name: name.parse().unwrap(), id: KeyId(id), bytes };
            prop_assert_eq!(Signature::parse(&signature.to_string()), Some(signature));
        }

        #[test]
        fn no_line_panics_and_what_is_read_is_written_back(line in "(— )?[a-z+ ]{0,4} [A-Za-z0-9+/=]{0,16}|.*") {
            if let Some(signature) = Signature::parse(&line) {
                prop_assert_eq!(signature.to_string(), line);
            }
        }
    }
}
