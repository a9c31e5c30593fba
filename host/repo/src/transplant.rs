//! A directory of one commit as a directory of another: what the repository of a service brings to that of all deployments.
//!
//! Both repositories' objects are in one clone. Nothing but the one directory can change, because the rest of the tree is
//! taken over as it is.

use std::thread::sleep;
use std::time::Duration;

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Repository, Signature};
use tollgate_core::branch::{BranchError, BranchFile, Pushed};
use tollgate_core::ports::{ReadRepository as _, SourceError};

use crate::commit_signing::{self, CommitError, NewCommit, SignCommit};
use crate::objects::{self, ObjectError};
use crate::reading::parse;
use crate::repository::{GitRepository, failed};
use crate::write::{WriteError, updated};

/// How often a push is tried that fails while the branch stays where it was: somebody else may hold its lock just then.
const TRIES: u32 = 5;

/// The longest first pause between two tries. Each further one is up to twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(40);

/// A directory of a commit, with some of its files as they are to be.
#[derive(Clone, Copy, Debug)]
pub struct Transplant<'a> {
    pub commit: &'a str,
    pub directory: &'a str,
    /// Files that have other bytes than at the commit; paths are relative to the directory.
    pub files: &'a [BranchFile],
}

/// A commit to be written.
#[derive(Clone, Copy, Debug)]
pub struct CommitToWrite<'a> {
    /// Git hash of its whole tree.
    pub tree: &'a str,
    /// The first one is what the commit goes on from.
    pub parents: &'a [&'a str],
    /// The commit whose author wrote what this one brings. Without it the committer is the author.
    pub author_of: Option<&'a str>,
    /// Name and mail address of whoever makes the commit.
    pub committer: (&'a str, &'a str),
    pub message: &'a str,
}

impl GitRepository {
    /// The tip of a branch at the remote, fetched; nothing when there is no such branch.
    ///
    /// # Errors
    /// When the remote can't be reached.
    pub fn tip_at_remote(&self, branch: &str) -> Result<Option<String>, SourceError> {
        match self.resolve_at_remote(&format!("refs/heads/{branch}")) {
            Ok(found) => Ok(Some(found.commit)),
            Err(SourceError::UnknownReference { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether git can have a branch of this name.
    pub fn is_branch_name(name: &str) -> bool {
        git2::Branch::name_is_valid(name).unwrap_or(false)
    }

    /// Whether `commit` goes on from `ancestor`, or is it. A commit that this clone does not have goes on from nothing.
    ///
    /// # Errors
    /// When history is cut off before that can be said, or can't be read.
    pub fn descends(&self, commit: &str, ancestor: &str) -> Result<bool, SourceError> {
        let (commit, ancestor) = (parse(commit)?, parse(ancestor)?);
        let is_there = |repository: &Repository| Ok(repository.odb()?.exists(commit));
        let is_there = self.handles.with(is_there).map_err(|error: git2::Error| failed("objects", error.into()))?;
        if is_there { self.contains(commit, ancestor) } else { Ok(false) }
    }

    /// The tree of `base` with the directory at `path` replaced by the one that is transplanted.
    ///
    /// # Errors
    /// When there is no such directory, or something that is no directory stands at `path`.
    pub fn transplanted(&self, base: &str, path: &str, from: &Transplant<'_>) -> Result<String, SourceError> {
        let write = |repository: &Repository| transplant(repository, base, path, from);
        self.handles.with(write).map(|tree| tree.to_string()).map_err(|error| match error {
            WriteError::Objects(ObjectError::UnknownDirectory(path)) => {
                SourceError::UnknownPath { revision: from.commit.to_owned(), path }
            }
            error => SourceError::Git { what: path.to_owned(), source: Box::new(error) },
        })
    }

    /// Writes a commit that is on no branch, signed where somebody signs.
    ///
    /// # Errors
    /// When it can't be signed or written.
    pub fn write_commit(&self, new: &CommitToWrite<'_>, sign: Option<&SignCommit<'_>>) -> Result<String, CommitError> {
        let id = |commit: &str| objects::commit_id(commit).map_err(CommitError::write);
        let (tree, author_of) = (id(new.tree)?, new.author_of.map(id).transpose()?);
        let parents: Vec<Oid> = new.parents.iter().map(|parent| id(parent)).collect::<Result<_, _>>()?;
        let committer = Signature::now(new.committer.0, new.committer.1).map_err(CommitError::write)?;
        let written = self.handles.with(|repository| {
            let author = match author_of {
                Some(commit) => repository.find_commit(commit)?.author().to_owned(),
                None => committer.clone(),
            };
            let new = NewCommit { tree, parents: &parents, author: &author, committer: &committer, message: new.message };
            Ok::<_, git2::Error>(commit_signing::write(repository, &new, sign))
        });
        written.map_err(CommitError::write)?.map(|commit| commit.to_string())
    }

    /// Moves a branch at the remote from `old` to `new` if it is still at `old`. `None` stands for no branch.
    ///
    /// # Errors
    /// When the remote can't be reached, so that the outcome may be unknown, or refuses.
    pub fn move_branch(&self, branch: &str, old: Option<&str>, new: Option<&str>) -> Result<Pushed, BranchError> {
        let name = format!("refs/heads/{branch}");
        let unreachable = |said: crate::program::GitSaid| BranchError::Unreachable { message: said.0 };
        let mut said = String::new();
        for attempt in 0..TRIES {
            match self.remote.swap(&name, old, new) {
                Ok(()) => return Ok(Pushed::Won),
                Err(error) => said = error.0,
            }
            let now = self.remote.find(&[&name]).map_err(unreachable)?.pop().map(|found| found.object);
            // The connection may have died after the remote had moved the branch.
            if now.as_deref() == new {
                return Ok(Pushed::Won);
            }
            if now.as_deref() != old {
                return Ok(Pushed::Lost);
            }
            sleep(FIRST_PAUSE.mul_f64(2f64.powi(attempt.cast_signed()) * fastrand::f64()));
        }
        Err(BranchError::Refused { message: said })
    }
}

fn transplant(repository: &Repository, base: &str, path: &str, from: &Transplant<'_>) -> Result<Oid, WriteError> {
    let brought = objects::directory(repository, from.commit, from.directory)?;
    let brought = brought.ok_or_else(|| ObjectError::UnknownDirectory(from.directory.to_owned()))?;
    let brought = updated(repository, &brought, from.files)?;
    let is_proper = path.split('/').all(|step| !step.is_empty() && step != "." && step != "..");
    if !is_proper {
        return Err(WriteError::Path(path.to_owned()));
    }
    let before = objects::root(repository, base)?;
    let mut update = TreeUpdateBuilder::new();
    update.upsert(path, brought, FileMode::Tree);
    Ok(update.create_updated(repository, &before)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Scene, make_hook};

    /// A service with manifests, and the deployment repository at which its clone looks.
    fn mk_scene() -> (Scene, GitRepository, String, String) {
        let scene = Scene::new();
        scene.commit("seed", "services/cart/old.yaml", "old");
        scene.commit("seed", "services/mail/mail.yaml", "mail");
        let base = scene.push("seed", "base", "master");
        scene.git(".", &["init", "--quiet", "--initial-branch=master", "cart"]);
        scene.commit("cart", "deploy/a.yaml", "a");
        scene.commit("cart", "main.rs", "code");
        let built = scene.commit("cart", "deploy/sub/b.yaml", "b");
        let deployment = GitRepository::discover(&scene.path("cart"), &scene.url()).unwrap();
        assert_eq!(deployment.tip_at_remote("master").unwrap().as_deref(), Some(base.as_str()));
        (scene, deployment, base, built)
    }

    fn paths(deployment: &GitRepository, tree: &str) -> Vec<String> {
        deployment.files(tree, "").unwrap().into_iter().map(|file| file.path).collect()
    }

    fn mk_commit(deployment: &GitRepository, tree: &str, parents: &[&str], message: &str) -> String {
        let committer = ("Deployer", "deployer@example.com");
        deployment.write_commit(&CommitToWrite { tree, parents, author_of: None, committer, message }, None).unwrap()
    }

    #[test]
    fn the_directory_is_replaced_whole_and_the_rest_is_as_it_was() {
        let (scene, deployment, base, built) = mk_scene();
        let files = [BranchFile { path: "a.yaml".to_owned(), bytes: b"edited".to_vec() }];
        let from = Transplant { commit: &built, directory: "deploy", files: &files };
        let tree = deployment.transplanted(&base, "services/cart", &from).unwrap();
        assert_eq!(
            paths(&deployment, &tree),
            ["README", "services/cart/a.yaml", "services/cart/sub/b.yaml", "services/mail/mail.yaml"]
        );
        assert_eq!(deployment.read(&tree, "services/cart/a.yaml").unwrap().unwrap(), b"edited");
        assert_eq!(deployment.tree_hash(&tree, "services/mail").unwrap(), deployment.tree_hash(&base, "services/mail").unwrap());
        assert_eq!(scene.git("cart", &["status", "--porcelain"]), "");
    }

    #[test]
    fn what_is_no_directory_is_neither_brought_nor_replaced() {
        let (_scene, deployment, base, built) = mk_scene();
        let from = |directory| Transplant { commit: &built, directory, files: &[] };
        let error = deployment.transplanted(&base, "services/cart", &from("nowhere")).unwrap_err();
        assert!(matches!(&error, SourceError::UnknownPath { path, .. } if path == "nowhere"), "{error}");
        for path in ["README", "README/x", "../x", "", "services//cart", "services/cart/..", ".git"] {
            assert!(deployment.transplanted(&base, path, &from("deploy")).is_err(), "{path}");
        }
    }

    #[test]
    fn a_branch_is_made_moved_and_removed_only_from_where_it_is_thought_to_be() {
        let (scene, deployment, base, _) = mk_scene();
        let tree = deployment.tree_hash(&base, "").unwrap().unwrap();
        let [one, two] = ["one", "two"].map(|message| mk_commit(&deployment, &tree, &[&base], message));
        let tip = || deployment.tip_at_remote("feature/cart/x").unwrap();
        let swap = |old: Option<&str>, new: Option<&str>| deployment.move_branch("feature/cart/x", old, new).unwrap();
        assert_eq!((tip(), swap(Some(&base), Some(&one))), (None, Pushed::Lost));
        assert_eq!((swap(None, Some(&one)), tip()), (Pushed::Won, Some(one.clone())));
        assert_eq!((swap(None, Some(&two)), tip()), (Pushed::Lost, Some(one.clone())));
        assert_eq!((swap(Some(&one), Some(&two)), tip()), (Pushed::Won, Some(two.clone())));
        assert_eq!((swap(Some(&one), None), tip()), (Pushed::Lost, Some(two.clone())));
        assert_eq!((swap(Some(&two), None), tip()), (Pushed::Won, None));
        assert_eq!(scene.git("remote.git", &["rev-parse", "master"]), base);
    }

    #[test]
    fn a_rule_of_the_remote_is_a_refusal_with_its_words() {
        let (scene, deployment, base, _) = mk_scene();
        make_hook(&scene.path("remote.git/hooks/pre-receive"), "echo branch is protected >&2; exit 1");
        let tree = deployment.tree_hash(&base, "").unwrap().unwrap();
        let commit = mk_commit(&deployment, &tree, &[&base], "x");
        match deployment.move_branch("master", Some(&base), Some(&commit)) {
            Err(BranchError::Refused { message }) => assert!(message.contains("branch is protected"), "{message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_author_is_the_one_of_the_commit_that_is_brought() {
        let (scene, deployment, base, built) = mk_scene();
        scene.git(
            "cart",
            &["commit", "--quiet", "--amend", "--no-edit", "--author=Dev <dev@example.com>", "--date=2026-01-02T03:04:05+0200"],
        );
        let (amended, tree) = (scene.git("cart", &["rev-parse", "HEAD"]), deployment.tree_hash(&base, "").unwrap().unwrap());
        let committer = ("Deployer", "deployer@example.com");
        let new = CommitToWrite { tree: &tree, parents: &[&base], author_of: Some(&amended), committer, message: "x\n" };
        let commit = deployment.write_commit(&new, None).unwrap();
        let shown = scene.git("cart", &["show", "--no-patch", "--format=%ae %aI %ce %P", &commit]);
        assert_eq!(shown, format!("dev@example.com 2026-01-02T03:04:05+02:00 deployer@example.com {base}"));
        assert_ne!(amended, built);
    }

    #[test]
    fn a_commit_goes_on_from_itself_and_from_its_ancestors() {
        let (scene, deployment, base, built) = mk_scene();
        let first = scene.git("cart", &["rev-list", "--max-parents=0", "HEAD"]);
        let unknown = "0123456789012345678901234567890123456789";
        for (commit, ancestor, expected) in [
            (&built, &first, true),
            (&first, &built, false),
            (&built, &built, true),
            (&built, &base, false),
            (&unknown.to_owned(), &first, false),
        ] {
            assert_eq!(deployment.descends(commit, ancestor).unwrap(), expected, "{commit} {ancestor}");
        }
    }
}
