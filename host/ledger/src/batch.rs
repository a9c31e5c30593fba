//! Entries that are written together: from drafts to files.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::branch::BranchFile;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Draft, Entry, MAX_ENTRY_BYTES};
use tollgate_core::history::History;
use tollgate_core::ports::AppendError;

use crate::keys::Keys;
use crate::layout::{blob_path, entry_path, index_path};
use crate::seen::Seen;
use crate::vouched::Vouched;
use crate::{envelope, trust_digest};

/// Everything that one commit adds to a ledger.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// Digests of the envelopes, in the same order.
    pub(crate) envelopes: Vec<Digest>,
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
    /// Who may sign what follows on it.
    pub(crate) vouched: Vouched,
    files: Vec<BranchFile>,
}

impl Batch {
    /// Gives drafts their places after what was seen. Nothing is written when one of them can't be.
    ///
    /// # Errors
    /// When an entry is too large, or a reader would refuse it.
    pub(crate) fn new(seen: &Seen, repo: &str, drafts: Vec<Draft>, keys: &Keys) -> Result<Self, AppendError> {
        let mut batch = Self {
            entries: Vec::new(),
            envelopes: Vec::new(),
            blobs: BTreeMap::new(),
            vouched: seen.vouched.clone(),
            files: Vec::new(),
        };
        for (index, draft) in (seen.history.len()..).zip(drafts) {
            let mut entry = draft.at_index(index, repo);
            let contents = draft.blobs.into_values().chain(draft.attached);
            batch.blobs.extend(contents.map(|bytes| (Digest::of(&bytes), bytes)));
            entry.by.key = keys.own.as_ref().map(|key| key.key().to_owned());
            batch.add(&entry, keys)?;
        }
        batch.blobs.retain(|digest, _| !seen.blobs.contains(digest));
        let all = seen.history.entries().iter().chain(&batch.entries).cloned().collect();
        let all = History::new(all).map_err(tollgate_core::ports::LedgerError::from)?;
        batch.files.extend(batch.blobs.iter().map(|(digest, bytes)| file(blob_path(*digest), bytes.clone())));
        let indices = indices(&all, &batch.entries);
        batch.files.extend(indices);
        Ok(batch)
    }

    fn add(&mut self, entry: &Entry, keys: &Keys) -> Result<(), AppendError> {
        if keys.own.is_none() && self.vouched.needs_signature() {
            return Err(AppendError::NeedsKey);
        }
        let bytes = envelope::seal(entry, keys.own.as_deref())?;
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(AppendError::TooLarge { kind: entry.body.type_name(), size: bytes.len(), limit: MAX_ENTRY_BYTES });
        }
        // What others will read, not what was meant: the two differ where JSON has no room for a value.
        let opened = envelope::open(entry.index, &bytes)?;
        let blobs = &self.blobs;
        let blob = |entry: &Entry, name: &str| Ok(entry.blobs.get(name).and_then(|digest| blobs.get(digest)).cloned());
        self.vouched.next(&opened, keys.signers.as_ref(), &blob)?;
        self.entries.push(opened.entry);
        self.envelopes.push(trust_digest(&bytes));
        self.files.push(file(entry_path(entry.index), bytes));
        Ok(())
    }

    /// What to put on the branch.
    pub(crate) fn files(&self) -> &[BranchFile] {
        &self.files
    }

    /// The message of the commit.
    pub(crate) fn message(&self) -> String {
        let lines = self.entries.iter().map(|entry| match &entry.subject.target {
            Some(target) => format!("entry {}: {} {target}", entry.index, entry.body.type_name()),
            None => format!("entry {}: {}", entry.index, entry.body.type_name()),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The index files of all targets that new entries are about: the numbers of a target's entries, one on a line.
fn indices(all: &History, new: &[Entry]) -> Vec<BranchFile> {
    let targets: BTreeSet<&str> = new.iter().filter_map(|entry| entry.subject.target.as_deref()).collect();
    let lines = |target: &str| {
        let about = all.entries().iter().filter(|entry| entry.subject.target.as_deref() == Some(target));
        about.map(|entry| format!("{}\n", entry.index)).collect::<String>()
    };
    targets.into_iter().map(|target| file(index_path(target), lines(target).into_bytes())).collect()
}

fn file(path: String, bytes: Vec<u8>) -> BranchFile {
    BranchFile { path, bytes }
}
