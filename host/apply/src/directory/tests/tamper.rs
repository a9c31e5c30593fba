//! Other hands in the directory, and recipes that reach out of it.

use std::fs;
use std::os::unix::fs::symlink;

use camino::Utf8PathBuf;
use proptest::prelude::*;
use serde_json::json;
use tollgate_core::digest::Digest;
use tollgate_core::plan::{Conflict, Plan};
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_core::render::Rendered;

use super::support::{Place, config, files, mk_document, mk_place, mk_rendered, noon, recipe};

/// A target with three releases, the second of which is current.
fn mk_delivered() -> (Place, Utf8PathBuf) {
    let place = mk_place();
    for value in [1, 2, 3, 2] {
        place.deliver(&mk_rendered(&[("cart", value), ("shop", 1)]));
    }
    let release = place.path("current").canonicalize_utf8().unwrap();
    (place, release)
}

fn other_release(place: &Place, current: &Utf8PathBuf) -> Utf8PathBuf {
    let mut releases = place.path("releases").read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned());
    releases.find(|path| path.file_name() != current.file_name()).unwrap()
}

fn next() -> Rendered {
    mk_rendered(&[("cart", 9), ("shop", 1)])
}

fn plan(place: &Place) -> Result<Plan, ApplyError> {
    place.target().plan(recipe(&next()), &next())
}

/// Asserts that there is one conflict, and that it also stops what was approved before.
fn assert_conflict(place: &Place, approved_before: Digest, at: &str, message: &str) {
    let plan = plan(place).unwrap();
    let [conflict] = &plan.conflicts[..] else { panic!("{:?}", plan.conflicts) };
    assert!(conflict.at.contains(at) && conflict.message.contains(message), "{conflict:?}");
    let before = place.current();
    let applied = place.target().apply(place.ledger.approved(plan.recipe, approved_before), &next(), &noon);
    assert!(matches!(applied, Ok(Applied::Stale { .. })), "{applied:?}");
    assert_eq!(place.current(), before);
}

fn assert_broken(place: &Place, approved_before: Digest, expected: &str) {
    for result in [plan(place).map(drop), place.target().live().map(drop)] {
        let Err(ApplyError::Broken { reason, .. }) = result else { panic!("{result:?}") };
        assert!(reason.contains(expected), "{reason}");
    }
    let current = fs::read_link(place.path("current"));
    let applied = place.target().apply(place.ledger.approved(recipe(&next()), approved_before), &next(), &noon);
    assert!(matches!(applied, Err(ApplyError::Broken { .. })), "{applied:?}");
    assert_eq!(fs::read_link(place.path("current")).ok(), current.ok());
}

fn approved(place: &Place) -> Digest {
    let plan = plan(place).unwrap();
    assert_eq!(plan.conflicts, []);
    plan.digest().unwrap()
}

#[test]
fn foreign_entries_are_conflicts() {
    for (at, message) in [("notes.txt", "not put there by tollgate"), ("releases/mine", "not put there by tollgate")] {
        let (place, _) = mk_delivered();
        let digest = approved(&place);
        fs::write(place.path(at), "").unwrap();
        assert_conflict(&place, digest, at, message);
    }
}

#[test]
fn a_release_that_is_kept_and_was_changed_is_a_conflict() {
    type Change = fn(&Utf8PathBuf);
    let changes: [(Change, &str); 6] = [
        (|release| fs::write(release.join("services/cart/all.yaml"), "kind: Pod\n").unwrap(), "other contents"),
        (|release| fs::write(release.join("services/cart/more.yaml"), "kind: Pod\n").unwrap(), "other contents"),
        (|release| fs::remove_file(release.join("services/cart/all.yaml")).unwrap(), "empty directory"),
        (|release| fs::create_dir(release.join("empty")).unwrap(), "empty directory"),
        (|release| fs::remove_file(release.join(".tollgate-release")).unwrap(), "no `.tollgate-release`"),
        (|release| symlink("/etc/passwd", release.join("link.yaml")).unwrap(), "neither file nor directory"),
    ];
    for (change, message) in changes {
        let (place, current) = mk_delivered();
        let digest = approved(&place);
        change(&other_release(&place, &current));
        assert_conflict(&place, digest, "releases/", message);
    }
}

#[test]
fn a_current_release_that_was_changed_or_lost_leaves_nothing_to_plan_from() {
    let (place, current) = mk_delivered();
    let digest = approved(&place);
    let file = current.join("services/cart/all.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace('2', "4")).unwrap();
    assert_broken(&place, digest, "which is current, is missing or has other contents");
    fs::remove_dir_all(&current).unwrap();
    assert_broken(&place, digest, "which is current, is missing or has other contents");
}

#[test]
fn a_current_that_does_not_lead_where_the_state_says_is_a_conflict() {
    let (place, current) = mk_delivered();
    let digest = approved(&place);
    let other = format!("releases/{}", other_release(&place, &current).file_name().unwrap());
    for leads_to in ["/etc", "releases/../../key", &format!("./{other}"), &format!("{other}/"), &other, "releases"] {
        fs::remove_file(place.path("current")).unwrap();
        symlink(leads_to, place.path("current")).unwrap();
        let plan = plan(&place).unwrap();
        assert_eq!(plan.conflicts.len(), 1, "{leads_to}: {:?}", plan.conflicts);
        assert!(place.target().state().is_err(), "{leads_to}");
        let applied = place.target().apply(place.ledger.approved(plan.recipe, digest), &next(), &noon);
        assert!(matches!(applied, Ok(Applied::Stale { .. })), "{applied:?}");
        assert_eq!(fs::read_link(place.path("current")).unwrap().to_str().unwrap(), leads_to);
    }
    fs::remove_file(place.path("current")).unwrap();
    assert_conflict(&place, digest, "current", "is missing, and `state.json` says that it leads to");
    fs::create_dir(place.path("current")).unwrap();
    let plan = plan(&place).unwrap();
    assert!(plan.conflicts[0].message.contains("is not a link"), "{plan:?}");
}

#[test]
fn a_lost_garbled_or_foreign_state_stops_everything() {
    let (place, _) = mk_delivered();
    let digest = approved(&place);
    let honest = fs::read_to_string(place.path("state.json")).unwrap();
    let cases = [
        ("{", "can't be understood"),
        (&honest.replace("\"version\": 1", "\"version\": 2"), "has version 2"),
        (&honest.replace("prod-apps", "other-apps"), "is that of target `other-apps`"),
        (&honest.replace("\"attempt\"", "\"attempts\""), "can't be understood"),
    ];
    for (text, expected) in cases {
        fs::write(place.path("state.json"), text).unwrap();
        assert_broken(&place, digest, expected);
    }
    fs::remove_file(place.path("state.json")).unwrap();
    assert_broken(&place, digest, "`current` is there and `state.json` is not");
    symlink(place.base().join("key"), place.path("state.json")).unwrap();
    assert_broken(&place, digest, "is not a file");
}

#[test]
fn two_targets_never_share_a_directory() {
    let (place, _) = mk_delivered();
    let other = place.named("staging-apps", None).plan(recipe(&next()), &next());
    assert!(matches!(other, Err(ApplyError::Broken { .. })), "{other:?}");
}

#[test]
fn nothing_is_written_through_links() {
    let outside = tempfile::tempdir().unwrap();
    for name in ["releases", ".lock", ".state.json.new", "state.json"] {
        let place = mk_place();
        let empty_plan = place.target().plan(recipe(&next()), &next()).unwrap();
        fs::create_dir(place.path("")).unwrap();
        symlink(outside.path().join(name), place.path(name)).unwrap();
        let planned = plan(&place);
        assert!(planned.is_err() || planned.unwrap().conflicts.len() == 1, "{name}");
        let applied = place.target().apply(place.ledger.approved(empty_plan.recipe, empty_plan.digest().unwrap()), &next(), &noon);
        // The file that takes the place of the state is made anew, whatever stood there.
        assert_eq!(matches!(applied, Ok(Applied::Done { .. })), name == ".state.json.new", "{name}: {applied:?}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn the_target_s_own_directory_may_be_a_link() {
    let place = mk_place();
    fs::create_dir(place.base().join("elsewhere")).unwrap();
    symlink("elsewhere", place.base().join("target")).unwrap();
    place.deliver(&next());
}

#[test]
fn a_target_that_is_a_file_is_broken() {
    let place = mk_place();
    fs::write(place.base().join("target"), "").unwrap();
    assert!(matches!(plan(&place), Err(ApplyError::Broken { .. })));
}

fn conflicts(place: &Place, rendered: &Rendered) -> Vec<Conflict> {
    let conflicts = place.target().plan(recipe(rendered), rendered).unwrap().conflicts;
    let digest = Digest::of(b"whatever");
    let applied = place.target().apply(place.ledger.approved(recipe(rendered), digest), rendered, &noon);
    assert!(matches!(applied, Err(ApplyError::Io { .. })), "{applied:?}");
    assert!(!place.path("").exists());
    conflicts
}

#[test]
fn paths_that_lead_out_of_the_release_are_refused() {
    let place = mk_place();
    for path in [
        "../a.yaml",
        "a/../../b.yaml",
        "/etc/a.yaml",
        "a//b.yaml",
        "./a.yaml",
        "",
        "a/",
        "a\\b.yaml",
        "a\0.yaml",
        ".tollgate-release",
    ] {
        let rendered = Rendered::new(vec![mk_document(path, "ConfigMap", "a", &json!({}))]);
        let conflicts = conflicts(&place, &rendered);
        assert!(conflicts[0].message.contains("not a path within a release"), "{path}: {conflicts:?}");
    }
}

#[test]
fn an_object_that_comes_twice_is_refused_naming_both_files() {
    let document = |path: &str| mk_document(path, "ConfigMap", "a", &json!({}));
    let twice = Rendered::new(vec![document("services/cart/a.yaml"), document("services/cart/b.yaml")]);
    let conflicts = conflicts(&mk_place(), &twice);
    assert_eq!(conflicts[0].at, "services/cart/b.yaml");
    assert!(conflicts[0].message.contains("`services/cart/a.yaml`"), "{conflicts:?}");
}

#[test]
fn an_integer_that_digests_can_t_tell_from_its_neighbour_is_refused() {
    let rendered = Rendered::new(vec![mk_document("a.yaml", "ConfigMap", "a", &json!({"big": 9_007_199_254_740_993_u64}))]);
    assert!(conflicts(&mk_place(), &rendered)[0].message.contains("at `/big`"));
}

#[test]
fn a_file_that_is_another_one_s_directory_is_an_error_and_changes_nothing() {
    let place = mk_place();
    let old = next();
    place.deliver(&old);
    let document = |path: &str, name: &str| mk_document(path, "ConfigMap", name, &json!({}));
    let clash = Rendered::new(vec![document("a/b.yaml", "x"), document("a/b.yaml/c.yaml", "y")]);
    let applied = place.promote(&clash);
    assert!(matches!(applied, Err(ApplyError::Io { .. })), "{applied:?}");
    assert_eq!(place.current().unwrap(), files(&old));
    place.deliver(&mk_rendered(&[("cart", 1)]));
}

proptest! {
    #![proptest_config(config(48))]

    /// unknown-blocks: whatever byte of whatever file changes, nothing is planned from it as if it had not.
    #[test]
    fn any_byte_that_changes_in_a_release_is_noticed(of_current: bool, file in 0usize..3, at in 0usize..4096, byte: u8) {
        let (place, current) = mk_delivered();
        let release = if of_current { current } else { other_release(&place, &place.path("current").canonicalize_utf8().unwrap()) };
        let path = release.join(["services/cart/all.yaml", "services/shop/all.yaml", ".tollgate-release"][file]);
        let mut bytes = fs::read(&path).unwrap();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        fs::write(&path, &bytes).unwrap();
        let planned = plan(&place);
        match planned {
            Err(ApplyError::Broken { .. }) => prop_assert!(of_current),
            Ok(plan) => prop_assert_eq!((plan.conflicts.len(), of_current), (1, false)),
            Err(error) => panic!("{error:?}"),
        }
    }
}
