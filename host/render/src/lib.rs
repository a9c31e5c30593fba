//! Renders components with kustomize and Helm: the programs themselves, as child processes in a directory of their own.
//!
//! # What a tool gets
//! The files of one component, written to a private directory that is removed afterwards; an environment in which every home,
//! cache and configuration is an empty directory there; no `PATH`, no input, a deadline, and an end to what it may write.
//!
//! # What keeps it from the network
//! Whoever asks has looked at the files before (`tollgate-manifest`), so that nothing in them refers to anything elsewhere: that is
//! the guarantee. Besides, where the kernel lets users have namespaces and `unshare` is installed, the tool runs in one without
//! a network; else, proxies that lead nowhere are all that it has.
//!
//! This crate refuses to know what is in the files, and what was rendered.

mod environment;
mod helm;
mod kustomize;
mod limits;
mod place;
mod program;
mod tools;

pub use limits::RenderLimits;
pub use tools::{Programs, Tools};
