//! `cargo xtask soak`: the tests that try what must never happen, with many more cases, races and crashes than a change
//! waits for.

use std::io;

use crate::install;
use crate::process;
use crate::ring::{Ring, run_ring, write_summary};
use crate::test::TestError;
use crate::workspaces::Repository;

/// What `cargo xtask soak` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Names of the soaks to run; all of them by default.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(SOAKS.map(|soak| soak.name)))]
    names: Vec<String>,
    /// Multiplies all counts. One round takes an hour and three quarters on two cores.
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: u32,
}

/// A test program, and how much it is to do.
#[derive(Clone, Copy)]
struct Soak {
    name: &'static str,
    /// Arguments of `cargo test`.
    arguments: &'static [&'static str],
    /// Variables that the program reads, with their counts.
    counts: &'static [(&'static str, u32)],
}

/// How many cases a property is tried with, whatever it says itself. The library reads it.
const PROPERTY_CASES: &str = "PROPTEST_CASES";

/// In the order in which they run. Counts of `TOLLGATE_SOAK` are cases to the directory target, and factors to the others.
const SOAKS: [Soak; 7] = [
    Soak {
        name: "apply",
        // Of all packages, because one alone has its dependencies with other features, which would all be built once more.
        arguments: &["--workspace", "--lib", "--", "directory::tests::", "git::tests::"],
        counts: &[("TOLLGATE_SOAK", 2_000)],
    },
    Soak { name: "delivery", arguments: &["--workspace", "--bin", "tollgate", "delivery"], counts: &[("TOLLGATE_SOAK", 100)] },
    Soak {
        name: "ledger_race",
        arguments: &["--workspace", "--test", "ledger_race"],
        counts: &[("TOLLGATE_RACERS", 20), ("TOLLGATE_RACE_ENTRIES", 50), ("TOLLGATE_CRASHES", 200), ("TOLLGATE_MACHINES", 100)],
    },
    Soak {
        name: "e2e",
        // Those that read the count: the others do in a soak what they do anyway.
        arguments: &[
            "--workspace",
            "--test",
            "e2e",
            "--",
            "racing::",
            "approved::",
            "no_silent_skip::",
            "only_proven_images::",
            "kubernetes::",
        ],
        counts: &[("TOLLGATE_SOAK", 25)],
    },
    Soak {
        name: "admission",
        arguments: &["--workspace", "--test", "e2e", "--", "serving::"],
        // A million questions, ten thousand connections, fifty changes of the ledger.
        counts: &[("TOLLGATE_SOAK", 25), ("TOLLGATE_QUESTIONS", 1_000_000)],
    },
    Soak { name: "story", arguments: &["--workspace", "--test", "story"], counts: &[("TOLLGATE_STORIES", 60)] },
    Soak {
        name: "properties",
        // Where each property starts is another place each time, unlike in `cargo xtask test`.
        arguments: &[
            "--workspace",
            "--lib",
            "--test",
            "properties",
            "--test",
            "language_properties",
            "--test",
            "arbitrary",
            // Those that kill and race have a soak of their own.
            "--",
            "--skip",
            "directory::tests::",
            "--skip",
            "git::tests::",
        ],
        counts: &[(PROPERTY_CASES, 5_000)],
    },
];

/// Runs all of them, also after one has failed, and prints how each ended.
pub(crate) fn run(arguments: &Arguments) -> Result<(), TestError> {
    let repository = Repository::find()?;
    process::succeed(&mut install::plugins()?)?;
    process::succeed(process::cargo().args(["build", "--locked", "--workspace", "--bins"]).current_dir(&repository.root))?;
    let mut stdout = io::stdout().lock();
    let is_wanted = |soak: &&Soak| arguments.names.is_empty() || arguments.names.iter().any(|name| name == soak.name);
    let rings = SOAKS.iter().filter(is_wanted).map(|soak| soak.ring(&repository, arguments.times));
    let results = rings.map(|ring| run_ring(ring, &mut stdout)).collect::<Result<Vec<_>, _>>()?;
    write_summary(&mut stdout, &results)?;
    let failed = results.iter().filter(|result| !result.passed).count();
    if failed == 0 { Ok(()) } else { Err(TestError::Failed(failed)) }
}

impl Soak {
    fn ring(&self, repository: &Repository, times: u32) -> Ring {
        let mut command = process::cargo();
        command.args(["test", "--locked", "--no-fail-fast"]).args(self.arguments).current_dir(&repository.root);
        for (variable, count) in self.counts {
            command.env(variable, count.saturating_mul(times).to_string());
        }
        Ring { name: self.name.to_owned(), command }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_is_multiplied() {
        let repository = Repository { root: "/nowhere".into(), target_directory: "/nowhere/target".into() };
        let ring = SOAKS[2].ring(&repository, 3);
        let crashes = ring.command.get_envs().find(|(name, _)| *name == "TOLLGATE_CRASHES");
        assert_eq!(crashes, Some(("TOLLGATE_CRASHES".as_ref(), Some("600".as_ref()))));
        assert_eq!(process::describe(&ring.command), "cargo test --locked --no-fail-fast --workspace --test ledger_race");
    }

    #[test]
    fn every_count_is_one_that_its_tests_read() {
        let repository = Repository::find().unwrap();
        let mut text = String::new();
        for directory in ["tests", "host/apply/src", "host/src"] {
            for file in ignore::Walk::new(repository.root.join(directory)).filter_map(Result::ok) {
                if file.path().extension().is_some_and(|end| end == "rs") {
                    text.push_str(&fs_err::read_to_string(file.path()).unwrap());
                }
            }
        }
        for (variable, _) in SOAKS.iter().flat_map(|soak| soak.counts).filter(|(variable, _)| *variable != PROPERTY_CASES) {
            assert!(text.contains(&format!("\"{variable}\"")), "nobody reads `{variable}`");
        }
    }
}
