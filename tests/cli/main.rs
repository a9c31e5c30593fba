//! The commands, one file each, through the built binary.

mod check;
