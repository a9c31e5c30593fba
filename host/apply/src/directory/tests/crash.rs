//! Work that stops anywhere: `current` always leads to a whole release, the state never lies, and a rerun goes on.

use std::fs;

use proptest::prelude::*;
use tollgate_core::digest::Digest;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyPlan as _};
use tollgate_core::render::Rendered;

use super::support::{Place, config, files, mk_place, mk_rendered, noon, recipe};

/// More writes than any attempt here makes.
const ENOUGH: usize = 500;

/// Asserts that the target runs one of these, and says so. Returns its position.
fn assert_runs_one_of(place: &Place, expected: &[Option<&Rendered>]) -> usize {
    let state = place.target().state().unwrap();
    let current = place.current();
    let runs = |candidate: &Option<&Rendered>| candidate.map(files) == current;
    let at = expected.iter().position(runs).unwrap_or_else(|| panic!("{current:?}"));
    assert_eq!(state.written.as_ref().map(|written| written.recipe), expected[at].map(recipe), "the state lies");
    let link = fs::read_link(place.path("current")).ok().map(|link| link.to_str().unwrap().to_owned());
    assert_eq!(state.written.map(|written| format!("releases/{}", written.release)), link);
    at
}

/// Counts the writes of an attempt that is not disturbed.
fn count_writes(before: Option<&Rendered>, after: &Rendered) -> usize {
    (0..ENOUGH).find(|at| crash(before, after, *at).1).unwrap()
}

/// An attempt that stops at a write. Returns whether it came to its end.
fn crash(before: Option<&Rendered>, after: &Rendered, at: usize) -> (Place, bool) {
    let place = mk_place();
    before.into_iter().for_each(|before| place.deliver(before));
    let plan = place.target().plan(recipe(after), after).unwrap();
    let approved = place.ledger.approved(plan.recipe, plan.digest().unwrap());
    let done = place.crashing(at).apply(approved, after, &noon);
    let done = matches!(done, Ok(Applied::Done { .. }));
    (place, done)
}

#[test]
fn an_attempt_that_stops_at_any_write_leaves_the_old_or_the_new_and_a_rerun_goes_on() {
    let (old, new) = (mk_rendered(&[("cart", 1), ("shop", 1)]), mk_rendered(&[("cart", 2), ("new", 1)]));
    for before in [None, Some(&old)] {
        let writes = count_writes(before, &new);
        assert!(writes > 20, "{writes}");
        let mut seen = [false; 2];
        for at in 0..writes {
            let (place, _) = crash(before, &new, at);
            seen[assert_runs_one_of(&place, &[before, Some(&new)])] = true;
            place.deliver(&new);
            let unfinished = fs::read_dir(place.path("releases"))
                .unwrap()
                .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with('.'));
            assert_eq!(unfinished.count(), 0, "what a crash left is removed");
        }
        assert_eq!(seen, [true; 2], "crashes before and after the swap were tried");
    }
}

#[test]
fn after_a_crash_the_attempt_is_never_lower_than_what_was_claimed() {
    let (old, new) = (mk_rendered(&[("cart", 1)]), mk_rendered(&[("cart", 2)]));
    for at in 0..count_writes(Some(&old), &new) {
        let (place, _) = crash(Some(&old), &new, at);
        let state = place.target().state().unwrap();
        assert!(state.attempt == 1 || state.attempt == 2);
        if state.written.as_ref().unwrap().recipe == recipe(&new) {
            assert_eq!((state.attempt, state.written.unwrap().attempt), (2, 2));
        }
    }
}

#[test]
fn an_attempt_that_writes_nothing_loses_nothing() {
    let (new, next) = (mk_rendered(&[("cart", 2)]), mk_rendered(&[("cart", 3)]));
    for at in 0..count_writes(None, &new) {
        let (place, _) = crash(None, &new, at);
        let runs = [None, Some(&new)][assert_runs_one_of(&place, &[None, Some(&new)])];
        let Ok(link) = fs::read_link(place.path("current")) else { continue };
        let digest = plan(&place, &next).1;
        fs::remove_file(place.path("current")).unwrap();
        let applied = place.target().apply(place.ledger.approved(recipe(&next), digest), &next, &noon);
        assert!(matches!(applied, Ok(Applied::Stale { .. })), "{applied:?}");
        std::os::unix::fs::symlink(link, place.path("current")).unwrap();
        assert_runs_one_of(&place, &[runs]);
    }
}

/// What may happen to a target.
#[derive(Clone, Debug)]
enum Step {
    /// Plan, approve and apply, and stop at a write.
    Promote { value: u64, stop: usize },
    /// Apply what nobody approved: the approved plan is that of another recipe.
    Swindle { value: u64, approved: u64 },
    /// Begin an attempt, and apply it only after another one.
    Delay { value: u64, other: u64 },
    /// Another hand in the directory, while an approved attempt is on its way.
    Tamper { value: u64, how: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    let value = || 0..4u64;
    prop_oneof![
        4 => (value(), 0..120usize).prop_map(|(value, stop)| Step::Promote { value, stop }),
        1 => (value(), value()).prop_map(|(value, approved)| Step::Swindle { value, approved }),
        1 => (value(), value()).prop_map(|(value, other)| Step::Delay { value, other }),
        2 => (value(), 0..4usize).prop_map(|(value, how)| Step::Tamper { value, how }),
    ]
}

fn nth(value: u64) -> Rendered {
    mk_rendered(&[("cart", value), ("shop", value % 2)])
}

fn plan(place: &Place, rendered: &Rendered) -> (Plan, Digest) {
    let plan = place.target().plan(recipe(rendered), rendered).unwrap();
    assert_eq!(plan.conflicts, []);
    let digest = plan.digest().unwrap();
    (plan, digest)
}

/// Does a step, and asserts that the target runs what it ran before or what was approved. Returns what it runs.
fn step(place: &Place, runs: Option<Rendered>, step: &Step) -> Option<Rendered> {
    match *step {
        Step::Promote { value, stop } => {
            let wanted = nth(value);
            let (plan, digest) = plan(place, &wanted);
            let applied = place.crashing(stop).apply(place.ledger.approved(plan.recipe, digest), &wanted, &noon);
            let at = assert_runs_one_of(place, &[Some(&wanted), runs.as_ref()]);
            assert!(at == 0 || applied.is_err(), "{applied:?}");
            if at == 0 { Some(wanted) } else { runs }
        }
        Step::Swindle { value, approved } => {
            let (wanted, honest) = (nth(value), nth(approved));
            let digest = plan(place, &honest).1;
            let is_same = plan(place, &wanted).1 == digest;
            let applied = place.target().apply(place.ledger.approved(recipe(&wanted), digest), &wanted, &noon);
            assert_eq!(matches!(applied, Ok(Applied::Done { .. })), is_same, "{applied:?}");
            let runs = if is_same { Some(wanted) } else { runs };
            assert_runs_one_of(place, &[runs.as_ref()]);
            runs
        }
        Step::Delay { value, other } => {
            let (slow, fast) = (nth(value), nth(other));
            let (slow_plan, slow_digest) = plan(place, &slow);
            let delayed = place.ledger.approved(slow_plan.recipe, slow_digest);
            place.deliver(&fast);
            let applied = place.target().apply(delayed, &slow, &noon);
            assert!(matches!(applied, Ok(Applied::Overtaken { .. })), "{applied:?}");
            assert_runs_one_of(place, &[Some(&fast)]);
            Some(fast)
        }
        Step::Tamper { value, how } => tamper(place, runs, &nth(value), how),
    }
}

fn tamper(place: &Place, runs: Option<Rendered>, wanted: &Rendered, how: usize) -> Option<Rendered> {
    let (plan, digest) = plan(place, wanted);
    let approved = place.ledger.approved(plan.recipe, digest);
    fs::create_dir_all(place.path("releases")).unwrap();
    let file = place.path("current/services/cart/all.yaml");
    let undo: Box<dyn FnOnce()> = match how {
        0 => foreign(place.path("notes.txt")),
        1 => foreign(place.path("releases/mine")),
        2 if runs.is_some() => {
            let honest = fs::read(&file).unwrap();
            fs::write(&file, "kind: Pod\n").unwrap();
            Box::new(move || fs::write(&file, &honest).unwrap())
        }
        _ if runs.is_some() => {
            let link = fs::read_link(place.path("current")).unwrap();
            fs::remove_file(place.path("current")).unwrap();
            let current = place.path("current");
            Box::new(move || std::os::unix::fs::symlink(link, current).unwrap())
        }
        _ => foreign(place.path("current")),
    };
    let applied = place.target().apply(approved, wanted, &noon);
    assert!(!matches!(applied, Ok(Applied::Done { .. })), "{applied:?}");
    undo();
    assert_runs_one_of(place, &[runs.as_ref()]);
    runs
}

fn foreign(path: camino::Utf8PathBuf) -> Box<dyn FnOnce()> {
    fs::write(&path, "").unwrap();
    Box::new(move || fs::remove_file(path).unwrap())
}

proptest! {
    #![proptest_config(config(32))]

    /// no-apply-unapproved, through crashes, delays and other hands.
    #[test]
    fn nothing_is_ever_current_but_what_was_approved(steps in prop::collection::vec(any_step(), 1..12)) {
        let place = mk_place();
        let mut runs = None;
        for one in &steps {
            runs = step(&place, runs, one);
        }
        place.deliver(&nth(9));
    }
}
