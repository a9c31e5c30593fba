//! Hostile guests, and what becomes of them.
//!
//! Each guest in `tests/guests` is named for its sin, and has at least one test here that is named for the outcome. A
//! guest without a test fails the run. The program is its own harness because it also serves as the child process
//! that compiles, and as a process of its own for what can't be seen in a crowd.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod caching;
mod compiling;
mod fixers;
mod gates;
mod harmless;
mod lies;
mod limits;
mod refused;
mod testbed;

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A guest by name, the outcome as a sentence, and the test.
type Case = (&'static str, &'static str, fn());

/// A list of [`Case`]s: `"guest" => outcome_as_a_sentence`.
macro_rules! cases {
    ($($guest:literal => $outcome:ident),* $(,)?) => {
        pub(crate) const CASES: &[crate::Case] = &[$(($guest, stringify!($outcome), $outcome)),*];
    };
}
pub(crate) use cases;

fn all_cases() -> impl Iterator<Item = &'static Case> {
    [caching::CASES, compiling::CASES, fixers::CASES, gates::CASES, harmless::CASES, lies::CASES, limits::CASES, refused::CASES]
        .into_iter()
        .flatten()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["compile"] => compile(),
        ["judge", guest] => say(&harmless::verdict_as_text(guest)),
        ["judge-in-little-space", guest] => say(&harmless::verdict_in_little_space(guest)),
        ["count-growth", guest] => say(&limits::growth(guest).to_string()),
        _ => run_tests(),
    }
}

fn say(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

fn compile() -> ExitCode {
    if tollgate_sandbox::compile_stdin_to_stdout().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_tests() -> ExitCode {
    let trial = |(guest, outcome, test): &Case| {
        let test = *test;
        let run = move || {
            test();
            Ok(())
        };
        Trial::test(format!("{guest}::{outcome}"), run)
    };
    let mut trials: Vec<Trial> = all_cases().map(trial).collect();
    trials.push(Trial::test("every_guest_has_a_test", || {
        every_guest_has_a_test();
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn every_guest_has_a_test() {
    let tested: BTreeSet<&str> = all_cases().map(|(guest, ..)| *guest).collect();
    let untested: Vec<String> = testbed::all_guests().into_iter().filter(|guest| !tested.contains(guest.as_str())).collect();
    assert_eq!(untested, Vec::<String>::new(), "guests without a test");
}
