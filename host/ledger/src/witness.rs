//! A machine's memory of ledgers: what it trusts, and how far it saw.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::branch::KeepBranch;
use tollgate_core::digest::Digest;
use tollgate_core::ports::LedgerError;

use crate::memory::{MemoryFile, Recalled, Remembered};
use crate::tree::Tree;

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

/// A ledger as it was read: what is compared and remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<'a> {
    /// Digest of entry 0's envelope.
    pub(crate) trust: Option<Digest>,
    /// Digests of all envelopes, where they were read.
    pub(crate) envelopes: Option<&'a [Digest]>,
    /// The tree over them.
    pub(crate) tree: &'a Tree,
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
    pub(crate) fn recall(&self, branch: &dyn KeepBranch) -> Result<Option<Recalled>, LedgerError> {
        self.file(branch).load()
    }

    /// Checks a ledger against what was recalled of it.
    ///
    /// # Errors
    /// When entry 0 is not the trusted one, or the ledger lacks what was seen of it before.
    pub(crate) fn check(&self, recalled: Option<&Recalled>, sight: Sight<'_>) -> Result<TrustBasis, LedgerError> {
        let found = first(sight.trust)?;
        if let Some(expected) = self.given.filter(|given| *given != found) {
            return Err(LedgerError::Untrusted { expected, found });
        }
        let memory = recalled.filter(|memory| self.is_relevant(memory, found));
        match memory {
            Some(memory) if memory.trust != found => return Err(LedgerError::Rewritten { index: 0 }),
            Some(memory) => contains(sight, memory)?,
            None => {}
        }
        Ok(self.basis(memory.is_some()))
    }

    /// Remembers a ledger that was checked. What was seen of it is never less afterwards.
    ///
    /// # Errors
    /// When the memory can't be used.
    pub(crate) fn remember(&self, branch: &dyn KeepBranch, sight: Sight<'_>) -> Result<(), LedgerError> {
        let (found, head) = (first(sight.trust)?, sight.tree.head());
        let file = self.file(branch);
        // A process that saw less may be slower to write.
        let _lock = file.lock()?;
        if file.load()?.is_some_and(|memory| self.is_relevant(&memory, found) && memory.entries >= head.size) {
            return Ok(());
        }
        file.store(found, head)
    }

    /// A digest that is given outweighs what was only seen first.
    fn is_relevant(&self, memory: &Recalled, found: Digest) -> bool {
        self.given.is_none() || memory.trust == found
    }

    /// A file beside the memory of a ledger.
    pub(crate) fn beside(&self, branch: &dyn KeepBranch, extension: &str) -> Utf8PathBuf {
        self.file(branch).path().with_extension(extension)
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

fn first(trust: Option<Digest>) -> Result<Digest, LedgerError> {
    trust.ok_or_else(|| LedgerError::BadEntry { index: 0, reason: "it is missing".to_owned() })
}

/// Whether a ledger begins with the one that was remembered.
fn contains(sight: Sight<'_>, memory: &Recalled) -> Result<(), LedgerError> {
    let (entries, size) = (memory.entries, sight.tree.head().size);
    if entries > size {
        return Err(LedgerError::Rewritten { index: size });
    }
    let known = usize::try_from(entries).ok().and_then(|entries| sight.envelopes?.get(..entries));
    let is_same = match memory.all {
        Remembered::Root(root) => sight.tree.head_at(entries).is_some_and(|head| head.root == root),
        Remembered::Envelopes(digest) => known.is_some_and(|known| digest_of(known) == digest),
    };
    match is_same {
        true => Ok(()),
        false if entries == size => Err(LedgerError::Forked { size: entries }),
        false => Err(LedgerError::Rewritten { index: entries.saturating_sub(1) }),
    }
}

/// One digest for all entries, as memories of version 1 have it.
fn digest_of(envelopes: &[Digest]) -> Digest {
    Digest::of(&envelopes.iter().flat_map(|digest| *digest.as_bytes()).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tollgate_core::ports::{AppendEntry, ReadLedger};

    use super::*;
    use crate::GitLedger;
    use crate::layout::entry_path;
    use crate::log::TreeHash;
    use crate::testing::{Machine, Meanwhile, MemoryBranch, REPO, append, mk_draft, mk_ledger, mk_trust};

    fn basis(ledger: &GitLedger) -> Option<TrustBasis> {
        ledger.history().unwrap();
        ledger.trust_basis()
    }

    /// A ledger of these envelopes.
    struct Read {
        envelopes: Vec<Digest>,
        tree: Tree,
    }

    impl Read {
        fn of(envelopes: &[Vec<u8>]) -> Self {
            let mut tree = Tree::default();
            tree.grow(&envelopes.iter().map(|bytes| TreeHash::leaf(bytes)).collect::<Vec<_>>());
            Self { envelopes: envelopes.iter().map(|bytes| trust_digest(bytes)).collect(), tree }
        }

        fn sight(&self) -> Sight<'_> {
            Sight { trust: self.envelopes.first().copied(), envelopes: Some(&self.envelopes), tree: &self.tree }
        }
    }

    fn check(witness: &Witness, branch: &dyn KeepBranch, read: &Read) -> Result<TrustBasis, LedgerError> {
        witness.check(witness.recall(branch)?.as_ref(), read.sight())
    }

    /// The one file that a machine remembers the ledger in.
    fn memory_file(machine: &Machine) -> Utf8PathBuf {
        machine.memory().read_dir_utf8().unwrap().next().unwrap().unwrap().into_path()
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
        let file = memory_file(&machine);
        let good = fs_err::read_to_string(&file).unwrap();
        for damaged in [
            "",
            "{}",
            &good.replace("tollgate/ledger", "other"),
            &good.replace("\"version\":2", "\"version\":3"),
            &good.replace("root", "head"),
        ] {
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
        let envelopes: Vec<Vec<u8>> = (0..3).map(|index| branch.files()[&entry_path(index)].clone()).collect();
        let witness = Witness::new(&machine.memory(), None);
        witness.remember(branch.as_ref(), Read::of(&envelopes[..1]).sight()).unwrap();
        let error = check(&witness, branch.as_ref(), &Read::of(&envelopes[..2])).unwrap_err();
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
        let envelopes: Vec<Vec<u8>> = (0..40_u8).map(|number| vec![number]).collect();
        for _ in 0..20 {
            let branch = MemoryBranch::default();
            std::thread::scope(|scope| {
                for entries in 1..=envelopes.len() {
                    let (witness, branch, seen) = (&witness, &branch, Read::of(&envelopes[..entries]));
                    scope.spawn(move || witness.remember(branch, seen.sight()).unwrap());
                }
            });
            assert_eq!(witness.recall(&branch).unwrap().unwrap().entries, 40);
            fs_err::remove_dir_all(directory.path()).unwrap();
        }
    }

    #[test]
    fn ledgers_are_remembered_apart() {
        let (one, machine) = mk_ledger(&["one"]);
        let witness = Witness::new(&machine.memory(), None);
        let elsewhere = MemoryBranch { remote: "elsewhere", ..MemoryBranch::default() };
        let read = Read::of(&[b"a".to_vec(), b"b".to_vec()]);
        assert_eq!(check(&witness, &elsewhere, &read).unwrap(), TrustBasis::FirstSeen);
        witness.remember(&elsewhere, read.sight()).unwrap();
        assert_eq!(check(&witness, &elsewhere, &read).unwrap(), TrustBasis::Remembered);
        assert!(matches!(check(&witness, one.as_ref(), &read), Err(LedgerError::Rewritten { index: 0 })));
    }

    #[test]
    fn another_ledger_of_the_same_size_is_forked_and_a_longer_one_rewritten() {
        let directory = tempfile::tempdir().unwrap();
        let witness = Witness::new(Utf8Path::from_path(directory.path()).unwrap(), None);
        let (branch, of) = (MemoryBranch::default(), |texts: [&str; 3]| Read::of(&texts.map(|text| text.as_bytes().to_vec())));
        witness.remember(&branch, of(["zero", "one", "two"]).sight()).unwrap();
        let forked = check(&witness, &branch, &of(["zero", "one", "other"])).unwrap_err();
        assert!(matches!(forked, LedgerError::Forked { size: 3 }), "{forked}");
        let longer: Vec<Vec<u8>> = ["zero", "one", "other", "more"].map(|text| text.as_bytes().to_vec()).to_vec();
        let rewritten = check(&witness, &branch, &Read::of(&longer)).unwrap_err();
        assert!(matches!(rewritten, LedgerError::Rewritten { index: 2 }), "{rewritten}");
    }

    #[test]
    fn a_memory_from_before_ledgers_had_a_log_is_as_good() {
        let (branch, machine) = mk_ledger(&["one"]);
        let file = memory_file(&machine);
        let read = Read::of(&[0, 1].map(|index| branch.files()[&entry_path(index)].clone()));
        let mut memory: serde_json::Value = serde_json::from_slice(&fs_err::read(&file).unwrap()).unwrap();
        let members = memory.as_object_mut().unwrap();
        members.remove("root").unwrap();
        members.insert("version".to_owned(), 1.into());
        members.insert("head".to_owned(), digest_of(&read.envelopes).to_string().into());
        fs_err::write(&file, memory.to_string()).unwrap();
        append(&machine.process(None), &[mk_draft("two")]);
        assert!(fs_err::read_to_string(&file).unwrap().contains("\"root\""));
        fs_err::write(&file, memory.to_string().replace("\"entries\":2", "\"entries\":1")).unwrap();
        let error = machine.process(None).history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 0 }), "{error}");
    }
}
