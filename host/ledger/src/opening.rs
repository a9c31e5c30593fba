//! Reading many entries: on all processors what can be done for each alone, and in order what can't.

use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::ports::{LedgerError, ReadSigners};

use crate::at::At;
use crate::envelope::{self, Opened};
use crate::layout::{blob_path, entry_path};
use crate::log::TreeHash;
use crate::together::in_slices;
use crate::tree::Tree;
use crate::trust_digest;
use crate::vouched::{Verified, Vouched};

/// How many entries are read before what was learned from them counts for the next ones. The first few bring the signers.
const BATCHES: [usize; 2] = [16, 4_096];

/// Entries that were read and checked.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) entries: Vec<Entry>,
    /// Of their envelopes.
    pub(crate) digests: Vec<Digest>,
    pub(crate) leaves: Vec<TreeHash>,
    /// Who may sign what follows.
    pub(crate) vouched: Vouched,
    /// With their keys. The leaves are still to be added.
    pub(crate) tree: Tree,
}

impl Read {
    /// Nothing yet.
    pub(crate) const fn new(vouched: Vouched, tree: Tree) -> Self {
        Self { entries: Vec::new(), digests: Vec::new(), leaves: Vec::new(), vouched, tree }
    }
}

/// An entry, as far as it can be judged alone.
struct Looked {
    opened: Opened,
    digest: Digest,
    leaf: TreeHash,
    verified: Option<Verified>,
}

/// Reads entries that follow each other, and checks envelopes, signatures and blobs.
///
/// # Errors
/// The first entry that is not what it has to be.
pub(crate) fn read(
    at: At<'_>,
    indices: &[u64],
    start: Read,
    signers: &dyn ReadSigners,
    has_blob: &dyn Fn(Digest) -> Result<bool, LedgerError>,
) -> Result<Read, LedgerError> {
    let mut read = start;
    let [first, others] = BATCHES;
    let (first, rest) = indices.split_at(first.min(indices.len()));
    for batch in std::iter::once(first).chain(rest.chunks(others)) {
        let vouched = read.vouched.clone();
        for looked in in_slices(batch, |slice| look(at, slice, &vouched)) {
            let looked = looked?;
            has_blobs(&looked.opened.entry, has_blob)?;
            let blob = |entry: &Entry, name: &str| read_blob(at, entry, name);
            read.vouched.next(&looked.opened, looked.verified, signers, &blob)?;
            read.tree.take_keys(&looked.opened.entry)?;
            read.entries.push(looked.opened.entry);
            read.digests.push(looked.digest);
            read.leaves.push(looked.leaf);
        }
    }
    Ok(read)
}

/// What can be done for each entry alone, up to the first that is refused.
fn look(at: At<'_>, indices: &[u64], vouched: &Vouched) -> Vec<Result<Looked, LedgerError>> {
    let paths: Vec<String> = indices.iter().map(|index| entry_path(*index)).collect();
    let files = match at.read_all(&paths) {
        Ok(files) => files,
        Err(error) => return vec![Err(error)],
    };
    let mut all = Vec::with_capacity(files.len());
    for (index, bytes) in indices.iter().zip(files) {
        let looked = look_at(*index, bytes, vouched);
        let is_refused = looked.is_err();
        all.push(looked);
        if is_refused {
            break;
        }
    }
    all
}

fn look_at(index: u64, bytes: Option<Vec<u8>>, vouched: &Vouched) -> Result<Looked, LedgerError> {
    let bytes = bytes.ok_or_else(|| LedgerError::BadEntry { index, reason: "it is missing".to_owned() })?;
    let opened = envelope::open(index, &bytes)?;
    let verified = vouched.verified(&opened);
    Ok(Looked { opened, digest: trust_digest(&bytes), leaf: TreeHash::leaf(&bytes), verified })
}

fn read_blob(at: At<'_>, entry: &Entry, name: &str) -> Result<Option<Vec<u8>>, LedgerError> {
    let Some(digest) = entry.blobs.get(name).copied() else { return Ok(None) };
    let bytes = at.read(&blob_path(digest))?.ok_or(LedgerError::MissingBlob { digest })?;
    if Digest::of(&bytes) != digest {
        return Err(LedgerError::CorruptBlob { digest });
    }
    Ok(Some(bytes))
}

fn has_blobs(entry: &Entry, has_blob: &dyn Fn(Digest) -> Result<bool, LedgerError>) -> Result<(), LedgerError> {
    for (name, digest) in &entry.blobs {
        if !has_blob(*digest)? {
            let reason = format!("its blob `{name}`, `{digest}`, is not in the ledger");
            return Err(LedgerError::BadEntry { index: entry.index, reason });
        }
    }
    Ok(())
}
