//! The domain of tollgate: the words of the design as types, and the ports through which the world is reached.
//!
//! Data goes one way: a git revision becomes a [`recipe::Recipe`], its documents, a [`plan::Plan`], verdicts, a
//! [`decision::Decision`], an [`approved::Approved`], an outcome; each step's type can only be had from the one before.
//! Nothing here does I/O: this crate refuses to know files, clocks, processes, git, Kubernetes or WebAssembly.

pub mod act;
pub mod admission;
pub mod approvals;
pub mod approved;
pub mod branch;
pub mod broken_glass;
pub mod cache;
pub mod canonical;
pub mod chain;
pub mod context;
pub mod deciding;
pub mod decision;
pub mod digest;
pub mod document;
pub mod entry;
pub mod evaluate;
pub mod evidence;
pub mod finding;
pub mod fix;
mod following;
pub mod forge;
pub mod gist;
pub mod glob;
pub mod history;
pub mod image;
pub mod language;
pub mod lease;
pub mod ledger;
pub mod overrides;
pub mod pair;
pub mod pass;
pub mod people;
pub mod pipeline;
pub mod plan;
pub mod plan_key;
pub mod pointer;
pub mod policy;
pub mod ports;
pub mod promotion;
pub mod proof;
pub mod proven;
pub mod queue;
pub mod recipe;
pub mod render;
pub mod rendering;
pub mod requester;
pub mod schema_defaults;
pub mod sensitive;
pub mod signature;
pub mod stops;
pub mod structure;
pub mod terms;
pub mod terraform;
pub mod time;
pub mod tree_path;
pub mod verdict;
pub mod waiver;
pub mod way_back;
pub mod weakened;
