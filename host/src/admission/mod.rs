//! What a cluster is answered: the one evaluator, asked about one object, and what the ledger says may run.
//!
//! `known` is what answers rest on, read from the ledger by `follow` again and again; `judge` makes an answer of it.

mod approved;
mod bulkhead;
mod concerned;
mod follow;
mod glass;
mod judge;
mod known;
mod noise;
mod nowhere;
mod secret_values;
mod sharing;
mod thread_clock;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use approved::Approved;
pub(crate) use follow::{Follower, ReadKnown};
pub(crate) use known::{Asked, Known};
pub(crate) use noise::NOISE;
