//! Who had a hand in a change.

use std::collections::BTreeMap;

use super::mail;
use crate::promotion::listing::listed;
use crate::promotion::{Approval, Change, Commit, Vouching};

/// Trailers that name people who wrote a commit as well.
const CO_AUTHORS: [&str; 2] = ["co-authored-by", "co-developed-by"];

/// So much of an id is enough to say which commit is meant.
const SHORTEST_ID: usize = 7;

/// Those who had a hand in a change: authors, committers, co-authors and signers of its commits.
///
/// Who only merged had none. tollgate knows it of a merge by the forge, whose tree it has merged itself, and of a merge that
/// counts as the approval of its signer (`merge 4f2a…`). Of any other merge nobody knows whether it brought something of its
/// own, so it is a commit like others.
#[derive(Clone, Debug, Default)]
pub struct Involved {
    /// By address: what they did first.
    hands: BTreeMap<String, String>,
    /// Why there may be others, in sentences.
    unknown: Vec<String>,
    /// Commits that nobody vouches for, with the reason.
    unvouched: Vec<String>,
}

impl Involved {
    /// Those whom the commits of a change name. `approvals` are all there are, whether they count or not.
    pub fn of(change: &Change, approvals: &[Approval]) -> Self {
        let mut involved = Self::default();
        if !change.is_complete {
            involved.unknown.push(format!("the change has more than the {} commits that are looked at", change.commits.len()));
        }
        for commit in &change.commits {
            involved.add_co_authors(commit);
            if !is_only_a_merge(commit, approvals) {
                involved.add_commit(commit);
            }
            if let Vouching::Unsigned(reason) = &commit.vouching {
                involved.unvouched.push(format!("{} ({reason})", commit.short()));
            }
        }
        involved
    }

    /// And those who ask for it: the requester and the signer of the tag.
    #[must_use]
    pub fn and_requester(mut self, change: &Change) -> Self {
        match &change.requester {
            Some(requester) => self.add(&requester.principal, || "asks for it".to_owned()),
            None => self.unknown.push(format!("nobody can be named who asks for {}", change.reference)),
        }
        if let Some(signer) = change.tag.as_ref().and_then(Vouching::person) {
            self.add(&signer.principal, || "signed the tag".to_owned());
        }
        self
    }

    /// What a person did, in words that follow the name: `is the author of 4f2a…`. Nothing: nothing.
    pub fn how(&self, person: &str) -> Option<&str> {
        self.hands.get(&mail::fold(person)).map(String::as_str)
    }

    /// Why there may be others, in sentences. Of a commit that nobody vouches for anybody may be the author, unless addresses
    /// are believed.
    pub fn doubts(&self, believes_addresses: bool) -> Vec<String> {
        let unvouched = || format!("nobody vouches for {}, so anybody may be the author", listed(&self.unvouched));
        let unvouched = (!believes_addresses && !self.unvouched.is_empty()).then(unvouched);
        self.unknown.iter().cloned().chain(unvouched).collect()
    }

    fn add_commit(&mut self, commit: &Commit) {
        for (mail, what) in [(&commit.author, "author"), (&commit.committer, "committer")] {
            if mail::fold(mail).is_empty() {
                self.unknown.push(format!("commit {} has no {what}", commit.short()));
            }
            self.add(mail, || format!("is the {what} of {}", commit.short()));
        }
        if let Some(signer) = commit.vouching.person() {
            self.add(&signer.principal, || format!("signed {}", commit.short()));
        }
    }

    fn add_co_authors(&mut self, commit: &Commit) {
        let is_one = |key: &str| CO_AUTHORS.iter().any(|known| key.trim().eq_ignore_ascii_case(known));
        for (_, value) in commit.trailers.iter().filter(|(key, _)| is_one(key)) {
            let mut addresses = mail::of_trailer(value).peekable();
            if addresses.peek().is_none() {
                self.unknown.push(format!("commit {} has a co-author without a mail address: `{value}`", commit.short()));
            }
            addresses.for_each(|mail| self.add(mail, || format!("is a co-author of {}", commit.short())));
        }
    }

    fn add(&mut self, mail: &str, how: impl FnOnce() -> String) {
        self.hands.entry(mail::fold(mail)).or_insert_with(how);
    }
}

/// Whether tollgate knows that a commit brings nothing but what it merges. `approvals` are all there are.
pub fn is_only_a_merge(commit: &Commit, approvals: &[Approval]) -> bool {
    let is_of_signer = |approval: &Approval, signer: &str| {
        approval.void.is_none() && mail::is_same(&approval.by.principal, signer) && is_merge_of(&approval.source, &commit.id)
    };
    commit.is_merge
        && match &commit.vouching {
            Vouching::Forge(_) => true,
            Vouching::Signed(signer) => approvals.iter().any(|approval| is_of_signer(approval, &signer.principal)),
            Vouching::Unsigned(_) => false,
        }
}

/// Whether the source of an approval is a merge: `merge`, and the commit's id or the beginning of it.
fn is_merge_of(source: &str, id: &str) -> bool {
    let named = source.strip_prefix("merge ").map(|named| named.trim_end_matches('…'));
    named.is_some_and(|named| named.len() >= SHORTEST_ID && id.starts_with(named))
}

#[cfg(test)]
mod tests;
