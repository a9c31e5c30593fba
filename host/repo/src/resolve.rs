//! From a name that a person typed to a commit at the remote.

use std::collections::HashSet;

use git2::{Oid, Reference, Repository};
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{ResolvedReference, SourceError};

use crate::kept::{KeepError, Kept};
use crate::objects::{self, ObjectError};
use crate::program::GitSaid;
use crate::reading::parse;
use crate::remote::RemoteReference;
use crate::repository::{GitRepository, failed};

const BRANCHES: &str = "refs/heads/";
const TAGS: &str = "refs/tags/";

impl GitRepository {
    pub(crate) fn resolve(&self, name: &str) -> Result<ResolvedReference, SourceError> {
        if let Ok(commit) = objects::commit_id(name) {
            return self.resolve_commit(name, commit);
        }
        let found = self.find_at_remote(name)?;
        let commit = self.bring(&found)?.to_string();
        Ok(ResolvedReference { reference: typed(&found.name), commit })
    }

    /// The tip of a branch at the remote.
    pub(crate) fn branch_at_remote(&self, branch: &str) -> Result<RemoteReference, SourceError> {
        self.find_at_remote(&format!("{BRANCHES}{branch}"))
    }

    /// The one branch or tag of this name.
    fn find_at_remote(&self, name: &str) -> Result<RemoteReference, SourceError> {
        let full = name.starts_with(BRANCHES) || name.starts_with(TAGS);
        let names = if full { vec![name.to_owned()] } else { vec![format!("{BRANCHES}{name}"), format!("{TAGS}{name}")] };
        let unknown = || SourceError::UnknownReference { name: name.to_owned(), remote: self.remote.name() };
        if !names.iter().all(|name| Reference::is_valid_name(name)) {
            return Err(unknown());
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut found = self.remote.find(&names).map_err(|said| self.unreachable(said))?;
        match (found.pop(), found.pop()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(unknown()),
            (Some(_), Some(_)) => Err(SourceError::AmbiguousReference { name: name.to_owned(), remote: self.remote.name() }),
        }
    }

    /// A commit counts only if somebody put it on a branch or tag: anybody may leave a commit in a forge by proposing it.
    fn resolve_commit(&self, name: &str, commit: Oid) -> Result<ResolvedReference, SourceError> {
        let tips = self.remote.all().map_err(|said| self.unreachable(said))?;
        let (exact, others): (Vec<_>, Vec<_>) = tips.into_iter().partition(|tip| tip.commit == name);
        let on_a_name = if exact.is_empty() { self.is_on_any(&others, commit) } else { self.is_on_any(&exact, commit) };
        match on_a_name? {
            true => Ok(ResolvedReference { reference: GitReference::Commit(name.to_owned()), commit: name.to_owned() }),
            false => Err(SourceError::UnknownReference { name: name.to_owned(), remote: self.remote.name() }),
        }
    }

    fn is_on_any(&self, tips: &[RemoteReference], commit: Oid) -> Result<bool, SourceError> {
        let mut cut = None;
        for tip in self.bring_all(tips)?.into_iter().flatten() {
            match self.contains(tip, commit) {
                Err(SourceError::Shallow { depth }) => cut = cut.max(Some(depth)),
                Ok(false) => {}
                found_or_failed => return found_or_failed,
            }
        }
        cut.map_or(Ok(false), |depth| Err(SourceError::Shallow { depth }))
    }

    /// Makes sure that the clone has a commit of the remote with all that belongs to it.
    pub(crate) fn bring(&self, found: &RemoteReference) -> Result<Oid, SourceError> {
        let commit = self.bring_all(std::slice::from_ref(found))?.pop().flatten();
        commit.ok_or_else(|| failed(&found.name, ObjectError::NotACommit(found.name.clone())))
    }

    /// As [`Self::bring`], for many; nothing for a tag that leads to no commit.
    fn bring_all(&self, found: &[RemoteReference]) -> Result<Vec<Option<Oid>>, SourceError> {
        let place = self.place()?;
        let whole = self.handles.with(whole_commits).map_err(|error| failed("references", error.into()))?;
        let ids: Vec<Oid> = found.iter().map(|one| parse(&one.commit)).collect::<Result<_, _>>()?;
        let wanted: Vec<_> = found.iter().zip(&ids).filter(|(_, id)| !whole.contains(*id)).collect();
        if !wanted.is_empty() {
            let names: Vec<&str> = wanted.iter().map(|(one, _)| one.name.as_str()).collect();
            self.remote.fetch(&names).map_err(|said| self.unreachable(said))?;
        }
        for (one, id) in wanted {
            self.keep(&place, one, *id)?;
        }
        let commits = |repository: &Repository| Ok(ids.iter().map(|id| repository.find_commit(*id).ok().map(|_| *id)).collect());
        self.handles.with(commits).map_err(|error: git2::Error| failed("commits", error.into()))
    }

    fn keep(&self, place: &str, found: &RemoteReference, id: Oid) -> Result<(), SourceError> {
        let keep = |repository: &Repository| {
            if !repository.odb()?.exists(id) {
                return Err(KeepError::Moved(found.name.clone()));
            }
            match repository.find_commit(id) {
                Ok(_) => Kept::new(&self.common_directory, place, &found.name)?.advance(repository, id),
                Err(_) => Ok(()),
            }
        };
        let kept = self.handles.with(keep);
        kept.map_err(|error| SourceError::Git { what: found.name.clone(), source: Box::new(error) })
    }

    fn unreachable(&self, said: GitSaid) -> SourceError {
        SourceError::Remote { remote: self.remote.name(), message: said.0 }
    }
}

/// The commits that the clone surely has with all that belongs to them. That a commit is there says nothing about its
/// files: a fetch that was killed leaves some objects. But what a reference points to was complete when it was set.
fn whole_commits(repository: &Repository) -> Result<HashSet<Oid>, git2::Error> {
    let head = repository.head().ok().and_then(|head| head.target());
    let targets = repository.references()?.filter_map(|reference| reference.ok()?.target());
    Ok(targets.chain(head).collect())
}

fn typed(name: &str) -> GitReference {
    match (name.strip_prefix(BRANCHES), name.strip_prefix(TAGS)) {
        (Some(branch), _) => GitReference::Branch(branch.to_owned()),
        (None, Some(tag)) => GitReference::Tag(tag.to_owned()),
        (None, None) => GitReference::Commit(name.to_owned()),
    }
}
