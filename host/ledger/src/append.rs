//! Appending: fetch, look, propose, write, push; and again when somebody else was faster.

use std::thread::sleep;

use tollgate_core::branch::Pushed;
use tollgate_core::entry::{Draft, Entry};
use tollgate_core::history::History;
use tollgate_core::ports::{AppendEntry, AppendError, LedgerError, Proposal, Refusal};

use crate::backoff::{TRIES, pause};
use crate::batch::Batch;
use crate::failure::{from_branch, from_push};
use crate::ledger::GitLedger;
use crate::seen::Seen;

impl AppendEntry for GitLedger {
    fn append(&self, propose: &mut dyn FnMut(&History) -> Result<Proposal, Refusal>) -> Result<Vec<Entry>, AppendError> {
        for attempt in 1..=TRIES {
            let seen = self.refresh()?;
            let drafts = propose(&seen.history).map_err(|Refusal| AppendError::Refused)?.drafts;
            if drafts.is_empty() {
                return Ok(Vec::new());
            }
            let repo = seen.history.trust().map(|(entry, _)| entry.repo.clone()).unwrap_or_default();
            let batch = Batch::new(&seen, &repo, drafts)?;
            if let Pushed::Won = self.put(&seen, &batch)? {
                return Ok(batch.entries);
            }
            sleep(pause(attempt));
        }
        Err(AppendError::Contended { tries: TRIES })
    }

    fn create(&self, repo: &str, trust: Draft) -> Result<Entry, AppendError> {
        let exists = || AppendError::Exists { remote: self.branch.remote().to_owned(), branch: self.branch.branch().to_owned() };
        if self.fetch()?.is_some() {
            return Err(exists());
        }
        let batch = Batch::new(&Seen::default(), repo, vec![trust])?;
        match self.put(&Seen::default(), &batch)? {
            Pushed::Lost => Err(exists()),
            Pushed::Won => {
                self.refresh()?;
                let missing = || LedgerError::BadEntry { index: 0, reason: "it is missing".to_owned() };
                batch.entries.into_iter().next().ok_or_else(|| missing().into())
            }
        }
    }
}

impl GitLedger {
    /// Writes a batch on top of what was seen and pushes it.
    fn put(&self, seen: &Seen, batch: &Batch) -> Result<Pushed, AppendError> {
        let branch = self.branch.as_ref();
        let written = branch.write(seen.tip.as_deref(), batch.files(), &batch.message());
        let commit = written.map_err(|error| from_branch(branch, error))?;
        let pushed = branch.push(seen.tip.as_deref(), &commit).map_err(|error| from_push(branch, error))?;
        if pushed == Pushed::Won {
            self.note(seen, batch, &commit);
        }
        Ok(pushed)
    }
}
