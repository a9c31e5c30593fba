//! From a git revision to an outcome: the one way that data goes (§3 of the design), over ports alone.
//!
//! `components` finds what a commit delivers, `recipe` makes it a recipe, `change` tells who is behind it, `decide` asks for the decision, `record` writes
//! it down, `attempt` applies it.

pub(crate) mod attempt;
pub(crate) mod change;
pub(crate) mod components;
mod configurations;
pub(crate) mod decide;
mod dishes;
pub(crate) mod drift;
pub(crate) mod evidence;
pub(crate) mod images;
pub(crate) mod jury;
pub(crate) mod known_states;
pub(crate) mod leased;
pub(crate) mod ledger_side;
pub(crate) mod parity;
pub(crate) mod policy_change;
pub(crate) mod proofs;
pub(crate) mod question;
pub(crate) mod recipe;
pub(crate) mod record;
pub(crate) mod recorded;
pub(crate) mod render;
pub(crate) mod replay;
pub(crate) mod telling;
pub(crate) mod turn;
pub(crate) mod way;

#[cfg(test)]
pub(crate) mod tests;
