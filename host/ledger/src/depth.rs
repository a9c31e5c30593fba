//! How much of a gist is read at once.

use crate::seen::{NotExtended, Seen};

/// How much of what was written down is read before anybody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All of it, so that every answer can be believed.
    All,
    /// Little. Answers count only once it is known that nothing damaged was asked for (`Gist::has_misled`).
    WhatIsAsked,
}

impl Depth {
    /// Reads so much of what was seen.
    ///
    /// # Errors
    /// When a part of it can't be read.
    pub(crate) fn reach(self, seen: &Seen) -> Result<(), NotExtended> {
        match self {
            Self::All => Ok(seen.gist().read_all()?),
            Self::WhatIsAsked => Ok(()),
        }
    }
}
