//! What git, and where it is asked the forge, tell of a change: which commits it brings, who vouches for them, who asked for it, and who looked at it.
//!
//! Mail addresses are in lower case from here on, so that nobody gets around an exclusion by another way of writing.

mod facts;
mod forge;
mod record;
mod reviews;
mod rewritten;
pub(crate) mod seen;
mod squash;
mod vouching;

use std::collections::{BTreeMap, HashSet};

use tollgate_core::deciding::{ChangeCommit, CountedApproval, Fact, GitChange, MAX_CHANGE_COMMITS, Vouching};
use tollgate_core::finding::Finding;
use tollgate_core::gist::Gist;
use tollgate_core::people::{People, Person, address};
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{Commit, CommitRange, ForgeError, ReadRepository, SourceError, Tag, VerifySignature};
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;

pub(crate) use crate::delivery::change::facts::AskedForge;
use crate::delivery::change::facts::ForgeFacts;
use crate::delivery::change::vouching::Vouchers;
use crate::delivery::components::ensure_local;

/// What a change is counted from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Since<'a> {
    /// From what runs at this target.
    Target(&'a str),
    /// From the policy revision in force.
    Policy,
}

/// Reads changes on their way to one target, or into force.
pub(crate) struct ChangeReader<'a> {
    pub(crate) repository: &'a dyn ReadRepository,
    pub(crate) people: &'a People,
    /// Whose SSH keys count, by the policy in force.
    pub(crate) signers: &'a dyn VerifySignature,
    /// Who is asked for reviews; nothing where nobody needs them.
    pub(crate) forge: Option<AskedForge<'a>>,
    pub(crate) history: &'a Gist,
    pub(crate) since: Since<'a>,
    pub(crate) now: Timestamp,
}

/// Why nobody knows what a change is. What can't be told is never left out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Forge(#[from] ForgeError),
}

/// What is told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) change: GitChange,
    /// Reviews: signed merges, signed tags, and those on the forge.
    pub(crate) approvals: Vec<CountedApproval>,
    /// What the forge said.
    pub(crate) facts: Vec<Fact>,
    /// Why it said nothing, so that nothing of it counts.
    pub(crate) unheard: Option<ForgeError>,
    /// The change's record can't be read.
    pub(crate) findings: Vec<Finding>,
}

/// The commits of a change, each with who vouches for it.
struct Vouched {
    range: CommitRange,
    /// One for each commit of the range.
    vouchings: Vec<Vouching>,
    /// The commits that squashes are made of, by the squash.
    squashed: BTreeMap<String, Vec<(Commit, Vouching)>>,
}

impl Vouched {
    fn iter(&self) -> impl Iterator<Item = (&Commit, &Vouching)> {
        self.range.commits.iter().zip(&self.vouchings)
    }

    fn squashed_in(&self, commit: &Commit) -> impl Iterator<Item = (&Commit, &Vouching)> {
        self.squashed.get(&commit.id).into_iter().flatten().map(|(commit, vouching)| (commit, vouching))
    }

    /// The commits, each once and with what it squashes after it; and whether that is all there are.
    fn told(&self) -> (Vec<ChangeCommit>, bool) {
        let squashes =
            self.iter().flat_map(|(commit, vouching)| std::iter::once((commit, vouching)).chain(self.squashed_in(commit)));
        let mut ids = HashSet::new();
        let mut commits: Vec<ChangeCommit> = squashes
            .filter(|(commit, _)| ids.insert(commit.id.as_str()))
            .map(|(commit, vouching)| change_commit(commit, vouching))
            .collect();
        let is_complete = self.range.is_complete && commits.len() <= MAX_CHANGE_COMMITS;
        commits.truncate(MAX_CHANGE_COMMITS);
        (commits, is_complete)
    }
}

impl ChangeReader<'_> {
    /// Reads what a commit brings, and what is said of it. `tree` is the hash of its whole tree.
    ///
    /// # Errors
    /// When the history can't be read as far as it is needed, or the remote can't be asked for tags, or the forge for reviews.
    pub(crate) fn read(&self, provenance: &Provenance, tree: &str) -> Result<Told, ChangeError> {
        let Provenance { reference, commit } = provenance;
        let vouchers = Vouchers::new(self.repository, self.people, self.signers);
        let base = self.base()?;
        let range = self.repository.commits_since(commit, base.as_deref(), MAX_CHANGE_COMMITS)?;
        let seen = seen::first_seen(self.history, &range.commits, self.now);
        let facts = ForgeFacts::new(self.repository, self.people.forge.as_ref().zip(self.forge));
        let vouched = vouchers.commits(range, &seen, &facts)?;
        let tag = self.tag(provenance, &vouchers)?;
        let (record, findings) = record::read(self.repository, commit)?;
        let reviews = reviews::Reviews { reader: self, vouchers: &vouchers, vouched: &vouched, facts: &facts, commit, tree };
        let approvals = reviews.all()?;
        let (commits, is_complete) = vouched.told();
        let change = GitChange {
            reference: reference.to_string(),
            commit: commit.clone(),
            requester: self.requester(commit, tag.as_ref(), &vouched, &vouchers, &facts)?,
            tag,
            base,
            commits,
            is_complete,
            rewritten: rewritten::sentence(self.repository, self.history, self.began(), provenance)?,
            record,
        };
        let heard = facts.heard(self.now);
        Ok(Told { change, approvals, facts: heard, unheard: facts.into_silence(), findings })
    }

    /// The entry with which what it is counted from began.
    fn began(&self) -> u64 {
        match self.since {
            Since::Target(target) => self.history.current(target).map_or(0, |promotion| promotion.decision.index),
            Since::Policy => self.history.policy_in_force().map_or(0, |policy| policy.entry),
        }
    }

    /// What runs at the target now, or judges now, else what the ledger started from. A commit that is lost counts for nothing:
    /// then more commits are looked at, never fewer.
    fn base(&self) -> Result<Option<String>, SourceError> {
        let current = match self.since {
            Since::Target(target) => self.history.current(target).map(|promotion| promotion.decided.provenance.commit.clone()),
            Since::Policy => self.history.policy_in_force().map(|policy| policy.commit),
        };
        let trusted = self.history.trust().map(|(_, trust)| trust.commit.clone());
        for commit in current.into_iter().chain(trusted) {
            match ensure_local(self.repository, &commit) {
                Ok(()) => return Ok(Some(commit)),
                Err(SourceError::UnknownRevision { .. } | SourceError::UnknownReference { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Who vouches for the tag by which the change was asked for.
    fn tag(&self, provenance: &Provenance, vouchers: &Vouchers<'_>) -> Result<Option<Vouching>, SourceError> {
        let GitReference::Tag(name) = &provenance.reference else { return Ok(None) };
        let tag = match self.repository.tag_at_remote(name) {
            Ok(Some(tag)) => tag,
            Ok(None) => {
                let reason = "it is a plain tag, which nobody can sign; make one with `git tag -s`";
                return Ok(Some(Vouching::Unsigned(reason.to_owned())));
            }
            // A way back must not hang on a tag that was tidied away since.
            Err(SourceError::UnknownReference { .. }) => {
                return Ok(Some(Vouching::Unsigned("the remote does not have it any more".to_owned())));
            }
            Err(error) => return Err(error),
        };
        if tag.commit.as_deref() != Some(provenance.commit.as_str()) {
            return Ok(Some(Vouching::Unsigned(elsewhere(&tag))));
        }
        Ok(Some(vouchers.tag(&tag, self.now)))
    }

    /// The signer of the tag, else whoever made the newest commit that is no merge, else who opened or merged the request of the
    /// commit on the forge. A machine asks for nothing.
    fn requester(
        &self,
        tip: &str,
        tag: Option<&Vouching>,
        vouched: &Vouched,
        vouchers: &Vouchers<'_>,
        facts: &ForgeFacts<'_>,
    ) -> Result<Option<Person>, ChangeError> {
        let of_tag = tag.and_then(Vouching::person).cloned();
        let plain = vouched.iter().filter(|(commit, _)| !commit.is_merge());
        let of_commits = plain.flat_map(|(commit, vouching)| self.makers(commit, vouching));
        let found = of_tag.into_iter().chain(of_commits).find(|person| !person.automation);
        if found.is_some() {
            return Ok(found);
        }
        // It goes back, or brings nothing but merges: then it is about the commit itself.
        let tip = self.repository.commits_since(tip, None, 1)?;
        let seen = seen::first_seen(self.history, &tip.commits, self.now);
        let vouching = tip.commits.first().map(|commit| vouchers.commit(commit, seen.at(&commit.id)));
        let makers = tip.commits.first().zip(vouching).map(|(commit, vouching)| self.makers(commit, &vouching));
        let found = makers.into_iter().flatten().find(|person| !person.automation);
        match (found, tip.commits.first()) {
            (None, Some(commit)) => self.person_on_forge(commit, facts),
            (found, _) => Ok(found),
        }
    }

    fn person_on_forge(&self, commit: &Commit, facts: &ForgeFacts<'_>) -> Result<Option<Person>, ChangeError> {
        let Some(spec) = facts.spec() else { return Ok(None) };
        let requests = facts.of(commit)?;
        Ok(requests.iter().flat_map(|merged| merged.people(spec, self.people)).find(|person| !person.automation))
    }

    /// The signer before the author: one is known, the other only named.
    fn makers(&self, commit: &Commit, vouching: &Vouching) -> [Person; 2] {
        let author = self.people.person(&commit.author.mail);
        [vouching.person().cloned().unwrap_or_else(|| author.clone()), author]
    }
}

fn elsewhere(tag: &Tag) -> String {
    match &tag.commit {
        Some(commit) => format!("it was moved while it was read: it is on the commit {} now", short(commit)),
        None => "it is a tag of a tag, and not of a commit".to_owned(),
    }
}

fn change_commit(commit: &Commit, vouching: &Vouching) -> ChangeCommit {
    ChangeCommit {
        id: commit.id.clone(),
        author: address(&commit.author.mail),
        committer: address(&commit.committer.mail),
        at: commit.committer.at,
        summary: commit.message.trim_start().lines().next().unwrap_or_default().to_owned(),
        trailers: commit.trailers.clone(),
        vouching: vouching.clone(),
        is_merge: commit.is_merge(),
    }
}

/// Enough of an id to tell people.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
