//! The gate as the host asks it.

use proptest::prelude::*;
use tollgate_sdk::promotion::{Answer, Judgement, Proof, SubjectOfRequest};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{NOW, policy_change, promotion_request, proof, proposed_in};
use tollgate_sdk::{PluginError, Promotion as _};

use super::{Settings, TestedInPrevious};

const DAY: u64 = 86_400;

fn judge(settings: &str, is_rollback: bool, any: &[&str], now: u64, proofs: Vec<Proof>) -> Judgement {
    testing::set_evaluation_time(now);
    let mut request = promotion_request("prod");
    let proposed = proposed_in(&mut request);
    proposed.is_rollback = is_rollback;
    proposed.target.after = vec!["preprod-ops".to_owned(), "preprod-apps".to_owned()];
    if !any.is_empty() {
        proposed.target.after_any = vec![any.iter().map(|name| (*name).to_owned()).collect()];
    }
    proposed.proofs = proofs;
    match testing::decide::<TestedInPrevious>(settings, &request).unwrap() {
        Answer::Findings(judgement) => judgement,
        Answer::Pending(wait) => panic!("pending: {wait:?}"),
    }
}

fn both() -> Vec<Proof> {
    vec![proof("preprod-ops", 1, NOW - 2 * DAY), proof("preprod-apps", 1, NOW - DAY)]
}

fn rules(settings: &str, proofs: Vec<Proof>) -> Vec<String> {
    judge(settings, false, &[], NOW, proofs).findings.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&TestedInPrevious::DESCRIPTION);
}

#[test]
fn each_target_that_is_missing_is_denied_by_name() {
    let findings = judge("{}", false, &[], NOW, Vec::new()).findings;
    assert_eq!(findings.len(), 2);
    assert!(findings[1].message.ends_with("has not succeeded on `preprod-apps`"), "{}", findings[1].message);
    assert_eq!(findings[1].remediation.as_deref(), Some("Promote the recipe to `preprod-apps` first"));
    assert_eq!(rules("{}", vec![proof("preprod-ops", 1, NOW)]), ["untested"]);
}

#[test]
fn another_recipe_proves_nothing() {
    let other = vec![proof("preprod-ops", 1, NOW), proof("preprod-apps", 2, NOW)];
    assert_eq!(rules("{}", other), ["untested"]);
}

#[test]
fn an_unpromotable_environment_proves_nothing_and_is_named() {
    let unpromotable = Proof { promotable: false, ..proof("preprod-apps", 1, NOW) };
    let findings = judge("{}", false, &[], NOW, vec![proof("preprod-ops", 1, NOW), unpromotable]).findings;
    assert_eq!((findings.len(), findings[0].rule.as_str()), (1, "untested"));
    assert!(findings[0].message.contains("environment `preprod` is not promotable"), "{}", findings[0].message);
}

#[test]
fn what_ended_there_is_denied() {
    let ended = Proof { standing: false, ..proof("preprod-apps", 1, NOW) };
    assert_eq!(rules("{}", vec![proof("preprod-ops", 1, NOW), ended]), ["test-ended"]);
}

#[test]
fn what_was_tested_too_long_ago_is_denied_with_its_age() {
    let findings = judge(r#"{"within": "1d"}"#, false, &[], NOW, both()).findings;
    assert_eq!(findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["stale-test", "stale-test"]);
    assert!(findings[0].message.ends_with("by promotion `P-7` 2d ago, which is not within 1d"), "{}", findings[0].message);
}

#[test]
fn what_is_tested_everywhere_passes_until_the_first_test_is_too_old() {
    let judgement = judge(r#"{"within": "3d"}"#, false, &[], NOW, both());
    assert_eq!((judgement.findings, judgement.valid_until), (Vec::new(), Some(NOW + DAY)));
}

#[test]
fn a_rollback_is_not_asked_for_the_age_but_for_the_rest() {
    let old = judge(r#"{"within": "1s"}"#, true, &[], NOW, both());
    assert_eq!((old.findings, old.valid_until), (Vec::new(), None));
    assert_eq!(judge("{}", true, &[], NOW, Vec::new()).findings.len(), 2);
}

#[test]
fn of_a_group_one_target_is_enough() {
    let with = |target: &str| judge("{}", false, &["eu-apps", "us-apps"], NOW, [both(), vec![proof(target, 1, NOW)]].concat());
    assert!(with("us-apps").findings.is_empty());
    let findings = with("asia-apps").findings;
    assert!(findings[0].message.ends_with("any of `eu-apps`, `us-apps`"), "{}", findings[0].message);
}

#[test]
fn further_targets_are_named_by_globs() {
    let settings = r#"{"targets": ["perf-*"]}"#;
    assert_eq!(rules(settings, both()), ["untested"]);
    assert!(rules(settings, [both(), vec![proof("perf-eu", 1, NOW)]].concat()).is_empty());
    // One of two that stands is enough, and the newest counts.
    let ended = Proof { standing: false, ..proof("perf-us", 1, NOW) };
    assert!(rules(settings, [both(), vec![proof("perf-eu", 1, NOW), ended]].concat()).is_empty());
}

#[test]
fn a_target_that_nothing_comes_before_gets_a_note() {
    testing::set_evaluation_time(NOW);
    let answer = testing::decide::<TestedInPrevious>("{}", &promotion_request("preprod")).unwrap();
    assert_eq!(answer.findings()[0].rule, "nothing-before");
}

#[test]
fn settings_that_can_match_nothing_are_refused() {
    let refused = |text: &str| tollgate_sdk::Settings::problems(&serde_json::from_str::<Settings>(text).unwrap());
    assert_eq!(refused(r#"{"targets": ["perf-*", ""]}"#)[0].pointer, "/targets");
    assert_eq!(refused(r#"{"within": "0s"}"#)[0].pointer, "/within");
}

#[test]
fn a_policy_revision_is_not_its_business() {
    let mut request = promotion_request("prod");
    request.subject = SubjectOfRequest::Policy(policy_change());
    assert!(matches!(testing::decide::<TestedInPrevious>("{}", &request), Err(PluginError::BadInput(_))));
}

proptest! {
    #[test]
    fn the_answer_holds_until_exactly_the_time_it_says(ages in prop::array::uniform2(0..40 * DAY), within in 1..40 * DAY) {
        let settings = format!(r#"{{"within": "{within}s"}}"#);
        let proofs = || vec![proof("preprod-ops", 1, NOW - ages[0]), proof("preprod-apps", 1, NOW - ages[1])];
        let judgement = judge(&settings, false, &[], NOW, proofs());
        prop_assert_eq!(judgement.findings.is_empty(), ages.iter().all(|age| *age < within));
        if let Some(until) = judgement.valid_until {
            prop_assert!(until > NOW);
            prop_assert!(judge(&settings, false, &[], until - 1, proofs()).findings.is_empty());
            prop_assert!(!judge(&settings, false, &[], until, proofs()).findings.is_empty());
        }
    }
}
