//! The hashes of the tree (RFC 6962, section 2.1).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Set before a leaf's bytes, so that no leaf can pass for an inner node.
const LEAF: [u8; 1] = [0];
/// Set before the two children of an inner node.
const NODE: [u8; 1] = [1];

/// A hash in the Merkle tree: of a leaf, of an inner node, or of the whole tree. Written in base64 (RFC 4648, section 4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeHash([u8; Self::BYTES]);

/// A text that is no hash of the tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hash: it must be 32 bytes in base64, 44 characters with the padding")]
pub struct InvalidTreeHash(pub String);

/// A tree as it is signed, remembered and compared: how many leaves it has, and its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    /// Number of leaves.
    pub size: u64,
    pub root: TreeHash,
}

impl TreeHash {
    /// Length of every hash.
    pub const BYTES: usize = 32;

    /// The root of a tree without leaves.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of a leaf. In a ledger the leaf is an entry's envelope, byte for byte.
    pub fn leaf(bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(LEAF).chain_update(bytes).finalize().into())
    }

    /// The hash of an inner node.
    pub fn node(left: Self, right: Self) -> Self {
        Self(Sha256::new().chain_update(NODE).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// Wraps 32 bytes that are a hash already.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TreeHash {
    type Err = InvalidTreeHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| InvalidTreeHash(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex(hash: TreeHash) -> String {
        hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hashes_of_nothing_are_those_of_the_standard() {
        assert_eq!(hex(TreeHash::empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(TreeHash::leaf(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn a_leaf_is_never_a_node() {
        let (left, right) = (TreeHash::leaf(b"a"), TreeHash::leaf(b"b"));
        let joined = [left.0, right.0].concat();
        assert_ne!(TreeHash::leaf(&joined), TreeHash::node(left, right));
        assert_ne!(TreeHash::node(left, right), TreeHash::node(right, left));
    }

    #[test]
    fn only_one_text_is_a_hash() {
        let text = TreeHash::empty().to_string();
        assert_eq!(text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        let cut = text.trim_end_matches('=');
        let unused_bits = text.replace("U=", "V=");
        let url_safe = text.replace('+', "-").replace('/', "_");
        for wrong in ["", "AAAA", cut, &unused_bits, &url_safe, &format!("{text}\n"), &format!(" {text}"), &format!("{text}AAAA")] {
            assert_eq!(wrong.parse::<TreeHash>(), Err(InvalidTreeHash(wrong.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn every_hash_is_read_back(bytes: [u8; 32]) {
            let hash = TreeHash::from_bytes(bytes);
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }

        #[test]
        fn no_text_panics(text in "[A-Za-z0-9+/=]{0,50}|.*") {
            if let Ok(hash) = text.parse::<TreeHash>() {
                prop_assert_eq!(hash.to_string(), text);
            }
        }
    }
}
