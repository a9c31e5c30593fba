//! The evaluator with policies made of closures: how questions are put, and how answers are folded.

#![expect(clippy::unwrap_used, reason = "a test that can't go on must stop")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::json;
use tollgate_core::cache::{KeepVerdicts, KeptVerdict};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Document, Location, ObjectIdentity, Place, SourceFile, Span};
use tollgate_core::evaluate::{
    CheckRequest, Context, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadError, LoadPolicy, LoadedPolicy,
    PolicyBinary,
};
use tollgate_core::finding::{Level, Severity};
use tollgate_core::pipeline::{Gate, GateAdmission, GateMatch, Glob, PluginSource, PolicySpec, Requirement};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::{Description, Enforcement, Grants, KindFilter, LimitClass, Rule, Scope, ValidatorNeeds};
use tollgate_core::ports::LocateValue;
use tollgate_core::verdict::Verdict;
use tollgate_gate::{Evaluator, JudgedDocument, Judgements, KnownDocument, Policies, PolicyProblemKind, gate_verdicts};

/// Says no to every document whose body holds `bad`, and fails on those that hold `broken`.
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
        let holds = |body: &[u8], word: &str| std::str::from_utf8(body).unwrap().contains(word);
        let bad = |(document, visible): (usize, &tollgate_core::evaluate::VisibleDocument)| {
            let finding = DocumentFinding {
                rule: "bad".to_owned(),
                message: "it is bad".to_owned(),
                document,
                pointer: Pointer::root(),
                remediation: None,
                level: None,
            };
            holds(&visible.body, "bad").then_some(finding)
        };
        let outcome = if request.documents.iter().any(|document| holds(&document.body, "broken")) {
            Err(EvaluationError::Deadline { milliseconds: 1 })
        } else {
            Ok(request.documents.iter().enumerate().filter_map(bad).collect())
        };
        Evaluation { outcome, log: Vec::new(), host_calls: Vec::new(), fuel: 1, memory: 1 }
    }
}

struct Loader {
    scope: Scope,
    kinds: Vec<KindFilter>,
    questions: Arc<AtomicUsize>,
}

impl LoadPolicy for Loader {
    fn load(&self, _: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
        let rule = Rule {
            id: "bad".to_owned(),
            title: String::new(),
            help: String::new(),
            level: Level::Deny,
            severity: Severity::Low,
            controls: vec!["C-1".to_owned()],
        };
        let description = Description {
            name: "suspicious".to_owned(),
            version: "1.0.0".to_owned(),
            rules: vec![rule],
            settings_schema: json!({}),
        };
        let needs = ValidatorNeeds { scope: self.scope, kinds: self.kinds.clone(), secret_values: false };
        Ok(LoadedPolicy::Validator(Arc::new(Suspicious { description, needs, questions: Arc::clone(&self.questions) })))
    }
}

fn mk_location() -> Location {
    Location { file: "tollgate.yaml".to_owned(), span: Span::START }
}

fn mk_spec(levels: &[(&str, Option<Level>)]) -> PolicySpec {
    PolicySpec {
        name: "p".to_owned(),
        plugin: PluginSource::Builtin("suspicious".to_owned()),
        settings: json!({}),
        levels: levels.iter().map(|(rule, level)| ((*rule).to_owned(), *level)).collect(),
        grants: Grants::default(),
        limits: LimitClass::Native,
        location: mk_location(),
        setting_locations: BTreeMap::new(),
    }
}

fn mk_gate(requirement: Requirement, component: &[&str]) -> Gate {
    let components = component.iter().map(|glob| Glob::new(glob).unwrap()).collect();
    Gate {
        name: "g".to_owned(),
        requirement,
        enforcement: Enforcement::Overridable,
        matches: GateMatch { components, ..GateMatch::default() },
        admission: GateAdmission::default(),
        is_implied: false,
        location: mk_location(),
    }
}

fn mk_document(component: &str, kind: &str, word: &str) -> JudgedDocument {
    let identity = ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace: None, name: word.to_owned() };
    let body: Arc<[u8]> = json!({"kind": kind, "word": word}).to_string().into_bytes().into();
    let source = Arc::new(SourceFile { path: format!("{component}.yaml"), bytes: Vec::new() });
    let place = Place { index: 0, stream: 0, base: Pointer::root() };
    let document = Document { source, place, identity, body: Arc::clone(&body), rendered_for: None };
    JudgedDocument { document, component: Some(component.to_owned()), withheld: body }
}

struct FirstLine;

impl LocateValue for FirstLine {
    fn locate(&self, _: &SourceFile, _: &Place, pointers: &[Pointer]) -> Vec<Span> {
        pointers.iter().map(|_| Span::START).collect()
    }

    fn locate_rendered(&self, source: &SourceFile, place: &Place, _: &[u8], pointers: &[Pointer]) -> Vec<Span> {
        self.locate(source, place, pointers)
    }
}

#[derive(Default)]
struct Memory(Mutex<BTreeMap<Digest, KeptVerdict>>);

impl KeepVerdicts for Memory {
    fn get(&self, key: &Digest) -> Option<KeptVerdict> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn put(&self, key: &Digest, verdict: &KeptVerdict) {
        self.0.lock().unwrap().insert(*key, verdict.clone());
    }
}

struct Bench {
    policies: Policies,
    questions: Arc<AtomicUsize>,
    cache: Memory,
}

impl Bench {
    fn new(scope: Scope, kinds: Vec<KindFilter>, spec: PolicySpec) -> Self {
        let questions = Arc::new(AtomicUsize::new(0));
        let loader = Loader { scope, kinds, questions: Arc::clone(&questions) };
        let policies = Policies::load(&[(spec, Digest::of(b"plugin"), Arc::from(&b"plugin"[..]))], &loader).unwrap();
        Self { policies, questions, cache: Memory::default() }
    }

    fn judge(&self, documents: &[JudgedDocument]) -> Judgements {
        let context = Context::check();
        let evaluator = Evaluator { policies: &self.policies, context, evaluation_time: 0, cache: &self.cache, locate: &FirstLine };
        evaluator.judge(documents)
    }

    /// What is recalled of documents, of each and of all together.
    fn recall(&self, documents: &[JudgedDocument]) -> Option<Judgements> {
        let known: Vec<KnownDocument> = documents.iter().map(KnownDocument::of).collect();
        let remembered: Vec<_> = documents.iter().zip(&known).map(|(document, known)| document.remembered(known)).collect();
        let context = Context::check();
        let evaluator = Evaluator { policies: &self.policies, context, evaluation_time: 0, cache: &self.cache, locate: &FirstLine };
        let mut recalled = evaluator.recall_each(&remembered)?;
        recalled.absorb(evaluator.recall_set(&remembered)?);
        Some(recalled)
    }

    fn verdict(&self, documents: &[JudgedDocument], gate: &Gate) -> Verdict {
        gate_verdicts([gate], &self.judge(documents)).remove(0).verdict
    }
}

fn p() -> Requirement {
    Requirement::Policy("p".to_owned())
}

#[test]
fn a_finding_carries_the_rules_severity_and_controls_and_its_place() {
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    let findings = bench.judge(&[mk_document("a", "Pod", "bad")]).findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule.as_str(), "p/bad");
    assert_eq!((findings[0].level, findings[0].severity), (Level::Deny, Severity::Low));
    assert_eq!(findings[0].controls, ["C-1"]);
    assert_eq!(findings[0].location.as_ref().unwrap().file, "a.yaml");
}

#[test]
fn a_level_of_the_configuration_counts_and_off_means_that_nothing_is_said() {
    let documents = [mk_document("a", "Pod", "bad")];
    let warn = Bench::new(Scope::Document, Vec::new(), mk_spec(&[("bad", Some(Level::Warn))]));
    assert_eq!(warn.verdict(&documents, &mk_gate(p(), &[])), Verdict::Warn);
    let off = Bench::new(Scope::Document, Vec::new(), mk_spec(&[("bad", None)]));
    assert_eq!(off.verdict(&documents, &mk_gate(p(), &[])), Verdict::Pass);
}

#[test]
fn a_level_for_a_rule_that_does_not_exist_is_refused() {
    let loader = Loader { scope: Scope::Document, kinds: Vec::new(), questions: Arc::default() };
    let spec = mk_spec(&[("bda", Some(Level::Warn))]);
    let problems = Policies::load(&[(spec, Digest::of(b""), Arc::from(&b""[..]))], &loader).unwrap_err();
    assert!(matches!(&*problems[0].source, PolicyProblemKind::UnknownRule { rule, known } if rule == "bda" && known == "`bad`"));
}

#[test]
fn an_error_on_one_document_does_not_keep_the_others_from_being_judged() {
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    let judgements = bench.judge(&[mk_document("a", "Pod", "broken"), mk_document("b", "Pod", "bad")]);
    assert_eq!(judgements.findings().len(), 1);
    let failures: Vec<_> = judgements.failures().map(|failure| failure.file.clone().unwrap()).collect();
    assert_eq!(failures, ["a.yaml"]);
}

#[test]
fn a_gate_counts_its_own_components_only() {
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    let documents = [mk_document("a", "Pod", "bad"), mk_document("b", "Pod", "good"), mk_document("c", "Pod", "broken")];
    assert_eq!(bench.verdict(&documents, &mk_gate(p(), &["a"])), Verdict::Fail);
    assert_eq!(bench.verdict(&documents, &mk_gate(p(), &["b"])), Verdict::Pass);
    assert!(matches!(bench.verdict(&documents, &mk_gate(p(), &["c"])), Verdict::Error { .. }));
    assert_eq!(bench.verdict(&documents, &mk_gate(p(), &["d"])), Verdict::NotApplicable);
}

#[test]
fn a_policy_that_was_not_asked_is_an_error_and_not_a_yes() {
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    let gate = mk_gate(Requirement::Policy("other".to_owned()), &[]);
    assert!(matches!(bench.verdict(&[mk_document("a", "Pod", "good")], &gate), Verdict::Error { .. }));
}

#[test]
fn a_policy_is_asked_only_about_the_kinds_that_it_needs() {
    let kinds = vec![KindFilter { group: String::new(), kind: "Service".to_owned() }];
    let bench = Bench::new(Scope::Document, kinds, mk_spec(&[]));
    assert_eq!(bench.verdict(&[mk_document("a", "Pod", "bad")], &mk_gate(p(), &[])), Verdict::NotApplicable);
    assert_eq!(bench.questions.load(Ordering::Relaxed), 0);
}

#[test]
fn a_set_is_judged_at_once_and_its_findings_belong_to_their_documents() {
    let bench = Bench::new(Scope::Set, Vec::new(), mk_spec(&[]));
    let findings = bench.judge(&[mk_document("a", "Pod", "good"), mk_document("b", "Pod", "bad")]).findings();
    assert_eq!(bench.questions.load(Ordering::Relaxed), 1);
    assert_eq!(findings[0].location.as_ref().unwrap().file, "b.yaml");
}

#[test]
fn the_same_question_is_asked_once_but_an_answer_that_hangs_on_the_machine_is_not_kept() {
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    let bad = [mk_document("a", "Pod", "bad")];
    let first = bench.judge(&bad).findings();
    assert_eq!(bench.judge(&bad).findings(), first);
    assert_eq!(bench.questions.load(Ordering::Relaxed), 1);
    let broken = [mk_document("a", "Pod", "broken")];
    bench.judge(&broken);
    bench.judge(&broken);
    assert_eq!(bench.questions.load(Ordering::Relaxed), 3);
}

#[test]
fn what_was_judged_is_recalled_without_a_question_and_never_in_part() {
    for scope in [Scope::Document, Scope::Set] {
        let bench = Bench::new(scope, Vec::new(), mk_spec(&[]));
        let documents = [mk_document("a", "Pod", "good"), mk_document("b", "Pod", "bad")];
        assert!(bench.recall(&documents).is_none());
        let judged = bench.judge(&documents);
        let questions = bench.questions.load(Ordering::Relaxed);
        let recalled = bench.recall(&documents).unwrap();
        assert_eq!(recalled.findings(), judged.findings());
        assert_eq!(recalled.by_policy["p"].asked, judged.by_policy["p"].asked);
        let changed = [mk_document("a", "Pod", "good"), mk_document("b", "Pod", "bad and worse")];
        assert!(bench.recall(&changed).is_none());
        assert_eq!(bench.questions.load(Ordering::Relaxed), questions);
    }
}

#[test]
fn a_document_that_failed_on_this_machine_is_not_recalled() {
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    let documents = [mk_document("a", "Pod", "broken")];
    bench.judge(&documents);
    assert!(bench.recall(&documents).is_none());
}

#[test]
fn secret_values_that_a_plugin_does_not_see_are_not_in_the_key_and_those_that_it_sees_are() {
    let mk_secret = |whole: &str| {
        let mut secret = mk_document("a", "Secret", "good");
        secret.document.body = Arc::from(whole.as_bytes());
        secret
    };
    let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
    bench.judge(&[mk_secret("one")]);
    assert!(bench.recall(&[mk_secret("two")]).is_some());
    let mut other = mk_secret("one");
    other.withheld = Arc::from(&b"else"[..]);
    assert!(bench.recall(&[other]).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// no-silent-skip (§12.10): each document that a policy needs was asked about, and ends as finding, failure or pass.
    #[test]
    fn every_document_is_accounted_for(words in prop::collection::vec(prop_oneof![Just("good"), Just("bad"), Just("broken")], 0..30)) {
        let bench = Bench::new(Scope::Document, Vec::new(), mk_spec(&[]));
        let documents: Vec<_> = words.iter().enumerate().map(|(i, word)| mk_document(&format!("c{i}"), "Pod", word)).collect();
        let judgements = bench.judge(&documents);
        let judgement = &judgements.by_policy["p"];
        let count = |word: &str| words.iter().filter(|other| **other == word).count();
        prop_assert_eq!(judgement.asked.values().sum::<u32>() as usize, words.len());
        prop_assert_eq!(judgement.findings.len(), count("bad"));
        prop_assert_eq!(judgement.failures.len(), count("broken"));
    }
}
