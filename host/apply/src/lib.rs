//! Targets: what applying a recipe would do there, and doing it.
//!
//! Each module is one type of target and implements core's port [`tollgate_core::ports::ApplyPlan`]. Planning reads and
//! changes nothing. Applying needs an [`tollgate_core::approved::Approved`], plans again while it holds the target, and
//! writes only when that plan has the approved digest.

mod compare;
pub mod directory;
pub mod git;
mod key;
pub mod kubernetes;
mod number;
mod planned;
mod release;
mod secret;
pub mod terraform;
#[cfg(test)]
mod testing;
mod yaml;
