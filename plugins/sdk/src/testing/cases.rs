//! Cases: files with documents, and what is found in them.

use std::path::{Path, PathBuf};

use super::{CHECK, try_check_in_context};
use crate::validator::Validator;

/// What a case's comments say.
#[derive(Debug, Default)]
struct Expectation {
    settings: String,
    /// As YAML; empty where the question comes from `check`.
    context: String,
    /// `RULE DOCUMENT:POINTER`, sorted.
    findings: Vec<String>,
}

/// Runs all cases of a plugin: the files `pass/*.yaml` and `fail/*.yaml` below a directory. Cases in other languages are read by
/// the host alone: `tollgate plugin test` runs them.
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
/// So is a context that is not that of `check`, as YAML: its lines go on for as long as they are indented.
///
/// ```yaml
/// # context:
/// #   place: admission
/// #   target: prod-apps
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
    let context = if expectation.context.is_empty() { CHECK } else { &expectation.context };
    let findings = try_check_in_context::<V>(&expectation.settings, context, &text)
        .map_err(|error| format!("{}: could not be judged: {error:?}", file.display()))?;
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
    let mut is_context = false;
    for line in text.lines() {
        is_context = line.trim_end() == "# context:" || is_context && line.starts_with("#  ");
        if is_context {
            expectation.context.extend(line.strip_prefix("#  ").into_iter().chain(["\n"]));
        } else if let Some(settings) = line.strip_prefix("# settings:") {
            expectation.settings = settings.trim().to_owned();
        } else if let Some(finding) = line.strip_prefix("# expect:") {
            expectation.findings.push(finding.trim().to_owned());
        }
    }
    expectation.findings.sort();
    expectation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Description, Findings, Level, Needs, NoSettings, PluginError, Rule, Severity, Value};

    static NAMED: Rule =
        Rule { id: "named", title: "Object has a name", help: "", level: Level::Deny, severity: Severity::Low, controls: &[] };

    struct Named;

    impl Validator for Named {
        type Settings = NoSettings;
        const DESCRIPTION: Description = Description { name: "named", version: "0.1.0", rules: &[&NAMED] };

        fn needs(_: &NoSettings) -> Needs {
            Needs::document().of("", "Pod")
        }

        fn check(check: &Check<'_, NoSettings>, findings: &mut Findings) -> Result<(), PluginError> {
            if check.context.read()?.get("place").and_then(Value::as_str) == Some("elsewhere") {
                return Ok(());
            }
            let names = check.documents.iter().map(|document| document.root().walk(&["metadata", "name"]));
            findings.extend(names.filter(|name| !name.exists()).map(|name| NAMED.at(&name, "no name")));
            Ok(())
        }
    }

    /// Runs one case; what went wrong, without the file's name.
    fn outcome(folder: &str, text: &str) -> Result<(), String> {
        let directory = std::env::temp_dir().join(format!("tollgate-sdk-{}-{folder}-{}", std::process::id(), text.len()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("case.yaml");
        std::fs::write(&file, text).unwrap();
        let outcome = run_case::<Named>(&file, folder == "fail");
        std::fs::remove_dir_all(&directory).unwrap();
        outcome.map_err(|error| error.replace(&file.display().to_string(), ""))
    }

    const NAMELESS: &str = "apiVersion: v1\nkind: Pod\n";

    #[test]
    fn a_case_that_finds_what_it_says_is_well() {
        assert_eq!(outcome("fail", &format!("# expect: named 0:/metadata/name\n{NAMELESS}")), Ok(()));
        assert_eq!(outcome("pass", "{apiVersion: v1, kind: Pod, metadata: {name: a}}"), Ok(()));
    }

    #[test]
    fn documents_keep_their_numbers_when_others_are_not_asked_about() {
        let text = format!("# expect: named 1:/metadata/name\napiVersion: v1\nkind: Service\n---\n{NAMELESS}");
        assert_eq!(outcome("fail", &text), Ok(()));
    }

    #[test]
    fn a_context_is_yaml_for_as_long_as_it_is_indented() {
        let text = "# context:\n#   place: admission\n#   more:\n#     - {a: 1}\n# settings: {}\n# expect: a 0:/b\nkind: Pod\n";
        let expectation = expectation(text);
        assert_eq!(expectation.context, "\n place: admission\n more:\n   - {a: 1}\n");
        assert_eq!((expectation.settings.as_str(), expectation.findings.len()), ("{}", 1));
        assert_eq!(outcome("pass", &format!("# context:\n#   place: elsewhere\n{NAMELESS}")), Ok(()));
    }

    #[test]
    fn a_case_that_finds_something_else_is_not() {
        let wrong = outcome("fail", &format!("# expect: named 0:/metadata\n{NAMELESS}")).unwrap_err();
        assert_eq!(wrong, "\n  expected:\n    named 0:/metadata\n  found:\n    named 0:/metadata/name\n");
        assert!(outcome("pass", NAMELESS).is_err());
    }

    #[test]
    fn a_case_in_the_wrong_folder_is_not() {
        assert!(outcome("fail", NAMELESS).is_err());
        assert!(outcome("pass", &format!("# expect: named 0:/metadata/name\n{NAMELESS}")).is_err());
    }

    #[test]
    #[should_panic(expected = "has no case under `pass`")]
    fn a_directory_without_cases_is_no_success() {
        let directory = std::env::temp_dir().join(format!("tollgate-sdk-{}-empty", std::process::id()));
        std::fs::create_dir_all(directory.join("pass")).unwrap();
        run_cases::<Named>(&directory);
    }
}
