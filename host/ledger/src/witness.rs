//! A machine's memory of ledgers: what it trusts, and how far it saw.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::ports::LedgerError;

use crate::memory::{Memory, MemoryFile};

/// Why entry 0 of a ledger is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrustBasis {
    /// The digest was given from outside, and is the one.
    Given,
    /// This machine saw the same entry 0 before.
    Remembered,
    /// Nobody said what to trust. From now on it is this entry 0. People have to be told.
    FirstSeen,
}

/// What `--trust` is compared with: the SHA-256 of the bytes of entry 0's envelope.
pub fn trust_digest(envelope: &[u8]) -> Digest {
    Digest::of(envelope)
}

/// Remembers ledgers in a directory of this machine, and refuses those that are not what they were.
#[derive(Clone, Debug)]
pub struct Witness {
    directory: Utf8PathBuf,
    given: Option<Digest>,
}

impl Witness {
    /// A memory in `directory`, made when it is needed. `given` is the digest of entry 0 that was given from outside.
    pub fn new(directory: &Utf8Path, given: Option<Digest>) -> Self {
        Self { directory: directory.to_owned(), given }
    }

    /// What was seen of a ledger before. To be asked before the remote is: another process of this machine may see more
    /// of it meanwhile, and what it saw is not missing from an older answer.
    ///
    /// # Errors
    /// When the memory can't be used.
    pub(crate) fn recall(&self, branch: &dyn KeepBranch) -> Result<Option<Memory>, LedgerError> {
        self.file(branch).load()
    }

    /// Checks a ledger, given as the digests of all its envelopes, against what was recalled of it.
    ///
    /// # Errors
    /// When entry 0 is not the trusted one, or the ledger lacks what was seen of it before.
    pub(crate) fn check(&self, recalled: Option<Memory>, envelopes: &[Digest]) -> Result<TrustBasis, LedgerError> {
        let found = first(envelopes)?;
        if let Some(expected) = self.given.filter(|given| *given != found) {
            return Err(LedgerError::Untrusted { expected, found });
        }
        let memory = self.relevant(recalled, found);
        match &memory {
            Some(memory) if memory.trust != found => return Err(LedgerError::Rewritten { index: 0 }),
            Some(memory) => contains(envelopes, memory.entries, memory.head)?,
            None => {}
        }
        Ok(self.basis(memory.is_some()))
    }

    /// Remembers a ledger that was checked. What was seen of it is never less afterwards.
    ///
    /// # Errors
    /// When the memory can't be used.
    pub(crate) fn remember(&self, branch: &dyn KeepBranch, envelopes: &[Digest]) -> Result<(), LedgerError> {
        let (found, entries) = (first(envelopes)?, envelopes.len() as u64);
        let file = self.file(branch);
        // A process that saw less may be slower to write.
        let _lock = file.lock()?;
        if self.relevant(file.load()?, found).is_some_and(|memory| memory.entries >= entries) {
            return Ok(());
        }
        file.store(found, entries, head(envelopes))
    }

    /// A digest that is given outweighs what was only seen first.
    fn relevant(&self, memory: Option<Memory>, found: Digest) -> Option<Memory> {
        memory.filter(|memory| self.given.is_none() || memory.trust == found)
    }

    const fn basis(&self, remembered: bool) -> TrustBasis {
        match (self.given, remembered) {
            (Some(_), _) => TrustBasis::Given,
            (None, true) => TrustBasis::Remembered,
            (None, false) => TrustBasis::FirstSeen,
        }
    }

    fn file(&self, branch: &dyn KeepBranch) -> MemoryFile {
        MemoryFile::new(&self.directory, branch.remote(), branch.branch())
    }
}

fn first(envelopes: &[Digest]) -> Result<Digest, LedgerError> {
    let missing = || LedgerError::BadEntry { index: 0, reason: "it is missing".to_owned() };
    envelopes.first().copied().ok_or_else(missing)
}

/// Whether a ledger begins with the one that was remembered.
fn contains(envelopes: &[Digest], entries: u64, remembered: Digest) -> Result<(), LedgerError> {
    let known = usize::try_from(entries).ok().and_then(|entries| envelopes.get(..entries));
    match known {
        Some(known) if head(known) == remembered => Ok(()),
        Some(_) => Err(LedgerError::Rewritten { index: entries.saturating_sub(1) }),
        None => Err(LedgerError::Rewritten { index: envelopes.len() as u64 }),
    }
}

/// One digest for all entries: whichever of them changes, it changes.
fn head(envelopes: &[Digest]) -> Digest {
    Digest::of(&envelopes.iter().flat_map(|digest| *digest.as_bytes()).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tollgate_core::ports::{AppendEntry, ReadLedger};

    use super::*;
    use crate::GitLedger;
    use crate::layout::entry_path;
    use crate::testing::{Machine, Meanwhile, MemoryBranch, REPO, append, mk_draft, mk_ledger, mk_trust};

    fn basis(ledger: &GitLedger) -> Option<TrustBasis> {
        ledger.history().unwrap();
        ledger.trust_basis()
    }

    fn check(witness: &Witness, branch: &dyn KeepBranch, digests: &[Digest]) -> Result<TrustBasis, LedgerError> {
        witness.check(witness.recall(branch)?, digests)
    }

    #[test]
    fn the_first_ledger_seen_is_kept_and_then_remembered() {
        let (branch, _) = mk_ledger(&["one"]);
        let machine = Machine::new(&branch);
        let first = machine.process(None);
        assert_eq!(first.trust_basis(), None);
        assert_eq!(basis(&first), Some(TrustBasis::FirstSeen));
        assert_eq!(basis(&first), Some(TrustBasis::FirstSeen));
        assert_eq!(basis(&machine.process(None)), Some(TrustBasis::Remembered));
    }

    #[test]
    fn a_digest_from_outside_decides() {
        let (branch, machine) = mk_ledger(&["one"]);
        let digest = trust_digest(&branch.files()[&entry_path(0)]);
        let ledger = machine.process(Some(digest));
        assert_eq!(basis(&ledger), Some(TrustBasis::Given));
        assert_eq!(ledger.trust_digest(), Some(digest));
        let other = Digest::of(b"other");
        let error = machine.process(Some(other)).history().unwrap_err();
        let LedgerError::Untrusted { expected, found } = error else { panic!("{error}") };
        assert_eq!((expected, found), (other, digest));
    }

    #[test]
    fn a_ledger_in_the_place_of_another_is_rewritten_unless_it_is_the_given_one() {
        let (branch, machine) = mk_ledger(&["one", "two"]);
        branch.lock().tip = None;
        let mut trust = mk_trust();
        trust.by.principal = "intruder@example.com".to_owned();
        Machine::new(&branch).process(None).create(REPO, trust).unwrap();
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 0 }), "{error}");
        let given = machine.process(Some(trust_digest(&branch.files()[&entry_path(0)])));
        assert_eq!(basis(&given), Some(TrustBasis::Given));
        assert_eq!(basis(&machine.process(None)), Some(TrustBasis::Remembered));
    }

    #[test]
    fn a_ledger_that_is_shorter_than_it_was_is_rewritten() {
        let (branch, machine) = mk_ledger(&["one", "two"]);
        branch.tamper(|files| drop(files.remove(&entry_path(2))));
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 2 }), "{error}");
    }

    #[test]
    fn a_ledger_that_is_gone_is_not_made_anew() {
        let (branch, machine) = mk_ledger(&["one"]);
        branch.lock().tip = None;
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 0 }), "{error}");
        assert!(machine.process(None).create(REPO, mk_trust()).is_err());
        let error = Machine::new(&branch).process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Missing { .. }), "{error}");
    }

    #[test]
    fn what_was_acknowledged_is_remembered_without_being_read_back() {
        let (branch, machine) = mk_ledger(&[]);
        let before = branch.lock().tip.clone();
        append(&machine.process(None), &[mk_draft("acknowledged")]);
        branch.lock().tip = before;
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 1 }), "{error}");
    }

    #[test]
    fn a_damaged_memory_blocks_and_is_named() {
        let (_branch, machine) = mk_ledger(&["one"]);
        let file = machine.memory().read_dir_utf8().unwrap().next().unwrap().unwrap().into_path();
        let good = fs_err::read_to_string(&file).unwrap();
        for damaged in ["", "{}", &good.replace("tollgate/ledger", "other"), &good.replace("\"version\":1", "\"version\":2")] {
            fs_err::write(&file, damaged).unwrap();
            let error = machine.process(None).history().unwrap_err();
            assert!(matches!(error, LedgerError::Local { ref what, .. } if *what == file), "{error}");
        }
        fs_err::write(&file, good).unwrap();
        machine.process(None).history().unwrap();
    }

    #[test]
    fn only_the_user_may_read_the_memory() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_branch, machine) = mk_ledger(&[]);
        let files: Vec<_> = machine.memory().read_dir_utf8().unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_slower_process_does_not_make_the_memory_forget() {
        let (branch, machine) = mk_ledger(&["one", "two"]);
        let digests: Vec<Digest> = (0..3).map(|index| trust_digest(&branch.files()[&entry_path(index)])).collect();
        let witness = Witness::new(machine.memory(), None);
        witness.remember(branch.as_ref(), &digests[..1]).unwrap();
        let error = check(&witness, branch.as_ref(), &digests[..2]).unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 2 }), "{error}");
    }

    #[test]
    fn what_another_process_of_this_machine_saw_meanwhile_is_not_missing() {
        let (branch, machine) = mk_ledger(&["one"]);
        let (slow, fast) = (machine.process(None), machine.process(None));
        let before = branch.lock().tip.clone();
        branch.lock().meanwhile = Some(Meanwhile::new(move || drop(append(&fast, &[mk_draft("two")]))));
        assert_eq!(slow.history().unwrap().len(), 2);
        assert_eq!(slow.history().unwrap().len(), 3);
        branch.lock().tip = before;
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 2 }), "{error}");
    }

    #[test]
    fn a_ledger_that_is_made_while_it_is_looked_for_is_not_gone() {
        let branch = Arc::new(MemoryBranch::default());
        let machine = Machine::new(&branch);
        let maker = machine.process(None);
        branch.lock().meanwhile = Some(Meanwhile::new(move || drop(maker.create(REPO, mk_trust()))));
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Missing { .. }), "{error}");
        assert_eq!(machine.process(None).history().unwrap().len(), 1);
    }

    #[test]
    fn of_processes_that_remember_at_once_the_one_that_saw_most_is_believed() {
        let directory = tempfile::tempdir().unwrap();
        let witness = Witness::new(Utf8Path::from_path(directory.path()).unwrap(), None);
        let digests: Vec<Digest> = (0..40_u8).map(|number| Digest::of(&[number])).collect();
        for _ in 0..20 {
            let branch = MemoryBranch::default();
            std::thread::scope(|scope| {
                for entries in 1..=digests.len() {
                    let (witness, branch, seen) = (&witness, &branch, &digests[..entries]);
                    scope.spawn(move || witness.remember(branch, seen).unwrap());
                }
            });
            assert_eq!(witness.recall(&branch).unwrap().unwrap().entries, 40);
            fs_err::remove_dir_all(directory.path()).unwrap();
        }
    }

    #[test]
    fn ledgers_are_remembered_apart() {
        let (one, machine) = mk_ledger(&["one"]);
        let witness = Witness::new(machine.memory(), None);
        let elsewhere = MemoryBranch { remote: "elsewhere", ..MemoryBranch::default() };
        let digests = [Digest::of(b"a"), Digest::of(b"b")];
        assert_eq!(check(&witness, &elsewhere, &digests).unwrap(), TrustBasis::FirstSeen);
        witness.remember(&elsewhere, &digests).unwrap();
        assert_eq!(check(&witness, &elsewhere, &digests).unwrap(), TrustBasis::Remembered);
        assert!(matches!(check(&witness, one.as_ref(), &digests), Err(LedgerError::Rewritten { index: 0 })));
    }
}
