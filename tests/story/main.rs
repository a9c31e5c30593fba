//! The invariants of §12 through the real commands: random stories of people, machines, crashes, races and mishaps on a signed
//! ledger, with everything that must never happen looked for after each step.
//!
//! A story comes from its seed. `TOLLGATE_STORIES=100` tells so many, from the first seed on. Where one fails, its seed and its
//! steps are printed; `TOLLGATE_STORY_SEED=7` tells that one alone, and with `TOLLGATE_STORY_SHRINK=1` looks for the steps
//! that can be left out.

#![expect(clippy::unwrap_used, reason = "a test that can't go on must stop")]
#![expect(clippy::print_stdout, reason = "whoever runs it wants to know which story failed, and how")]

mod arcs;
mod chronicle;
mod coverage;
mod oracle;
mod stage;
mod step;
mod telling;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use coverage::Coverage;
use telling::{Told, shrink, tell};

/// How many are told at once.
const TELLERS: usize = 2;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Tells the stories of these seeds, and returns what happened in them.
fn tell_all(first: u64, count: u64) -> Result<Coverage, Told> {
    let next = AtomicU64::new(first);
    let told = Mutex::new(Ok(Coverage::default()));
    std::thread::scope(|scope| {
        for _ in 0..TELLERS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count || told.lock().unwrap().is_err() {
                        return;
                    }
                    let one = tell(seed, &arcs::story(seed));
                    let mut told = told.lock().unwrap();
                    match (&mut *told, one) {
                        (Ok(all), Ok(coverage)) => all.join(&coverage),
                        (Ok(_), Err(failed)) => *told = Err(failed),
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    told.into_inner().unwrap()
}

#[test]
fn whatever_happens_in_whatever_order_the_invariants_hold() {
    let seed = number("TOLLGATE_STORY_SEED");
    let count = if seed.is_some() { 1 } else { number("TOLLGATE_STORIES").unwrap_or(arcs::STORIES).max(1) };
    match tell_all(seed.unwrap_or_default(), count) {
        Err(failed) if number("TOLLGATE_STORY_SHRINK").is_some() => panic!("{}", shrink(failed)),
        Err(failed) => panic!("{failed}"),
        Ok(coverage) => {
            println!("{coverage:#?}");
            assert!(count < arcs::STORIES || coverage.missing().is_empty(), "never happened: {:?}", coverage.missing());
        }
    }
}

#[test]
fn a_seed_tells_the_same_story_whenever_it_is_told() {
    assert_eq!(arcs::story(7), arcs::story(7));
    assert_ne!(arcs::story(7), arcs::story(8));
}
