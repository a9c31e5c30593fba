//! The cases by which other tools test themselves, judged here: where a check of theirs means what a rule of ours means, both
//! must agree, unless the difference is on purpose and stands in a table with its reason.
//!
//! The cases are not part of this repository. `TOLLGATE_POLARIS`, `TOLLGATE_KUBE_LINTER` and `TOLLGATE_KUBE_SCORE` name
//! checkouts of the projects.

#[path = "other_cases/kube_linter.rs"]
mod kube_linter;
#[path = "other_cases/kube_score.rs"]
mod kube_score;
#[path = "other_cases/polaris.rs"]
mod polaris;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tollgate_sdk::testing;

use crate::Workloads;

/// A case of another tool.
struct Case {
    /// The check that it tests.
    check: String,
    /// What the tables call it.
    name: String,
    yaml: String,
    expected: Expected,
}

/// What the other tool finds.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// Something or nothing.
    Any(bool),
    /// So many findings.
    Count(usize),
}

/// A check of another tool that means what rules of ours mean.
struct Same {
    check: &'static str,
    rules: &'static [&'static str],
    settings: &'static str,
    /// The cases that come out otherwise on purpose.
    differing: &'static [Difference],
}

/// A case that comes out otherwise on purpose: its name, how many findings there are here, and why.
type Difference = (&'static str, usize, &'static str);

/// Another tool.
struct Tool {
    name: &'static str,
    variable: &'static str,
    same: &'static [Same],
    /// The checks that no rule of ours means, each with where it belongs.
    elsewhere: &'static [(&'static str, &'static str)],
}

/// How the cases come out.
#[derive(Debug, Default)]
struct Counts {
    run: usize,
    agreeing: usize,
    differing_on_purpose: usize,
    of_checks_elsewhere: usize,
}

impl Tool {
    /// Where the checkout is. Without one the test says so, and nothing is compared.
    fn checkout(&self) -> Option<PathBuf> {
        let path = std::env::var_os(self.variable).map(PathBuf::from);
        match &path {
            Some(path) => assert!(path.is_dir(), "there is no checkout of {} at `{}`", self.name, path.display()),
            None => self.say(&format!("SKIPPED: {} is not set; nothing was compared", self.variable)),
        }
        path
    }

    /// Past the capture of the test harness, which shows nothing of a test that passes.
    fn say(&self, text: &str) {
        writeln!(std::io::stderr(), "cases of {}: {text}", self.name).unwrap();
    }

    /// Judges all cases and compares.
    fn compare(&self, cases: &[Case]) {
        let (mut counts, mut failures, mut used) = (Counts::default(), Vec::new(), BTreeSet::new());
        for case in cases {
            let Some(same) = self.same.iter().find(|same| same.check == case.check) else {
                let is_known = self.elsewhere.iter().any(|(check, _)| *check == case.check);
                assert!(is_known, "nobody has said what the check `{}` means here", case.check);
                counts.of_checks_elsewhere += 1;
                continue;
            };
            counts.run += 1;
            let found = same.count(case);
            let difference = same.differing.iter().find(|(name, ..)| *name == case.name);
            match (case.expected.is(found), difference) {
                (true, None) => counts.agreeing += 1,
                (false, Some((_, here, _))) if *here == found => {
                    counts.differing_on_purpose += 1;
                    used.insert((same.check, case.name.clone()));
                }
                _ => failures.push(format!(
                    "{} {}: {:?} there, {found} here, and the table says {difference:?}",
                    case.check, case.name, case.expected
                )),
            }
        }
        failures.extend(self.unused(&used));
        self.say(&format!("{counts:?} of {} checks with {} of ours", self.same.len(), self.rules().len()));
        assert!(failures.is_empty(), "{} cases come out otherwise:\n{}", failures.len(), failures.join("\n"));
    }

    /// Differences that no case has shown.
    fn unused(&self, used: &BTreeSet<(&str, String)>) -> Vec<String> {
        let all = self.same.iter().flat_map(|same| same.differing.iter().map(move |(name, ..)| (same.check, (*name).to_owned())));
        all.filter(|entry| !used.contains(entry))
            .map(|(check, name)| format!("{check} {name}: there is no such difference"))
            .collect()
    }

    fn rules(&self) -> BTreeSet<&'static str> {
        self.same.iter().flat_map(|same| same.rules.iter().copied()).collect()
    }
}

impl Same {
    /// How many findings of the rules there are.
    fn count(&self, case: &Case) -> usize {
        let findings = testing::check::<Workloads>(self.settings, &case.yaml);
        findings.iter().filter(|finding| self.rules.contains(&finding.rule())).count()
    }
}

impl Expected {
    fn is(self, found: usize) -> bool {
        match self {
            Self::Any(any) => any == (found > 0),
            Self::Count(count) => count == found,
        }
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("`{}`: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
