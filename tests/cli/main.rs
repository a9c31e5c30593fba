//! The commands, one file each, through the built binary.

mod apply;
mod audit;
mod check;
mod ci;
mod completion;
mod explain;
mod gate_cases;
mod graph;
mod init;
mod plan;
mod plugin;
mod policy;
mod promote;
mod queue;
mod recipe;
mod render;
mod service;
mod status;
mod usage;
