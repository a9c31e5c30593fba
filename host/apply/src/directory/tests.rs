//! Tests of the whole target, on real directories.

mod crash;
mod digest;
mod race;
mod secrets;
mod steps;
mod support;
mod tamper;
