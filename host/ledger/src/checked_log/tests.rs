use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use tollgate_core::branch::{BranchFile, KeepBranch as _};
use tollgate_core::entry::Body;
use tollgate_core::ports::{AppendEntry as _, Proposal, ReadLedger as _};

use super::*;
use crate::envelope;
use crate::layout::entry_path;
use crate::log::checkpoint::Checkpoint;
use crate::log::note::SignerKey;
use crate::log_keys::origin;
use crate::testing::{Machine, MemoryBranch, REPO, append, mk_draft, mk_ledger, mk_trust};

type Files = BTreeMap<String, Vec<u8>>;

/// What somebody who knows nothing says of a branch.
fn refusal(branch: &Arc<MemoryBranch>) -> LedgerError {
    Machine::new(branch).process(None).history().unwrap_err()
}

fn after(change: impl FnOnce(&mut Files)) -> LedgerError {
    let (branch, _) = mk_ledger(&["one", "two"]);
    branch.tamper(change);
    refusal(&branch)
}

#[track_caller]
fn names(error: &LedgerError, file: &str) {
    assert!(matches!(error, LedgerError::BadFile { path, .. } if path == file), "{error}");
}

/// A ledger as it was before there was a log.
fn mk_unlogged() -> (Arc<MemoryBranch>, Machine) {
    let branch = Arc::new(MemoryBranch::default());
    let drafts = [mk_trust(), mk_draft("one"), mk_draft("two")];
    let files: Vec<BranchFile> = (0..)
        .zip(drafts)
        .map(|(index, draft)| BranchFile {
            path: entry_path(index),
            bytes: envelope::seal(&draft.at_index(index, REPO), None).unwrap(),
        })
        .collect();
    let commit = branch.write(None, &files, "before").unwrap();
    branch.push(None, &commit).unwrap();
    let machine = Machine::new(&branch);
    (branch, machine)
}

#[test]
fn a_ledger_from_before_is_read_and_gets_a_log_over_all_its_entries() {
    let (branch, machine) = mk_unlogged();
    let (early, process) = (Machine::new(&branch).process(None), machine.process(None));
    assert_eq!(early.history().unwrap().len(), 3);
    let written = append(&process, &[mk_draft("three")]);
    assert_eq!(written.iter().map(|entry| entry.index).collect::<Vec<_>>(), [3]);
    for ledger in [early, Machine::new(&branch).process(None)] {
        let history = ledger.history().unwrap();
        assert_eq!(history.len(), 5);
        assert!(matches!(history.entries()[4].body, Body::LogKey(_)));
    }
    branch.tamper(|files| files.get_mut(&entry_path(1)).unwrap()[40] ^= 1);
    assert!(matches!(refusal(&branch), LedgerError::BadEntry { index: 1, .. } | LedgerError::Forged { index: 1, .. }));
}

#[test]
fn files_of_a_log_that_nobody_signs_are_refused() {
    for path in ["checkpoint", "tile/0/000", "tile/x"] {
        let (branch, _) = mk_unlogged();
        branch.tamper(|files| drop(files.insert(path.to_owned(), Vec::new())));
        names(&refusal(&branch), path);
    }
}

#[test]
fn a_writer_brings_its_log_key_behind_its_first_batch_and_once() {
    let (branch, machine) = mk_ledger(&["one"]);
    let other = Machine::of_user(&branch, 2);
    let written = append(&other.process(None), &[mk_draft("two"), mk_draft("three")]);
    assert_eq!(written.iter().map(|entry| entry.index).collect::<Vec<_>>(), [2, 3]);
    append(&other.process(None), &[mk_draft("four")]);
    append(&machine.process(None), &[mk_draft("five")]);
    let history = Machine::new(&branch).process(None).history().unwrap();
    let types: Vec<&str> = history.entries().iter().map(|entry| entry.body.type_name()).collect();
    assert_eq!(types, ["trust", "outcome", "outcome", "outcome", "log-key", "outcome", "outcome"]);
    let (_, trust) = history.trust().unwrap();
    assert_eq!(trust.log_keys.len(), 1);
    assert!(trust.log_keys[0].starts_with(origin(REPO, "tollgate/ledger").unwrap().as_str()));
}

#[test]
fn batches_of_any_size_leave_the_tiles_that_readers_expect() {
    let (branch, machine) = mk_ledger(&[]);
    let follower = machine.process(None);
    for size in [1, 254, 1, 3, 600, 2] {
        append(&machine.process(None), &(0..size).map(|number| mk_draft(&number.to_string())).collect::<Vec<_>>());
        let whole = Machine::new(&branch).process(None).history().unwrap().len();
        assert_eq!(follower.history().unwrap().len(), whole);
    }
    let tiles: Vec<String> = branch.files().keys().filter(|path| path.starts_with("tile/")).cloned().collect();
    assert_eq!(tiles, ["tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003", "tile/1/000"]);
}

#[test]
fn what_is_missing_of_the_log_or_too_much_is_named() {
    for path in ["checkpoint", "tile/0/000"] {
        names(&after(|files| drop(files.remove(path))), path);
    }
    for path in ["tile/0/001", "tile/1/000", "tile/0/0"] {
        names(&after(|files| drop(files.insert(path.to_owned(), vec![0; 32]))), path);
    }
}

#[test]
fn an_old_tile_that_changes_later_is_named_by_whoever_follows() {
    let (branch, machine) = mk_ledger(&[]);
    let ledger = machine.process(None);
    append(&ledger, &(0..300).map(|number| mk_draft(&number.to_string())).collect::<Vec<_>>());
    branch.tamper(|files| files.get_mut("tile/0/000").unwrap()[7] ^= 1);
    for _ in 0..2 {
        names(&ledger.history().unwrap_err(), "tile/0/000");
    }
    assert!(ledger.append(&mut |_| Ok(Proposal { drafts: vec![mk_draft("x")] })).is_err());
}

#[test]
fn a_checkpoint_by_a_key_that_no_entry_registers_is_refused() {
    let sign = |name: &str, seed: u8, size: u64| {
        let (branch, _) = mk_ledger(&["one", "two"]);
        let mut tree = Tree::default();
        let leaves: Vec<TreeHash> = (0..size).map(|index| TreeHash::leaf(&branch.files()[&entry_path(index)])).collect();
        tree.grow(&leaves);
        let key = SignerKey::from_seed(name.parse().unwrap(), [seed; 32]);
        let signed = Checkpoint::new(name, tree.head()).unwrap().sign(&key).unwrap();
        branch.tamper(|files| drop(files.insert(CHECKPOINT_PATH.to_owned(), signed.note().as_bytes().to_vec())));
        branch
    };
    let name = origin(REPO, "tollgate/ledger").unwrap();
    Machine::new(&sign(name.as_str(), 1, 3)).process(None).history().unwrap();
    names(&refusal(&sign(name.as_str(), 2, 3)), CHECKPOINT_PATH);
    names(&refusal(&sign("example.com/other", 1, 3)), CHECKPOINT_PATH);
    // One that was signed before, over fewer entries.
    let error = refusal(&sign(name.as_str(), 1, 2));
    assert!(matches!(error, LedgerError::Forged { index: 2, .. }), "{error}");
}

#[test]
fn entries_that_are_not_in_the_log_or_gone_from_it_are_named() {
    let slipped_in = after(|files| {
        let bytes = envelope::seal(&mk_draft("slipped in").at_index(3, REPO), None).unwrap();
        files.insert(entry_path(3), bytes);
    });
    assert!(matches!(slipped_in, LedgerError::Forged { index: 3, .. }), "{slipped_in}");
    let gone = after(|files| drop(files.remove(&entry_path(2))));
    assert!(matches!(gone, LedgerError::BadEntry { index: 2, .. }), "{gone}");
    let replaced = after(|files| {
        let bytes = envelope::seal(&mk_draft("replaced").at_index(1, REPO), None).unwrap();
        files.insert(entry_path(1), bytes);
    });
    assert!(matches!(replaced, LedgerError::Forged { index: 1, .. }), "{replaced}");
}

#[test]
fn in_a_long_ledger_the_changed_entry_is_found_by_the_tiles() {
    let (branch, machine) = mk_ledger(&[]);
    append(&machine.process(None), &(0..600).map(|number| mk_draft(&number.to_string())).collect::<Vec<_>>());
    branch.tamper(|files| {
        let bytes = envelope::seal(&mk_draft("replaced").at_index(300, REPO), None).unwrap();
        files.insert(entry_path(300), bytes);
    });
    let error = refusal(&branch);
    assert!(matches!(error, LedgerError::Forged { index: 300, .. }), "{error}");
    branch.tamper(|files| files.get_mut("tile/0/001").unwrap()[0] ^= 1);
    names(&refusal(&branch), "tile/0/001");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whoever_knows_nothing_refuses_one_changed_bit_of_entries_or_log(file: prop::sample::Index, bit: prop::sample::Index) {
        let (branch, _) = mk_ledger(&["one", "two", "three"]);
        branch.tamper(|files| {
            let path = file.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
            let bytes = files.get_mut(&path).unwrap();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        });
        refusal(&branch);
    }
}
