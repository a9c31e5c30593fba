//! YAML: its events, and what its scalars mean to the API server.

mod diagnosis;
mod events;
mod float;
mod integer;
mod key;
mod resolve;
mod words;

pub(crate) use events::YamlEvents;
pub(crate) use float::write_float;
pub(crate) use key::key_text;
pub(crate) use resolve::{Resolved, is_merge_key, resolve};
pub(crate) use words::WordsAsText;
