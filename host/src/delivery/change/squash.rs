//! A commit with one parent that a forge made: a squash of a request, if the request and its reviews bear it out.
//!
//! The key of a forge is one that many can use, and a squash hides the commits that it is made of. So they are looked at again,
//! as if they had been merged: each must be vouched for, and is part of the change.

use tollgate_core::deciding::{MAX_CHANGE_COMMITS, Vouching};
use tollgate_core::forge::ForgeSpec;
use tollgate_core::people::{People, Person};
use tollgate_core::ports::{Commit, CommitRange, ReadRepository};

use super::facts::{ForgeFacts, MergedRequest};
use super::{ChangeError, Vouched, short};

/// A commit with the good signature of a forge.
pub(super) struct Squash<'s, 'a> {
    pub(super) repository: &'s dyn ReadRepository,
    pub(super) people: &'s People,
    pub(super) facts: &'s ForgeFacts<'a>,
    pub(super) commit: &'s Commit,
    pub(super) parent: &'s str,
    /// Says who vouches for other commits, as of when the ledger saw this one first. A squash among them would have to be borne
    /// out by a request of its own, which nobody looks for.
    pub(super) vouch: &'s dyn Fn(CommitRange) -> Result<Vouched, ChangeError>,
}

/// What it is made of, and who opened the request.
pub(super) struct Squashed {
    pub(super) by: Person,
    pub(super) commits: Vec<(Commit, Vouching)>,
}

impl Squash<'_, '_> {
    /// Whether it is a squash of something reviewed; else why it is nobody's.
    ///
    /// # Errors
    /// When the forge can't be asked, or history can't be read.
    pub(super) fn judge(&self) -> Result<Result<Squashed, String>, ChangeError> {
        let Some(spec) = self.facts.spec() else {
            return Ok(Err(unproven("there is none; merge with a merge commit instead")));
        };
        let mut reasons = Vec::new();
        for merged in self.facts.of(self.commit)?.iter() {
            match self.of_request(spec, merged)? {
                Ok(squashed) => return Ok(Ok(squashed)),
                Err(reason) => reasons.push(format!("of {} it can't be had: {reason}", spec.request(merged.request.number))),
            }
        }
        if self.facts.is_silent() {
            reasons.push("the forge does not answer".to_owned());
        } else if reasons.is_empty() {
            reasons.push(format!("the forge knows no {} that was merged as it", spec.kind.request()));
        }
        Ok(Err(unproven(&reasons.join("; "))))
    }

    fn of_request(&self, spec: &ForgeSpec, merged: &MergedRequest) -> Result<Result<Squashed, String>, ChangeError> {
        if let Some(doubt) = &merged.doubt {
            return Ok(Err(doubt.clone()));
        }
        if let Err(reason) = self.reviewed(spec, merged) {
            return Ok(Err(reason));
        }
        let by = match self.author(spec, merged) {
            Ok(by) => by,
            Err(reason) => return Ok(Err(reason)),
        };
        let brought = self.brought(&merged.request.head)?;
        Ok(brought.map(|commits| Squashed { by, commits }))
    }

    /// That somebody has said yes to the very head.
    fn reviewed(&self, spec: &ForgeSpec, merged: &MergedRequest) -> Result<(), String> {
        let head = short(&merged.request.head);
        let mut void = Vec::new();
        for review in &merged.reviews {
            match merged.heard_of(review, spec, self.people) {
                (_, None) => return Ok(()),
                (by, Some(why)) => void.push(format!("{}: {why}", by.principal)),
            }
        }
        let why = if void.is_empty() { String::new() } else { format!(" ({})", void.join("; ")) };
        Err(format!("no review of its head {head} counts{why}"))
    }

    fn author(&self, spec: &ForgeSpec, merged: &MergedRequest) -> Result<Person, String> {
        let author = merged.request.author.as_ref().ok_or("the account that opened it is gone")?;
        let unknown = || format!("it is by the account `{author}`, which `people.forge.accounts` does not have");
        Ok(self.people.person(spec.principal(author).ok_or_else(unknown)?))
    }

    /// The commits that it is made of.
    fn brought(&self, head: &str) -> Result<Result<Vec<(Commit, Vouching)>, String>, ChangeError> {
        let range = self.repository.commits_since(head, Some(self.parent), MAX_CHANGE_COMMITS)?;
        if !range.is_complete {
            return Ok(Err("its head brings more commits than are looked at".to_owned()));
        }
        let Vouched { range, vouchings, .. } = (self.vouch)(range)?;
        let commits: Vec<(Commit, Vouching)> = range.commits.into_iter().zip(vouchings).collect();
        let nobodys = commits.iter().find_map(|(commit, vouching)| match vouching {
            Vouching::Unsigned(why) => Some((commit, why)),
            _ => None,
        });
        Ok(match nobodys {
            Some((commit, why)) => Err(format!("it squashes {}, for which nobody vouches ({why})", short(&commit.id))),
            None => Ok(commits),
        })
    }
}

fn unproven(why: &str) -> String {
    format!("it is a squash by the forge, or an edit there; it needs the review fact for its head, and {why}")
}
