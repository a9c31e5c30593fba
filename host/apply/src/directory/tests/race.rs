//! one-at-a-time: processes that race for one directory and die at any moment.
//!
//! Each process is this test binary once more, running [`child`] alone. Before every write to what is shared it notes its
//! attempt in a journal, and it dies without further ado at a write that it was told.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use tollgate_core::digest::Digest;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyPlan as _, TargetState};
use tollgate_core::render::Rendered;

use super::support::{MemoryLedger, TARGET, config, files, mk_place, mk_rendered, noon, read_current, recipe, watched};
use crate::compare::{Objects, compare};

/// The variable that tells a process its part.
const PART: &str = "TOLLGATE_TEST_PART";

/// What a process does.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    base: Utf8PathBuf,
    /// Each may be the highest at its time, or overtaken by that of another process.
    attempts: Vec<u64>,
    /// The write at which it dies.
    dies_at: u64,
}

/// What became of an attempt.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    attempt: u64,
    approved: Digest,
    before: TargetState,
}

/// What an attempt wants to have current.
fn wanted(attempt: u64) -> Rendered {
    mk_rendered(&[("cart", attempt), ("shop", attempt % 3), ("same", 1)])
}

fn note(path: &Utf8Path, text: &str) {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{text}\n").as_bytes()).unwrap();
}

/// A part of the race. Without its part this is nobody's race and there is nothing to do.
#[test]
fn child() {
    let Ok(part) = std::env::var(PART) else { return };
    let part: Part = serde_json::from_str(&part).unwrap();
    let running = Arc::new(AtomicU64::new(0));
    let left = AtomicU64::new(part.dies_at);
    let (journal, attempt) = (part.base.join("journal"), Arc::clone(&running));
    let root = part.base.join("target");
    let watch = move |path: &Utf8Path| {
        if left.fetch_sub(1, SeqCst) == 0 {
            std::process::abort();
        }
        if matches!(path.file_name(), Some("state.json" | "current")) {
            note(&journal, &attempt.load(SeqCst).to_string());
        }
        Ok(())
    };
    let target = watched(&root, Arc::new(watch));
    for attempt in part.attempts {
        running.store(attempt, SeqCst);
        let rendered = wanted(attempt);
        let plan = target.plan(recipe(&rendered), &rendered).unwrap();
        assert_eq!(plan.conflicts, []);
        let approved = plan.digest().unwrap();
        let ledger = MemoryLedger::new();
        ledger.burn(attempt - 1);
        if let Applied::Done { before, .. } = target.apply(ledger.approved(plan.recipe, approved), &rendered, &noon).unwrap() {
            note(&part.base.join("done"), &serde_json::to_string(&Line { attempt, approved, before }).unwrap());
        }
    }
}

fn spawn(part: &Part) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "directory::tests::race::child", "--nocapture"])
        .env(PART, serde_json::to_string(part).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn lines(path: &Utf8Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(ToOwned::to_owned).collect()
}

fn objects(rendered: Option<&Rendered>) -> Objects {
    let documents = rendered.into_iter().flat_map(Rendered::documents);
    documents.map(|document| (document.key(), document.body.clone())).collect()
}

/// The digest of the plan that leads from one attempt's contents to another's.
fn digest_between(before: Option<u64>, after: u64) -> Digest {
    let comparison = compare(&objects(before.map(wanted).as_ref()), &objects(Some(&wanted(after))), None).unwrap();
    let (target, recipe) = (TARGET.to_owned(), recipe(&wanted(after)));
    Plan { actions: comparison.actions, unchanged: comparison.unchanged, ..Plan::empty(&target, recipe) }.digest().unwrap()
}

/// The attempts in the order in which they wrote to what is shared. Each must have done so in one go, after all lower ones.
fn assert_never_interleaved(journal: &[String]) {
    let mut attempts: Vec<u64> = journal.iter().map(|line| line.parse().unwrap()).collect();
    attempts.dedup();
    assert!(attempts.windows(2).all(|pair| pair[0] < pair[1]), "{attempts:?}");
}

/// Lets processes race, each with every so-manieth attempt, and looks at what they left.
fn race(deaths: &[u64], attempts_each: u64) {
    let place = mk_place();
    let count = deaths.len() as u64;
    let part = |(first, dies_at): (u64, &u64)| Part {
        base: place.base().to_owned(),
        attempts: (0..attempts_each).map(|round| 1 + first + round * count).collect(),
        dies_at: *dies_at,
    };
    let children: Vec<Child> = (0..).zip(deaths).map(part).map(|part| spawn(&part)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        // A child that dies by its own hand has no exit code; one with a failed assertion has.
        assert!(output.status.code().is_none_or(|code| code == 0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_never_interleaved(&lines(&place.base().join("journal")));
    let done: Vec<Line> = lines(&place.base().join("done")).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &done {
        let before = line.before.written.as_ref().map(|written| written.attempt);
        assert_eq!(digest_between(before, line.attempt), line.approved, "{line:?}");
        assert!(line.before.attempt < line.attempt, "{line:?}");
    }
    let state = place.target().state().unwrap();
    let current = state.written.as_ref().map(|written| written.attempt);
    assert!(done.iter().map(|line| line.attempt).max() <= current, "{done:?} {state:?}");
    assert_eq!(read_current(&place.path("")), current.map(wanted).as_ref().map(files));
    place.ledger.burn(1000);
    place.deliver(&wanted(1000));
}

#[test]
fn processes_that_race_and_live_never_interleave() {
    race(&[u64::MAX; 4], 6);
}

#[test]
fn the_children_s_journal_would_show_interleaving() {
    let journal = |attempts: &[u64]| attempts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_never_interleaved(&journal(&[1, 1, 3, 3, 7]));
    for interleaved in [&[1, 2, 1][..], &[2, 1]] {
        assert!(std::panic::catch_unwind(|| assert_never_interleaved(&journal(interleaved))).is_err());
    }
}

#[test]
fn what_the_parent_expects_is_what_the_target_plans() {
    let place = mk_place();
    let digest = |attempt| place.target().plan(recipe(&wanted(attempt)), &wanted(attempt)).unwrap().digest().unwrap();
    let mut expected = BTreeMap::from([(0, digest(1))]);
    place.deliver(&wanted(1));
    expected.insert(1, digest(2));
    assert_eq!(expected, BTreeMap::from([(0, digest_between(None, 1)), (1, digest_between(Some(1), 2))]));
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn processes_that_race_and_die_leave_a_true_state(deaths in prop::collection::vec(0..250u64, 2..5)) {
        race(&deaths, 5);
    }
}
