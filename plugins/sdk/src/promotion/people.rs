//! Whose yes counts: who had a hand in a change, and which approvals are by others.
//!
//! A person is a mail address, whatever its case. Two keys of one person are one person, because a key is its principal.

mod involved;
mod mail;
mod quorum;

pub use involved::{Involved, is_only_a_merge};
pub use mail::is_same;
pub use quorum::{Counted, Quorum};
