//! What a tool may take.

use std::time::Duration;

use tollgate_program::Bounds;

/// Limits of one rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderLimits {
    /// How long it may take.
    pub deadline: Duration,
    /// How many bytes it may write.
    pub output: u64,
    /// How many bytes of address space it may have, where `prlimit` is installed.
    pub memory: u64,
}

impl RenderLimits {
    /// What a child may take that writes at most this much.
    pub(crate) const fn bounds(&self, output: u64) -> Bounds {
        Bounds { deadline: self.deadline, output, grace: None }
    }
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(30), output: 16 * 1024 * 1024, memory: 4 * 1024 * 1024 * 1024 }
    }
}
