//! Source files as such: their text, their parts, and what may be wrong with them.

mod code;
mod finding;
mod part;
mod text;

pub use code::SourceCode;
pub(crate) use finding::Refusal;
pub use finding::SourceFinding;
pub(crate) use part::{Part, parts};
pub(crate) use text::{Strictness, check_text, strip_byte_order_mark};
