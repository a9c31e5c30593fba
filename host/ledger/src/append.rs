//! Appending: fetch, look, propose, write, push; and again when somebody else was faster.

use std::thread::sleep;
use std::time::Instant;

use tollgate_core::branch::Pushed;
use tollgate_core::entry::{Draft, Entry};
use tollgate_core::gist::Gist;
use tollgate_core::ports::{AppendEntry, AppendError, LedgerError, Proposal, Refusal};

use crate::backoff::{TRIES, pause};
use crate::batch::{Batch, Writer};
use crate::depth::Depth;
use crate::failure::{from_branch, from_push};
use crate::ledger::GitLedger;
use crate::log_keys::origin;
use crate::seen::Seen;

impl AppendEntry for GitLedger {
    fn append(&self, propose: &mut dyn FnMut(&Gist) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError> {
        for attempt in 1..=TRIES {
            let start = Instant::now();
            let seen = self.refresh_gist(Depth::WhatIsAsked)?;
            let proposed = propose(seen.gist());
            if seen.gist().has_misled() {
                // Whatever was said to that is asked again.
                self.refresh_damaged()?;
                continue;
            }
            let drafts = proposed.map_err(|Refusal| AppendError::Refused)?.drafts;
            if drafts.is_empty() {
                return Ok(Vec::new());
            }
            let repo = seen.gist().trust().map(|(entry, _)| entry.repo.clone()).unwrap_or_default();
            let proposed = drafts.len();
            let mut batch = Batch::new(&seen, drafts, &self.writer(&seen, &repo)?, self.branch.as_ref())?;
            let before = seen.tip;
            // What is known is changed where it is, unless somebody else holds it.
            drop(seen.known);
            if let Pushed::Won = self.put(before.as_deref(), &batch)? {
                batch.entries.truncate(proposed);
                return Ok(batch.entries);
            }
            sleep(pause(attempt, start.elapsed()));
        }
        Err(AppendError::Contended { tries: TRIES })
    }

    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError> {
        let exists = || AppendError::Exists { remote: self.branch.remote().to_owned(), branch: self.branch.branch().to_owned() };
        if self.fetch()?.0.is_some() {
            return Err(exists());
        }
        let batch = Batch::new(&Seen::default(), vec![trust], &self.writer(&Seen::default(), repo)?, self.branch.as_ref())?;
        match self.put(None, &batch)? {
            Pushed::Lost => Err(exists()),
            Pushed::Won => {
                self.refresh_gist(Depth::All)?;
                let missing = || LedgerError::BadEntry { index: 0, reason: "it is missing".to_owned() };
                batch.entries.into_iter().next().ok_or_else(|| missing().into())
            }
        }
    }
}

impl GitLedger {
    /// Who writes here, by the name that the ledger's log has or gets.
    fn writer<'a>(&'a self, seen: &Seen, repo: &'a str) -> Result<Writer<'a>, AppendError> {
        let known = seen.tree.keys().origin().cloned();
        let name = known.map_or_else(|| origin(repo, self.branch.branch()), Ok);
        let name = name.map_err(|error| LedgerError::Local { what: "origin".to_owned(), source: Box::new(error) })?;
        Ok(Writer { repo, keys: &self.keys, log: self.keys.log.key(name)? })
    }

    /// Writes a batch on top of a commit and pushes it.
    fn put(&self, before: Option<&str>, batch: &Batch) -> Result<Pushed, AppendError> {
        let branch = self.branch.as_ref();
        let written = branch.write(before, batch.files(), &batch.message());
        let commit = written.map_err(|error| from_branch(branch, error))?;
        let pushed = branch.push(before, &commit).map_err(|error| from_push(branch, error))?;
        if pushed == Pushed::Won {
            self.note(before, batch, &commit);
        }
        Ok(pushed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use tollgate_core::digest::Digest;
    use tollgate_core::entry::MAX_ENTRY_BYTES;
    use tollgate_core::history::History;
    use tollgate_core::ports::ReadLedger;

    use super::*;
    use crate::testing::{Machine, MemoryBranch, REPO, append, mk_draft, mk_ledger, mk_observed, mk_trust};

    fn messages(history: &History) -> Vec<String> {
        let message = |entry: &Entry| serde_json::to_value(&entry.body).unwrap()["body"]["message"].as_str().map(str::to_owned);
        history.entries().iter().filter_map(message).collect()
    }

    #[test]
    fn entries_are_there_in_order_for_everyone() {
        let (branch, machine) = mk_ledger(&["one", "two"]);
        append(&machine.process(None), &[mk_draft("three"), mk_draft("four")]);
        let history = Machine::new(&branch).process(None).history().unwrap();
        assert_eq!(messages(&history), ["one", "two", "three", "four"]);
        assert!(history.entries().iter().all(|entry| entry.repo == REPO));
    }

    #[test]
    fn a_second_ledger_is_not_made_where_one_exists() {
        let (branch, machine) = mk_ledger(&["one"]);
        for ledger in [machine.process(None), Machine::new(&branch).process(None)] {
            assert!(matches!(ledger.create(REPO, mk_trust()), Err(AppendError::Exists { .. })));
        }
    }

    #[test]
    fn whoever_makes_a_ledger_second_is_told() {
        let branch = Arc::new(MemoryBranch::default());
        branch.lock().faster = 1;
        assert!(matches!(Machine::new(&branch).process(None).create(REPO, mk_trust()), Err(AppendError::Exists { .. })));
    }

    #[test]
    fn a_ledger_begins_with_trust_alone() {
        let branch = Arc::new(MemoryBranch::default());
        let machine = Machine::new(&branch);
        let ledger = machine.process(None);
        assert!(ledger.create(REPO, mk_draft("no trust")).is_err());
        assert!(branch.lock().tip.is_none());
        ledger.create(REPO, mk_trust()).unwrap();
        let twice = ledger.append(&mut |_| Ok(Proposal { drafts: vec![mk_trust()] }));
        assert!(matches!(twice, Err(AppendError::Ledger(LedgerError::Broken(_)))), "{twice:?}");
    }

    #[test]
    fn nothing_is_appended_where_there_is_no_ledger() {
        let branch = Arc::new(MemoryBranch::default());
        let machine = Machine::new(&branch);
        let ledger = machine.process(None);
        let result = ledger.append(&mut |_| Ok(Proposal { drafts: vec![mk_draft("x")] }));
        assert!(matches!(result, Err(AppendError::Ledger(LedgerError::Missing { .. }))), "{result:?}");
    }

    #[test]
    fn a_proposer_sees_the_ledger_anew_whenever_somebody_was_faster() {
        let (branch, machine) = mk_ledger(&["one"]);
        let elsewhere = Machine::new(&branch);
        let (ledger, rival) = (machine.process(None), elsewhere.process(None));
        let mut seen = Vec::new();
        let entries = ledger.append(&mut |history| {
            seen.push(history.len());
            if seen.len() < 4 {
                append(&rival, &[mk_draft("faster")]);
            }
            Ok(Proposal { drafts: vec![mk_draft("mine")] })
        });
        assert_eq!(entries.unwrap()[0].index, 5);
        assert_eq!(seen, [2, 3, 4, 5]);
        assert_eq!(messages(&ledger.history().unwrap()), ["one", "faster", "faster", "faster", "mine"]);
    }

    #[test]
    fn a_proposer_may_change_its_mind() {
        let (branch, machine) = mk_ledger(&[]);
        let before = branch.files();
        let refused = machine.process(None).append(&mut |_| Err(Refusal));
        assert!(matches!(refused, Err(AppendError::Refused)));
        let nothing = machine.process(None).append(&mut |_| Ok(Proposal { drafts: Vec::new() }));
        assert_eq!(nothing.unwrap(), []);
        assert_eq!(branch.files(), before);
    }

    #[test]
    fn a_remote_that_refuses_is_not_asked_again() {
        let (branch, machine) = mk_ledger(&[]);
        branch.lock().refuses = true;
        let mut asked = 0;
        let result = machine.process(None).append(&mut |_| {
            asked += 1;
            Ok(Proposal { drafts: vec![mk_draft("x")] })
        });
        assert!(matches!(result, Err(AppendError::Rejected { .. })), "{result:?}");
        assert_eq!(asked, 1);
    }

    #[test]
    fn one_entry_that_is_too_large_keeps_all_of_its_batch_out() {
        let (branch, machine) = mk_ledger(&[]);
        let before = branch.files();
        let drafts = vec![mk_draft("small"), mk_draft(&"x".repeat(MAX_ENTRY_BYTES))];
        let result = machine.process(None).append(&mut |_| Ok(Proposal { drafts: drafts.clone() }));
        assert!(matches!(result, Err(AppendError::TooLarge { kind: "outcome", size, .. }) if size > MAX_ENTRY_BYTES), "{result:?}");
        assert_eq!(branch.files(), before);
    }

    #[test]
    fn an_entry_that_readers_would_refuse_is_not_written() {
        let (branch, machine) = mk_ledger(&[]);
        let before = branch.files();
        let drafts = vec![mk_observed("x", serde_json::json!(u64::MAX))];
        assert!(machine.process(None).append(&mut |_| Ok(Proposal { drafts: drafts.clone() })).is_err());
        assert_eq!(branch.files(), before);
    }

    #[test]
    fn blobs_are_kept_once_and_read_back() {
        let (branch, machine) = mk_ledger(&[]);
        let draft = |message: &str| {
            let mut draft = mk_draft(message);
            draft.blobs = BTreeMap::from([("plan".to_owned(), b"plan".to_vec()), ("same".to_owned(), b"plan".to_vec())]);
            draft.attached = vec![b"document".to_vec(), b"plan".to_vec()];
            draft
        };
        let ledger = machine.process(None);
        append(&ledger, &[draft("one"), draft("two")]);
        append(&ledger, &[draft("three")]);
        assert_eq!(branch.files().keys().filter(|path| path.starts_with("blobs/")).count(), 2);
        assert_eq!(machine.process(None).blob(Digest::of(b"document")).unwrap(), b"document");
        let digest = Digest::of(b"plan");
        assert_eq!(machine.process(None).blob(digest).unwrap(), b"plan");
        let absent = machine.process(None).blob(Digest::of(b"other"));
        assert!(matches!(absent, Err(LedgerError::MissingBlob { .. })), "{absent:?}");
        branch.tamper(|files| *files.get_mut(&crate::layout::blob_path(digest)).unwrap() = b"forged".to_vec());
        let forged = machine.process(None).blob(digest);
        assert!(matches!(forged, Err(LedgerError::CorruptBlob { .. })), "{forged:?}");
    }

    #[test]
    fn the_index_of_a_target_names_its_entries() {
        let (branch, machine) = mk_ledger(&["elsewhere"]);
        let about = |target: &str| {
            let mut draft = mk_draft("x");
            draft.subject.target = Some(target.to_owned());
            draft
        };
        let ledger = machine.process(None);
        append(&ledger, &[about("prod"), about("staging")]);
        append(&ledger, &[about("prod")]);
        assert_eq!(branch.files()["index/prod"], b"2\n4\n");
        assert_eq!(branch.files()["index/staging"], b"3\n");
    }

    #[test]
    fn a_process_reads_every_entry_once_and_its_own_never() {
        let (branch, machine) = mk_ledger(&["one", "two"]);
        let ledger = machine.process(None);
        branch.lock().reads = 0;
        ledger.history().unwrap();
        assert_eq!(branch.lock().reads, 3);
        append(&ledger, &[mk_draft("mine")]);
        ledger.history().unwrap();
        assert_eq!(branch.lock().reads, 3);
        append(&Machine::new(&branch).process(None), &[mk_draft("theirs")]);
        branch.lock().reads = 0;
        assert_eq!(messages(&ledger.history().unwrap()), ["one", "two", "mine", "theirs"]);
        assert_eq!(branch.lock().reads, 1);
    }
}
