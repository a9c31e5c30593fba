//! The transparency log over a ledger's entries: what makes a changed, dropped or reordered entry visible to everybody who
//! has seen a later head.
//!
//! Entries are the leaves of a Merkle tree ([`merkle`], RFC 6962). Its hashes lie in tiles ([`tiles`], C2SP tlog-tiles), a
//! writer signs the head as a checkpoint ([`checkpoint`], C2SP tlog-checkpoint) with its log key ([`note`], C2SP
//! signed-note), and a proof ([`proof`], C2SP tlog-proof) shows offline that an entry is in the tree under a checkpoint.
//! Nothing here does I/O: tiles and entries come from whoever asks.

pub mod checkpoint;
mod hash;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod tiles;

pub use hash::{Head, InvalidTreeHash, TreeHash};
