//! Cases: files with documents, and what is found in them.

use std::path::{Path, PathBuf};

use super::check;
use crate::validator::Validator;

/// What a case's comments say.
#[derive(Debug, Default)]
struct Expectation {
    settings: String,
    /// `RULE DOCUMENT:POINTER`, sorted.
    findings: Vec<String>,
}

/// Runs all cases of a plugin: the files `pass/*.yaml` and `fail/*.yaml` below a directory.
///
/// A case under `pass` has no findings. One under `fail` has exactly those that its comments name, one a line: the rule, the
/// position of the document in the file from 0, and the pointer. Settings that are not the defaults are a comment, too:
///
/// ```yaml
/// # settings: {"own": ["registry.example.com/*"]}
/// # expect: tag 0:/spec/containers/0/image
/// apiVersion: v1
/// kind: Pod
/// ```
///
/// # Panics
/// When there is no case, or one comes out otherwise: all that do are named, with what was found.
#[track_caller]
pub fn run_cases<V: Validator>(directory: impl AsRef<Path>) {
    let directory = directory.as_ref();
    let mut failures = Vec::new();
    for (folder, fails) in [("pass", false), ("fail", true)] {
        let files = files(&directory.join(folder));
        assert!(!files.is_empty(), "`{}` has no case under `{folder}`", directory.display());
        failures.extend(files.iter().filter_map(|file| run_case::<V>(file, fails).err()));
    }
    assert!(failures.is_empty(), "{} cases came out otherwise:\n\n{}", failures.len(), failures.join("\n\n"));
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("`{}`: {error}", directory.display()));
    let paths = entries.map(|entry| entry.unwrap_or_else(|error| panic!("`{}`: {error}", directory.display())).path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    files.sort();
    files
}

fn run_case<V: Validator>(file: &Path, fails: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let expectation = expectation(&text);
    if fails == expectation.findings.is_empty() {
        return Err(format!("{}: a case under `fail` names what it expects, one under `pass` expects nothing", file.display()));
    }
    let findings = check::<V>(&expectation.settings, &text);
    let mut found: Vec<String> =
        findings.iter().map(|finding| format!("{} {}:{}", finding.rule(), finding.document(), finding.pointer())).collect();
    found.sort();
    if found == expectation.findings {
        return Ok(());
    }
    let list = |lines: &[String]| lines.iter().map(|line| format!("    {line}\n")).collect::<String>();
    Err(format!("{}\n  expected:\n{}  found:\n{}", file.display(), list(&expectation.findings), list(&found)))
}

fn expectation(text: &str) -> Expectation {
    let mut expectation = Expectation::default();
    for line in text.lines() {
        if let Some(settings) = line.strip_prefix("# settings:") {
            expectation.settings = settings.trim().to_owned();
        } else if let Some(finding) = line.strip_prefix("# expect:") {
            expectation.findings.push(finding.trim().to_owned());
        }
    }
    expectation.findings.sort();
    expectation
}
