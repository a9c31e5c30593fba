//! JSON: as a source of events, and as what documents become.

mod events;
mod parts;
mod text;

pub(crate) use events::JsonEvents;
pub(crate) use parts::{elements, members, text_of};
pub(crate) use text::write_text;
