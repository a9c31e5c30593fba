//! The branch in other people's hands, and in somebody's clone.

use std::sync::Arc;

use tollgate_core::ports::{AppendEntry as _, LedgerError, ReadLedger as _};
use tollgate_repo::{GitBranch, GitRepository};

use crate::place::{BRANCH, Place, append, git, over};

/// Back by one entry, which leaves a good ledger: only who saw more can know.
pub(crate) fn a_forced_branch() {
    let place = Place::new();
    let ledger = place.ledger("founder");
    for text in ["one", "two"] {
        append(&ledger, text).unwrap();
    }
    git(&place.remote(), &["update-ref", &format!("refs/heads/{BRANCH}"), &format!("{BRANCH}~1")]);
    assert_eq!(place.read().len(), 2);
    let forgotten = place.path("founder.git");
    for ledger in [ledger, place.ledger("founder")] {
        let error = ledger.history().unwrap_err();
        assert!(matches!(error, LedgerError::Rewritten { index: 2 }), "{error}");
    }
    // The machine's own memory knows as well, when the objects are gone.
    fs_err::remove_dir_all(forgotten).unwrap();
    let error = place.ledger("founder").history().unwrap_err();
    assert!(matches!(error, LedgerError::Rewritten { index: 2 }), "{error}");
    assert!(place.ledger("founder").append(&mut |_| panic!("it is not asked")).is_err());
}

pub(crate) fn in_a_clone() {
    let place = Place::new();
    let clone = place.path("clone");
    git(&place.path("."), &["clone", "--quiet", "remote.git", "clone"]);
    git(&clone, &["checkout", "--quiet", "-b", "work"]);
    fs_err::write(clone.join("half-done"), "x").unwrap();
    let state = || (git(&clone, &["status", "--porcelain"]), git(&clone, &["branch", "--list"]), git(&clone, &["tag"]));
    let before = state();
    let repository = GitRepository::discover(&clone, "origin").unwrap();
    let branch = GitBranch::in_clone(&repository, "origin", BRANCH).unwrap();
    let ledger = over(Arc::new(branch), &place.path("clone.state"));
    let acknowledged = append(&ledger, "from a clone").unwrap();
    place.holds(&[acknowledged]);
    assert_eq!(state(), before);
    assert!(!clone.join(".git/FETCH_HEAD").exists());
}
