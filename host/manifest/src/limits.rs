//! How much the reader takes.

/// Limits of reading. Whatever is over one of them is a finding, and the rest is still read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes of a file.
    pub file_bytes: usize,
    /// Bytes of JSON that one document may become: what a plugin is given at most.
    pub document_bytes: usize,
    /// Bytes of a single key or value: the API server takes no larger request.
    pub scalar_bytes: usize,
    /// Bytes of JSON that the aliases and merge keys of one document may add.
    pub alias_bytes: usize,
    /// How deep mappings and sequences may nest. Below the 128 levels that `serde_json` reads, in the host and in plugins.
    pub depth: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self { file_bytes: 64 * MIB, document_bytes: 16 * MIB, scalar_bytes: 3 * MIB, alias_bytes: 4 * MIB, depth: 120 }
    }
}
