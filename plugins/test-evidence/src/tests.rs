//! The gate as the host asks it.

use proptest::prelude::*;
use tollgate_sdk::promotion::{Answer, Evidence, Judgement, Person, Request, SubjectOfRequest, Wait};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{NOW, digest, evidence, own_image, person, policy_change, promotion_request, proposed_in};
use tollgate_sdk::{PluginError, Promotion as _};

use super::{Settings, TestEvidence};

const TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";
const BY_CI: &str = r#"{"require": [{"from": ["ci"]}]}"#;

fn robot() -> Person {
    Person { automation: true, ..person("robot@example.com", &["ci"]) }
}

/// What a signer said of image 5, in an entry.
fn said(result: &str, by: &Person, entry: u64) -> Evidence {
    Evidence { entry, ..evidence(TYPE, &format!(r#"{{"result": "{result}"}}"#), &[&digest(5)], by) }
}

/// A recipe with own image 5, a third-party one, and statements.
fn request(evidence: Vec<Evidence>) -> Request {
    let mut request = promotion_request("prod");
    let mut foreign = own_image("db", 6);
    foreign.own = false;
    proposed_in(&mut request).recipe.components[0].images = vec![own_image("cart", 5), foreign];
    request.evidence = evidence;
    request
}

fn decide(settings: &str, evidence: Vec<Evidence>) -> Answer {
    testing::set_evaluation_time(NOW);
    testing::decide::<TestEvidence>(settings, &request(evidence)).unwrap()
}

#[track_caller]
fn pending(answer: Answer) -> Wait {
    match answer {
        Answer::Pending(wait) => wait,
        Answer::Findings(judgement) => panic!("not pending: {judgement:?}"),
    }
}

#[track_caller]
fn failed(answer: &Answer) -> &str {
    let [finding] = answer.findings() else { panic!("not one finding: {answer:?}") };
    assert_eq!(finding.rule, "failed");
    &finding.message
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&TestEvidence::DESCRIPTION);
}

#[test]
fn an_image_without_a_statement_waits_for_those_who_can_make_it() {
    let wait = pending(decide(BY_CI, Vec::new()));
    assert_eq!(wait.from, ["ci"]);
    assert!(wait.reason.ends_with(&format!("has no statement of `{TYPE}` that counts: there is none about it")), "{}", wait.reason);
    assert!(wait.reason.starts_with("image `registry.example.com/cart:"), "{}", wait.reason);
}

#[test]
fn what_is_unsigned_or_signed_by_somebody_else_never_counts() {
    let unsigned = Evidence { signer: None, ..said("PASSED", &robot(), 1) };
    assert!(pending(decide(BY_CI, vec![unsigned])).reason.ends_with("entry 1 is not signed by anybody who is known"));
    let dev = person("dev@example.com", &["shop"]);
    let wait = pending(decide(BY_CI, vec![said("PASSED", &dev, 2)]));
    assert!(wait.reason.ends_with("entry 2 is signed by dev@example.com, who is not asked for it"), "{}", wait.reason);
    // Nor does their no.
    pending(decide(BY_CI, vec![said("FAILED", &dev, 2)]));
}

#[test]
fn a_statement_about_something_else_or_of_another_type_is_none() {
    let other = Evidence { subjects: vec![digest(6)], ..said("PASSED", &robot(), 1) };
    let scan = Evidence { predicate_type: "https://example.com/scan".to_owned(), ..said("PASSED", &robot(), 1) };
    pending(decide(BY_CI, vec![other, scan]));
}

#[test]
fn a_failure_is_denied_with_who_says_so() {
    let answer = decide(BY_CI, vec![said("FAILED", &robot(), 7)]);
    assert!(failed(&answer).ends_with("(ledger entry 7): `/predicate/result` is `FAILED`"), "{answer:?}");
    assert!(failed(&answer).starts_with("robot@example.com says of image `registry.example.com/cart:"), "{answer:?}");
}

#[test]
fn of_one_signer_the_last_word_in_the_ledger_counts() {
    failed(&decide(BY_CI, vec![said("FAILED", &robot(), 2), said("PASSED", &robot(), 1)]));
    assert!(decide(BY_CI, vec![said("PASSED", &robot(), 2), said("FAILED", &robot(), 1)]).findings().is_empty());
    // In one and the same entry, a no is a no.
    failed(&decide(BY_CI, vec![said("FAILED", &robot(), 2), said("PASSED", &robot(), 2)]));
    failed(&decide(BY_CI, vec![said("PASSED", &robot(), 2), said("FAILED", &robot(), 2)]));
}

#[test]
fn another_signers_yes_does_not_outweigh_a_no() {
    let other = person("tester@example.com", &["ci"]);
    failed(&decide(BY_CI, vec![said("FAILED", &robot(), 1), said("PASSED", &other, 2)]));
}

#[test]
fn what_can_not_be_read_or_has_no_result_is_no_success() {
    let broken = Evidence { statement: b"{".to_vec(), ..said("PASSED", &robot(), 1) };
    assert!(failed(&decide(BY_CI, vec![broken])).ends_with("can't be read, because it is no JSON"));
    let empty = Evidence { statement: b"{}".to_vec(), ..said("PASSED", &robot(), 1) };
    assert!(failed(&decide(BY_CI, vec![empty])).ends_with("`/predicate/result` is not there"));
    let number = Evidence { statement: br#"{"predicate": {"result": 1}}"#.to_vec(), ..said("PASSED", &robot(), 1) };
    assert!(failed(&decide(BY_CI, vec![number])).ends_with("is `1`"));
}

#[test]
fn what_is_too_old_is_waited_for_again() {
    let settings = r#"{"require": [{"from": ["robot@example.com"], "maxAge": "1d"}]}"#;
    let old = Evidence { at: NOW - 86_400, ..said("PASSED", &robot(), 3) };
    assert!(pending(decide(settings, vec![old])).reason.ends_with("the last one (ledger entry 3) is older than 1d"));
    let fresh = Evidence { at: NOW - 86_399, ..said("PASSED", &robot(), 3) };
    assert_eq!(decide(settings, vec![fresh]), Answer::Findings(Judgement { findings: Vec::new(), valid_until: Some(NOW + 1) }));
}

#[test]
fn another_type_has_its_own_field_and_results() {
    let settings =
        r#"{"require": [{"predicateType": "scan", "field": "/predicate/worst", "equals": ["NONE", "LOW"], "from": ["ci"]}]}"#;
    let scan = |worst: &str| evidence("scan", &format!(r#"{{"worst": "{worst}"}}"#), &[&digest(5)], &robot());
    assert!(decide(settings, vec![scan("LOW")]).findings().is_empty());
    failed(&decide(settings, vec![scan("HIGH")]));
}

#[test]
fn all_requirements_have_to_be_met() {
    let settings = r#"{"require": [{"from": ["ci"]}, {"predicateType": "scan", "from": ["security"]}]}"#;
    let wait = pending(decide(settings, vec![said("PASSED", &robot(), 1)]));
    assert_eq!(wait.from, ["security"]);
    assert!(wait.reason.contains("no statement of `scan`"), "{}", wait.reason);
}

#[test]
fn a_recipe_is_proven_by_its_id() {
    let settings = r#"{"require": [{"for": "recipe", "from": ["ci"]}]}"#;
    assert!(pending(decide(settings, vec![said("PASSED", &robot(), 1)])).reason.starts_with("recipe `sha256:"));
    let about_recipe = Evidence { subjects: vec![digest(1)], ..said("PASSED", &robot(), 1) };
    assert!(decide(settings, vec![about_recipe]).findings().is_empty());
    let failing = Evidence { subjects: vec![digest(1)], ..said("FAILED", &robot(), 1) };
    failed(&decide(settings, vec![failing]));
}

#[test]
fn ten_that_are_missing_are_named() {
    let mut request = request(Vec::new());
    proposed_in(&mut request).recipe.components[0].images = (0..12).map(|number| own_image("cart", number)).collect();
    testing::set_evaluation_time(NOW);
    let wait = pending(testing::decide::<TestEvidence>(BY_CI, &request).unwrap());
    assert!(wait.reason.ends_with("; and 2 more"), "{}", wait.reason);
    assert_eq!(wait.reason.matches("has no statement").count(), 10);
}

#[test]
fn where_nothing_is_asked_for_a_note_says_so() {
    let because = |answer: Answer| answer.findings()[0].message.clone();
    assert!(because(decide("{}", Vec::new())).ends_with("its settings require nothing"));
    testing::set_evaluation_time(NOW);
    let without = testing::decide::<TestEvidence>(BY_CI, &promotion_request("prod")).unwrap();
    assert!(because(without).ends_with("the recipe has no own image"));
}

#[test]
fn a_requirement_of_nobody_and_a_field_that_is_no_pointer_are_refused() {
    let refused = |text: &str| tollgate_sdk::Settings::problems(&serde_json::from_str::<Settings>(text).unwrap()).remove(0).pointer;
    assert_eq!(refused(r#"{"require": [{}]}"#), "/require/0/from");
    assert_eq!(refused(r#"{"require": [{"from": ["ci"], "field": "result"}]}"#), "/require/0/field");
    assert_eq!(refused(r#"{"require": [{"from": ["ci"], "equals": []}]}"#), "/require/0/equals");
}

#[test]
fn a_policy_revision_is_not_its_business() {
    let mut request = promotion_request("prod");
    request.subject = SubjectOfRequest::Policy(policy_change());
    assert!(matches!(testing::decide::<TestEvidence>("{}", &request), Err(PluginError::BadInput(_))));
}

proptest! {
    /// Whatever is said by whom in which order: it passes if and only if somebody who counts has spoken and all of their last words are good.
    #[test]
    fn it_passes_for_good_last_words_alone(words in prop::collection::vec((0_usize..4, any::<bool>()), 0..12)) {
        let people = [robot(), person("tester@example.com", &["ci"]), person("dev@example.com", &[]), person("x@example.com", &["ci-2"])];
        let evidence = (0..).zip(&words).map(|(entry, (who, good))| said(if *good { "PASSED" } else { "FAILED" }, &people[*who], entry));
        let last = |who: usize| words.iter().rev().find(|(speaker, _)| *speaker == who).map(|(_, good)| *good);
        let spoken: Vec<bool> = [0, 1].into_iter().filter_map(last).collect();
        let answer = decide(BY_CI, evidence.collect());
        let passes = matches!(&answer, Answer::Findings(judgement) if judgement.findings.is_empty());
        prop_assert_eq!(passes, !spoken.is_empty() && spoken.iter().all(|good| *good));
    }
}
