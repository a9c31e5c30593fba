use super::*;
use crate::layout::{Place, blob_path};
use crate::log::proof::LogProofError;
use crate::log::tiles::bundle;
use crate::testing::{Machine, MemoryBranch, append, mk_draft, mk_ledger};

/// Entries about a target, with a blob each.
fn mk_busy() -> (Arc<MemoryBranch>, Machine) {
    let (branch, machine) = mk_ledger(&["one"]);
    let about = |target: &str, blob: &str| {
        let mut draft = mk_draft(blob);
        draft.subject.target = Some(target.to_owned());
        draft.blobs.insert("plan".to_owned(), blob.as_bytes().to_vec());
        draft
    };
    append(&machine.process(None), &[about("prod", "two"), about("staging", "three")]);
    append(&machine.process(None), &[about("prod", "four")]);
    (branch, machine)
}

fn problems(branch: &Arc<MemoryBranch>, kept: Option<&[u8]>) -> Vec<String> {
    match Machine::new(branch).process(None).audit(kept) {
        Ok(audit) => audit.problems.iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn a_good_ledger_has_no_problems() {
    let (branch, machine) = mk_busy();
    assert_eq!(problems(&branch, None), Vec::<String>::new());
    let audit = machine.process(None).audit(Some(&branch.files()[CHECKPOINT_PATH])).unwrap();
    assert_eq!((audit.history.len(), audit.unsigned, audit.blobs, audit.log_keys.len()), (5, 5, 3, 1));
    assert_eq!(audit.checkpoint.unwrap().checkpoint().head(), audit.head);
    assert!(audit.problems.is_empty());
}

#[test]
fn one_flipped_byte_is_named_whatever_file_it_is_in() {
    let (_, machine) = mk_busy();
    let files = machine.branch.files();
    let kinds: BTreeSet<&str> = files.keys().map(|path| path.split('/').next().unwrap()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["blobs", "checkpoint", "entries", "index", "tile"]);
    for path in files.keys() {
        for at in [0, files[path].len() / 2, files[path].len() - 1] {
            let (branch, _) = mk_busy();
            branch.tamper(|files| files.get_mut(path).unwrap()[at] ^= 1);
            let said = problems(&branch, None);
            let name = match Place::of(path) {
                Some(Place::Entry(index)) => format!("entry {index} "),
                Some(Place::Blob(digest)) => format!("blob `{digest}`"),
                _ => format!("`{path}`"),
            };
            assert!(said.len() == 1 && said[0].contains(&name), "{path}, byte {at}: {said:?}");
        }
    }
}

#[test]
fn files_of_the_index_that_are_missing_or_too_many_are_named() {
    let (branch, _) = mk_busy();
    branch.tamper(|files| drop(files.remove("index/prod")));
    branch.tamper(|files| drop(files.insert("index/other".to_owned(), b"1\n".to_vec())));
    let said = problems(&branch, None);
    assert!(said[0].contains("`index/other`") && said[0].contains("no entry"), "{said:?}");
    assert!(said[1].contains("`index/prod`") && said[1].contains("missing"), "{said:?}");
}

#[test]
fn a_blob_that_is_missing_from_nothing_but_the_branch_is_named() {
    let (branch, _) = mk_busy();
    branch.tamper(|files| drop(files.insert(blob_path(Digest::of(b"two")), b"three".to_vec())));
    assert_eq!(problems(&branch, None).len(), 1);
}

#[test]
fn an_entry_that_is_back_dated_by_more_than_clocks_differ_is_named() {
    let (branch, machine) = mk_ledger(&[]);
    let at = |seconds: i64| {
        let mut draft = mk_draft("x");
        draft.at = Timestamp::from_second(draft.at.as_second() + seconds).unwrap();
        draft
    };
    append(&machine.process(None), &[at(1_000), at(700), at(1_000)]);
    assert_eq!(problems(&branch, None), Vec::<String>::new());
    append(&machine.process(None), &[at(699), at(1_001), at(2_000), at(100)]);
    let said = problems(&branch, None);
    assert!(said.len() == 2 && said[0].contains("entry 4 ") && said[1].contains("entry 7 "), "{said:?}");
}

#[test]
fn a_checkpoint_that_somebody_kept_convicts_a_ledger_that_was_rewritten() {
    let (branch, machine) = mk_ledger(&["one", "two"]);
    let kept = branch.files()[CHECKPOINT_PATH].clone();
    let before = branch.files();
    append(&machine.process(None), &[mk_draft("three")]);
    assert_eq!(problems(&branch, Some(&kept)), Vec::<String>::new());
    let newer = branch.files()[CHECKPOINT_PATH].clone();
    // Whoever holds the log key makes another history of it, in which all is well.
    let rewrite = |messages: &[&str]| {
        branch.tamper(|files| *files = before.clone());
        let (other, _) = mk_ledger(messages);
        branch.tamper(|files| *files = other.files());
        assert_eq!(problems(&branch, None), Vec::<String>::new());
    };
    rewrite(&["one", "other"]);
    assert!(problems(&branch, Some(&kept))[0].contains("forked: there are two of 3 entries"));
    assert!(problems(&branch, Some(&newer))[0].contains("entry 3 is not what"));
    rewrite(&["one", "other", "three"]);
    assert!(problems(&branch, Some(&kept))[0].contains("rewritten"));
    for no_checkpoint in [b"".as_slice(), b"x", &kept[..kept.len() - 2]] {
        assert!(problems(&branch, Some(no_checkpoint))[0].contains("`witness`"));
    }
}

#[test]
fn a_proof_of_an_entry_holds_for_this_entry_alone() {
    let (branch, machine) = mk_busy();
    let ledger = machine.process(None);
    let keys: Vec<_> = ledger.audit(None).unwrap().log_keys.into_iter().map(|key| key.key).collect();
    let origin = keys[0].name().as_str().to_owned();
    for index in 0..5 {
        let proof: LogProof = ledger.prove(index).unwrap().to_string().parse().unwrap();
        let entry = proof.extra.clone().unwrap();
        assert_eq!(entry, branch.files()[&entry_path(index)]);
        proof.verify(&entry, &origin, &keys).unwrap();
        let other = &branch.files()[&entry_path((index + 1) % 5)];
        assert!(matches!(proof.verify(other, &origin, &keys), Err(LogProofError::Proof(_))));
    }
    let absent = ledger.prove(5).unwrap_err();
    assert!(matches!(absent, LedgerError::BadEntry { index: 5, .. }), "{absent}");
}

#[test]
fn an_export_has_all_entries_and_the_checkpoint_last() {
    let (branch, machine) = mk_busy();
    append(&machine.process(None), &(0..300).map(|number| mk_draft(&number.to_string())).collect::<Vec<_>>());
    let mut files: Vec<ExportFile> = Vec::new();
    let exported: Result<(), LedgerError> = machine.process(None).export(|file| {
        files.push(file);
        Ok(())
    });
    exported.unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["tile/0/000", "tile/0/001.p/49", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/49", "checkpoint"]
    );
    let entries: Vec<Vec<u8>> = files[3..5].iter().flat_map(|file| bundle(&file.bytes).unwrap()).map(<[u8]>::to_vec).collect();
    let expected: Vec<Vec<u8>> = (0..305).map(|index| branch.files()[&entry_path(index)].clone()).collect();
    assert_eq!(entries, expected);
}
