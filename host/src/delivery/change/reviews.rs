//! Reviews: a person who merges what others wrote and signs it, a person who signs a tag for it, and a person who says yes on the
//! forge.

use std::collections::{BTreeSet, HashSet};

use tollgate_core::deciding::{ApprovalKind, CountedApproval, Vouching};
use tollgate_core::forge::{ForgeReview, ForgeSpec};
use tollgate_core::people::{Person, address};
use tollgate_core::ports::{Commit, SourceError, Tag};
use tollgate_core::time::Timestamp;

use super::facts::{ForgeFacts, MergedRequest};
use super::vouching::Vouchers;
use super::{ChangeError, ChangeReader, Vouched, short};

/// Tags below it approve.
const APPROVING: &str = "approve/";

/// What is reviewed.
pub(super) struct Reviews<'r, 'a> {
    pub(super) reader: &'r ChangeReader<'a>,
    pub(super) vouchers: &'r Vouchers<'a>,
    pub(super) vouched: &'r Vouched,
    pub(super) facts: &'r ForgeFacts<'a>,
    pub(super) commit: &'r str,
    /// Git hash of its whole tree. Reviews of other trees are of other things.
    pub(super) tree: &'r str,
}

impl Reviews<'_, '_> {
    /// All of them, whether they count or not.
    pub(super) fn all(&self) -> Result<Vec<CountedApproval>, ChangeError> {
        let mut approvals = if self.vouchers.is_nobody() { Vec::new() } else { self.in_git()? };
        approvals.extend(self.on_forge()?);
        Ok(approvals)
    }

    /// Those on the forge, of requests that were merged as a commit with this tree. Where a request was merged as two, as a squash
    /// and a merge of that, it is heard once, and rather about the one that git bears out.
    fn on_forge(&self) -> Result<Vec<CountedApproval>, ChangeError> {
        let Some(spec) = self.facts.spec() else { return Ok(Vec::new()) };
        let mut requests = Vec::new();
        for commit in self.with_tree()? {
            requests.extend(self.facts.of(&commit)?.iter().map(|merged| (merged.request.number, self.of_request(spec, merged))));
        }
        requests.sort_by_key(|(number, approvals)| (*number, !approvals.iter().any(|approval| approval.void.is_none())));
        requests.dedup_by_key(|(number, _)| *number);
        Ok(requests.into_iter().flat_map(|(_, approvals)| approvals).collect())
    }

    fn of_request(&self, spec: &ForgeSpec, merged: &MergedRequest) -> Vec<CountedApproval> {
        let counted = |given: &ForgeReview| {
            let (by, void) = merged.heard_of(given, spec, self.reader.people);
            let void = void.or_else(|| self.void(&by, given.at));
            review(by, given.at, spec.request(merged.request.number), void)
        };
        merged.reviews.iter().map(counted).collect()
    }

    /// The commits of the change that have this tree, and the one that it is about, which a way back does not bring.
    fn with_tree(&self) -> Result<Vec<Commit>, ChangeError> {
        let mut commits: Vec<Commit> =
            self.vouched.range.commits.iter().filter(|commit| commit.tree == self.tree).cloned().collect();
        if !commits.iter().any(|commit| commit.id == self.commit) {
            commits.extend(self.reader.repository.commits_since(self.commit, None, 1)?.commits);
        }
        Ok(commits)
    }

    fn in_git(&self) -> Result<Vec<CountedApproval>, ChangeError> {
        let mut approvals = Vec::new();
        for (commit, vouching) in self.vouched.iter().filter(|(commit, _)| commit.is_merge() && commit.tree == self.tree) {
            let Some(by) = vouching.person() else { continue };
            let void = self.void_merge(commit, vouching, by)?;
            let source = format!("merge {}", commit.id);
            approvals.push(review(by.clone(), commit.committer.at, source, void));
        }
        let same = self.vouched.range.commits.iter().filter(|commit| commit.tree == self.tree).map(|commit| commit.id.as_str());
        let commits: BTreeSet<&str> = same.chain([self.commit]).collect();
        let tags = self.reader.repository.tags_on(&commits.into_iter().collect::<Vec<_>>(), APPROVING)?;
        approvals.extend(tags.iter().filter_map(|tag| self.of_tag(tag)));
        Ok(approvals)
    }

    /// Nothing for a tag of a tag, or one that does not say who made it.
    fn of_tag(&self, tag: &Tag) -> Option<CountedApproval> {
        let tagger = tag.tagger.as_ref()?;
        tag.commit.as_ref()?;
        let source = format!("tag {}", tag.name);
        Some(match self.vouchers.tag(tag, self.reader.now) {
            Vouching::Signed(by) | Vouching::Forge(by) => {
                let void = self.void(&by, tagger.at);
                review(by, tagger.at, source, void)
            }
            Vouching::Unsigned(reason) => review(self.reader.people.person(&tagger.mail), tagger.at, source, Some(reason)),
        })
    }

    fn void(&self, by: &Person, at: Timestamp) -> Option<String> {
        if by.automation {
            return Some("a machine signed it".to_owned());
        }
        if at > self.reader.now {
            return Some("its date is in the future".to_owned());
        }
        let since = self.reader.history.policy_in_force().map(|policy| policy.since);
        let is_of_now = since.is_some_and(|since| at >= since);
        (!is_of_now).then(|| "it was given under another policy revision".to_owned())
    }

    fn void_merge(&self, merge: &Commit, vouching: &Vouching, by: &Person) -> Result<Option<String>, SourceError> {
        if matches!(vouching, Vouching::Forge(_)) {
            return Ok(Some("the forge made it, so nobody says to have looked at it".to_owned()));
        }
        if !self.vouched.range.is_complete {
            return Ok(Some("the change has more commits than are looked at".to_owned()));
        }
        if let Some(own) = self.written_by(by, merge) {
            return Ok(Some(format!("its signer wrote {}, which it brings", short(&own.id))));
        }
        Ok(match self.adds_to_its_parents(merge)? {
            true => Some("it holds what its parents do not, which its signer wrote".to_owned()),
            false => self.void(by, merge.committer.at),
        })
    }

    /// A commit of the change that leads to the merge, is no merge, and is by this person.
    fn written_by(&self, by: &Person, merge: &Commit) -> Option<&Commit> {
        let mut inside: HashSet<&str> = HashSet::from([merge.id.as_str()]);
        for (commit, vouching) in self.vouched.iter() {
            if !inside.contains(commit.id.as_str()) {
                continue;
            }
            inside.extend(commit.parents.iter().map(String::as_str));
            let mut all = std::iter::once((commit, vouching)).chain(self.vouched.squashed_in(commit));
            if let Some((own, _)) = all.find(|(one, of)| !one.is_merge() && writers(one, of).contains(&by.principal)) {
                return Some(own);
            }
        }
        None
    }

    fn adds_to_its_parents(&self, merge: &Commit) -> Result<bool, SourceError> {
        let [one, other] = merge.parents.as_slice() else { return Ok(true) };
        match self.reader.repository.merged_tree(one, other) {
            Ok(tree) => Ok(tree != merge.tree),
            Err(SourceError::Conflict { .. } | SourceError::Unrelated { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Everybody who had a hand in a commit: by what git says, by who signed, and by trailers.
fn writers(commit: &Commit, vouching: &Vouching) -> BTreeSet<String> {
    let named = [&commit.author.mail, &commit.committer.mail].map(|mail| address(mail));
    let signer = vouching.person().map(|person| person.principal.clone());
    let together = commit.trailers.iter().filter(|(key, _)| key.eq_ignore_ascii_case("co-authored-by"));
    let together = together.filter_map(|(_, value)| Some(address(value.rsplit_once('<')?.1.trim_end().strip_suffix('>')?)));
    named.into_iter().chain(signer).chain(together).collect()
}

const fn review(by: Person, at: Timestamp, source: String, void: Option<String>) -> CountedApproval {
    CountedApproval { kind: ApprovalKind::Review, by, at, source, void }
}
