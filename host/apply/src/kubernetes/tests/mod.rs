//! The target against real API servers.

mod adopting;
mod conflicts;
mod healthy;
mod login;
mod pruning;
mod steps;
mod support;
mod trouble;
