//! What is kept never changes an answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tollgate_core::cache::Forgetful;
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, SourceFile, Span};
use tollgate_core::evaluate::{
    CheckRequest, Context, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadError, LoadPolicy, LoadedPolicy,
    PolicyBinary,
};
use tollgate_core::finding::{Level, Severity};
use tollgate_core::pipeline::{PluginSource, PolicySpec};
use tollgate_core::policy::{Description, Grants, LimitClass, Rule, Scope, ValidatorNeeds};
use tollgate_gate::Policies;

use super::*;
use crate::kept::KeptLines;
use crate::wiring::Lines;

/// Denies what holds `bad`, and fails on what holds `late`. With scope `set`, also whatever stands beside something `bad`.
struct Suspicious {
    description: Description,
    needs: ValidatorNeeds,
    questions: Arc<AtomicUsize>,
}

impl EvaluateDocuments for Suspicious {
    fn description(&self) -> &Description {
        &self.description
    }

    fn needs(&self) -> &ValidatorNeeds {
        &self.needs
    }

    fn uses_clock(&self) -> bool {
        false
    }

    fn check(&self, request: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        let holds = |word: &str| request.documents.iter().any(|document| String::from_utf8_lossy(&document.body).contains(word));
        let finding = |document| DocumentFinding {
            rule: "bad".to_owned(),
            message: "something is bad".to_owned(),
            document,
            pointer: "/data".parse().unwrap(),
            remediation: None,
            level: None,
        };
        let outcome = match (holds("late"), holds("bad")) {
            (true, _) => Err(EvaluationError::Deadline { milliseconds: 1 }),
            (false, true) => Ok((0..request.documents.len()).map(finding).collect()),
            (false, false) => Ok(Vec::new()),
        };
        Evaluation { outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 0, memory: 0 }
    }
}

struct Loader(Arc<AtomicUsize>);

impl LoadPolicy for Loader {
    fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
        let rule = Rule {
            id: "bad".to_owned(),
            title: String::new(),
            help: String::new(),
            level: Level::Deny,
            severity: Severity::Low,
            controls: Vec::new(),
        };
        let settings_schema = serde_json::json!({});
        let description = Description { name: binary.policy.clone(), version: "1".to_owned(), rules: vec![rule], settings_schema };
        let scope = if binary.policy == "set" { Scope::Set } else { Scope::Document };
        let needs = ValidatorNeeds { scope, kinds: Vec::new(), secret_values: false };
        Ok(LoadedPolicy::Validator(Arc::new(Suspicious { description, needs, questions: Arc::clone(&self.0) })))
    }
}

fn mk_spec(name: &str) -> PolicySpec {
    PolicySpec {
        name: name.to_owned(),
        plugin: PluginSource::Builtin(name.to_owned()),
        settings: serde_json::json!({}),
        levels: BTreeMap::new(),
        grants: Grants::default(),
        limits: LimitClass::Native,
        location: Location { file: "tollgate.yaml".to_owned(), span: Span::START },
        setting_locations: BTreeMap::new(),
    }
}

/// Files in a world of their own, with policies that count their questions.
struct Bench {
    _guard: tempfile::TempDir,
    directory: camino::Utf8PathBuf,
    policies: Policies,
    questions: Arc<AtomicUsize>,
}

impl Bench {
    fn new(policies: &[&str]) -> Self {
        let guard = tempfile::tempdir().unwrap();
        let directory = camino::Utf8PathBuf::try_from(guard.path().to_owned()).unwrap();
        let questions = Arc::new(AtomicUsize::new(0));
        let specs: Vec<_> =
            policies.iter().map(|name| (mk_spec(name), Digest::of(name.as_bytes()), Arc::from(name.as_bytes()))).collect();
        let policies = Policies::load(&specs, &Loader(Arc::clone(&questions))).unwrap();
        Self { _guard: guard, directory, policies, questions }
    }

    /// Checks files as a new process would. What it says of them, and how many questions that took.
    fn check(&self, files: &[(String, String)], use_kept: bool) -> (String, usize) {
        let before = self.questions.load(Ordering::Relaxed);
        let kept = use_kept.then(|| Kept::open(&self.directory).unwrap());
        let kept_lines = kept.as_ref().map(|kept| KeptLines { kept, lines: &Lines });
        let evaluator = Evaluator {
            policies: &self.policies,
            context: Context::check(),
            evaluation_time: 0,
            cache: kept.as_ref().map_or(&Forgetful, |kept| kept),
            locate: kept_lines.as_ref().map_or(&Lines, |lines| lines),
        };
        let mk_file = |(path, text): &(String, String)| {
            let source = SourceFile { path: path.clone(), bytes: text.as_bytes().to_vec() };
            FileToRead { source: Arc::new(source), component: path.split_once('/').map(|(component, _)| component.to_owned()) }
        };
        let group = Files { files: files.iter().map(mk_file).collect(), ..Files::default() };
        let checked = Checker { evaluator, answering: &self.policies, gates: &[], kept: kept.as_ref() }.check(vec![group]);
        let Checked { judgements, files, documents, evaluated, .. } = &checked;
        let found = (judgements.findings(), judgements.failures().cloned().collect::<Vec<_>>());
        let asked: Vec<_> = judgements.by_policy.iter().map(|(policy, judgement)| (policy, &judgement.asked)).collect();
        let said = format!("{found:#?} {asked:?} {:?} {:?} {documents} {evaluated}", files.findings, files.not_evaluated);
        (said, self.questions.load(Ordering::Relaxed) - before)
    }
}

fn mk_map(name: &str, word: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{word: {word}}}\n")
}

fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

#[test]
fn nothing_is_asked_twice_and_only_what_changed_is_asked_again() {
    let bench = Bench::new(&["one", "two"]);
    let mut files = vec![file("a.yaml", &mk_map("a", "good")), file("b.yaml", &mk_map("b", "bad"))];
    let (first, questions) = bench.check(&files, true);
    assert_eq!(questions, 4);
    assert_eq!(bench.check(&files, true), (first.clone(), 0));
    assert_eq!(bench.check(&files, false), (first, 4));
    // The object stays the same, its line does not.
    files[1].1.insert_str(0, "# moved\n");
    let (moved, questions) = bench.check(&files, true);
    assert_eq!(questions, 0);
    assert_eq!(bench.check(&files, false).0, moved);
    files[0].1 = mk_map("a", "better");
    assert_eq!(bench.check(&files, true).1, 2);
}

#[test]
fn a_set_is_asked_again_when_any_of_it_changed() {
    let bench = Bench::new(&["one", "set"]);
    let mut files = vec![file("a.yaml", &mk_map("a", "good")), file("b.yaml", &mk_map("b", "good"))];
    assert_eq!(bench.check(&files, true).1, 3);
    assert_eq!(bench.check(&files, true).1, 0);
    files[1].1 = mk_map("b", "bad");
    let (said, questions) = bench.check(&files, true);
    assert_eq!(questions, 2);
    assert_eq!(bench.check(&files, false).0, said);
}

fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![4 => Just("good"), 3 => Just("bad"), 1 => Just("late")];
    let document = ("[ab]", word).prop_map(|(name, word)| mk_map(&name, word));
    prop_oneof![
        6 => prop::collection::vec(document, 1..3).prop_map(|documents| documents.join("---\n")),
        1 => Just("a: [\n".to_owned()),
        1 => Just("plain: text\n".to_owned()),
        1 => Just(String::new()),
    ]
}

fn any_files() -> impl Strategy<Value = Vec<(String, String)>> {
    let path = prop_oneof![Just("a.yaml"), Just("b.yaml"), Just("shop/c.yaml")].prop_map(str::to_owned);
    prop::collection::btree_map(path, any_text(), 0..4).prop_map(|files| files.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// same-in-same-out (§12.3): with everything that was kept of checks before, a check says what it says without.
    #[test]
    fn what_is_kept_never_changes_what_is_said(rounds in prop::collection::vec(any_files(), 1..5)) {
        let bench = Bench::new(&["one", "set"]);
        for files in &rounds {
            prop_assert_eq!(bench.check(files, true).0, bench.check(files, false).0);
        }
    }
}
