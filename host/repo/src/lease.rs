//! Leases of targets: one reference each at the ledger's remote, moved by compare-and-swap.
//!
//! The references are not branches: no clone fetches them, no CI runs for them, no rule about branches is about them, and
//! moving one from a commit to an unrelated one is nothing that git forbids there.

use std::thread::sleep;
use std::time::Duration;

use git2::{Oid, Repository};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tollgate_core::branch::BranchFile;
use tollgate_core::lease::{LeaseRecord, SeenLease};
use tollgate_core::ports::{KeepLease, LeaseError, Swapped};

use crate::handles::Handles;
use crate::objects;
use crate::program::GitSaid;
use crate::remote::Remote;
use crate::repository::GitRepository;

/// Where the references are.
const DIRECTORY: &str = "refs/tollgate/leases";

/// The one file of a lease's commit.
const FILE: &str = "lease.json";

/// What stands as it is in the name of a reference.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// How often a lease that moves while it is fetched is looked up again, and a push is tried that fails while the lease stays
/// where it was.
const TRIES: u32 = 5;

/// The longest first pause between two tries. Each further one is up to twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(30);

/// The leases at a remote, with their objects in a clone.
#[derive(Debug)]
pub struct GitLeases {
    handles: Handles,
    remote: Remote,
}

impl GitLeases {
    /// Keeps the objects in the clone. `remote` is the name of one of its remotes, a URL or a path.
    ///
    /// # Errors
    /// When the clone can't be read.
    pub fn in_clone(clone: &GitRepository, remote: &str) -> Result<Self, git2::Error> {
        Ok(Self { handles: clone.handles.reopen()?, remote: Remote::new(clone.program.clone(), remote) })
    }

    fn tip(&self, target: &str) -> Result<Option<String>, LeaseError> {
        let found = self.remote.find(&[&name(target)]).map_err(|said| unreachable(target, said))?;
        Ok(found.into_iter().next().map(|reference| reference.commit))
    }

    fn write(&self, target: &str, record: &LeaseRecord) -> Result<String, LeaseError> {
        let bytes = serde_json::to_vec(record).map_err(|error| local(target, error))?;
        let files = [BranchFile { path: FILE.to_owned(), bytes }];
        let message = format!("lease of {target} for {}", record.promotion);
        let commit = self.handles.with(|repository| crate::write::commit(repository, None, &files, &message));
        commit.map(|commit| commit.to_string()).map_err(|error| local(target, error))
    }

    fn has(&self, target: &str, commit: &str) -> Result<bool, LeaseError> {
        let there = |repository: &Repository| Ok(repository.odb()?.exists(Oid::from_str(commit)?));
        self.handles.with(there).map_err(|error: git2::Error| local(target, error))
    }

    /// What a state says; nothing where that can't be read, whoever wrote it.
    fn read(&self, commit: &str) -> Option<LeaseRecord> {
        let bytes = self.handles.with(|repository| objects::read(repository, commit, FILE)).ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}

impl KeepLease for GitLeases {
    fn current(&self, target: &str) -> Result<Option<SeenLease>, LeaseError> {
        for _ in 0..TRIES {
            let Some(id) = self.tip(target)? else { return Ok(None) };
            if self.has(target, &id)? {
                return Ok(Some(SeenLease { record: self.read(&id), id }));
            }
            // It may be released or renewed before it is fetched: then it is looked up again.
            let fetched = self.remote.fetch_whole(&[&name(target)]);
            match (fetched, self.tip(target)?) {
                (Err(said), Some(tip)) if tip == id => return Err(unreachable(target, said)),
                _ => {}
            }
        }
        Err(LeaseError::Unreachable { target: target.to_owned(), message: "it moves faster than it can be fetched".to_owned() })
    }

    fn swap(&self, target: &str, old: Option<&str>, new: Option<&LeaseRecord>) -> Result<Swapped, LeaseError> {
        let new = new.map(|record| self.write(target, record)).transpose()?;
        let mut said = String::new();
        for attempt in 0..TRIES {
            match self.remote.swap(&name(target), old, new.as_deref()) {
                Ok(()) => return Ok(Swapped::Won(new)),
                Err(error) => said = error.0,
            }
            // The connection may have died after the remote had moved it.
            let now = self.tip(target)?;
            if now == new {
                return Ok(Swapped::Won(new));
            }
            if now.as_deref() != old {
                return Ok(Swapped::Lost);
            }
            sleep(FIRST_PAUSE.mul_f64(2f64.powi(attempt.cast_signed()) * fastrand::f64()));
        }
        Err(LeaseError::Refused { target: target.to_owned(), message: said })
    }
}

/// The reference of a target's lease, whatever the target is called.
fn name(target: &str) -> String {
    format!("{DIRECTORY}/{}", utf8_percent_encode(target, PLAIN))
}

fn unreachable(target: &str, said: GitSaid) -> LeaseError {
    LeaseError::Unreachable { target: target.to_owned(), message: said.0 }
}

fn local(target: &str, error: impl std::error::Error + Send + Sync + 'static) -> LeaseError {
    LeaseError::Local { target: target.to_owned(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tollgate_core::entry::PromotionId;

    use super::*;
    use crate::testing::{Scene, make_hook};

    const TARGET: &str = "prod-apps";

    fn mk_leases(scene: &Scene, clone: &str) -> GitLeases {
        scene.clone_to(clone);
        GitLeases::in_clone(&scene.repository(clone), "origin").unwrap()
    }

    fn mk_record(holder: &str) -> LeaseRecord {
        let promotion = PromotionId::of_decision(17);
        LeaseRecord { target: TARGET.to_owned(), promotion, attempt: None, holder: holder.to_owned(), sequence: 0 }
    }

    fn won(swapped: Result<Swapped, LeaseError>) -> Option<String> {
        match swapped.unwrap() {
            Swapped::Won(id) => id,
            Swapped::Lost => panic!("it was lost"),
        }
    }

    #[test]
    fn a_lease_is_acquired_renewed_and_released_where_others_see_it() {
        let scene = Scene::new();
        let (one, other) = (mk_leases(&scene, "one"), mk_leases(&scene, "other"));
        assert_eq!(other.current(TARGET).unwrap(), None);
        let first = won(one.swap(TARGET, None, Some(&mk_record("host:1"))));
        let seen = other.current(TARGET).unwrap().unwrap();
        assert_eq!((Some(&seen.id), seen.record), (first.as_ref(), Some(mk_record("host:1"))));
        let second = won(one.swap(TARGET, first.as_deref(), Some(&mk_record("host:1"))));
        assert_ne!(first, second, "a renewal is a change, though it says the same");
        assert_eq!(other.current(TARGET).unwrap().map(|seen| seen.id), second);
        assert_eq!(won(one.swap(TARGET, second.as_deref(), None)), None);
        assert_eq!(other.current(TARGET).unwrap(), None);
    }

    #[test]
    fn of_two_who_acquire_the_same_in_the_same_words_one_wins() {
        let scene = Scene::new();
        let (one, other) = (mk_leases(&scene, "one"), mk_leases(&scene, "other"));
        let first = won(one.swap(TARGET, None, Some(&mk_record("host:1"))));
        assert_eq!(other.swap(TARGET, None, Some(&mk_record("host:1"))).unwrap(), Swapped::Lost);
        assert_eq!(other.current(TARGET).unwrap().map(|seen| seen.id), first);
    }

    #[test]
    fn who_was_taken_over_can_neither_renew_nor_release() {
        let scene = Scene::new();
        let (one, other) = (mk_leases(&scene, "one"), mk_leases(&scene, "other"));
        let first = won(one.swap(TARGET, None, Some(&mk_record("host:1"))));
        let second = won(other.swap(TARGET, first.as_deref(), Some(&mk_record("host:2"))));
        assert_eq!(one.swap(TARGET, first.as_deref(), Some(&mk_record("host:1"))).unwrap(), Swapped::Lost);
        assert_eq!(one.swap(TARGET, first.as_deref(), None).unwrap(), Swapped::Lost);
        assert_eq!(one.current(TARGET).unwrap().map(|seen| seen.id), second);
    }

    #[test]
    fn a_lease_leaves_branches_tags_and_the_clone_alone() {
        let scene = Scene::new();
        let leases = mk_leases(&scene, "one");
        let (clone, remote) = (scene.belongings("one"), scene.git("remote.git", &["branch", "--list"]));
        won(leases.swap(TARGET, None, Some(&mk_record("host:1"))));
        mk_leases(&scene, "other").current(TARGET).unwrap();
        assert_eq!((scene.belongings("one"), scene.git("remote.git", &["branch", "--list"])), (clone, remote));
        assert_eq!(scene.git("other", &["for-each-ref", "refs/tollgate/"]), "");
    }

    #[test]
    fn remotes_that_forbid_rewriting_and_deleting_branches_keep_leases() {
        let scene = Scene::new();
        for rule in ["receive.denyNonFastForwards", "receive.denyDeletes"] {
            scene.git("remote.git", &["config", rule, "true"]);
        }
        let leases = mk_leases(&scene, "one");
        let first = won(leases.swap(TARGET, None, Some(&mk_record("host:1"))));
        let second = won(leases.swap(TARGET, first.as_deref(), Some(&mk_record("host:1"))));
        assert_eq!(won(leases.swap(TARGET, second.as_deref(), None)), None);
    }

    #[test]
    fn what_somebody_else_wrote_there_is_held_by_somebody_unknown() {
        let scene = Scene::new();
        let tip = scene.git("remote.git", &["rev-parse", "master"]);
        scene.git("remote.git", &["update-ref", &name(TARGET), &tip]);
        let leases = mk_leases(&scene, "one");
        assert_eq!(leases.current(TARGET).unwrap(), Some(SeenLease { id: tip.clone(), record: None }));
        won(leases.swap(TARGET, Some(&tip), Some(&mk_record("host:1"))));
    }

    #[test]
    fn a_rule_of_the_remote_is_a_refusal_with_its_words() {
        let scene = Scene::new();
        let leases = mk_leases(&scene, "one");
        make_hook(&scene.path("remote.git/hooks/pre-receive"), "echo no leases here >&2; exit 1");
        match leases.swap(TARGET, None, Some(&mk_record("host:1"))) {
            Err(LeaseError::Refused { message, .. }) => assert!(message.contains("no leases here"), "{message}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_remote_that_is_not_there_is_unreachable() {
        let scene = Scene::new();
        let leases = mk_leases(&scene, "one");
        fs_err::remove_dir_all(scene.path("remote.git")).unwrap();
        assert!(matches!(leases.current(TARGET), Err(LeaseError::Unreachable { .. })));
        let swapped = leases.swap(TARGET, None, Some(&mk_record("host:1")));
        assert!(matches!(swapped, Err(LeaseError::Unreachable { .. })), "{swapped:?}");
    }

    #[test]
    fn any_name_of_a_target_is_the_name_of_a_reference() {
        for target in ["prod-apps", "a.lock", "../x", "a b", "@{x", "ünï", "refs/heads/master"] {
            assert!(git2::Reference::is_valid_name(&name(target)), "{target}");
        }
        assert_eq!(name("../x"), "refs/tollgate/leases/%2E%2E%2Fx");
    }

    proptest! {
        #[test]
        fn no_two_targets_share_a_lease(one in "\\PC{1,12}", other in "\\PC{1,12}") {
            prop_assert!(git2::Reference::is_valid_name(&name(&one)));
            prop_assert_eq!(name(&one) == name(&other), one == other);
        }
    }
}
