//! A case: a file of documents whose comments say what is found in it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tollgate_tests::{Answer, World};

/// One file below `cases/pass` or `cases/fail`.
#[derive(Debug)]
pub(crate) struct Case {
    file: Utf8PathBuf,
    fails: bool,
    /// From `# settings: {"KEY": VALUE}`.
    settings: BTreeMap<String, Value>,
    /// From `# expect: RULE DOCUMENT:POINTER`, sorted.
    expected: Vec<String>,
}

impl Case {
    fn read(file: Utf8PathBuf, fails: bool) -> Self {
        let text = fs_err::read_to_string(&file).unwrap();
        let comments = |key: &'static str| text.lines().filter_map(move |line| line.strip_prefix(key)).map(str::trim);
        let settings = comments("# settings:").flat_map(|json| serde_json::from_str::<BTreeMap<_, _>>(json).unwrap()).collect();
        let mut expected: Vec<String> = comments("# expect:").map(ToOwned::to_owned).collect();
        expected.sort();
        Self { settings, expected, file, fails }
    }

    /// How it comes out otherwise than it says when it is checked with these arguments; nothing when it does as it says.
    /// Rules of a plugin's own case don't name the policy, and only such a case has settings.
    pub(crate) fn difference(&self, world: &World, arguments: &[&str], plugin: Option<&str>) -> Option<String> {
        let settings = self.settings.iter().map(|(key, value)| format!("{}.{key}={value}", plugin.unwrap_or_default()));
        let settings = settings.flat_map(|setting| ["--set".to_owned(), setting]);
        let answer = world.tollgate("").args(["check", self.file.as_str(), "-o", "json"]).args(arguments).args(settings).run();
        let prefix = plugin.map(|name| format!("{name}/")).unwrap_or_default();
        let expected: Vec<String> = self.expected.iter().map(|line| format!("{prefix}{line}")).collect();
        self.compare(&expected, &answer)
    }

    fn compare(&self, expected: &[String], answer: &Answer) -> Option<String> {
        if self.fails == expected.is_empty() {
            return Some(format!("{}: a case under `fail` names what it expects, one under `pass` expects nothing", self.file));
        }
        // What is found may only warn.
        let exits: &[i32] = if self.fails { &[0, 10] } else { &[0] };
        if !exits.contains(&answer.exit) {
            return Some(format!("{}: exit {}\n{}", self.file, answer.exit, answer.raw()));
        }
        let mut found: Vec<String> = answer.findings().iter().map(finding).collect();
        found.sort();
        (found != expected).then(|| format!("{}\n  expected: {expected:#?}\n  found: {found:#?}", self.file))
    }
}

fn finding(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap();
    format!("{} {}:{}", text("rule"), finding["document"]["index"], text("pointer"))
}

/// All cases of a pack or plugin. None under `pass` or none under `fail` fails the test: then nothing was proven.
#[track_caller]
pub(crate) fn cases(directory: &Utf8Path) -> Vec<Case> {
    let of_folder = |(folder, fails): (&str, bool)| {
        let files = files(&directory.join("cases").join(folder));
        assert!(!files.is_empty(), "`{directory}` has no case under `{folder}`");
        files.into_iter().map(move |file| Case::read(file, fails)).collect::<Vec<_>>()
    };
    [("pass", false), ("fail", true)].into_iter().flat_map(of_folder).collect()
}

fn files(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut files: Vec<Utf8PathBuf> = entries(directory).into_iter().filter(|path| path.extension() == Some("yaml")).collect();
    files.sort();
    files
}

/// What is in a directory; nothing where there is none.
pub(crate) fn entries(directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Ok(entries) = directory.read_dir_utf8() else { return Vec::new() };
    entries.map(|entry| entry.unwrap().into_path()).collect()
}
