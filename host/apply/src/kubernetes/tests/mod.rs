//! The target against real API servers.

mod adopting;
mod conflicts;
mod granting;
mod healthy;
mod pruning;
mod steps;
mod support;
mod trouble;
