//! Other hands on the branch, and recipes that reach for what is not theirs.

use serde_json::json;
use tollgate_core::branch::BranchError;
use tollgate_core::plan::Conflict;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _, PublishedFile};
use tollgate_core::render::Rendered;

use super::support::{Place, files, mk_document, mk_place, mk_rendered, noon, plain, recipe};

fn current() -> Rendered {
    mk_rendered(&[("cart", 1), ("shop", 1)])
}

fn next() -> Rendered {
    mk_rendered(&[("cart", 2), ("shop", 1)])
}

fn mk_delivered() -> Place {
    let place = mk_place();
    place.deliver(&current());
    place
}

fn conflicts(place: &Place) -> Vec<Conflict> {
    place.target().plan(recipe(&next()), &next()).unwrap().conflicts
}

#[test]
fn foreign_files_are_conflicts_that_stop_what_was_approved_before_and_stay() {
    for (path, file) in [
        ("README.md", plain("hello")),
        ("services/cart/more.yaml", plain("kind: ConfigMap")),
        ("link", Some(PublishedFile::Other("a symlink"))),
        (".tollgate/notes", plain("x")),
    ] {
        let place = mk_delivered();
        let plan = place.target().plan(recipe(&next()), &next()).unwrap();
        place.remote.push(&[(path, file.clone())]);
        let found = conflicts(&place);
        assert_eq!(found.iter().map(|conflict| conflict.at.as_str()).collect::<Vec<_>>(), [path]);
        assert!(found[0].message.contains("remove it from the branch"), "{found:?}");
        let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
        assert!(matches!(place.target().apply(approved, &next(), &noon), Ok(Applied::Stale { .. })));
        let head = place.remote.commits().pop().unwrap();
        assert_eq!(head.files.get(path), file.as_ref());
        place.remote.push(&[(path, None)]);
        place.deliver(&next());
    }
}

#[test]
fn a_branch_of_somebody_else_s_is_all_conflicts() {
    let place = mk_place();
    place.remote.push(&[("README.md", plain("hello")), ("services/cart/all.yaml", plain("kind: ConfigMap"))]);
    assert_eq!(conflicts(&place).len(), 2);
    assert_eq!(place.target().live().unwrap(), []);
}

#[test]
fn a_changed_or_missing_manifest_breaks_the_target_until_it_is_set_back() {
    for file in [plain("kind: ConfigMap"), None, Some(PublishedFile::Other("a symlink"))] {
        let place = mk_delivered();
        let good = place.remote.commits().pop().unwrap();
        let plan = place.target().plan(recipe(&next()), &next()).unwrap();
        let path = "services/cart/all.yaml";
        place.remote.push(&[(path, file)]);
        for result in [place.target().plan(recipe(&next()), &next()).map(drop), place.target().state().map(drop)] {
            let Err(ApplyError::Broken { reason, .. }) = result else { panic!("{result:?}") };
            assert!(reason.contains("at commit 2 of branch `deploy` of memory"), "{reason}");
            assert!(reason.contains("has other contents than its name says: somebody else changed it"), "{reason}");
        }
        let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
        let refused = place.target().apply(approved, &next(), &noon);
        assert!(matches!(refused, Err(ApplyError::Broken { .. })), "{refused:?}");
        place.remote.push(&[(path, good.files.get(path).cloned())]);
        assert_eq!(place.target().state().unwrap().attempt, 2, "the attempt was written");
        place.deliver(&next());
    }
}

#[test]
fn a_state_that_is_lost_changed_or_another_target_s_breaks_the_target() {
    let other = mk_place();
    let plan = other.named("staging-apps", None).plan(recipe(&next()), &next()).unwrap();
    let promotion = other.ledger.approve("staging-apps", plan.recipe, plan.digest().unwrap(), None);
    other.named("staging-apps", None).apply(other.ledger.obtain(&promotion).unwrap(), &next(), &noon).unwrap();
    let theirs = other.remote.commits().pop().unwrap().files.get(".tollgate/state").cloned();
    for (state, expected) in [
        (None, "`.tollgate-release` is there and `.tollgate/state` is not"),
        (plain("{}"), "can't be understood"),
        (plain(r#"{"version": 2, "target": "prod-apps", "attempt": 1, "written": null}"#), "has version 2"),
        (Some(PublishedFile::Other("a symlink")), "is a symlink"),
        (theirs, "is that of target `staging-apps`"),
    ] {
        let place = mk_delivered();
        place.remote.push(&[(".tollgate/state", state)]);
        let result = place.target().plan(recipe(&next()), &next());
        let Err(ApplyError::Broken { reason, .. }) = result else { panic!("{result:?}") };
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn a_recipe_can_not_write_where_tollgate_and_git_keep_their_own() {
    let place = mk_delivered();
    for path in [".tollgate/x.yaml", "services/.git/x.yaml", "services/.GIT/x.yaml", ".tollgate-release", "../x.yaml"] {
        let rendered = Rendered::new(vec![mk_document(path, "ConfigMap", "cart", &json!({}))]);
        let plan = place.target().plan(recipe(&rendered), &rendered).unwrap();
        assert!(plan.conflicts.iter().any(|conflict| conflict.at == path), "{path}");
        let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
        let refused = place.target().apply(approved, &rendered, &noon);
        assert!(!matches!(refused, Ok(Applied::Done { .. })), "{path}");
    }
    assert_eq!(place.manifests(), files(&current()));
}

#[test]
fn a_remote_that_is_gone_is_said_to_be() {
    let place = mk_delivered();
    let plan = place.target().plan(recipe(&next()), &next()).unwrap();
    place.remote.before_the_next_push(|remote| *remote.is_gone.lock().unwrap() = true);
    let applied = place.target().apply(place.ledger.approved(plan.recipe, plan.digest().unwrap()), &next(), &noon);
    let is_unreachable = |error: &ApplyError| matches!(error, ApplyError::Branch { source: BranchError::Unreachable { .. }, .. });
    assert!(applied.as_ref().is_err_and(is_unreachable), "{applied:?}");
    assert!(place.target().state().as_ref().is_err_and(is_unreachable));
}
