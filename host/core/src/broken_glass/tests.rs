use serde_json::json;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn terms() -> BreakGlassTerms {
    BreakGlassTerms {
        users: vec!["lead@example.com".to_owned()],
        groups: vec!["on-call".to_owned()],
        gates: vec!["approved-recipe".to_owned()],
        max_duration: 3_600,
        review_within: 86_400,
        needs_ticket: false,
    }
}

fn user(name: &str, groups: &[&str]) -> Requester {
    Requester { username: name.to_owned(), groups: groups.iter().map(|group| (*group).to_owned()).collect() }
}

fn lead() -> Requester {
    user("lead@example.com", &[])
}

fn object(annotations: &[(&str, &str)]) -> Value {
    let annotations: Value = annotations.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    json!({"kind": "Deployment", "metadata": {"name": "cart", "annotations": annotations}})
}

fn broken_until(seconds: i64) -> Value {
    object(&[(REASON, "payments fail"), (UNTIL, &at(seconds).to_string()), (TICKET, "INC-7")])
}

#[test]
fn who_may_break_glass_does_so_by_name_or_by_group() {
    for requester in [lead(), user("sre@example.com", &["on-call"])] {
        let glass = terms().glass(&broken_until(60), &requester, at(0)).unwrap();
        assert_eq!(glass, Some(Glass { reason: "payments fail".to_owned(), ticket: Some("INC-7".to_owned()), until: at(60) }));
    }
    let refused = terms().glass(&broken_until(60), &user("dev@example.com", &["developers"]), at(0));
    assert_eq!(refused, Err(GlassError::NotYours("dev@example.com".to_owned())));
}

#[test]
fn an_object_without_the_annotation_breaks_nothing() {
    assert_eq!(terms().glass(&object(&[]), &lead(), at(0)), Ok(None));
    assert_eq!(terms().glass(&object(&[(UNTIL, "2030-01-01T00:00:00Z")]), &lead(), at(0)), Ok(None));
}

#[test]
fn it_has_a_reason_and_an_end_that_is_near() {
    let fails = |annotations: &[(&str, &str)]| terms().glass(&object(annotations), &lead(), at(0)).unwrap_err();
    let until = |seconds| at(seconds).to_string();
    assert_eq!(fails(&[(REASON, " "), (UNTIL, &until(60))]), GlassError::NoReason);
    assert_eq!(fails(&[(REASON, "down")]), GlassError::NoUntil(at(3_600)));
    assert_eq!(fails(&[(REASON, "down"), (UNTIL, "soon")]), GlassError::NotATime("soon".to_owned()));
    assert_eq!(fails(&[(REASON, "down"), (UNTIL, &until(0))]), GlassError::Over(at(0)));
    assert_eq!(fails(&[(REASON, "down"), (UNTIL, &until(3_601))]), GlassError::TooLong { until: at(3_601), latest: at(3_600) });
}

#[test]
fn a_ticket_is_asked_for_where_overrides_ask_for_one() {
    let terms = BreakGlassTerms { needs_ticket: true, ..terms() };
    let without = object(&[(REASON, "down"), (UNTIL, &at(60).to_string()), (TICKET, "")]);
    assert_eq!(terms.glass(&without, &lead(), at(0)), Err(GlassError::NoTicket));
    assert!(terms.glass(&broken_until(60), &lead(), at(0)).unwrap().is_some());
}

#[test]
fn a_pod_of_a_controller_has_what_its_template_has_and_one_of_anybody_else_does_not() {
    let controller = user("system:serviceaccount:kube-system:replicaset-controller", &["system:serviceaccounts:kube-system"]);
    let mut pod = broken_until(60);
    assert!(matches!(terms().glass(&pod, &controller, at(0)), Err(GlassError::NotYours(_))), "nobody owns it");
    pod["metadata"]["ownerReferences"] = json!([{"kind": "ReplicaSet", "name": "cart-1", "controller": true}]);
    assert!(terms().glass(&pod, &controller, at(0)).unwrap().is_some());
    let addon = user("system:serviceaccount:kube-system:addon", &["system:serviceaccounts:kube-system"]);
    assert!(matches!(terms().glass(&pod, &addon, at(0)), Err(GlassError::NotYours(_))), "it has its templates from anybody");
    assert!(matches!(terms().glass(&pod, &user("dev@example.com", &[]), at(0)), Err(GlassError::NotYours(_))));
}

#[test]
fn nobody_else_writes_the_annotation_anywhere_into_an_object() {
    let dev = user("dev@example.com", &[]);
    let mut live = object(&[]);
    live["spec"]["template"]["metadata"]["annotations"] = json!({"prometheus.io/scrape": "true"});
    let mut edited = live.clone();
    edited["spec"]["template"]["metadata"]["annotations"][REASON] = json!("mine");
    assert!(terms().is_forged(&edited, Some(&live), &dev));
    assert!(terms().is_forged(&edited, None, &dev));
    let mut moved = edited.clone();
    moved["metadata"]["annotations"][REASON] = json!("mine");
    assert!(terms().is_forged(&moved, Some(&edited), &dev), "it was there, and not here");
    assert!(!terms().is_forged(&edited, Some(&edited), &dev), "it was there before");
    assert!(!terms().is_forged(&live, Some(&edited), &dev), "anybody may take it away");
    assert!(!terms().is_forged(&edited, Some(&live), &lead()));
}
