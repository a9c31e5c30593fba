//! The commands, one file each, through the built binary.

mod apply;
mod audit;
mod check;
mod ci;
mod completion;
mod evidence;
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
mod rendering;
mod serve;
mod service;
mod service_add;
mod service_remove;
mod service_sync;
mod status;
mod usage;
