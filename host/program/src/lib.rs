//! Programs that others wrote: where they are, and running them so that they end, whatever they do.
//!
//! What a program is asked, and what its answer means, is its caller's business.

mod child;
mod find;

pub use child::{Bounds, Ended, run, run_attached};
pub use find::{find, is_program};
