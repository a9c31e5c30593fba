use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use proptest::prelude::*;
use tollgate_core::ports::{AppendEntry as _, Proposal, ReadLedger as _};

use super::*;
use crate::layout::{entry_path, index_path};
use crate::log::checkpoint::CHECKPOINT_PATH;
use crate::testing::{Machine, MemoryBranch, REPO, append, mk_draft, mk_ledger, mk_trust};

/// A machine that has written down what five entries decide, and two that it has not seen.
fn mk_kept() -> (Arc<MemoryBranch>, Machine) {
    let (branch, machine) = mk_ledger(&["one", "two", "three", "four"]);
    machine.keeping(None).gist().unwrap();
    append(&Machine::new(&branch).process(None), &[mk_draft("five"), mk_draft("six")]);
    (branch, machine)
}

fn reads(branch: &MemoryBranch, ledger: &GitLedger) -> usize {
    branch.lock().reads = 0;
    assert_eq!(ledger.gist().unwrap().len(), 7);
    branch.lock().reads
}

#[test]
fn a_process_reads_only_what_came_after_what_another_wrote_down() {
    let (branch, machine) = mk_kept();
    assert_eq!(reads(&branch, &machine.process(None)), 2);
    assert_eq!(reads(&branch, &machine.keeping(None)), 2);
    // That one has written down the rest.
    assert_eq!(reads(&branch, &machine.process(None)), 0);
    assert_eq!(reads(&branch, &Machine::new(&branch).process(None)), 7);
    assert_eq!(machine.process(None).history().unwrap().entries().len(), 7);
}

#[test]
fn what_is_appended_goes_on_from_what_was_written_down() {
    let (branch, machine) = mk_kept();
    let ledger = machine.keeping(None);
    branch.lock().reads = 0;
    for text in ["seven", "eight"] {
        append(&ledger, &[mk_draft(text)]);
    }
    assert_eq!(append(&machine.process(None), &[mk_draft("nine")])[0].index, 9);
    assert_eq!(branch.lock().reads, 3);
    let stranger = Machine::new(&branch).process(None);
    assert_eq!(stranger.audit(None).unwrap().problems.len(), 0);
    assert_eq!(stranger.history().unwrap().len(), 10);
}

#[test]
fn a_proof_is_the_same_without_reading_all_entries() {
    let (branch, machine) = mk_kept();
    let proof = Machine::new(&branch).process(None).prove(2).unwrap().to_string();
    branch.lock().reads = 0;
    assert_eq!(machine.process(None).prove(2).unwrap().to_string(), proof);
    // The two that are new, and the one that is proved.
    assert_eq!(branch.lock().reads, 3);
}

#[test]
fn what_is_written_down_is_for_the_user_alone() {
    let (_branch, machine) = mk_kept();
    assert_eq!(machine.gist_file().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_short_ledger_is_read_again() {
    let (_branch, machine) = mk_ledger(&["one"]);
    machine.process(None).gist().unwrap();
    assert_eq!(machine.gist_file(), None);
}

#[test]
fn what_is_damaged_or_of_another_ledger_is_thrown_away() {
    let (branch, machine) = mk_kept();
    let file = machine.gist_file().unwrap();
    let good = fs_err::read(&file).unwrap();
    let elsewhere = Machine::new(&Arc::new(MemoryBranch { remote: "elsewhere", ..MemoryBranch::default() }));
    elsewhere.process(None).create(REPO, mk_trust()).unwrap();
    elsewhere.keeping(None).gist().unwrap();
    let foreign = fs_err::read(elsewhere.gist_file().unwrap()).unwrap();
    let other_version = [b"tollgate gist 0\n", &good[16..]].concat();
    for bad in [&good[..good.len() - 1], &good[..20], b"", &foreign, &other_version] {
        fs_err::write(&file, bad).unwrap();
        assert_eq!(reads(&branch, &machine.process(None)), 7);
    }
    fs_err::write(&file, good).unwrap();
    assert_eq!(reads(&branch, &machine.process(None)), 2);
}

/// Makes the last part of what was written down unreadable, and the file's checksum fit to it.
fn spoil_a_part(machine: &Machine) {
    let file = machine.gist_file().unwrap();
    let mut bytes = fs_err::read(&file).unwrap();
    let last = bytes.len() - 1;
    // No statements, it said; now there are 100, of which none follows.
    assert_eq!(std::mem::replace(&mut bytes[last], 100), 0);
    let (head, body) = bytes.split_at_mut(16 + 16);
    head[16..].copy_from_slice(&crate::gist_file::checksum(body));
    fs_err::write(&file, bytes).unwrap();
}

#[test]
fn a_part_that_cannot_be_read_makes_all_entries_be_read() {
    let (branch, machine) = mk_kept();
    spoil_a_part(&machine);
    assert_eq!(reads(&branch, &machine.keeping(None)), 7);
    assert_eq!(reads(&branch, &machine.process(None)), 0);
}

#[test]
fn who_appends_is_asked_again_after_asking_a_part_that_cannot_be_read() {
    let (branch, machine) = mk_kept();
    spoil_a_part(&machine);
    let ledger = machine.keeping(None);
    let mut asked = 0;
    let mut propose = |asks: bool| {
        branch.lock().reads = 0;
        let appended = ledger.append(&mut |gist| {
            asked += 1;
            if asks && gist.evidence().count() > 0 {
                return Err(tollgate_core::ports::Refusal);
            }
            Ok(Proposal { drafts: vec![mk_draft("x")] })
        });
        let reads = branch.lock().reads;
        (appended.unwrap()[0].index, std::mem::take(&mut asked), reads)
    };
    // Two entries are new, and nobody asks for the part; then somebody does.
    assert_eq!(propose(false), (7, 1, 2));
    assert_eq!(propose(true), (8, 2, 8));
    assert_eq!(propose(true), (9, 1, 0));
    assert_eq!(Machine::new(&branch).process(None).history().unwrap().len(), 10);
}

#[test]
fn without_a_memory_of_the_ledger_nothing_that_was_written_down_counts() {
    let (branch, machine) = mk_kept();
    fs_err::remove_file(machine.gist_file().unwrap().with_extension("json")).unwrap();
    assert_eq!(reads(&branch, &machine.process(None)), 7);
}

#[test]
fn a_ledger_that_was_given_from_outside_is_not_the_one_that_was_written_down() {
    let (branch, machine) = mk_kept();
    let trust = machine.process(None);
    trust.gist().unwrap();
    assert_eq!(reads(&branch, &machine.process(trust.trust_digest())), 2);
    let other = tollgate_core::digest::Digest::of(b"other");
    assert!(matches!(machine.process(Some(other)).gist(), Err(LedgerError::Untrusted { .. })));
}

#[test]
fn pages_of_the_index_have_a_thousand_entries_each() {
    let (branch, machine) = mk_ledger(&[]);
    let about = |count: usize| {
        let mut draft = mk_draft("x");
        draft.subject.target = Some("prod".to_owned());
        vec![draft; count]
    };
    let ledger = machine.keeping(None);
    append(&ledger, &about(999));
    append(&machine.keeping(None), &about(1));
    append(&machine.keeping(None), &about(1_002));
    let lines = |path: &str| branch.files()[path].iter().filter(|byte| **byte == b'\n').count();
    let paths = [index_path("prod"), format!("{}+1", index_path("prod")), format!("{}+2", index_path("prod"))];
    assert_eq!(paths.each_ref().map(|path| lines(path)), [1_000, 1_000, 2]);
    assert!(Machine::new(&branch).process(None).audit(None).unwrap().problems.is_empty());
    // As it was before there were pages.
    branch.tamper(|files| {
        let all: Vec<u8> = (1..=1_500).flat_map(|index| format!("{index}\n").into_bytes()).collect();
        files.insert(paths[0].clone(), all);
    });
    assert!(Machine::new(&branch).process(None).audit(None).unwrap().problems.is_empty());
    branch.tamper(|files| drop(files.remove(&paths[1])));
    let problems = Machine::new(&branch).process(None).audit(None).unwrap().problems;
    assert!(matches!(problems.as_slice(), [LedgerError::BadFile { path, .. }] if *path == paths[1]), "{problems:?}");
}

type Files = BTreeMap<String, Vec<u8>>;

/// How the branch may be falsified.
#[derive(Clone, Debug)]
enum Forgery {
    Byte {
        path: prop::sample::Index,
        at: prop::sample::Index,
        bit: u8,
    },
    Drop {
        path: prop::sample::Index,
    },
    /// The newest entries are gone, and the log with them is that of the ledger as it was.
    Back {
        entries: usize,
    },
}

fn any_forgery() -> impl Strategy<Value = Forgery> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => (index(), index(), 0u8..8).prop_map(|(path, at, bit)| Forgery::Byte { path, at, bit }),
        1 => index().prop_map(|path| Forgery::Drop { path }),
        1 => (1usize..4).prop_map(|entries| Forgery::Back { entries }),
    ]
}

fn forge(files: &mut Files, forgery: &Forgery) {
    // The index is derived, and nobody but an audit looks at it.
    let paths: Vec<String> = files.keys().filter(|path| !path.starts_with("index/")).cloned().collect();
    match forgery {
        Forgery::Byte { path, at, bit } => {
            let bytes = files.get_mut(path.get(&paths)).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Forgery::Drop { path } => drop(files.remove(path.get(&paths))),
        Forgery::Back { entries } => {
            for index in 7 - entries..7 {
                files.remove(&entry_path(index as u64));
            }
            files.remove(CHECKPOINT_PATH);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn who_reads_on_says_of_every_forgery_what_who_reads_all_says(forgery in any_forgery()) {
        let (branch, machine) = mk_kept();
        let same = machine.copy_without_gist();
        branch.tamper(|files| forge(files, &forgery));
        let expected = same.process(None).gist().map(|gist| gist.len()).map_err(|error| error.to_string());
        let found = machine.process(None).gist().map(|gist| gist.len()).map_err(|error| error.to_string());
        prop_assert_eq!(&found, &expected);
        prop_assert!(found.is_err());
        let appended = machine.process(None).append(&mut |_| Ok(Proposal { drafts: vec![mk_draft("x")] }));
        prop_assert!(appended.is_err());
    }

    #[test]
    fn no_byte_of_what_is_written_down_can_change_an_answer(at: prop::sample::Index, bit in 0u8..8) {
        let (branch, machine) = mk_kept();
        let file = machine.gist_file().unwrap();
        let mut bytes = fs_err::read(&file).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        fs_err::write(&file, bytes).unwrap();
        prop_assert_eq!(reads(&branch, &machine.process(None)), 7);
    }
}
