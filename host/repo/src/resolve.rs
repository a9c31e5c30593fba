//! From a name that a person typed to a commit at the remote.

use std::collections::{BTreeSet, HashSet};

use git2::{Oid, Reference, Repository};
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{ResolvedReference, SourceError};

use crate::kept::{KeepError, Kept, Purpose};
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

    /// What the remote has under a full name, be it a branch, a tag or neither.
    pub(crate) fn head(&self, name: &str) -> Result<String, SourceError> {
        let unknown = || SourceError::UnknownReference { name: name.to_owned(), remote: self.remote.name() };
        if !name.starts_with("refs/") || !Reference::is_valid_name(name) {
            return Err(unknown());
        }
        let found = self.remote.find(&[name]).map_err(|said| self.unreachable(said))?.pop().ok_or_else(unknown)?;
        Ok(self.bring(&found)?.to_string())
    }

    /// The tip of a branch at the remote.
    pub(crate) fn branch_at_remote(&self, branch: &str) -> Result<RemoteReference, SourceError> {
        self.find_at_remote(&format!("{BRANCHES}{branch}"))
    }

    /// Those of these branches that the remote has, all asked for at once.
    pub(crate) fn branches_there(&self, names: &[&str]) -> Result<BTreeSet<String>, SourceError> {
        let full: Vec<String> = names.iter().map(|name| format!("{BRANCHES}{name}")).collect();
        let full: Vec<&str> = full.iter().map(String::as_str).filter(|name| Reference::is_valid_name(name)).collect();
        if full.is_empty() {
            return Ok(BTreeSet::new());
        }
        let found = self.remote.find(&full).map_err(|said| self.unreachable(said))?;
        Ok(found.iter().filter_map(|one| one.name.strip_prefix(BRANCHES)).map(ToOwned::to_owned).collect())
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
                Ok(_) => Kept::new(&self.common_directory, Purpose::Name, place, &found.name)?.advance(repository, id),
                Err(_) => Ok(()),
            }
        };
        let kept = self.handles.with(keep);
        kept.map_err(|error| SourceError::Git { what: found.name.clone(), source: Box::new(error) })
    }

    pub(crate) fn unreachable(&self, said: GitSaid) -> SourceError {
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

#[cfg(test)]
mod tests {
    use tollgate_core::ports::ReadRepository;

    use super::*;
    use crate::testing::Scene;

    fn is_unknown(result: &Result<ResolvedReference, SourceError>) -> bool {
        matches!(result, Err(SourceError::UnknownReference { .. }))
    }

    #[test]
    fn a_name_leads_to_what_the_remote_has_now_and_the_clone_stays_as_it_was() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let before = scene.belongings("clone");
        let commit = scene.push("seed", "two", "master");
        let resolved = scene.repository("clone").resolve_at_remote("master").unwrap();
        assert_eq!(resolved, ResolvedReference { reference: GitReference::Branch("master".to_owned()), commit: commit.clone() });
        assert_eq!(scene.repository("clone").read(&commit, "README").unwrap().unwrap(), b"two");
        assert_eq!(scene.belongings("clone"), before);
    }

    #[test]
    fn tags_are_peeled_to_their_commits() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let commit = scene.commit("seed", "README", "two");
        scene.git("seed", &["tag", "plain"]);
        scene.git("seed", &["tag", "--annotate", "--message", "x", "annotated"]);
        scene.git("seed", &["push", "--quiet", "origin", "plain", "annotated"]);
        for tag in ["plain", "annotated", "refs/tags/annotated"] {
            let resolved = scene.repository("clone").resolve_at_remote(tag).unwrap();
            assert_eq!(resolved.commit, commit, "{tag}");
            assert_eq!(resolved.reference, GitReference::Tag(tag.trim_start_matches(TAGS).to_owned()));
        }
        assert_eq!(scene.git("clone", &["tag"]), "");
    }

    #[test]
    fn a_name_that_is_both_is_refused_until_it_is_written_in_full() {
        let scene = Scene::new();
        let branch = scene.push("seed", "two", "v1");
        let tag = scene.commit("seed", "README", "three");
        scene.git("seed", &["tag", "v1"]);
        scene.git("seed", &["push", "--quiet", "origin", "refs/tags/v1"]);
        let repository = scene.repository("seed");
        let error = repository.resolve_at_remote("v1").unwrap_err();
        assert!(matches!(error, SourceError::AmbiguousReference { .. }), "{error}");
        assert_eq!(repository.resolve_at_remote("refs/heads/v1").unwrap().commit, branch);
        assert_eq!(repository.resolve_at_remote("refs/tags/v1").unwrap().commit, tag);
    }

    #[test]
    fn the_head_of_a_request_is_brought_by_its_full_name_and_is_no_reference_that_moves_anything() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let before = scene.belongings("clone");
        let commit = scene.commit("seed", "README", "proposed");
        scene.git("seed", &["push", "--quiet", "origin", "HEAD:refs/pull/7/head"]);
        let repository = scene.repository("clone");
        assert_eq!(repository.head_at_remote("refs/pull/7/head").unwrap(), commit);
        assert_eq!(repository.read(&commit, "README").unwrap().unwrap(), b"proposed");
        assert_eq!(scene.belongings("clone"), before);
        assert!(is_unknown(&repository.resolve_at_remote("refs/pull/7/head")));
        for unknown in ["refs/pull/8/head", "7/head", "--upload-pack=x", "refs/pull/*/head", ""] {
            let found = repository.head_at_remote(unknown);
            assert!(matches!(found, Err(SourceError::UnknownReference { .. })), "{unknown}: {found:?}");
        }
    }

    #[test]
    fn names_that_the_remote_does_not_have_are_unknown() {
        let scene = Scene::new();
        scene.git("seed", &["branch", "local-only"]);
        scene.push("seed", "two", "x/refs/heads/hidden");
        let short = scene.git("seed", &["rev-parse", "--short", "HEAD"]);
        let repository = scene.repository("seed");
        for name in
            ["local-only", "hidden", "HEAD", "", "-x", "--upload-pack=x", "a..b", "mas*", "master^{}", "refs/heads/", &short]
        {
            assert!(is_unknown(&repository.resolve_at_remote(name)), "{name}");
        }
    }

    #[test]
    fn a_commit_must_be_on_a_branch_or_tag_of_the_remote() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let buried = scene.push("seed", "two", "side");
        scene.push("seed", "three", "side");
        let local = scene.commit("seed", "README", "local");
        scene.git("seed", &["push", "--quiet", "origin", "HEAD:refs/pull/1/head"]);
        let repository = scene.repository("clone");
        let resolved = repository.resolve_at_remote(&buried).unwrap();
        assert_eq!(resolved, ResolvedReference { reference: GitReference::Commit(buried.clone()), commit: buried });
        assert!(is_unknown(&repository.resolve_at_remote(&local)));
        assert!(is_unknown(&scene.repository("seed").resolve_at_remote(&local)));
    }

    #[test]
    fn being_on_a_branch_is_asked_of_the_remote() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let first = scene.git("seed", &["rev-parse", "HEAD"]);
        let second = scene.push("seed", "two", "master");
        let local = scene.commit("clone", "README", "local");
        let repository = scene.repository("clone");
        for (commit, expected) in [(&first, true), (&second, true), (&local, false)] {
            assert_eq!(repository.is_on_branch(commit, "master").unwrap(), expected);
        }
        let error = repository.is_on_branch(&first, "release").unwrap_err();
        assert!(matches!(error, SourceError::UnknownReference { .. }), "{error}");
    }

    #[test]
    fn of_many_branches_those_are_told_that_the_remote_has() {
        let scene = Scene::new();
        scene.push("seed", "two", "feature/a");
        let repository = scene.repository("seed");
        let there = repository.branches_at_remote(&["master", "feature/a", "feature/b", "a..b", "a"]).unwrap();
        assert_eq!(there.into_iter().collect::<Vec<_>>(), ["feature/a", "master"]);
        fs_err::remove_dir_all(scene.path("remote.git")).unwrap();
        assert!(repository.branches_at_remote(&[]).unwrap().is_empty());
        assert!(matches!(repository.branches_at_remote(&["master"]), Err(SourceError::Remote { .. })));
    }

    #[test]
    fn a_branch_that_was_forced_no_longer_has_what_was_on_it() {
        let scene = Scene::new();
        let (first, second) = (scene.git("seed", &["rev-parse", "HEAD"]), scene.push("seed", "two", "master"));
        scene.clone_to("clone");
        let repository = scene.repository("clone");
        assert!(repository.is_on_branch(&second, "master").unwrap());
        scene.git("seed", &["push", "--quiet", "--force", "origin", &format!("{first}:refs/heads/master")]);
        assert!(!repository.is_on_branch(&second, "master").unwrap());
        assert_eq!(repository.resolve_at_remote("master").unwrap().commit, first);
    }

    #[test]
    fn a_tag_on_a_file_leads_to_no_commit() {
        let scene = Scene::new();
        let blob = scene.git("seed", &["rev-parse", "HEAD:README"]);
        scene.git("seed", &["tag", "file", &blob]);
        scene.git("seed", &["push", "--quiet", "origin", "file"]);
        let error = scene.repository("seed").resolve_at_remote("file").unwrap_err();
        assert!(matches!(error, SourceError::Git { .. }), "{error}");
        let absent = "0123456789012345678901234567890123456789";
        assert!(is_unknown(&scene.repository("seed").resolve_at_remote(absent)));
    }

    #[test]
    fn a_commit_whose_files_are_missing_is_fetched_again() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let commit = scene.push("seed", "two", "master");
        let file = format!("{}/{}", &commit[..2], &commit[2..]);
        fs_err::create_dir_all(scene.path("clone/.git/objects").join(&commit[..2])).unwrap();
        fs_err::copy(scene.path("seed/.git/objects").join(&file), scene.path("clone/.git/objects").join(&file)).unwrap();
        let repository = scene.repository("clone");
        assert!(repository.read(&commit, "README").is_err());
        repository.resolve_at_remote("master").unwrap();
        assert_eq!(repository.read(&commit, "README").unwrap().unwrap(), b"two");
    }

    #[test]
    fn a_remote_that_is_gone_is_an_error() {
        let scene = Scene::new();
        let repository = scene.repository("seed");
        fs_err::remove_dir_all(scene.path("remote.git")).unwrap();
        let error = repository.resolve_at_remote("master").unwrap_err();
        assert!(matches!(error, SourceError::Remote { ref remote, .. } if remote == "origin"), "{error}");
    }
}
