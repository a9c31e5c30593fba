//! Evidence: in-toto statements in DSSE envelopes, from outside or made here.
//!
//! [`dsse`] reads and signs envelopes, [`statement`] reads what they hold, [`made`] wraps results that are no statements yet,
//! [`vsa`] tells what a promotion came to. All reading is strict: a key that stands twice, a digest that is none or a statement
//! about nothing is refused at its line.

pub mod dsse;
mod json;
mod junit;
pub mod made;
mod predicate;
pub mod statement;
pub mod vsa;

pub use json::Unreadable;
