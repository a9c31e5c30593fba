//! Whether the remote lets a branch be forced or deleted.

use git2::Repository;
use tollgate_core::branch::{BranchError, BranchFile, KeepBranch as _};

use crate::branch::{GitBranch, unreachable};

/// What the remote does when somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    Refuses,
    Allows,
    /// That can't be told from here.
    Unknown,
}

/// How a branch is guarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guards {
    /// Pushes that are no fast-forward.
    pub forcing: Guard,
    pub deleting: Guard,
    /// The branch that was made to try, where it could not be deleted.
    pub left_behind: Option<String>,
}

impl GitBranch {
    /// What the configuration of a remote on this machine says (`receive.denyNonFastForwards`, `receive.denyDeletes`). Hooks
    /// there may refuse as well, and of other remotes nothing is known.
    pub fn configured_guards(&self) -> Guards {
        let path = self.remote().strip_prefix("file://").unwrap_or(self.remote());
        let repository = path.starts_with('/').then(|| Repository::open(path).ok()).flatten();
        let guard = |key: &str| {
            let Some(repository) = &repository else { return Guard::Unknown };
            let refuses = repository.config().and_then(|config| config.get_bool(key)).unwrap_or(false);
            let has_hook = ["pre-receive", "update"].iter().any(|hook| repository.path().join("hooks").join(hook).exists());
            match (refuses, has_hook) {
                (true, _) => Guard::Refuses,
                (false, true) => Guard::Unknown,
                (false, false) => Guard::Allows,
            }
        };
        let (forcing, deleting) = (guard("receive.denynonfastforwards"), guard("receive.denydeletes"));
        Guards { forcing, deleting, left_behind: None }
    }

    /// Makes a branch `tollgate/doctor-…` at the remote, tries to force and to delete it, and never touches another one.
    ///
    /// # Errors
    /// When no branch can be made there.
    pub fn try_guards(&self) -> Result<Guards, BranchError> {
        let branch = format!("tollgate/doctor-{:016x}", fastrand::u64(..));
        let name = format!("refs/heads/{branch}");
        let file = BranchFile { path: "README".to_owned(), bytes: b"made by `tollgate audit doctor`; remove it\n".to_vec() };
        // Two commits of which neither descends from the other: alike, they would be one, and nothing would be forced.
        let write = |message| self.write(None, std::slice::from_ref(&file), message);
        let (first, other) = (write("tollgate audit doctor")?, write("tollgate audit doctor, forced")?);
        self.remote.push(&name, None, &first).map_err(unreachable)?;
        let forced = self.remote.push(&name, Some(&first), &other).is_ok();
        let tip = if forced { &other } else { &first };
        let deleted = self.remote.push(&name, Some(tip), "").is_ok();
        // A remote that is gone has refused nothing.
        let refused = if self.fetch().is_ok() { Guard::Refuses } else { Guard::Unknown };
        let guard = |done: bool| if done { Guard::Allows } else { refused };
        Ok(Guards { forcing: guard(forced), deleting: guard(deleted), left_behind: (!deleted).then_some(branch) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scene;

    fn mk_guards(settings: &[&str]) -> (Scene, GitBranch) {
        let scene = Scene::new();
        let remote = Repository::open(scene.path("remote.git")).unwrap();
        for setting in settings {
            remote.config().unwrap().set_bool(setting, true).unwrap();
        }
        let branch = GitBranch::in_cache(&scene.path("cache"), &scene.url(), "tollgate/ledger").unwrap();
        (scene, branch)
    }

    fn of(guards: &Guards) -> (Guard, Guard, bool) {
        (guards.forcing, guards.deleting, guards.left_behind.is_some())
    }

    #[test]
    fn a_remote_without_rules_lets_a_branch_be_forced_and_deleted() {
        let (_scene, branch) = mk_guards(&[]);
        assert_eq!(of(&branch.configured_guards()), (Guard::Allows, Guard::Allows, false));
        assert_eq!(of(&branch.try_guards().unwrap()), (Guard::Allows, Guard::Allows, false));
    }

    #[test]
    fn a_remote_with_rules_refuses_and_what_stays_there_is_named() {
        let (scene, branch) = mk_guards(&["receive.denyNonFastForwards", "receive.denyDeletes"]);
        assert_eq!(of(&branch.configured_guards()), (Guard::Refuses, Guard::Refuses, false));
        let tried = branch.try_guards().unwrap();
        assert_eq!(of(&tried), (Guard::Refuses, Guard::Refuses, true));
        let remote = Repository::open(scene.path("remote.git")).unwrap();
        remote.find_reference(&format!("refs/heads/{}", tried.left_behind.unwrap())).unwrap();
    }

    #[test]
    fn of_a_remote_with_hooks_or_elsewhere_nothing_is_known() {
        let (scene, branch) = mk_guards(&[]);
        let hooks = Repository::open(scene.path("remote.git")).unwrap().path().join("hooks");
        std::fs::create_dir_all(&hooks).unwrap();
        std::fs::write(hooks.join("update"), "").unwrap();
        assert_eq!(of(&branch.configured_guards()), (Guard::Unknown, Guard::Unknown, false));
        let elsewhere = GitBranch::in_cache(&scene.path("other"), "https://git.example.com/x.git", "tollgate/ledger").unwrap();
        assert_eq!(of(&elsewhere.configured_guards()), (Guard::Unknown, Guard::Unknown, false));
    }

    #[test]
    fn a_remote_that_goes_away_has_refused_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let (scene, branch) = mk_guards(&[]);
        let hook = scene.path("remote.git/hooks/post-receive");
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, "#!/bin/sh\nmv \"$PWD\" \"$PWD.gone\"\n").unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(of(&branch.try_guards().unwrap()), (Guard::Unknown, Guard::Unknown, true));
    }
}
