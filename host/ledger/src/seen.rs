//! What has been read of a ledger, and reading on from there.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use tollgate_core::branch::{BranchChange, BranchChangeKind, KeepBranch};
use tollgate_core::digest::Digest;
use tollgate_core::entry::Entry;
use tollgate_core::gist::{Gist, NotTaken};
use tollgate_core::history::History;
use tollgate_core::ports::{LedgerError, ReadSigners};

use crate::at::At;
use crate::checked_log::LogChanges;
use crate::failure::from_branch;
use crate::layout::Place;
use crate::opening::{self, Read};
use crate::tree::Tree;
use crate::vouched::Vouched;
use crate::witness::Sight;

/// A ledger up to some commit, all of it checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The commit; nothing before the first reading.
    pub(crate) tip: Option<String>,
    /// Digest of entry 0's envelope.
    pub(crate) trust: Option<Digest>,
    pub(crate) known: Known,
    /// Who may sign what follows.
    pub(crate) vouched: Vouched,
    /// The log over all entries.
    pub(crate) tree: Tree,
}

/// How much is known of the entries.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    All(All),
    /// What was written down of them, and of those since then.
    Gist(Arc<Gist>),
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct All {
    pub(crate) history: Arc<History>,
    /// Digests of all envelopes, in order.
    pub(crate) envelopes: Vec<Digest>,
    /// All blobs that are on the branch.
    pub(crate) blobs: Arc<HashSet<Digest>>,
}

impl Default for Known {
    fn default() -> Self {
        Self::All(All::default())
    }
}

/// What a later commit adds, checked.
#[derive(Debug)]
pub(crate) struct Added {
    pub(crate) entries: Vec<Entry>,
    /// Of their envelopes.
    pub(crate) digests: Vec<Digest>,
    pub(crate) blobs: Vec<Digest>,
    pub(crate) vouched: Vouched,
    /// Over all entries, the known ones too.
    pub(crate) tree: Tree,
}

/// The places that a later commit adds.
#[derive(Debug, Default)]
struct NewPlaces {
    entries: Vec<u64>,
    blobs: Vec<Digest>,
    /// Files of the log that are new, other, or gone.
    log: BTreeSet<String>,
}

/// Why entries were not taken over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotExtended {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What is known does not do.
    #[error(transparent)]
    Forgotten(#[from] tollgate_core::gist::Forgotten),
    #[error(transparent)]
    Unreadable(#[from] tollgate_core::gist::Unreadable),
}

impl From<NotTaken> for NotExtended {
    fn from(error: NotTaken) -> Self {
        match error {
            NotTaken::Broken(error) => Self::Ledger(error.into()),
            NotTaken::Forgotten(error) => Self::Forgotten(error),
        }
    }
}

impl Seen {
    /// How many entries there are.
    pub(crate) fn len(&self) -> u64 {
        match &self.known {
            Known::All(all) => all.history.len(),
            Known::Gist(gist) => gist.len(),
        }
    }

    /// What the entries still decide.
    pub(crate) fn gist(&self) -> &Arc<Gist> {
        match &self.known {
            Known::All(all) => all.history.gist(),
            Known::Gist(gist) => gist,
        }
    }

    /// Reads the entries that `tip` adds. Changes nothing when they are refused. What has to be on the branch because of
    /// them is still to be checked.
    pub(crate) fn advance(
        &mut self,
        branch: &dyn KeepBranch,
        tip: &str,
        signers: &dyn ReadSigners,
    ) -> Result<LogChanges, NotExtended> {
        let changes = branch.changes(self.tip.as_deref(), tip).map_err(|error| from_branch(branch, error))?;
        let NewPlaces { entries, blobs, log } = self.added(&changes)?;
        let at = At { branch, commit: tip };
        let new: HashSet<Digest> = blobs.iter().copied().collect();
        let has_blob = |digest: Digest| if new.contains(&digest) { Ok(true) } else { self.has_blob(at, digest) };
        let start = Read::new(self.vouched.clone(), self.tree.clone());
        let Read { entries, digests, leaves, vouched, mut tree } =
            opening::read(at, &self.following(&entries)?, start, signers, &has_blob)?;
        let due = tree.grow(&leaves);
        self.extend(tip, Added { entries, digests, blobs, vouched, tree })?;
        Ok(LogChanges { changed: log, due })
    }

    /// Takes over entries that are known to be on the branch at `tip`.
    pub(crate) fn extend(&mut self, tip: &str, added: Added) -> Result<(), NotExtended> {
        let Added { entries, digests, blobs, vouched, tree } = added;
        self.trust = self.trust.or(digests.first().copied());
        match &mut self.known {
            Known::All(all) => {
                if !entries.is_empty() {
                    let history = Arc::unwrap_or_clone(std::mem::take(&mut all.history)).extended(entries);
                    all.history = Arc::new(history.map_err(LedgerError::from)?);
                }
                all.envelopes.extend(digests);
                if !blobs.is_empty() {
                    Arc::make_mut(&mut all.blobs).extend(blobs);
                }
            }
            Known::Gist(gist) => {
                let gist = Arc::make_mut(gist);
                entries.iter().try_for_each(|entry| gist.follow(entry))?;
            }
        }
        (self.vouched, self.tree, self.tip) = (vouched, tree, Some(tip.to_owned()));
        Ok(())
    }

    /// What a machine remembers of it.
    pub(crate) fn sight(&self) -> Sight<'_> {
        let envelopes = match &self.known {
            Known::All(all) => Some(all.envelopes.as_slice()),
            Known::Gist(_) => None,
        };
        Sight { trust: self.trust, envelopes, tree: &self.tree }
    }

    /// Whether a blob was on the branch.
    fn has_blob(&self, at: At<'_>, digest: Digest) -> Result<bool, LedgerError> {
        match &self.known {
            Known::All(all) => Ok(all.blobs.contains(&digest)),
            Known::Gist(_) => at.has_blob(digest),
        }
    }

    /// Whether a blob is on the branch as it was seen last, and need not be written again.
    pub(crate) fn holds(&self, branch: &dyn KeepBranch, digest: Digest) -> bool {
        let commit = self.tip.as_deref();
        commit.is_some_and(|commit| self.has_blob(At { branch, commit }, digest).unwrap_or(false))
    }

    /// Sorts changes by what they are. A ledger only grows, and holds nothing else.
    fn added(&self, changes: &[BranchChange]) -> Result<NewPlaces, LedgerError> {
        let mut added = NewPlaces::default();
        for change in changes {
            match (Place::of(&change.path), change.kind) {
                (Some(Place::Index), _) => {}
                (Some(Place::Log), _) => drop(added.log.insert(change.path.clone())),
                (Some(Place::Entry(index)), BranchChangeKind::Added) => added.entries.push(index),
                (Some(Place::Blob(digest)), BranchChangeKind::Added) => added.blobs.push(digest),
                (Some(Place::Entry(index)), _) => return Err(LedgerError::Rewritten { index }),
                (Some(Place::Blob(digest)), BranchChangeKind::Changed) => return Err(LedgerError::CorruptBlob { digest }),
                (Some(Place::Blob(digest)), BranchChangeKind::Removed) => return Err(LedgerError::MissingBlob { digest }),
                (None, _) => {
                    let reason = format!("the branch also holds `{}`, which belongs to no ledger", change.path);
                    return Err(LedgerError::BadEntry { index: self.len(), reason });
                }
            }
        }
        added.entries.sort_unstable();
        Ok(added)
    }

    /// The indices of new entries, if they follow on those that are known.
    fn following(&self, indices: &[u64]) -> Result<Vec<u64>, LedgerError> {
        for (expected, index) in (self.len()..).zip(indices) {
            if *index != expected {
                let reason = format!("it is missing, though entry {index} is there");
                return Err(LedgerError::BadEntry { index: expected, reason });
            }
        }
        Ok(indices.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;
    use tollgate_core::history::BrokenHistory;
    use tollgate_core::ports::{AppendEntry, Proposal, ReadLedger};

    use super::*;
    use crate::envelope;
    use crate::layout::entry_path;
    use crate::testing::{Machine, MemoryBranch, append, mk_draft, mk_ledger};

    type Files = BTreeMap<String, Vec<u8>>;

    /// What somebody without a memory says of a ledger that was tampered with.
    fn refusal(change: impl FnOnce(&mut Files)) -> LedgerError {
        let (branch, _) = mk_ledger(&["one", "two", "three"]);
        branch.tamper(change);
        Machine::new(&branch).process(None).history().unwrap_err()
    }

    #[test]
    fn a_gap_names_the_entry_that_is_missing() {
        let error = refusal(|files| drop(files.remove(&entry_path(2))));
        assert!(matches!(error, LedgerError::BadEntry { index: 2, .. }), "{error}");
        let error = refusal(|files| drop(files.remove(&entry_path(0))));
        assert!(matches!(error, LedgerError::BadEntry { index: 0, .. }), "{error}");
    }

    #[test]
    fn an_entry_in_the_place_of_another_is_named() {
        let error = refusal(|files| drop(files.insert(entry_path(1), files[&entry_path(2)].clone())));
        assert!(matches!(error, LedgerError::Broken(BrokenHistory::WrongIndex { position: 1, index: 2 })), "{error}");
    }

    #[test]
    fn files_that_belong_to_no_ledger_are_named() {
        for path in ["README.md", "entries/4.json", "entries/000/000/x.json", "blobs/00/11"] {
            let error = refusal(|files| drop(files.insert(path.to_owned(), Vec::new())));
            assert!(error.to_string().contains(path), "{error}");
        }
    }

    #[test]
    fn an_empty_branch_is_no_ledger() {
        let error = refusal(Files::clear);
        assert!(matches!(error, LedgerError::BadEntry { index: 0, .. }), "{error}");
    }

    #[test]
    fn an_entry_whose_blob_is_missing_is_named() {
        let (branch, machine) = mk_ledger(&[]);
        let mut draft = mk_draft("x");
        draft.blobs.insert("plan".to_owned(), b"plan".to_vec());
        append(&machine.process(None), &[draft]);
        branch.tamper(|files| files.retain(|path, _| !path.starts_with("blobs/")));
        let error = Machine::new(&branch).process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::BadEntry { index: 1, ref reason } if reason.contains("plan")), "{error}");
    }

    #[test]
    fn a_process_that_saw_a_ledger_is_not_shown_another_one() {
        let (branch, machine) = mk_ledger(&["one", "two"]);
        let ledger = machine.process(None);
        ledger.history().unwrap();
        branch.tamper(|files| drop(files.remove(&entry_path(1))));
        for _ in 0..2 {
            let error = ledger.history().unwrap_err();
            assert!(matches!(error, LedgerError::Rewritten { index: 1 }), "{error}");
        }
    }

    /// How a ledger may be falsified in one place.
    #[derive(Clone, Debug)]
    enum Forgery {
        Change { entry: prop::sample::Index, at: prop::sample::Index, byte: u8 },
        Replace { entry: prop::sample::Index, message: String },
        Drop { entry: prop::sample::Index },
        Swap { one: prop::sample::Index, other: prop::sample::Index },
        CutOff { entries: prop::sample::Index },
    }

    fn any_forgery() -> impl Strategy<Value = Forgery> {
        let index = any::<prop::sample::Index>;
        prop_oneof![
            (index(), index(), any::<u8>()).prop_map(|(entry, at, byte)| Forgery::Change { entry, at, byte }),
            (index(), "[a-z]{1,8}").prop_map(|(entry, message)| Forgery::Replace { entry, message }),
            index().prop_map(|entry| Forgery::Drop { entry }),
            (index(), index()).prop_map(|(one, other)| Forgery::Swap { one, other }),
            index().prop_map(|entries| Forgery::CutOff { entries }),
        ]
    }

    fn forge(files: &mut Files, entries: usize, forgery: &Forgery) {
        let path = |entry: &prop::sample::Index| entry_path(entry.index(entries) as u64);
        match forgery {
            Forgery::Change { entry, at, byte } => {
                let bytes = files.get_mut(&path(entry)).unwrap();
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Forgery::Replace { entry, message } => {
                let index = entry.index(entries) as u64;
                let forged = envelope::seal(&mk_draft(message).at_index(index, crate::testing::REPO), None).unwrap();
                files.insert(path(entry), forged);
            }
            Forgery::Drop { entry } => drop(files.remove(&path(entry))),
            Forgery::Swap { one, other } => {
                let (first, second) = (files[&path(one)].clone(), files[&path(other)].clone());
                files.insert(path(one), second);
                files.insert(path(other), first);
            }
            Forgery::CutOff { entries: kept } => {
                let kept = kept.index(entries);
                (kept..entries).for_each(|index| drop(files.remove(&entry_path(index as u64))));
            }
        }
    }

    fn mk_forged(forgery: &Forgery) -> Option<(Arc<MemoryBranch>, Machine)> {
        let (branch, machine) = mk_ledger(&["one", "two", "three", "four"]);
        let before = branch.files();
        branch.tamper(|files| forge(files, 5, forgery));
        (branch.files() != before).then_some((branch, machine))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_machine_that_saw_a_ledger_refuses_every_forgery_of_it(forgery in any_forgery()) {
            if let Some((_, machine)) = mk_forged(&forgery) {
                prop_assert!(machine.process(None).history().is_err());
                let appended = machine.process(None).append(&mut |_| Ok(Proposal { drafts: vec![mk_draft("x")] }));
                prop_assert!(appended.is_err());
            }
        }

        #[test]
        fn a_machine_that_knows_nothing_refuses_gaps_and_swaps(one: prop::sample::Index, other: prop::sample::Index) {
            if let Some((branch, _)) = mk_forged(&Forgery::Swap { one, other }) {
                prop_assert!(Machine::new(&branch).process(None).history().is_err());
            }
            if one.index(5) < 4 {
                let (branch, _) = mk_forged(&Forgery::Drop { entry: one }).unwrap();
                prop_assert!(Machine::new(&branch).process(None).history().is_err());
            }
        }
    }
}
