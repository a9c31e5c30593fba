//! The gate as the host asks it.

use tollgate_sdk::promotion::{Finding, SubjectOfRequest, WayBack};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{digest, policy_change, promotion_request, proposed_in};
use tollgate_sdk::{Level, PluginError, Promotion as _};

use super::{RollbackReady, Settings};

fn decide(settings: &str, is_rollback: bool, missing: Option<&[&str]>) -> Vec<Finding> {
    let mut request = promotion_request("prod");
    let proposed = proposed_in(&mut request);
    proposed.is_rollback = is_rollback;
    proposed.way_back = missing.map(|images| WayBack {
        recipe: digest(7),
        promotion: "P-6".to_owned(),
        missing_images: images.iter().map(|image| (*image).to_owned()).collect(),
    });
    testing::decide::<RollbackReady>(settings, &request).unwrap().findings().to_vec()
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&RollbackReady::DESCRIPTION);
}

#[test]
fn each_image_that_is_gone_is_denied_by_name() {
    let findings = decide("{}", false, Some(&["a@sha256:1", "b@sha256:2"]));
    assert_eq!(findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["missing-image", "missing-image"]);
    assert_eq!(
        findings[0].message,
        format!(
            "image `a@sha256:1` is no longer to be had, so recipe `{}` of promotion `P-6`, which would be gone back to, can't run",
            digest(7)
        )
    );
    assert_eq!(findings[0].level, None);
}

#[test]
fn the_first_promotion_gets_what_is_set() {
    for (settings, level) in
        [("{}", Some(Level::Note)), (r#"{"first": "warn"}"#, Some(Level::Warn)), (r#"{"first": "deny"}"#, None)]
    {
        let findings = decide(settings, false, None);
        assert_eq!((findings.len(), findings[0].rule.as_str(), findings[0].level), (1, "no-way-back", level), "{settings}");
    }
    assert!(decide("{}", false, None)[0].message.contains("on `prod-apps`"));
}

#[test]
fn a_way_back_with_all_its_images_passes() {
    assert!(decide(r#"{"first": "deny"}"#, false, Some(&[])).is_empty());
}

#[test]
fn a_rollback_is_never_kept_from_going() {
    for missing in [None, Some(["a@sha256:1"].as_slice())] {
        let findings = decide(r#"{"first": "deny"}"#, true, missing);
        assert_eq!((findings.len(), findings[0].level), (1, Some(Level::Note)));
    }
}

#[test]
fn a_policy_revision_is_not_its_business() {
    let mut request = promotion_request("prod");
    request.subject = SubjectOfRequest::Policy(policy_change());
    assert!(matches!(testing::decide::<RollbackReady>("{}", &request), Err(PluginError::BadInput(_))));
}
