//! What a tool may take.

use std::time::Duration;

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

impl Default for RenderLimits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(30), output: 16 * 1024 * 1024, memory: 4 * 1024 * 1024 * 1024 }
    }
}
