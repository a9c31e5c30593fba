//! A clone, and its remote.

use camino::{Utf8Path, Utf8PathBuf};
use git2::Repository;
use tollgate_core::ports::SourceError;

use crate::handles::{Handles, Objects};
use crate::objects::ObjectError;
use crate::place;
use crate::program::GitProgram;
use crate::remote::Remote;

/// A clone, bare clone or linked work tree, and the remote that its names are looked up at.
#[derive(Debug)]
pub struct GitRepository {
    pub(crate) handles: Handles,
    pub(crate) remote: Remote,
    pub(crate) program: GitProgram,
    /// What all work trees of the clone share.
    pub(crate) common_directory: Utf8PathBuf,
    /// The work tree's root, resolved; nothing in a bare clone.
    root: Option<Utf8PathBuf>,
    /// Relative URLs start here.
    pub(crate) base: Utf8PathBuf,
    remote_name: String,
    /// Where the objects of a push are that a hook is asked about.
    pub(crate) pushed: Option<Utf8PathBuf>,
}

/// Git tells hooks of a push by it where the objects are that the push brings (`git help receive-pack`).
const PUSHED: &str = "GIT_QUARANTINE_PATH";

impl GitRepository {
    /// Finds the repository that a path is in. `remote` is the name of one of its remotes, usually `origin`, or a URL.
    ///
    /// # Errors
    /// When the path is in no repository, or the repository can't be opened.
    pub fn discover(start: &Utf8Path, remote: &str) -> Result<Self, SourceError> {
        let none = || SourceError::NoRepository { path: start.to_string() };
        let directory = if start.is_dir() { start } else { start.parent().ok_or_else(none)? };
        let directory = if directory.as_str().is_empty() { Utf8Path::new(".") } else { directory };
        let repository = Repository::discover(directory).map_err(|error| match error.code() {
            git2::ErrorCode::NotFound => none(),
            _ => failed(start.as_str(), error.into()),
        })?;
        Self::new(repository, remote)
    }

    /// Makes an empty repository of a directory, with one remote of this name. Everything that is asked of it is fetched when it
    /// is asked for, so nothing is yet.
    ///
    /// # Errors
    /// When the directory can't be written.
    pub fn clone_into(url: &str, directory: &Utf8Path, remote: &str) -> Result<(), SourceError> {
        let repository = Repository::init(directory).map_err(|error| failed(directory.as_str(), error.into()))?;
        repository.remote(remote, url).map(drop).map_err(|error| failed(remote, error.into()))
    }

    fn new(repository: Repository, remote: &str) -> Result<Self, SourceError> {
        let git_directory = resolved(repository.path())?;
        let common_directory = resolved(repository.commondir())?;
        let root = repository.workdir().map(resolved).transpose()?;
        let base = root.clone().unwrap_or_else(|| git_directory.clone());
        let program = GitProgram::new(git_directory.clone(), base.clone());
        let pushed = std::env::var(PUSHED).ok().map(Utf8PathBuf::from).filter(|path| path.is_absolute());
        let handles = Handles::new(&git_directory, repository);
        pushed.iter().for_each(|path| handles.add_objects(Objects::Pushed(path.clone())));
        Ok(Self {
            handles,
            pushed,
            remote: Remote::new(program.clone(), remote),
            remote_name: remote.to_owned(),
            program,
            common_directory,
            root,
            base,
        })
    }

    /// The work tree's root, without symlinks on the way; nothing in a bare clone.
    pub fn root(&self) -> Option<&Utf8Path> {
        self.root.as_deref()
    }

    /// The name of the remote, or its URL, as it was given.
    pub fn remote_name(&self) -> &str {
        &self.remote_name
    }

    /// Where a path of the work tree is in the repository (`""` for the root), or nothing when it is outside. The path
    /// need not exist, but the directory that it is in must.
    pub fn relative(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let full = path.canonicalize_utf8().ok().or_else(|| {
            let parent = path.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
            Some(parent.canonicalize_utf8().ok()?.join(path.file_name()?))
        })?;
        full.strip_prefix(self.root()?).ok().map(Utf8Path::to_owned)
    }

    /// The mail address of whoever uses this clone, from git's configuration (`user.email`).
    ///
    /// # Errors
    /// When the configuration can't be read.
    pub fn user_email(&self) -> Result<Option<String>, SourceError> {
        self.configured("user.email")
    }

    /// The name of whoever uses this clone, from git's configuration (`user.name`).
    ///
    /// # Errors
    /// When the configuration can't be read.
    pub fn user_name(&self) -> Result<Option<String>, SourceError> {
        self.configured("user.name")
    }

    /// The key that git signs with, where it signs by SSH.
    ///
    /// # Errors
    /// When git's configuration can't be read.
    pub fn signing_key(&self) -> Result<Option<String>, SourceError> {
        let signs_by_ssh = self.configured("gpg.format")?.is_some_and(|format| format.eq_ignore_ascii_case("ssh"));
        if signs_by_ssh { self.configured("user.signingKey") } else { Ok(None) }
    }

    fn configured(&self, name: &str) -> Result<Option<String>, SourceError> {
        let read = |repository: &Repository| match repository.config()?.snapshot()?.get_string(name) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(ObjectError::from(error)),
        };
        self.handles.with(read).map_err(|error| failed(name, error))
    }

    /// URL or absolute path of the remote, without credentials.
    pub(crate) fn place(&self) -> Result<String, SourceError> {
        let unknown = || SourceError::Remote {
            remote: self.remote.name(),
            message: "nothing, because this clone has no such remote; add it with `git remote add`".to_owned(),
        };
        let read = |repository: &Repository| Ok::<_, ObjectError>(place::configured_url(repository, &self.remote_name)?);
        let url = self.handles.with(read).map_err(|error| failed(&self.remote.name(), error))?;
        Ok(place::plain(&url.ok_or_else(unknown)?, &self.base))
    }
}

/// Resolves symlinks, so that paths can be compared.
pub(crate) fn resolved(path: &std::path::Path) -> Result<Utf8PathBuf, SourceError> {
    let lossy = path.to_string_lossy().into_owned();
    let resolved = path.canonicalize().map_err(|error| failed(&lossy, git2::Error::from_str(&error.to_string()).into()))?;
    Utf8PathBuf::from_path_buf(resolved).map_err(|_| failed(&lossy, ObjectError::NotUtf8(lossy.clone())))
}

pub(crate) fn failed(what: &str, error: ObjectError) -> SourceError {
    SourceError::Git { what: what.to_owned(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use tollgate_core::ports::ReadRepository;

    use super::*;
    use crate::testing::Scene;

    #[test]
    fn a_repository_is_found_from_any_path_in_it() {
        let scene = Scene::new();
        scene.commit("seed", "a/b/c.yaml", "x");
        let expected = scene.path("seed");
        for start in ["seed", "seed/a/b", "seed/a/b/c.yaml"] {
            let repository = GitRepository::discover(&scene.path(start), "origin").unwrap();
            assert_eq!(repository.root(), Some(expected.as_path()));
        }
    }

    #[test]
    fn a_path_outside_of_any_repository_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap();
        let error = GitRepository::discover(path, "origin").unwrap_err();
        assert!(matches!(error, SourceError::NoRepository { path: ref named } if named == path.as_str()), "{error}");
    }

    #[test]
    fn bare_clones_and_linked_work_trees_can_be_read() {
        let scene = Scene::new();
        let commit = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.git("seed", &["worktree", "add", "--quiet", "../linked", "-b", "linked"]);
        scene.git(".", &["clone", "--quiet", "--bare", &scene.url(), "bare.git"]);
        for name in ["linked", "bare.git"] {
            let repository = scene.repository(name);
            assert_eq!(repository.read(&commit, "README").unwrap().unwrap(), b"one");
            assert_eq!(repository.resolve_at_remote("master").unwrap().commit, commit);
        }
        assert_eq!(scene.repository("bare.git").root(), None);
        assert_eq!(scene.repository("linked").root(), Some(scene.path("linked").as_path()));
    }

    #[test]
    fn a_partial_clone_gets_what_it_needs_when_it_is_needed() {
        let scene = Scene::new();
        scene.git("remote.git", &["config", "uploadpack.allowFilter", "true"]);
        scene.commit("seed", "old", "never changed");
        scene.push("seed", "two", "master");
        scene.git(".", &["clone", "--quiet", "--no-checkout", "--filter=tree:0", &scene.url(), "partial"]);
        let commit = scene.push("seed", "three", "master");
        let repository = scene.repository("partial");
        assert_eq!(repository.resolve_at_remote("master").unwrap().commit, commit);
        assert_eq!(repository.read(&commit, "README").unwrap().unwrap(), b"three");
        assert_eq!(repository.read(&commit, "old").unwrap().unwrap(), b"never changed");
        assert_eq!(repository.files(&commit, "").unwrap().len(), 2);
    }

    #[test]
    fn paths_are_inside_or_outside_whatever_way_they_are_written() {
        let scene = Scene::new();
        scene.commit("seed", "a/b.yaml", "x");
        std::os::unix::fs::symlink("/", scene.path("seed/out")).unwrap();
        let repository = scene.repository("seed");
        let relative = |path: &str| repository.relative(&scene.path(path));
        assert_eq!(relative("seed/a/../a/b.yaml").as_deref(), Some(Utf8Path::new("a/b.yaml")));
        assert_eq!(relative("seed/a/new.yaml").as_deref(), Some(Utf8Path::new("a/new.yaml")));
        assert_eq!(relative("seed").as_deref(), Some(Utf8Path::new("")));
        assert_eq!(relative("remote.git/HEAD"), None);
        assert_eq!(relative("seed/out/etc"), None);
    }

    #[test]
    fn the_url_has_no_credentials_and_a_path_is_absolute() {
        let scene = Scene::new();
        for (url, expected) in [
            ("https://me:secret@git.example.com/x.git", "https://git.example.com/x.git".to_owned()),
            ("git@git.example.com:x.git", "git@git.example.com:x.git".to_owned()),
            ("../remote.git", scene.path("remote.git").into_string()),
        ] {
            scene.git("seed", &["remote", "set-url", "origin", url]);
            assert_eq!(scene.repository("seed").remote_url().unwrap(), expected);
        }
    }

    #[test]
    fn a_remote_that_is_not_configured_is_an_error_that_names_it() {
        let scene = Scene::new();
        let repository = GitRepository::discover(&scene.path("seed"), "upstream").unwrap();
        let error = repository.remote_url().unwrap_err();
        assert!(matches!(error, SourceError::Remote { ref remote, .. } if remote == "upstream"), "{error}");
    }

    #[test]
    fn the_mail_address_is_the_one_of_the_configuration() {
        let scene = Scene::new();
        scene.git("seed", &["config", "user.email", "deployer@example.com"]);
        assert_eq!(scene.repository("seed").user_email().unwrap().as_deref(), Some("deployer@example.com"));
    }

    #[test]
    fn git_has_a_signing_key_only_where_it_signs_by_ssh() {
        let scene = Scene::new();
        let key = || scene.repository("seed").signing_key().unwrap();
        scene.git("seed", &["config", "user.signingKey", "~/.ssh/id_ed25519"]);
        assert_eq!(key(), None);
        scene.git("seed", &["config", "gpg.format", "ssh"]);
        assert_eq!(key().as_deref(), Some("~/.ssh/id_ed25519"));
    }

    #[test]
    fn many_threads_read_at_once() {
        let scene = Scene::new();
        let (repository, commit) = (scene.repository("seed"), scene.git("seed", &["rev-parse", "HEAD"]));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|_| assert_eq!(repository.read(&commit, "README").unwrap().unwrap(), b"one")));
            }
        });
    }
}
