//! Moving a branch at the remote, and knowing what came of it.

use std::thread::sleep;
use std::time::Duration;

use tollgate_core::branch::{BranchError, Pushed};

use crate::objects;

/// How often a push is tried that fails while the branch stays where it was. Another writer may hold its lock just then;
/// only when it never works is it the remote that does not want it.
const TRIES: u32 = 5;

/// The longest first pause between two tries. Each further one is up to twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(40);

/// What a push needs of the branch.
pub(crate) trait Pushable {
    /// Name of the branch in full.
    fn full_name(&self) -> String;

    /// The commit that the branch has at the remote now, with all its objects.
    fn now(&self) -> Result<Option<String>, BranchError>;

    /// Asks git to move the branch. The error is what git said.
    fn try_push(&self, old: Option<&str>, new: &str) -> Result<(), String>;

    /// Remembers a commit that is on the branch at the remote.
    fn keep(&self, commit: git2::Oid) -> Result<(), BranchError>;

    /// Whether `commit` is `tip` or one of its ancestors.
    fn contains(&self, tip: git2::Oid, commit: git2::Oid) -> Result<bool, BranchError>;
}

/// Whether the push failed is git's to say, by its exit code; why it failed is read from where the branch is afterwards.
pub(crate) fn push(branch: &impl Pushable, old: Option<&str>, new: &str) -> Result<Pushed, BranchError> {
    let commit = objects::commit_id(new).map_err(|error| BranchError::Local { what: new.to_owned(), source: Box::new(error) })?;
    let name = branch.full_name();
    let mut said = String::new();
    for attempt in 0..TRIES {
        match branch.try_push(old, new) {
            Ok(()) => return Ok(won(branch, commit)),
            Err(error) => said = error,
        }
        let now = branch.now()?;
        if now.as_deref() != old {
            // The connection may have died after the remote had moved the branch, and others may have moved it on.
            let tip = now.as_deref().map(objects::commit_id).transpose();
            let tip = tip.map_err(|error| BranchError::Local { what: name, source: Box::new(error) })?;
            let contained = tip.map_or(Ok(false), |tip| branch.contains(tip, commit))?;
            return Ok(if contained { won(branch, commit) } else { Pushed::Lost });
        }
        sleep(FIRST_PAUSE.mul_f64(2f64.powi(attempt.cast_signed()) * fastrand::f64()));
    }
    Err(BranchError::Refused { message: said })
}

/// The remote has it, whether or not this clone can note that down. The next fetch tries again, and reports.
fn won(branch: &impl Pushable, commit: git2::Oid) -> Pushed {
    let _noted = branch.keep(commit);
    Pushed::Won
}

#[cfg(test)]
mod tests {
    use tollgate_core::branch::{BranchFile, KeepBranch as _};

    use super::*;
    use crate::branch::GitBranch;
    use crate::testing::Scene;

    const BRANCH: &str = "tollgate/ledger";

    fn mk_branch(scene: &Scene, cache: &str) -> GitBranch {
        GitBranch::in_cache(&scene.path(cache), &scene.url(), BRANCH).unwrap()
    }

    fn write(branch: &GitBranch, parent: Option<&str>) -> String {
        let file = BranchFile { path: "file".to_owned(), bytes: b"same".to_vec() };
        branch.write(parent, &[file], "same").unwrap()
    }

    #[test]
    fn of_two_first_pushes_one_wins_though_they_hold_the_same() {
        let scene = Scene::new();
        let (one, other) = (mk_branch(&scene, "one"), mk_branch(&scene, "other"));
        let (first, second) = (write(&one, None), write(&other, None));
        assert_ne!(first, second);
        assert_eq!(one.push(None, &first).unwrap(), Pushed::Won);
        assert_eq!(other.push(None, &second).unwrap(), Pushed::Lost);
        assert_eq!(other.fetch().unwrap(), Some(first));
    }

    #[test]
    fn of_two_pushes_on_one_commit_one_wins() {
        let scene = Scene::new();
        let (one, other) = (mk_branch(&scene, "one"), mk_branch(&scene, "other"));
        let start = write(&one, None);
        one.push(None, &start).unwrap();
        other.fetch().unwrap();
        let (first, second) = (write(&one, Some(&start)), write(&other, Some(&start)));
        assert_eq!(one.push(Some(&start), &first).unwrap(), Pushed::Won);
        assert_eq!(other.push(Some(&start), &second).unwrap(), Pushed::Lost);
        assert_eq!(scene.git("remote.git", &["rev-parse", BRANCH]), first);
    }

    #[test]
    fn a_push_whose_answer_was_lost_is_won_even_when_others_moved_on() {
        let scene = Scene::new();
        let branch = mk_branch(&scene, "one");
        let first = write(&branch, None);
        branch.push(None, &first).unwrap();
        assert_eq!(branch.push(None, &first).unwrap(), Pushed::Won);
        let other = mk_branch(&scene, "other");
        other.fetch().unwrap();
        let second = write(&other, Some(&first));
        other.push(Some(&first), &second).unwrap();
        assert_eq!(branch.push(None, &first).unwrap(), Pushed::Won);
    }

    #[test]
    fn a_rule_of_the_remote_is_a_refusal_with_its_words() {
        let scene = Scene::new();
        let hook = scene.path("remote.git/hooks/pre-receive");
        fs_err::write(&hook, "#!/bin/sh\necho branch is protected >&2\nexit 1\n").unwrap();
        fs_err::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let branch = mk_branch(&scene, "one");
        match branch.push(None, &write(&branch, None)) {
            Err(BranchError::Refused { message }) => assert!(message.contains("branch is protected"), "{message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_lost_connection_is_neither_won_nor_lost() {
        let scene = Scene::new();
        let branch = mk_branch(&scene, "one");
        let commit = write(&branch, None);
        fs_err::remove_dir_all(scene.path("remote.git")).unwrap();
        assert!(matches!(branch.push(None, &commit), Err(BranchError::Unreachable { .. })));
    }
}
