//! The gate as the host asks it.

use proptest::prelude::*;
use tollgate_sdk::promotion::{Answer, Proof, Wait};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{NOW, promotion_request, proof, proposed_in};
use tollgate_sdk::{PluginError, Promotion as _};

use super::{Settings, Soak};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What is answered where `preprod-ops` and `preprod-apps` come before.
fn decide(settings: &str, now: u64, proofs: Vec<Proof>) -> Answer {
    decide_of(settings, now, false, &["preprod-ops", "preprod-apps"], &[], proofs)
}

fn decide_of(settings: &str, now: u64, is_rollback: bool, after: &[&str], any: &[&str], proofs: Vec<Proof>) -> Answer {
    testing::set_evaluation_time(now);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut request = promotion_request("prod");
    let proposed = proposed_in(&mut request);
    proposed.is_rollback = is_rollback;
    proposed.target.after = names(after);
    proposed.target.after_any = if any.is_empty() { Vec::new() } else { vec![names(any)] };
    proposed.proofs = proofs;
    testing::decide::<Soak>(settings, &request).unwrap()
}

#[track_caller]
fn pending(answer: Answer) -> Wait {
    match answer {
        Answer::Pending(wait) => wait,
        Answer::Findings(judgement) => panic!("not pending: {judgement:?}"),
    }
}

fn passes(answer: &Answer) -> bool {
    matches!(answer, Answer::Findings(judgement) if judgement.findings.is_empty())
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&Soak::DESCRIPTION);
}

#[test]
fn what_never_succeeded_waits_without_an_end() {
    let wait = pending(decide("{}", NOW, vec![proof("preprod-ops", 1, NOW - 2 * DAY)]));
    assert_eq!((wait.until, wait.reason.as_str()), (None, "the recipe has not succeeded on `preprod-apps` yet"));
}

#[test]
fn another_recipe_another_target_or_an_unpromotable_environment_prove_nothing() {
    let unpromotable = Proof { promotable: false, ..proof("preprod-apps", 1, NOW - 2 * DAY) };
    let ops = proof("preprod-ops", 1, NOW - 2 * DAY);
    for other in [proof("preprod-apps", 2, NOW - 2 * DAY), proof("staging-apps", 1, NOW - 2 * DAY), unpromotable] {
        assert_eq!(pending(decide("{}", NOW, vec![ops.clone(), other])).until, None);
    }
}

#[test]
fn what_was_rolled_back_has_not_stood_however_long_it_is_ago() {
    let ended = Proof { standing: false, ..proof("preprod-apps", 1, NOW - 9 * DAY) };
    let wait = pending(decide("{}", NOW, vec![proof("preprod-ops", 1, NOW - 9 * DAY), ended]));
    assert_eq!(wait.until, None);
    assert!(wait.reason.ends_with("by promotion `P-7`, but was rolled back or failed there later"), "{}", wait.reason);
}

#[test]
fn what_another_recipe_replaced_too_early_does_not_ripen() {
    let proofs = vec![proof("preprod-apps", 1, NOW - 9 * DAY), proof("preprod-apps", 2, NOW - 9 * DAY + HOUR)];
    let wait = pending(decide_of("{}", NOW, false, &["preprod-apps"], &[], proofs));
    assert_eq!(wait.until, None);
    assert!(wait.reason.contains("for 1h of 1d, and promotion `P-7` took its place"), "{}", wait.reason);
}

#[test]
fn what_was_replaced_within_the_second_of_its_success_has_not_stood() {
    let by = |promotion: &str, recipe| Proof { promotion: promotion.to_owned(), ..proof("preprod-apps", recipe, NOW - 9 * DAY) };
    let asked = |proofs| decide_of("{}", NOW, false, &["preprod-apps"], &[], proofs);
    assert_eq!(pending(asked(vec![by("P-9", 1), by("P-12", 2)])).until, None);
    assert!(passes(&asked(vec![by("P-12", 1), by("P-9", 2)])), "it came second");
    assert_eq!(pending(asked(vec![by("P-9", 1), by("7", 2)])).until, None, "what can't be told counts as later");
}

#[test]
fn what_stood_long_enough_before_it_was_replaced_has_soaked() {
    let proofs = vec![proof("preprod-apps", 1, NOW - 9 * DAY), proof("preprod-apps", 2, NOW - 8 * DAY)];
    assert!(passes(&decide_of("{}", NOW, false, &["preprod-apps"], &[], proofs)));
    // One that was there before replaces nothing.
    let proofs = vec![proof("preprod-apps", 1, NOW - DAY), proof("preprod-apps", 2, NOW - DAY - 1)];
    assert!(passes(&decide_of("{}", NOW, false, &["preprod-apps"], &[], proofs)));
}

#[test]
fn the_time_that_is_left_is_told_for_each_target_and_the_last_end_counts() {
    let wait = pending(decide("{}", NOW, vec![proof("preprod-ops", 1, NOW - 20 * HOUR), proof("preprod-apps", 1, NOW - HOUR)]));
    assert_eq!(wait.until, Some(NOW + 23 * HOUR));
    assert_eq!(
        wait.reason,
        "the recipe has stood on `preprod-ops` for 20h of 1d, 4h are left; the recipe has stood on `preprod-apps` for 1h of 1d, 23h are left"
    );
    assert!(wait.from.is_empty());
}

#[test]
fn one_target_that_time_does_not_help_leaves_no_end() {
    assert_eq!(pending(decide("{}", NOW, vec![proof("preprod-ops", 1, NOW - HOUR)])).until, None);
}

#[test]
fn of_a_group_one_target_is_enough_and_the_first_to_be_is_waited_for() {
    let of_group = |proofs| decide_of("{}", NOW, false, &[], &["eu-apps", "us-apps"], proofs);
    assert!(passes(&of_group(vec![proof("us-apps", 1, NOW - DAY)])));
    let wait = pending(of_group(vec![proof("eu-apps", 1, NOW - HOUR), proof("us-apps", 1, NOW - 2 * HOUR)]));
    assert_eq!(wait.until, Some(NOW + 22 * HOUR));
    assert!(!wait.reason.contains("eu-apps"), "{}", wait.reason);
    assert_eq!(pending(of_group(Vec::new())).until, None);
}

#[test]
fn a_target_of_its_own_has_its_own_time() {
    let settings = r#"{"for": "1h", "targets": {"prod-apps": "172800s"}}"#;
    let proofs = || vec![proof("preprod-ops", 1, NOW - DAY), proof("preprod-apps", 1, NOW - DAY)];
    assert_eq!(pending(decide(settings, NOW, proofs())).until, Some(NOW + DAY));
    assert!(passes(&decide(r#"{"for": "1h", "targets": {"prod-ops": "2d"}}"#, NOW, proofs())));
}

#[test]
fn a_success_that_is_still_to_come_is_waited_for() {
    let wait = pending(decide_of("{}", NOW, false, &["preprod-apps"], &[], vec![proof("preprod-apps", 1, NOW + HOUR)]));
    assert_eq!(wait.until, Some(NOW + HOUR + DAY));
}

#[test]
fn a_time_beyond_all_times_never_comes() {
    let settings = r#"{"for": "18446744073709551615s"}"#;
    let wait = pending(decide_of(settings, NOW, false, &["preprod-apps"], &[], vec![proof("preprod-apps", 1, NOW)]));
    assert_eq!(wait.until, None);
}

#[test]
fn a_rollback_goes_with_a_note_unless_it_has_to_wait() {
    let proofs = || vec![proof("preprod-apps", 1, NOW - HOUR)];
    let passed = decide_of("{}", NOW, true, &["preprod-apps"], &[], proofs());
    assert_eq!(passed.findings()[0].rule, "passed-soak");
    assert!(passed.findings()[0].message.contains("for 1h of 1d"), "{passed:?}");
    pending(decide_of(r#"{"rollbacksWait": true}"#, NOW, true, &["preprod-apps"], &[], proofs()));
    let soaked = decide_of("{}", NOW, true, &["preprod-apps"], &[], vec![proof("preprod-apps", 1, NOW - DAY)]);
    assert!(passes(&soaked), "{soaked:?}");
}

#[test]
fn a_target_that_nothing_comes_before_gets_a_note() {
    let answer = decide_of("{}", NOW, false, &[], &[], Vec::new());
    assert_eq!(answer.findings()[0].rule, "nothing-before");
}

#[test]
fn a_policy_revision_is_not_its_business() {
    let mut request = promotion_request("prod");
    request.subject = tollgate_sdk::promotion::SubjectOfRequest::Policy(testing::promotions::policy_change());
    assert!(matches!(testing::decide::<Soak>("{}", &request), Err(PluginError::BadInput(_))));
}

proptest! {
    #[test]
    fn until_is_exactly_the_first_instant_that_passes(
        ages in prop::collection::vec(0_u64..5 * DAY, 1..4),
        grouped in prop::collection::vec(0_u64..5 * DAY, 0..4),
        time in 0_u64..5 * DAY,
    ) {
        let settings = format!(r#"{{"for": "{time}s"}}"#);
        let names = |prefix: &str, ages: &[u64]| (0..ages.len()).map(|index| format!("{prefix}-{index}")).collect::<Vec<_>>();
        let (each, any) = (names("each", &ages), names("any", &grouped));
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        let any: Vec<&str> = any.iter().map(String::as_str).collect();
        let proofs: Vec<Proof> = each.iter().zip(&ages).chain(any.iter().zip(&grouped))
            .map(|(target, age)| proof(target, 1, NOW - age))
            .collect();
        let at = |now| decide_of(&settings, now, false, &each, &any, proofs.clone());
        match at(NOW) {
            Answer::Findings(judgement) => {
                prop_assert!(judgement.findings.is_empty());
                prop_assert!(ages.iter().all(|age| *age >= time));
                prop_assert!(grouped.is_empty() || grouped.iter().any(|age| *age >= time));
            }
            Answer::Pending(wait) => {
                let until = wait.until.unwrap();
                prop_assert!(until > NOW);
                prop_assert!(passes(&at(until)));
                prop_assert_eq!(pending(at(until - 1)).until, Some(until));
            }
        }
    }
}
