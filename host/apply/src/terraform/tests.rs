//! The target against the real program, where it is installed, and against one that misbehaves.

mod bench;
mod steps;
mod told;
