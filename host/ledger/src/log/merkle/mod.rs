//! The Merkle tree: roots and proofs, made from stored hashes and checked without any (RFC 6962, section 2.1; RFC 9162,
//! sections 2.1.3 and 2.1.4).
//!
//! A place in the tree is described first ([`Inclusion`], [`Consistency`]); what is proved and what is checked then come from
//! the one description. Stored hashes are those of complete subtrees, each asked for by its [`Node`]; all of this asks for
//! O(log n) of them.

mod consistency;
mod inclusion;
mod subtree;
#[cfg(test)]
pub(crate) mod testing;

pub use consistency::Consistency;
pub use inclusion::Inclusion;
pub use subtree::{Node, root};

use super::TreeHash;

/// The most leaves that a tree can have: other implementations count in signed 64-bit integers.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Proofs that no tree has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutsideTree {
    #[error("a tree of {size} leaves has no leaf {index}")]
    Leaf { index: u64, size: u64 },
    #[error("a tree of {new} leaves does not extend one of {old}")]
    Smaller { old: u64, new: u64 },
    #[error("no tree has {size} leaves; at most 2^63 - 1 can be counted")]
    TooLarge { size: u64 },
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    #[error(transparent)]
    Outside(#[from] OutsideTree),
    #[error("the proof has {found} hashes, and one for this place has {expected}")]
    Length { expected: usize, found: usize },
    #[error("the leaf is not the one that the tree has at index {index}")]
    NotIncluded { index: u64 },
    #[error("the tree of {new} leaves does not begin with the tree of {old} leaves: history was rewritten")]
    NotConsistent { old: u64, new: u64 },
    #[error("there are two trees of {size} leaves: history is forked")]
    Forked { size: u64 },
}

/// On which side of the way from a place to the root a subtree lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

pub(super) const fn check_size(size: u64) -> Result<(), OutsideTree> {
    if size > MAX_SIZE { Err(OutsideTree::TooLarge { size }) } else { Ok(()) }
}

const fn check_length(proof: &[TreeHash], expected: usize) -> Result<(), BadProof> {
    if proof.len() == expected { Ok(()) } else { Err(BadProof::Length { expected, found: proof.len() }) }
}
