//! Entries that are written together: from drafts to files.

use std::collections::BTreeMap;

use tollgate_core::act::LogKeyAdded;
use tollgate_core::branch::{BranchFile, KeepBranch};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Draft, Entry, EntrySubject, MAX_ENTRY_BYTES};
use tollgate_core::ports::{AppendError, LedgerError, SignBytes};

use crate::keys::Keys;
use crate::layout::{blob_path, entry_path};
use crate::log::TreeHash;
use crate::log::checkpoint::{CHECKPOINT_PATH, Checkpoint};
use crate::log::note::SignerKey;
use crate::seen::Seen;
use crate::tree::Tree;
use crate::vouched::Vouched;
use crate::{envelope, index, trust_digest};

/// Everything that one commit adds to a ledger.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// Digests of the envelopes, in the same order.
    pub(crate) envelopes: Vec<Digest>,
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
    /// Who may sign what follows on it.
    pub(crate) vouched: Vouched,
    /// The log with them.
    pub(crate) tree: Tree,
    leaves: Vec<TreeHash>,
    files: Vec<BranchFile>,
}

/// Who writes a batch, and to which ledger.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    /// URL of the repository that the ledger serves.
    pub(crate) repo: &'a str,
    pub(crate) keys: &'a Keys,
    /// Signs the checkpoint.
    pub(crate) log: SignerKey,
}

impl Batch {
    /// Gives drafts their places after what was seen. Nothing is written when one of them can't be.
    ///
    /// # Errors
    /// When an entry is too large, or a reader would refuse it.
    pub(crate) fn new(seen: &Seen, drafts: Vec<Draft>, writer: &Writer<'_>, branch: &dyn KeepBranch) -> Result<Self, AppendError> {
        let mut batch = Self {
            entries: Vec::new(),
            envelopes: Vec::new(),
            blobs: BTreeMap::new(),
            vouched: seen.vouched.clone(),
            tree: seen.tree.clone(),
            leaves: Vec::new(),
            files: Vec::new(),
        };
        for (index, draft) in (seen.len()..).zip(with_log_key(drafts, &seen.tree, &writer.log)) {
            let mut entry = draft.at_index(index, writer.repo);
            let contents = draft.blobs.into_values().chain(draft.attached);
            batch.blobs.extend(contents.map(|bytes| (Digest::of(&bytes), bytes)));
            // Whoever signs their commits has a key at hand also where the ledger knows no signers yet.
            let own = writer.keys.own.as_deref().filter(|_| batch.vouched.may_be_signed(&entry));
            entry.by.key = own.map(|key| key.key().to_owned());
            batch.add(&entry, own, writer.keys)?;
        }
        batch.blobs.retain(|digest, _| !seen.holds(branch, *digest));
        seen.gist().check(&batch.entries).map_err(LedgerError::from)?;
        batch.files.extend(batch.blobs.iter().map(|(digest, bytes)| file(blob_path(*digest), bytes.clone())));
        let pages = index::pages(seen.gist(), &batch.entries);
        batch.files.extend(pages);
        batch.add_log(&writer.log)?;
        Ok(batch)
    }

    /// The tiles that change, and the checkpoint over all entries.
    fn add_log(&mut self, key: &SignerKey) -> Result<(), LedgerError> {
        let tiles = self.tree.grow(&self.leaves);
        let signed = Checkpoint::new(key.verifier().name().as_str(), self.tree.head()).map_err(local)?.sign(key).map_err(local)?;
        self.files.extend(tiles.iter().map(|tile| file(tile.path(), tile.bytes())));
        self.files.push(file(CHECKPOINT_PATH.to_owned(), signed.note().as_bytes().to_vec()));
        Ok(())
    }

    fn add(&mut self, entry: &Entry, own: Option<&dyn SignBytes>, keys: &Keys) -> Result<(), AppendError> {
        if own.is_none() && self.vouched.needs_signature() {
            return Err(AppendError::NeedsKey);
        }
        let bytes = envelope::seal(entry, own)?;
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(AppendError::TooLarge { kind: entry.body.type_name(), size: bytes.len(), limit: MAX_ENTRY_BYTES });
        }
        // What others will read, not what was meant: the two differ where JSON has no room for a value.
        let opened = envelope::open(entry.index, &bytes)?;
        let blobs = &self.blobs;
        let blob = |entry: &Entry, name: &str| Ok(entry.blobs.get(name).and_then(|digest| blobs.get(digest)).cloned());
        self.vouched.next(&opened, None, keys.signers.as_ref(), &blob)?;
        self.tree.take_keys(&opened.entry)?;
        self.entries.push(opened.entry);
        self.envelopes.push(trust_digest(&bytes));
        self.leaves.push(TreeHash::leaf(&bytes));
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

/// A log key that no entry registers yet comes with the first batch that it signs: in entry 0, else in an entry of its own. That
/// one is the last, since drafts may name the place that they were made for.
fn with_log_key(mut drafts: Vec<Draft>, tree: &Tree, log: &SignerKey) -> Vec<Draft> {
    let key = log.verifier().to_string();
    if tree.keys().contains(log.verifier()) {
        return drafts;
    }
    match drafts.last_mut() {
        None => {}
        Some(Draft { body: Body::Trust(trust), .. }) => trust.log_keys.push(key),
        Some(last) => {
            let last = last.clone();
            let (subject, body) = (EntrySubject::default(), Body::LogKey(LogKeyAdded { key }));
            drafts.push(Draft { subject, body, blobs: BTreeMap::new(), attached: Vec::new(), ..last });
        }
    }
    drafts
}

fn local(error: impl std::error::Error + Send + Sync + 'static) -> LedgerError {
    LedgerError::Local { what: CHECKPOINT_PATH.to_owned(), source: Box::new(error) }
}

fn file(path: String, bytes: Vec<u8>) -> BranchFile {
    BranchFile { path, bytes }
}
