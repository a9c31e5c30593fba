//! The files in which a machine remembers ledgers: one for each remote and branch.

use std::fs::File;
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::digest::Digest;
use tollgate_core::ports::LedgerError;

use crate::log::{Head, TreeHash};

/// Before ledgers had a log, version 1 kept a digest over all envelopes instead of the root.
const WITHOUT_ROOT: u32 = 1;
const VERSION: u32 = 2;

/// What is remembered of one ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Memory {
    version: u32,
    remote: String,
    branch: String,
    trust: Digest,
    entries: u64,
    /// Root of the tree over them; nothing in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    /// Version 1: digest over all their envelopes' digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head: Option<Digest>,
}

/// What a memory says of all entries at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remembered {
    Root(TreeHash),
    Envelopes(Digest),
}

impl Memory {
    /// What all entries are compared with.
    ///
    /// # Errors
    /// When the memory is damaged.
    fn remembered(&self) -> Result<Remembered, MemoryError> {
        match (self.version, self.root.as_deref().map(str::parse), self.head) {
            (VERSION, Some(Ok(root)), None) => Ok(Remembered::Root(root)),
            (WITHOUT_ROOT, None, Some(head)) => Ok(Remembered::Envelopes(head)),
            (VERSION | WITHOUT_ROOT, ..) => Err(MemoryError::Damaged),
            (version, ..) => Err(MemoryError::Version(version)),
        }
    }
}

/// A memory that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recalled {
    /// Digest of entry 0's envelope.
    pub(crate) trust: Digest,
    /// How many entries there were.
    pub(crate) entries: u64,
    pub(crate) all: Remembered,
}

/// Why a memory can't be used.
#[derive(Debug, thiserror::Error)]
enum MemoryError {
    #[error("it can't be read or written")]
    Io(#[from] std::io::Error),
    #[error("it is damaged; remove it only if you know that the ledger is the right one")]
    Json(#[from] serde_json::Error),
    #[error("it is damaged: it says nothing of the entries; remove it only if you know that the ledger is the right one")]
    Damaged,
    #[error("it is of version {0}; use a newer tollgate")]
    Version(u32),
    #[error("it belongs to branch `{branch}` of `{remote}`")]
    Other { remote: String, branch: String },
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// Where the memory of one ledger lies.
#[derive(Clone, Debug)]
pub(crate) struct MemoryFile {
    directory: Utf8PathBuf,
    remote: String,
    branch: String,
}

impl MemoryFile {
    pub(crate) fn new(directory: &Utf8Path, remote: &str, branch: &str) -> Self {
        Self { directory: directory.to_owned(), remote: remote.to_owned(), branch: branch.to_owned() }
    }

    pub(crate) fn path(&self) -> Utf8PathBuf {
        let name = Digest::of(format!("{}\n{}", self.remote, self.branch).as_bytes());
        self.directory.join(format!("{}.json", name.hex()))
    }

    /// The right to change what is remembered, until it is dropped or the process ends: a lock (flock(2)) on the directory.
    pub(crate) fn lock(&self) -> Result<File, LedgerError> {
        let lock = || {
            fs_err::create_dir_all(&self.directory)?;
            let directory = File::open(&self.directory)?;
            directory.lock()?;
            Ok(directory)
        };
        lock().map_err(|error: std::io::Error| self.failed(error.into()))
    }

    /// What is remembered, if anything.
    pub(crate) fn load(&self) -> Result<Option<Recalled>, LedgerError> {
        self.try_load().map_err(|error| self.failed(error))
    }

    fn try_load(&self) -> Result<Option<Recalled>, MemoryError> {
        let bytes = match fs_err::read(self.path()) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let memory: Memory = serde_json::from_slice(&bytes)?;
        let all = memory.remembered()?;
        let Memory { remote, branch, trust, entries, .. } = memory;
        if (&remote, &branch) != (&self.remote, &self.branch) {
            return Err(MemoryError::Other { remote, branch });
        }
        Ok(Some(Recalled { trust, entries, all }))
    }

    /// Replaces what is remembered, at once: a reader sees the old or the new. Only the user may read it.
    pub(crate) fn store(&self, trust: Digest, head: Head) -> Result<(), LedgerError> {
        let (remote, branch) = (self.remote.clone(), self.branch.clone());
        let (entries, root) = (head.size, Some(head.root.to_string()));
        let memory = Memory { version: VERSION, remote, branch, trust, entries, root, head: None };
        self.try_store(&memory).map_err(|error| self.failed(error))
    }

    fn try_store(&self, memory: &Memory) -> Result<(), MemoryError> {
        fs_err::create_dir_all(&self.directory)?;
        // Made by tempfile with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
        file.write_all(&canonical::to_vec(memory)?)?;
        file.as_file().sync_all()?;
        file.persist(self.path()).map_err(|error| error.error)?;
        Ok(())
    }

    fn failed(&self, error: MemoryError) -> LedgerError {
        LedgerError::Local { what: self.path().into_string(), source: Box::new(error) }
    }
}
