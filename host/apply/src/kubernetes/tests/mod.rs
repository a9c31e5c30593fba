//! The target against real API servers.

mod conflicts;
mod healthy;
mod pruning;
mod steps;
mod support;
mod trouble;
