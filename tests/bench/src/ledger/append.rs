//! What an append costs of our own time: without what the git program does to fetch and to push.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use tollgate_core::branch::{BranchChange, BranchError, BranchFile, KeepBranch, Pushed};
use tollgate_core::ports::{AppendEntry as _, Proposal, ReadLedger as _, Refusal};
use tollgate_repo::GitBranch;

use super::release::Releases;
use super::{LongLedgerError, branch, open};

/// Milliseconds of one append, each by the median of several.
pub(crate) struct AppendCost {
    pub(crate) entries: u64,
    /// Without the git program.
    pub(crate) own: f64,
    pub(crate) whole: f64,
}

/// Appends one release after the other, an entry each time.
pub(crate) fn append(clone: &Utf8Path, state: &Utf8Path, key: &str, runs: usize) -> Result<AppendCost, LongLedgerError> {
    let branch = Arc::new(Timed { branch: branch(clone)?, spent: Mutex::default() });
    // Each append is a process's first: it reads what the machine has written down.
    let ledger = || open(Arc::clone(&branch) as Arc<dyn KeepBranch>, state, key);
    let (len, policy) = ledger()?.gist().map(|gist| (gist.len(), gist.policy_in_force()))?;
    let mut releases = Releases::new(policy, len);
    let (mut own, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        branch.take();
        let start = Instant::now();
        ledger()?.append(&mut |gist| {
            let mut drafts = releases.next(gist.len()).ok_or(Refusal)?;
            drafts.truncate(1);
            Ok(Proposal { drafts })
        })?;
        let spent = start.elapsed();
        whole.push(spent);
        own.push(spent.saturating_sub(branch.take()));
    }
    Ok(AppendCost { entries: len, own: median(&mut own), whole: median(&mut whole) })
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1_000.0
}

/// A branch that counts the time of the git program.
struct Timed {
    branch: GitBranch,
    spent: Mutex<Duration>,
}

impl Timed {
    fn take(&self) -> Duration {
        std::mem::take(&mut self.spent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn timed<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) += start.elapsed();
        done
    }
}

impl KeepBranch for Timed {
    fn remote(&self) -> &str {
        self.branch.remote()
    }

    fn branch(&self) -> &str {
        self.branch.branch()
    }

    fn fetch(&self) -> Result<Option<String>, BranchError> {
        self.timed(|| self.branch.fetch())
    }

    fn changes(&self, before: Option<&str>, after: &str) -> Result<Vec<BranchChange>, BranchError> {
        self.branch.changes(before, after)
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, BranchError> {
        self.branch.read(commit, path)
    }

    fn read_all(&self, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, BranchError> {
        self.branch.read_all(commit, paths)
    }

    fn has(&self, commit: &str, path: &str) -> Result<bool, BranchError> {
        self.branch.has(commit, path)
    }

    fn write(&self, parent: Option<&str>, files: &[BranchFile], message: &str) -> Result<String, BranchError> {
        self.branch.write(parent, files, message)
    }

    fn push(&self, old: Option<&str>, new: &str) -> Result<Pushed, BranchError> {
        self.timed(|| self.branch.push(old, new))
    }
}
