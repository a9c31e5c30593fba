//! Configurations in directories: what is accepted, and what is refused with which words.
//!
//! A case is a directory with `tollgate.yaml` and whatever belongs to it, and either `expect.ok` (what came of it) or
//! `expect.err` (its problems). `TOLLGATE_BLESS=1` writes these anew.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use support::MemoryTree;
use tollgate_config::{ConfigurationError, UseOfLock, read_pipeline};
use tollgate_core::waiver::Waiver;

fn case_directories() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn add_files(tree: &mut MemoryTree, root: &Path, directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_files(tree, root, &path);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            tree.files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// What reading a case comes to, and the file that it is compared with.
fn outcome(case: &Path) -> (String, &'static str) {
    let mut tree = MemoryTree::new(&[]);
    add_files(&mut tree, case, case);
    match read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey) {
        Ok(configuration) => (summary(&configuration), "expect.ok"),
        Err(ConfigurationError::Invalid(problems)) => {
            (problems.iter().fold(String::new(), |text, problem| format!("{text}{problem}\n")), "expect.err")
        }
        Err(error) => (format!("{error}\n"), "expect.err"),
    }
}

fn summary(configuration: &tollgate_config::Configuration) -> String {
    let mut text = String::new();
    for component in &configuration.pipeline.components {
        writeln!(text, "component {} own {:?}", component.path.as_str(), names(&component.own_images)).unwrap();
    }
    for fixer in configuration.pipeline.fixers.iter().flatten() {
        writeln!(text, "fixer {}", fixer.plugin).unwrap();
    }
    for language in &configuration.pipeline.languages {
        writeln!(text, "language {language}").unwrap();
    }
    for target in configuration.pipeline.targets() {
        let gates: Vec<&str> = configuration.pipeline.gates_to(target).map(|gate| gate.name.as_str()).collect();
        let (requires, after) = (&target.requires, &target.after);
        writeln!(text, "target {} requires {requires:?} after {after:?} gates {gates:?}", target.name).unwrap();
    }
    for Waiver { rule, subject, terms } in &configuration.pipeline.waivers {
        writeln!(text, "waiver {rule} of {subject} at {:?} until {} by {}", subject.pointers, terms.expires, terms.approver)
            .unwrap();
    }
    if let Some(forge) = &configuration.pipeline.people.forge {
        let (kind, accounts) = (forge.kind.request(), &forge.accounts);
        writeln!(text, "reviews by {kind} of {} at {} with {:?} {accounts:?}", forge.repository, forge.api, forge.token).unwrap();
    }
    for policy in &configuration.pipeline.policies {
        let (settings, levels, limits) = (&policy.settings, &policy.levels, policy.limits);
        let data: Vec<&String> = policy.grants.data.iter().flatten().map(|(key, _)| key).collect();
        let grants = (policy.grants.log, policy.grants.clock, data, policy.grants.secret_values);
        writeln!(text, "policy {} = {} {settings} {levels:?} {grants:?} {limits:?}", policy.name, policy.plugin).unwrap();
    }
    for gate in &configuration.pipeline.gates {
        writeln!(text, "gate {} {:?} {:?}", gate.name, gate.enforcement, gate.requirement).unwrap();
    }
    for path in configuration.files.keys() {
        writeln!(text, "file {path}").unwrap();
    }
    for warning in &configuration.warnings {
        writeln!(text, "warning {warning}").unwrap();
    }
    text
}

fn names(globs: &[tollgate_core::pipeline::Glob]) -> Vec<&str> {
    globs.iter().map(tollgate_core::pipeline::Glob::as_str).collect()
}

#[test]
fn every_case_comes_to_what_it_expects() {
    let bless = std::env::var_os("TOLLGATE_BLESS").is_some();
    let mut failures = Vec::new();
    for case in case_directories() {
        let (actual, file) = outcome(&case);
        if bless {
            for name in ["expect.ok", "expect.err"] {
                let _ = std::fs::remove_file(case.join(name));
            }
            std::fs::write(case.join(file), &actual).unwrap();
        }
        let expected = std::fs::read_to_string(case.join(file)).unwrap_or_default();
        if expected != actual {
            failures.push(format!("{} ({file}):\n{actual}", case.display()));
        }
    }
    assert!(failures.is_empty(), "not as expected:\n{}", failures.join("\n"));
}

#[test]
fn there_are_many_broken_cases() {
    let broken = case_directories().iter().filter(|case| case.join("expect.err").exists()).count();
    assert!(broken >= 40, "{broken} broken cases");
}
