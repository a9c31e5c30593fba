//! The gate as the host asks it.

use tollgate_sdk::promotion::{Finding, Pair, PairDifference, Role, SubjectOfRequest};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{policy_change, promotion_request, proposed_in};
use tollgate_sdk::{Level, PluginError, Promotion as _};

use super::{PairParity, Settings};

fn difference(path: &str, on_purpose: Option<&str>) -> PairDifference {
    PairDifference {
        component: "cart".to_owned(),
        path: path.to_owned(),
        ops: Some(b"1".to_vec()),
        apps: None,
        on_purpose: on_purpose.map(ToOwned::to_owned),
    }
}

fn decide(settings: &str, pair: Option<(&[PairDifference], &[&str])>, is_rollback: bool) -> Vec<Finding> {
    let mut request = promotion_request("prod");
    let proposed = proposed_in(&mut request);
    proposed.is_rollback = is_rollback;
    proposed.pair = pair.map(|(differences, unseen)| Pair {
        ops: "prod-ops".to_owned(),
        apps: "prod-apps".to_owned(),
        differences: differences.to_vec(),
        unseen: unseen.iter().map(|why| (*why).to_owned()).collect(),
    });
    testing::decide::<PairParity>(settings, &request).unwrap().findings().to_vec()
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&PairParity::DESCRIPTION);
}

#[test]
fn what_differs_is_denied_by_field_unless_it_is_meant() {
    let differences = [difference("/variables/size", None), difference("/variables/nodes", Some("/variables/nodes"))];
    let findings = decide("{}", Some((&differences, &[])), false);
    assert_eq!(rules(&findings), ["different"]);
    assert_eq!(findings[0].message, "`/variables/size` is `1` in `prod-ops` and not there in `prod-apps`");
}

#[test]
fn drift_and_what_nobody_could_see_are_denied_unless_they_don_t_count() {
    let differences = [difference("/live/lab_file/a/content", None)];
    assert_eq!(rules(&decide("{}", Some((&differences, &["the backend is down"])), false)), ["drifted", "unseen"]);
    assert!(decide(r#"{"live": false}"#, Some((&differences, &["the backend is down"])), false).is_empty());
}

#[test]
fn an_apps_target_without_a_twin_gets_what_is_set_and_an_ops_target_needs_none() {
    assert_eq!(rules(&decide("{}", None, false)), ["no-twin"]);
    assert_eq!(decide(r#"{"noTwin": "warn"}"#, None, false)[0].level, Some(Level::Warn));
    assert!(decide(r#"{"noTwin": "pass"}"#, None, false).is_empty());
    let mut request = promotion_request("prod");
    proposed_in(&mut request).target.role = Role::Ops;
    assert!(testing::decide::<PairParity>("{}", &request).unwrap().findings().is_empty());
}

#[test]
fn a_rollback_is_never_kept_from_going() {
    let findings = decide("{}", Some((&[difference("/variables/size", None)], &["x"])), true);
    assert!(findings.len() == 2 && findings.iter().all(|finding| finding.level == Some(Level::Note)));
}

#[test]
fn a_long_value_is_cut() {
    let long = PairDifference { ops: Some("x".repeat(1_000).into_bytes()), ..difference("/variables/size", None) };
    assert!(decide("{}", Some((&[long], &[])), false)[0].message.len() < 300);
}

#[test]
fn a_policy_revision_is_not_its_business() {
    let mut request = promotion_request("prod");
    request.subject = SubjectOfRequest::Policy(policy_change());
    assert!(matches!(testing::decide::<PairParity>("{}", &request), Err(PluginError::BadInput(_))));
}
