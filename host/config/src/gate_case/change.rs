//! What git tells of the change.

use tollgate_core::deciding::{ChangeCommit, GitChange, Vouching};

use super::reading::{self, Reading};
use crate::origin::At;
use crate::raw::gate_case_change as raw;
use crate::raw::text::Text;

pub(super) fn change(raw: &raw::Change, at: &At<'_>, reading: &mut Reading) -> GitChange {
    let mut commits = Vec::new();
    for (index, written) in raw.commits.iter().enumerate() {
        commits.push(commit(written, index, &at.member("commits").element(index), reading));
    }
    let newest = raw.commits.first();
    let requester = raw.requester.as_ref().or_else(|| newest.map(|commit| &commit.author));
    let is_tag = raw.tag_signed_by.is_some() || raw.reference.as_str().starts_with("tag ");
    GitChange {
        reference: raw.reference.as_str().to_owned(),
        commit: commits.first().map_or_else(|| reading::commit("commit 0"), |commit| commit.id.clone()),
        requester: requester.filter(|_| !raw.without_requester).map(|requester| reading.person(requester)),
        tag: is_tag.then(|| signature(raw.tag_signed_by.as_ref(), reading)),
        base: Some(reading::commit("base")),
        commits,
        is_complete: raw.is_complete,
        rewritten: raw.rewritten.as_ref().map(|sentence| sentence.as_str().to_owned()),
        record: raw.record.clone().map(|record| record.into_iter().collect()),
    }
}

fn signature(signer: Option<&Text>, reading: &Reading) -> Vouching {
    signer.map_or_else(|| Vouching::Unsigned("it has no signature".to_owned()), |signer| Vouching::Signed(reading.person(signer)))
}

fn commit(raw: &raw::Commit, index: usize, at: &At<'_>, reading: &mut Reading) -> ChangeCommit {
    let id = raw.id.as_ref().map_or_else(|| format!("commit {index}"), |id| id.as_str().to_owned());
    ChangeCommit {
        id: reading::commit(&id),
        author: raw.author.as_str().to_owned(),
        committer: raw.committer.as_ref().unwrap_or(&raw.author).as_str().to_owned(),
        at: reading.moment_or_now(raw.at.as_ref(), &at.member("at")),
        summary: raw.summary.as_str().to_owned(),
        trailers: raw.trailers.iter().map(|(key, value)| (key.clone(), value.as_str().to_owned())).collect(),
        vouching: vouching(raw, at, reading),
        is_merge: raw.is_merge,
    }
}

/// One way at most in which somebody vouches for a commit.
fn vouching(raw: &raw::Commit, at: &At<'_>, reading: &mut Reading) -> Vouching {
    match (&raw.signed_by, &raw.forge_for, &raw.unsigned) {
        (None, None, None) => Vouching::Signed(reading.person(&raw.author)),
        (Some(signer), None, None) => Vouching::Signed(reading.person(signer)),
        (None, Some(person), None) => Vouching::Forge(reading.person(person)),
        (None, None, Some(reason)) => Vouching::Unsigned(reason.as_str().to_owned()),
        _ => {
            reading.problem(
                at.problem("a commit is vouched for in one way").hint("keep one of `signedBy`, `forgeFor` and `unsigned`"),
            );
            Vouching::Unsigned(String::new())
        }
    }
}
