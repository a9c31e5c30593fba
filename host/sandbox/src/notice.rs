//! What went otherwise than hoped, without harm to any verdict.

use std::fmt;

use tollgate_core::digest::Digest;

/// Something that people who look closely should know. It never changes a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Instances are allocated one by one, which is slower.
    NoPool { reason: String },
    /// The kernel can't say which pages a call wrote, so that resetting an instance is slower.
    NoPagemapScan,
    /// Compiled code in the cache was not what was put there; the plugin was compiled again.
    CacheEntryReplaced { plugin: Digest },
    /// Compiled code could not be put into the cache; the next start compiles again.
    CacheNotWritten { plugin: Digest, reason: String },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPool { reason } => write!(f, "plugins run without a pool of instances, which is slower: {reason}"),
            Self::NoPagemapScan => {
                write!(f, "plugins run slower than they could: the kernel has no `PAGEMAP_SCAN` (Linux 6.7 and newer)")
            }
            Self::CacheEntryReplaced { plugin } => {
                write!(f, "compiled code of plugin `{plugin}` in the cache was damaged or foreign; it was compiled again")
            }
            Self::CacheNotWritten { plugin, reason } => {
                write!(f, "compiled code of plugin `{plugin}` could not be kept: {reason}")
            }
        }
    }
}
