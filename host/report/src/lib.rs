//! The public output contract: what tollgate says, as JSON for programs, as text for people and in the formats of CI systems,
//! and its exit codes.
//!
//! Every report is plain data. The host fills it from core types and chooses a format; a format never changes a
//! decision or an exit code. Nothing here prints, reads files or asks the terminal: text becomes a `String`, sources
//! come from a closure, and a [`style::Style`] says how wide and how colourful to be. Values of Secrets are never shown.

pub mod audit;
pub mod cases;
pub mod check;
pub mod cost;
pub mod drift;
pub mod evidence;
pub mod exit_code;
pub mod explain;
pub mod failure;
pub mod finding;
pub mod format;
pub mod gate;
pub mod graph;
pub mod json;
pub mod pairs;
pub mod plan;
pub mod planning;
pub mod plugin;
pub mod policies;
pub mod promotion;
pub mod queue;
pub mod recipe;
pub mod rule;
pub mod schema;
pub mod status;
pub mod style;
pub mod text;
pub mod waiver;

mod clean;
mod standing;
mod table;
mod words;
