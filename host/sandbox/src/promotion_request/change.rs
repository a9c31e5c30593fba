//! What git tells of a change.

use tollgate_core::deciding::{ChangeCommit, GitChange, Vouching};
use tollgate_core::people::Person;

use super::{seconds, wit};

pub(super) fn person(person: &Person) -> wit::Person {
    wit::Person { principal: person.principal.clone(), teams: person.teams.clone(), automation: person.automation }
}

pub(super) fn change(change: &GitChange) -> wit::Change {
    wit::Change {
        reference: change.reference.clone(),
        commit: change.commit.clone(),
        requester: change.requester.as_ref().map(person),
        tag: change.tag.as_ref().map(vouching),
        base: change.base.clone(),
        commits: change.commits.iter().map(commit).collect(),
        is_complete: change.is_complete,
        rewritten: change.rewritten.clone(),
        record: change.record.as_ref().map(|record| record.to_string().into_bytes()),
    }
}

fn commit(commit: &ChangeCommit) -> wit::Commit {
    wit::Commit {
        id: commit.id.clone(),
        author: commit.author.clone(),
        committer: commit.committer.clone(),
        at: seconds(commit.at),
        summary: commit.summary.clone(),
        trailers: commit.trailers.clone(),
        vouching: vouching(&commit.vouching),
        is_merge: commit.is_merge,
    }
}

fn vouching(vouching: &Vouching) -> wit::Vouching {
    match vouching {
        Vouching::Signed(by) => wit::Vouching::Signed(person(by)),
        Vouching::Forge(by) => wit::Vouching::Forge(person(by)),
        Vouching::Unsigned(reason) => wit::Vouching::Unsigned(reason.clone()),
    }
}
