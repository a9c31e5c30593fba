//! The target against real API servers.

mod adopting;
mod busy;
mod conflicts;
mod defining;
mod forcing;
mod granting;
mod healthy;
mod login;
mod pruning;
mod steps;
mod support;
mod trouble;
mod unasked;
