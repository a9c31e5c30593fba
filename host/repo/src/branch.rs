//! The port that the ledger writes through: a branch at a remote.

use camino::{Utf8Path, Utf8PathBuf};
use git2::{Oid, Repository};
use tollgate_core::branch::{BranchChange, BranchChangeKind, BranchError, BranchFile, KeepBranch, Pushed};
use tollgate_core::ports::SourceError;

use crate::changes::{ChangedFile, changed_files};
use crate::handles::Handles;
use crate::kept::{Kept, Purpose};
use crate::objects::{self, ObjectError};
use crate::place;
use crate::program::{GitProgram, GitSaid};
use crate::push::Pushable;
use crate::remote::Remote;
use crate::repository::{GitRepository, resolved};

/// How often a branch that moves while it is fetched is looked up again.
const FETCHES: u32 = 10;

/// A branch at a remote, with its objects in a clone or in a repository of its own. It is never checked out.
#[derive(Debug)]
pub struct GitBranch {
    pub(crate) handles: Handles,
    pub(crate) remote: Remote,
    place: String,
    branch: String,
    kept: Kept,
}

impl GitBranch {
    /// Keeps the objects in the clone. `remote` is the name of one of its remotes, a URL or a path.
    ///
    /// # Errors
    /// When the clone can't be read or has no such remote.
    pub fn in_clone(clone: &GitRepository, remote: &str, branch: &str) -> Result<Self, BranchError> {
        let handles = clone.handles.reopen().map_err(|error| local("the clone", error))?;
        let url = handles.with(|repository| place::configured_url(repository, remote)).map_err(|error| local(remote, error))?;
        let url =
            url.ok_or_else(|| BranchError::Unreachable { message: format!("nothing, because there is no remote `{remote}`") })?;
        let place = place::plain(&url, &clone.base);
        Self::new(handles, Remote::new(clone.program.clone(), remote), &clone.common_directory, place, branch)
    }

    /// Keeps the objects in a bare repository at `directory`, made if it is not there. `remote` is a URL or an absolute
    /// path.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub fn in_cache(directory: &Utf8Path, remote: &str, branch: &str) -> Result<Self, BranchError> {
        let repository = open_or_make(directory)?;
        let directory = resolved(repository.path()).map_err(|error| source_failed(directory.as_str(), error))?;
        let program = GitProgram::new(directory.clone(), directory.clone());
        let place = place::plain(remote, &directory);
        Self::new(Handles::new(&directory, repository), Remote::new(program, remote), &directory, place, branch)
    }

    fn new(handles: Handles, remote: Remote, common: &Utf8Path, place: String, branch: &str) -> Result<Self, BranchError> {
        let full = format!("refs/heads/{branch}");
        if !git2::Reference::is_valid_name(&full) {
            return Err(local(branch, git2::Error::from_str("it is no name for a branch")));
        }
        let kept = Kept::new(common, Purpose::Branch, &place, &full).map_err(|error| local(branch, error))?;
        Ok(Self { handles, remote, place, branch: branch.to_owned(), kept })
    }

    fn tip(&self) -> Result<Option<Oid>, BranchError> {
        let name = self.full_name();
        let found = self.remote.find(&[&name]).map_err(unreachable)?;
        found.first().map(|reference| objects::commit_id(&reference.commit)).transpose().map_err(|error| local(&name, error))
    }

    fn kept(&self) -> Result<Option<Oid>, BranchError> {
        self.handles.with(|repository| self.kept.get(repository)).map_err(|error| local(&self.branch, error))
    }

    /// Fetches what the remote has now. The branch may move, or be forced, between being looked up and being fetched.
    pub(crate) fn fetch_tip(&self) -> Result<Option<Oid>, BranchError> {
        let name = self.full_name();
        for _ in 0..FETCHES {
            let Some(tip) = self.tip()? else { return Ok(None) };
            if self.kept()? == Some(tip) {
                return Ok(Some(tip));
            }
            self.remote.fetch_whole(&[&name]).map_err(unreachable)?;
            let there = |repository: &Repository| Ok(repository.odb()?.exists(tip));
            if self.handles.with(there).map_err(|error: git2::Error| local(&name, error))? {
                return Ok(Some(tip));
            }
        }
        Err(BranchError::Unreachable { message: format!("`{name}` moves faster than it can be fetched") })
    }

    fn with_objects<T>(&self, what: &str, work: impl FnOnce(&Repository) -> Result<T, ObjectError>) -> Result<T, BranchError> {
        self.handles.with(work).map_err(|error| local(what, error))
    }
}

impl Pushable for GitBranch {
    fn full_name(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    fn now(&self) -> Result<Option<String>, BranchError> {
        self.fetch()
    }

    fn try_push(&self, old: Option<&str>, new: &str) -> Result<(), String> {
        self.remote.push(&self.full_name(), old, new).map_err(|error| error.0)
    }

    fn keep(&self, commit: Oid) -> Result<(), BranchError> {
        let keep = |repository: &Repository| self.kept.advance(repository, commit);
        self.handles.with(keep).map_err(|error| local(&self.branch, error))
    }

    fn contains(&self, tip: Oid, commit: Oid) -> Result<bool, BranchError> {
        let look = |repository: &Repository| Ok(tip == commit || repository.graph_descendant_of(tip, commit)?);
        self.handles.with(look).map_err(|error: git2::Error| local(&commit.to_string(), error))
    }
}

impl KeepBranch for GitBranch {
    fn remote(&self) -> &str {
        &self.place
    }

    fn branch(&self) -> &str {
        &self.branch
    }

    fn fetch(&self) -> Result<Option<String>, BranchError> {
        // Read before the remote is asked: another process of this clone may keep a later commit meanwhile.
        let before = self.kept()?;
        let tip = self.fetch_tip()?;
        let rewritten = |before: Oid| BranchError::Rewritten { before: before.to_string(), after: tip.map(|tip| tip.to_string()) };
        match (before, tip) {
            (None, None) => return Ok(None),
            (Some(before), None) => return Err(rewritten(before)),
            (Some(before), Some(tip)) if !self.contains(tip, before)? => return Err(rewritten(before)),
            (_, Some(tip)) if before != Some(tip) => self.keep(tip)?,
            (_, Some(_)) => {}
        }
        Ok(tip.map(|tip| tip.to_string()))
    }

    fn changes(&self, before: Option<&str>, after: &str) -> Result<Vec<BranchChange>, BranchError> {
        self.with_objects(after, |repository| changes(repository, before, after))
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, BranchError> {
        self.with_objects(path, |repository| objects::read(repository, commit, path))
    }

    fn read_all(&self, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, BranchError> {
        self.with_objects(commit, |repository| objects::read_all(repository, commit, paths))
    }

    fn has(&self, commit: &str, path: &str) -> Result<bool, BranchError> {
        self.with_objects(path, |repository| objects::has(repository, commit, path))
    }

    fn write(&self, parent: Option<&str>, files: &[BranchFile], message: &str) -> Result<String, BranchError> {
        let commit = self.handles.with(|repository| crate::write::commit(repository, parent, files, message));
        commit.map(|commit| commit.to_string()).map_err(|error| local(&self.branch, error))
    }

    fn push(&self, old: Option<&str>, new: &str) -> Result<Pushed, BranchError> {
        crate::push::push(self, old, new)
    }
}

fn changes(repository: &Repository, before: Option<&str>, after: &str) -> Result<Vec<BranchChange>, ObjectError> {
    let before = before.map(|commit| objects::root(repository, commit)).transpose()?;
    let changed = changed_files(repository, before, objects::root(repository, after)?)?;
    let kind = |file: &ChangedFile| match (file.before, file.after) {
        (None, _) => BranchChangeKind::Added,
        (_, None) => BranchChangeKind::Removed,
        _ => BranchChangeKind::Changed,
    };
    Ok(changed.into_iter().map(|file| BranchChange { kind: kind(&file), path: file.path }).collect())
}

/// Several processes may make the repository at once: it is made aside and moved into place.
fn open_or_make(directory: &Utf8Path) -> Result<Repository, BranchError> {
    let failed = |error: git2::Error| local(directory.as_str(), error);
    if directory.join("HEAD").exists() {
        return Repository::open_bare(directory).map_err(failed);
    }
    let aside = aside(directory);
    Repository::init_bare(&aside).map_err(failed)?;
    let moved = fs_err::rename(&aside, directory);
    match Repository::open_bare(directory) {
        Ok(repository) => {
            if moved.is_err() {
                fs_err::remove_dir_all(&aside).map_err(|error| local(aside.as_str(), error))?;
            }
            Ok(repository)
        }
        Err(error) => Err(moved.err().map_or_else(|| failed(error), |error| local(directory.as_str(), error))),
    }
}

fn aside(directory: &Utf8Path) -> Utf8PathBuf {
    let name = directory.file_name().unwrap_or("cache");
    directory.with_file_name(format!("{name}.{}.{:08x}", std::process::id(), fastrand::u32(..)))
}

pub(crate) fn unreachable(said: GitSaid) -> BranchError {
    BranchError::Unreachable { message: said.0 }
}

pub(crate) fn local(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> BranchError {
    BranchError::Local { what: what.to_owned(), source: Box::new(error) }
}

fn source_failed(what: &str, error: SourceError) -> BranchError {
    local(what, error)
}

#[cfg(test)]
mod tests {
    use tollgate_core::ports::ReadRepository as _;

    use super::*;
    use crate::testing::Scene;

    const BRANCH: &str = "tollgate/ledger";

    fn mk_file(path: &str, text: &str) -> BranchFile {
        BranchFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn mk_branch(scene: &Scene, cache: &str) -> GitBranch {
        GitBranch::in_cache(&scene.path(cache), &scene.url(), BRANCH).unwrap()
    }

    fn write_and_push(branch: &GitBranch, parent: Option<&str>, path: &str) -> (String, Pushed) {
        let commit = branch.write(parent, &[mk_file(path, path)], "x").unwrap();
        let pushed = branch.push(parent, &commit).unwrap();
        (commit, pushed)
    }

    fn change(path: &str, kind: BranchChangeKind) -> BranchChange {
        BranchChange { path: path.to_owned(), kind }
    }

    #[test]
    fn what_one_cache_pushes_another_fetches() {
        let scene = Scene::new();
        let (one, other) = (mk_branch(&scene, "one"), mk_branch(&scene, "other"));
        assert_eq!(other.fetch().unwrap(), None);
        let (first, _) = write_and_push(&one, None, "a/b/c");
        let (second, _) = write_and_push(&one, Some(&first), "a/d");
        assert_eq!(other.fetch().unwrap(), Some(second.clone()));
        assert_eq!(other.read(&second, "a/b/c").unwrap().unwrap(), b"a/b/c");
        assert_eq!(other.read(&second, "a/x").unwrap(), None);
        let added = |path| change(path, BranchChangeKind::Added);
        assert_eq!(other.changes(None, &second).unwrap(), [added("a/b/c"), added("a/d")]);
        assert_eq!(other.changes(Some(&first), &second).unwrap(), [added("a/d")]);
        assert_eq!(scene.git("remote.git", &["rev-list", "--count", BRANCH]), "2");
    }

    #[test]
    fn changed_and_removed_files_are_told() {
        let scene = Scene::new();
        let branch = mk_branch(&scene, "one");
        let before = branch.write(None, &[mk_file("a", "1"), mk_file("b", "1")], "x").unwrap();
        let after = branch.write(None, &[mk_file("a", "2"), mk_file("c", "1")], "x").unwrap();
        let expected =
            [change("a", BranchChangeKind::Changed), change("b", BranchChangeKind::Removed), change("c", BranchChangeKind::Added)];
        assert_eq!(branch.changes(Some(&before), &after).unwrap(), expected);
    }

    #[test]
    fn a_clone_keeps_the_branch_without_touching_what_is_its_users() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let hook = scene.path("clone/.git/hooks/pre-push");
        fs_err::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
        fs_err::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let before = scene.belongings("clone");
        let url = scene.url();
        let branch = GitBranch::in_clone(&scene.repository("clone"), &url, BRANCH).unwrap();
        let (commit, pushed) = write_and_push(&branch, None, "a");
        assert_eq!(pushed, Pushed::Won);
        assert_eq!(scene.belongings("clone"), before);
        let named = GitBranch::in_clone(&scene.repository("clone"), "origin", BRANCH).unwrap();
        assert_eq!((named.fetch().unwrap(), named.remote()), (Some(commit), url.as_str()));
        assert_eq!(scene.belongings("clone"), before);
    }

    #[test]
    fn a_partial_clone_has_the_whole_branch() {
        let scene = Scene::new();
        scene.git("remote.git", &["config", "uploadpack.allowFilter", "true"]);
        scene.git(".", &["clone", "--quiet", "--filter=tree:0", &scene.url(), "partial"]);
        let (first, _) = write_and_push(&mk_branch(&scene, "one"), None, "a/b");
        let branch = GitBranch::in_clone(&scene.repository("partial"), "origin", BRANCH).unwrap();
        assert_eq!(branch.fetch().unwrap(), Some(first.clone()));
        assert_eq!(branch.read(&first, "a/b").unwrap().unwrap(), b"a/b");
        let (second, pushed) = write_and_push(&branch, Some(&first), "a/c");
        assert_eq!((pushed, branch.changes(None, &second).unwrap().len()), (Pushed::Won, 2));
    }

    #[test]
    fn a_branch_that_was_forced_or_deleted_is_rewritten() {
        let scene = Scene::new();
        let branch = mk_branch(&scene, "one");
        let (first, _) = write_and_push(&branch, None, "a");
        let (second, _) = write_and_push(&branch, Some(&first), "b");
        let full = format!("refs/heads/{BRANCH}");
        for (forced, after) in [(first.as_str(), Some(first.clone())), ("", None)] {
            scene.git("remote.git", &["update-ref", "-d", &full]);
            if !forced.is_empty() {
                scene.git("remote.git", &["update-ref", &full, forced]);
            }
            match branch.fetch() {
                Err(BranchError::Rewritten { before, after: found }) => assert_eq!((before, found), (second.clone(), after)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn resolving_a_forced_branch_by_its_name_does_not_make_it_good() {
        let scene = Scene::new();
        let clone = scene.repository("seed");
        let branch = GitBranch::in_clone(&clone, "origin", BRANCH).unwrap();
        write_and_push(&branch, None, "a");
        let forced = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.git("seed", &["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{BRANCH}")]);
        assert_eq!(clone.resolve_at_remote(BRANCH).unwrap().commit, forced);
        assert!(matches!(branch.fetch(), Err(BranchError::Rewritten { .. })));
    }

    #[test]
    fn a_lock_file_that_a_dead_process_left_is_no_obstacle() {
        let scene = Scene::new();
        let branch = mk_branch(&scene, "one");
        let (first, _) = write_and_push(&branch, None, "a");
        let references = scene.path("one/refs/tollgate/branches");
        let kept = references.read_dir_utf8().unwrap().next().unwrap().unwrap().into_path();
        fs_err::write(format!("{kept}.lock"), "").unwrap();
        let (second, _) = write_and_push(&mk_branch(&scene, "other"), Some(&fetched(&scene, "other")), "b");
        assert_eq!(branch.fetch().unwrap(), Some(second.clone()));
        assert_eq!(fs_err::read_to_string(kept).unwrap().trim(), second);
        assert_ne!(first, second);
    }

    fn fetched(scene: &Scene, cache: &str) -> String {
        mk_branch(scene, cache).fetch().unwrap().unwrap()
    }

    #[test]
    fn a_cache_may_be_made_by_many_at_once() {
        let scene = Scene::new();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(mk_branch(&scene, "cache").fetch().unwrap(), None));
            }
        });
        let names: Vec<_> = scene.path(".").read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
        assert_eq!(names.iter().filter(|name| name.starts_with("cache")).count(), 1, "{names:?}");
    }

    #[test]
    fn names_that_git_has_no_branch_for_are_refused() {
        let scene = Scene::new();
        for name in ["", "a..b", "x.lock", "a b"] {
            assert!(GitBranch::in_cache(&scene.path("cache"), &scene.url(), name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_remote_that_is_not_there_is_unreachable() {
        let scene = Scene::new();
        let branch = GitBranch::in_cache(&scene.path("cache"), "/nowhere/at/all.git", BRANCH).unwrap();
        assert!(matches!(branch.fetch(), Err(BranchError::Unreachable { .. })));
    }

    #[test]
    fn a_symlink_on_the_branch_is_not_read() {
        let scene = Scene::new();
        scene.git("seed", &["checkout", "--quiet", "--orphan", "links"]);
        std::os::unix::fs::symlink("/etc/passwd", scene.path("seed/link")).unwrap();
        scene.push("seed", "x", BRANCH);
        let branch = mk_branch(&scene, "cache");
        let tip = branch.fetch().unwrap().unwrap();
        assert!(matches!(branch.read(&tip, "link"), Err(BranchError::Local { .. })));
    }
}
