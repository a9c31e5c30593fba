//! Commits that others see, with the signature of whoever makes them. Nothing is checked out, and no branch moves.

use git2::{Oid, Repository, Signature};
use tollgate_core::signature::SignError;

use crate::objects;

/// Signs the bytes of a commit, as git does it: an armoured signature.
pub type SignCommit<'s> = dyn Fn(&[u8]) -> Result<String, SignError> + 's;

/// Why there is no commit.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error("the commit can't be signed")]
    Sign(#[from] SignError),
    #[error("the commit can't be written")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl CommitError {
    pub(crate) fn write(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Write(Box::new(error))
    }
}

/// A commit in the making.
pub(crate) struct NewCommit<'a> {
    pub(crate) tree: Oid,
    /// The first one is what the commit goes on from.
    pub(crate) parents: &'a [Oid],
    pub(crate) author: &'a Signature<'a>,
    pub(crate) committer: &'a Signature<'a>,
    pub(crate) message: &'a str,
}

/// Writes a commit; signed where somebody signs.
pub(crate) fn write(repository: &Repository, new: &NewCommit<'_>, sign: Option<&SignCommit<'_>>) -> Result<Oid, CommitError> {
    let tree = objects::tree(repository, new.tree).map_err(CommitError::write)?;
    let parents = new.parents.iter().map(|parent| repository.find_commit(*parent)).collect::<Result<Vec<_>, _>>();
    let parents = parents.map_err(CommitError::write)?;
    let parents: Vec<_> = parents.iter().collect();
    let Some(sign) = sign else {
        let commit = repository.commit(None, new.author, new.committer, new.message, &tree, &parents);
        return commit.map_err(CommitError::write);
    };
    let content = repository.commit_create_buffer(new.author, new.committer, new.message, &tree, &parents);
    let content = content.map_err(CommitError::write)?;
    let content = std::str::from_utf8(&content).map_err(CommitError::write)?;
    let signature = sign(content.as_bytes())?;
    // Git's own signatures end without an empty line in the header.
    repository.commit_signed(content, signature.trim_end(), None).map_err(CommitError::write)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::testing::Scene;

    /// What `ssh-keygen -Y sign` says of some bytes.
    fn sign_with(scene: &Scene, key: &camino::Utf8Path, bytes: &[u8]) -> String {
        let message = scene.path("message");
        fs_err::write(&message, bytes).unwrap();
        let _ = fs_err::remove_file(format!("{message}.sig"));
        let mut signing = Command::new("ssh-keygen");
        let signed = signing.args(["-q", "-Y", "sign", "-n", "git", "-f", key.as_str(), message.as_str()]).status().unwrap();
        assert!(signed.success());
        fs_err::read_to_string(format!("{message}.sig")).unwrap()
    }

    fn mk_commit(scene: &Scene, message: &str, sign: Option<&SignCommit<'_>>) -> String {
        let repository = Repository::open(scene.path("seed")).unwrap();
        let head = repository.head().unwrap().peel_to_commit().unwrap();
        let (author, committer) = (head.author(), Signature::now("Deployer é", "deployer@example.com").unwrap());
        let parents = [head.id()];
        let new = NewCommit { tree: head.tree_id(), parents: &parents, author: &author, committer: &committer, message };
        write(&repository, &new, sign).unwrap().to_string()
    }

    #[test]
    fn git_itself_verifies_the_signature_and_finds_the_trailers() {
        let scene = Scene::new();
        let key = scene.ssh_key("dev");
        let sign = |bytes: &[u8]| Ok(sign_with(&scene, &key, bytes));
        let commit = mk_commit(&scene, "cart: one\n\nService: cart\n", Some(&sign));
        let public = fs_err::read_to_string(format!("{key}.pub")).unwrap();
        fs_err::write(scene.path("signers"), format!("dev@example.com namespaces=\"git\" {public}")).unwrap();
        let signers = format!("gpg.ssh.allowedSignersFile={}", scene.path("signers"));
        scene.git("seed", &["-c", "gpg.format=ssh", "-c", &signers, "verify-commit", &commit]);
        scene.git("seed", &["fsck", "--strict", "--no-dangling"]);
        let shown = scene.git("seed", &["show", "--no-patch", "--format=%an|%cn|%(trailers)", &commit]);
        assert_eq!(shown.trim(), "tester|Deployer é|Service: cart");
    }

    #[test]
    fn without_a_key_the_commit_is_as_git_writes_it() {
        let scene = Scene::new();
        let commit = mk_commit(&scene, "plain\n", None);
        let object = scene.git("seed", &["cat-file", "commit", &commit]);
        assert!(!object.contains("gpgsig") && object.ends_with("plain"), "{object}");
    }

    #[test]
    fn who_can_not_sign_writes_nothing() {
        let scene = Scene::new();
        let repository = Repository::open(scene.path("seed")).unwrap();
        let head = repository.head().unwrap().peel_to_commit().unwrap();
        let parents = [head.id()];
        let author = head.author();
        let new = NewCommit { tree: head.tree_id(), parents: &parents, author: &author, committer: &author, message: "x" };
        let before = scene.git("seed", &["count-objects"]);
        let refused = write(&repository, &new, Some(&|_| Err(SignError::Locked { key: "k".to_owned() })));
        assert!(matches!(refused, Err(CommitError::Sign(SignError::Locked { .. }))));
        assert_eq!(scene.git("seed", &["count-objects"]), before);
    }
}
