//! The cases by which Kubernetes itself tests the standards: `LEVEL/VERSION/pass|fail/CHECK<number>.yaml`, a Pod each.
//!
//! They are not part of this repository. They are looked for at `pod-security` in the directory that `TOLLGATE_CORPUS` names,
//! and else in `../shared/data`, beside the repository. All versions that are there are run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tollgate_sdk::testing;

use crate::PodSecurity;
use crate::checks::CHECKS;

/// Rules that a case may break besides the one that it is named after. Those of the restricted level judge again what one of
/// baseline judges; and some values are only valid together: `hostProcess` needs `hostNetwork`, for example.
const ALSO: [(&str, &str); 11] = [
    ("capabilities-baseline", "capabilities-restricted"),
    ("capabilities-restricted", "capabilities-baseline"),
    ("host-path-volumes", "restricted-volumes"),
    ("restricted-volumes", "host-path-volumes"),
    ("proc-mount", "proc-mount-restricted"),
    ("proc-mount-restricted", "proc-mount"),
    ("seccomp-profile-baseline", "seccomp-profile-restricted"),
    ("seccomp-profile-restricted", "seccomp-profile-baseline"),
    ("windows-host-process", "host-namespaces"),
    ("privileged", "allow-privilege-escalation"),
    ("allow-privilege-escalation", "capabilities-restricted"),
];

/// One file of the corpus.
struct Case {
    level: String,
    version: String,
    /// The check that fails; nothing for a case under `pass`.
    check: Option<String>,
    path: PathBuf,
}

/// How many cases there are.
#[derive(Debug, Default)]
struct Counts {
    passed: usize,
    found: usize,
}

#[test]
fn every_case_of_kubernetes_comes_out_as_it_does_there() {
    let Some(directory) = corpus() else { return };
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    let mut rules = BTreeSet::new();
    let mut failures = Vec::new();
    for case in cases(&directory) {
        let count = counts.entry(case.level.clone()).or_default();
        match (judge(&case), &case.check) {
            (Err(failure), _) => failures.push(format!("{}: {failure}", case.path.display())),
            (Ok(_), None) => count.passed += 1,
            (Ok(found), Some(_)) => {
                count.found += 1;
                rules.extend(found);
            }
        }
    }
    let versions = cases(&directory).into_iter().map(|case| case.version).collect::<BTreeSet<_>>().len();
    say(&format!("{versions} versions, {counts:?}"));
    assert!(failures.is_empty(), "{} cases came out otherwise:\n{}", failures.len(), failures.join("\n"));
    let all: BTreeSet<_> = CHECKS.iter().map(|check| check.rule.id).filter(|id| *id != "pod-shape").collect();
    assert_eq!(rules, all, "some rule has no case that fails");
}

/// The rules that the case breaks, or how it comes out otherwise than its name says.
fn judge(case: &Case) -> Result<BTreeSet<&'static str>, String> {
    let text = std::fs::read_to_string(&case.path).map_err(|error| error.to_string())?;
    let settings = format!(r#"{{"level": "{}", "version": "{}"}}"#, case.level, case.version);
    let findings = testing::check::<PodSecurity>(&settings, &text);
    let found: BTreeSet<_> = findings.iter().map(tollgate_sdk::Finding::rule).collect();
    let Some(check) = &case.check else {
        return if found.is_empty() { Ok(found) } else { Err(format!("passes there, but {found:?} is found")) };
    };
    let named = CHECKS.iter().map(|check| check.rule.id).find(|id| id.replace('-', "") == *check);
    let named = named.ok_or_else(|| format!("no rule is called `{check}`"))?;
    let is_right = found.contains(named) && found.iter().all(|rule| *rule == named || ALSO.contains(&(named, rule)));
    if is_right { Ok(found) } else { Err(format!("breaks `{named}` there, but {found:?} is found")) }
}

/// The directory of the corpus. Without one the test says so, and fails on a build server.
fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var_os("TOLLGATE_CORPUS").unwrap_or_else(|| "../shared/data".into());
    let directory = root.join(data).join("pod-security");
    if directory.is_dir() {
        return Some(directory);
    }
    assert!(std::env::var_os("CI").is_none(), "there is no corpus at `{}`: set TOLLGATE_CORPUS", directory.display());
    say(&format!("SKIPPED: there is no corpus at `{}`; nothing was compared with Kubernetes", directory.display()));
    None
}

/// Past the capture of the test harness, which shows nothing of a test that passes.
fn say(text: &str) {
    writeln!(std::io::stderr(), "pod-security corpus: {text}").unwrap();
}

fn cases(directory: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for level in ["baseline", "restricted"] {
        for version in entries(&directory.join(level)) {
            for outcome in ["pass", "fail"] {
                let files = entries(&version.join(outcome));
                cases.extend(files.into_iter().map(|path| case(level, &name(&version), outcome == "fail", path)));
            }
        }
    }
    cases
}

fn case(level: &str, version: &str, fails: bool, path: PathBuf) -> Case {
    let check =
        name(&path).trim_end_matches(".yaml").trim_end_matches(|character: char| character.is_ascii_digit()).replace('_', "");
    Case { level: level.to_owned(), version: version.to_owned(), check: fails.then_some(check), path }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[track_caller]
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("`{}`: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
