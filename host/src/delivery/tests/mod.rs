//! The whole way over ports, in memory: what each step makes of what it is given, and what never happens.

mod applying;
mod change;
mod components;
mod deciding;
mod drifting;
mod images;
mod invariants;
mod leases;
mod open_attempts;
mod policy_changes;
mod recipes;
mod recording;
mod rendered;
mod rendering;
mod replaying;
pub(crate) mod world;
