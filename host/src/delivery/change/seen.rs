//! When the ledger first saw a commit.
//!
//! The date in a commit is what its maker says: whoever holds a key that has expired, or was taken back, dates a commit to when the
//! key was good. But nobody can date an entry of the ledger, so a key has to be good at the time of the first entry that leads to
//! the commit, and if there is none, now.

use std::collections::HashMap;

use tollgate_core::gist::Gist;
use tollgate_core::ports::Commit;
use tollgate_core::time::Timestamp;

/// By commit.
pub(crate) struct FirstSeen {
    times: HashMap<String, Timestamp>,
    now: Timestamp,
}

impl FirstSeen {
    /// Everything was first seen at this time.
    pub(crate) fn all_at(now: Timestamp) -> Self {
        Self { times: HashMap::new(), now }
    }

    /// When a commit was first seen: now, if never.
    pub(crate) fn at(&self, commit: &str) -> Timestamp {
        self.times.get(commit).copied().unwrap_or(self.now)
    }
}

/// Finds the first decision about each commit, or about one that leads to it. Children come before their parents.
pub(crate) fn first_seen(history: &Gist, commits: &[Commit], now: Timestamp) -> FirstSeen {
    let mut times: HashMap<String, Timestamp> = history.decided_commits().map(|(commit, time)| (commit.to_owned(), time)).collect();
    for commit in commits {
        let Some(time) = times.get(&commit.id).copied() else { continue };
        commit.parents.iter().for_each(|parent| earlier(&mut times, parent, time));
    }
    FirstSeen { times, now }
}

fn earlier(times: &mut HashMap<String, Timestamp>, commit: &str, time: Timestamp) {
    times.entry(commit.to_owned()).and_modify(|known| *known = (*known).min(time)).or_insert(time);
}
