//! What the API server makes of an object: what it adds where nothing is written, what it drops, and what it takes for the same.
//!
//! The tables are written from the defaulting of Kubernetes itself. A field that is in none of them has no default. To add one,
//! write a line where its object is described; a kind is a line in [`of`].

mod added;
mod admission;
mod apps;
mod batch;
mod cluster;
mod container;
mod field;
mod kinds;
mod metadata;
mod networking;
mod pod;
mod resources;
mod scaling;
mod service;
mod storage;
mod volume;

pub(crate) use field::{Field, Holds, List};
pub(crate) use kinds::of;
