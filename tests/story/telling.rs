//! Telling a story, step by step, and what to say of one that came to a bad end.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::coverage::Coverage;
use crate::oracle::Oracle;
use crate::stage::{BEGINNING, Stage};
use crate::step::Step;

/// A story that came to a bad end.
#[derive(Debug)]
pub(crate) struct Told {
    seed: u64,
    /// The steps up to the bad one, or all, where the look back found something.
    steps: Vec<Step>,
    why: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the story with TOLLGATE_STORY_SEED={} fails after {} steps:", self.seed, self.steps.len())?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "{number:4}  {step}")?;
        }
        f.write_str(&self.why)
    }
}

/// Tells a story, and returns what happened in it.
pub(crate) fn tell(seed: u64, steps: &[Step]) -> Result<Coverage, Told> {
    let mut taken = 0;
    let mut coverage = Coverage::default();
    let told = catch_unwind(AssertUnwindSafe(|| {
        let mut stage = Stage::new();
        let mut oracle = Oracle::default();
        for (step, exit) in BEGINNING {
            let happened = stage.take(0, step);
            oracle.look(&mut stage, step, &happened);
            happened.answers.into_iter().for_each(|answer| drop(answer.exits(exit)));
        }
        for (number, step) in steps.iter().enumerate() {
            taken = number + 1;
            let happened = stage.take(number, *step);
            oracle.look(&mut stage, *step, &happened);
            coverage.step(*step, &happened);
            let exits: Vec<i32> = happened.answers.iter().map(|answer| answer.exit).collect();
            println!("story {seed}, {number:3}: {step} {exits:?}{}", if happened.is_killed { ", killed" } else { "" });
        }
        oracle.look_back(&mut stage);
        stage.chronicle.entries().iter().for_each(|entry| coverage.entry(entry));
    }));
    let why = |panic: Box<dyn std::any::Any + Send>| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    };
    told.map(|()| coverage).map_err(|panic| Told { seed, steps: steps[..taken].to_vec(), why: why(panic) })
}

/// Leaves out all steps without which the story still comes to a bad end.
pub(crate) fn shrink(mut told: Told) -> Told {
    let mut index = told.steps.len().saturating_sub(1);
    while index > 0 {
        index -= 1;
        let rest: Vec<Step> = told.steps.iter().enumerate().filter(|(number, _)| *number != index).map(|(_, step)| *step).collect();
        if let Err(shorter) = tell(told.seed, &rest) {
            index = index.min(shorter.steps.len().saturating_sub(1));
            told = shorter;
        }
    }
    told
}
