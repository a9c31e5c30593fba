//! Any sequence of appends, crashes, races and forgotten caches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tollgate_core::branch::{BranchChange, BranchError, BranchFile, KeepBranch, Pushed};
use tollgate_repo::GitBranch;

use crate::place::{Acknowledged, BRANCH, Place, append, count, over, proposed};

/// What may happen. Machines are `a`, `b` and `c`.
#[derive(Clone, Debug)]
enum Step {
    Append {
        machine: usize,
    },
    /// The process dies before, in, or after the push.
    Crash {
        machine: usize,
        moment: Moment,
    },
    /// All machines append at once.
    Race,
    /// The machine's cache is removed; its memory stays.
    Forget {
        machine: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Never,
    BeforeFetch,
    BeforeWrite,
    BeforePush,
    AfterPush,
}

const MOMENTS: [Moment; 5] = [Moment::Never, Moment::BeforeFetch, Moment::BeforeWrite, Moment::BeforePush, Moment::AfterPush];

const MACHINES: [&str; 3] = ["a", "b", "c"];

fn any_step() -> impl Strategy<Value = Step> {
    let moment = (1..MOMENTS.len()).prop_map(|moment| MOMENTS[moment]);
    prop_oneof![
        2 => (0usize..3).prop_map(|machine| Step::Append { machine }),
        4 => (0usize..3, moment).prop_map(|(machine, moment)| Step::Crash { machine, moment }),
        2 => Just(Step::Race),
        1 => (0usize..3).prop_map(|machine| Step::Forget { machine }),
    ]
}

pub(crate) fn any_sequence() {
    let config = Config { cases: count("TOLLGATE_MACHINES", 4), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let steps = prop::collection::vec(any_step(), 4..9);
    let result = runner.run(&steps, |steps| {
        run(&steps);
        Ok(())
    });
    result.unwrap();
}

/// What is known of the ledger from outside.
#[derive(Default)]
struct Model {
    acknowledged: Vec<Acknowledged>,
    /// Texts whose writers died after the push: they are there, but nobody was told.
    untold: Vec<String>,
    written: u32,
}

fn run(steps: &[Step]) {
    let place = Place::new();
    let mut model = Model::default();
    for step in steps {
        take(&place, &mut model, step);
        let history = place.holds(&model.acknowledged);
        assert_eq!(proposed(&history), (model.acknowledged.len() + model.untold.len()) as u64, "after {step:?}");
    }
}

fn take(place: &Place, model: &mut Model, step: &Step) {
    model.written += 1;
    let text = format!("entry-{}", model.written);
    match step {
        Step::Append { machine } => model.acknowledged.push(append(&place.ledger(MACHINES[*machine]), &text).unwrap()),
        Step::Crash { machine, moment } => {
            assert!(dies(place, MACHINES[*machine], *moment, &text));
            if *moment == Moment::AfterPush {
                model.untold.push(text);
            }
        }
        Step::Race => model.acknowledged.extend(race(place, &text)),
        Step::Forget { machine } => {
            let _absent = fs_err::remove_dir_all(place.path(&format!("{}.git", MACHINES[*machine])));
        }
    }
}

fn race(place: &Place, text: &str) -> Vec<Acknowledged> {
    thread::scope(|scope| {
        let start = |machine| scope.spawn(move || append(&place.ledger(machine), &format!("{text}-{machine}")).unwrap());
        MACHINES.map(start).map(|racer| racer.join().unwrap()).to_vec()
    })
}

/// Appends on a machine whose process dies at a moment. True if it died.
fn dies(place: &Place, machine: &str, moment: Moment, text: &str) -> bool {
    let cache = place.path(&format!("{machine}.git"));
    let branch = GitBranch::in_cache(&cache, place.remote().as_str(), BRANCH).unwrap();
    let mortal = Arc::new(Mortal { branch, moment, pushes: AtomicU8::new(0) });
    append(&over(mortal, &place.path(&format!("{machine}.state"))), text).is_err()
}

/// A branch in the hands of a process that dies at a moment: from then on, nothing more comes of anything.
struct Mortal {
    branch: GitBranch,
    moment: Moment,
    pushes: AtomicU8,
}

impl Mortal {
    fn die_at(&self, moment: Moment) -> Result<(), BranchError> {
        if self.moment == moment {
            return Err(BranchError::Unreachable { message: "this process is dead".to_owned() });
        }
        Ok(())
    }
}

impl KeepBranch for Mortal {
    fn remote(&self) -> &str {
        self.branch.remote()
    }

    fn branch(&self) -> &str {
        self.branch.branch()
    }

    fn fetch(&self) -> Result<Option<String>, BranchError> {
        self.die_at(Moment::BeforeFetch)?;
        self.branch.fetch()
    }

    fn changes(&self, before: Option<&str>, after: &str) -> Result<Vec<BranchChange>, BranchError> {
        self.branch.changes(before, after)
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, BranchError> {
        self.branch.read(commit, path)
    }

    fn write(&self, parent: Option<&str>, files: &[BranchFile], message: &str) -> Result<String, BranchError> {
        self.die_at(Moment::BeforeWrite)?;
        self.branch.write(parent, files, message)
    }

    fn push(&self, old: Option<&str>, new: &str) -> Result<Pushed, BranchError> {
        self.die_at(Moment::BeforePush)?;
        assert_eq!(self.pushes.fetch_add(1, Ordering::SeqCst), 0, "nobody else writes meanwhile");
        let pushed = self.branch.push(old, new)?;
        self.die_at(Moment::AfterPush)?;
        Ok(pushed)
    }
}
