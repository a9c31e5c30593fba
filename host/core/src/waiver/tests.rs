use super::*;
use crate::document::{DocumentReference, Location, Span};
use crate::finding::{Level, Severity};
use crate::time::Date;
use proptest::prelude::*;

fn mk_finding(rule: &str, name: &str, pointer: &str) -> Finding {
    let identity = ObjectIdentity { api_version: "v1".to_owned(), kind: "Pod".to_owned(), namespace: None, name: name.to_owned() };
    Finding {
        policy: "p".to_owned(),
        rule: RuleId::new("p", rule),
        level: Level::Deny,
        severity: Severity::Low,
        message: String::new(),
        subject: Subject::Document {
            document: DocumentReference { index: 0, identity, rendered_for: None },
            pointer: pointer.parse().unwrap(),
        },
        location: Some(Location { file: "a.yaml".to_owned(), span: Span::START }),
        remediation: None,
        controls: Vec::new(),
        status: None,
        waiver: None,
    }
}

fn mk_waiver(rule: &str, name: &str) -> Waiver {
    let subject =
        WaiverSubject { kind: "Pod".to_owned(), namespace: None, name: name.to_owned(), file: None, pointers: Vec::new() };
    let location = Location { file: "waivers.yaml".to_owned(), span: Span::START };
    let terms = Terms { reason: "known".to_owned(), approver: "a".to_owned(), expires: day("2027-01-31"), location };
    Waiver { rule: RuleId::new("p", rule), subject, terms }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Whether a waiver accepts a finding while it holds.
fn accepts(waiver: &Waiver, finding: &Finding) -> bool {
    let mut finding = finding.clone();
    waive(std::slice::from_ref(waiver), at("2027-01-01T00:00:00Z"), std::iter::once(&mut finding));
    finding.waiver.is_some()
}

#[test]
fn a_waiver_is_about_one_rule_and_one_object() {
    let waiver = mk_waiver("r", "a");
    assert!(accepts(&waiver, &mk_finding("r", "a", "/spec")));
    assert!(!accepts(&waiver, &mk_finding("s", "a", "/spec")));
    assert!(!accepts(&waiver, &mk_finding("r", "b", "/spec")));
    let elsewhere =
        Waiver { subject: WaiverSubject { namespace: Some("n".to_owned()), ..waiver.subject.clone() }, ..waiver.clone() };
    assert!(!accepts(&elsewhere, &mk_finding("r", "a", "/spec")));
    let other = Waiver { subject: WaiverSubject { kind: "Job".to_owned(), ..waiver.subject.clone() }, ..waiver };
    assert!(!accepts(&other, &mk_finding("r", "a", "/spec")));
}

#[test]
fn a_file_and_pointers_make_a_waiver_narrower() {
    let waiver = mk_waiver("r", "a");
    let with = |file: Option<&str>, pointers: &[&str]| Waiver {
        subject: WaiverSubject {
            file: file.map(str::to_owned),
            pointers: pointers.iter().map(|pointer| pointer.parse().unwrap()).collect(),
            ..waiver.subject.clone()
        },
        ..waiver.clone()
    };
    assert!(accepts(&with(Some("a.yaml"), &["/spec", "/x"]), &mk_finding("r", "a", "/spec")));
    assert!(!accepts(&with(Some("b.yaml"), &[]), &mk_finding("r", "a", "/spec")));
    assert!(!accepts(&with(None, &["/spec/x"]), &mk_finding("r", "a", "/spec")));
}

#[test]
fn what_is_not_about_a_document_is_never_accepted() {
    for subject in [Subject::File, Subject::Component("a".to_owned()), Subject::Target("a".to_owned()), Subject::Promotion] {
        assert!(!accepts(&mk_waiver("r", "a"), &Finding { subject, ..mk_finding("r", "a", "") }));
    }
}

#[test]
fn a_waiver_holds_to_the_end_of_its_last_day() {
    let terms = mk_waiver("r", "a").terms;
    assert!(terms.hold_at(at("2027-01-31T23:59:59Z")));
    assert!(!terms.hold_at(at("2027-02-01T00:00:00Z")));
    assert_eq!(terms.end(), Some(at("2027-02-01T00:00:00Z")));
}

#[test]
fn one_that_holds_no_more_is_told_and_the_finding_is_back() {
    let waivers = [mk_waiver("r", "a"), mk_waiver("r", "b")];
    let mut findings = [mk_finding("r", "a", "/x"), mk_finding("r", "a", "/y")];
    let uses = waive(&waivers, at("2027-03-01T00:00:00Z"), findings.iter_mut());
    assert_eq!(uses, [(WaiverState::Expired, 2), (WaiverState::Unused, 0)]);
    assert!(findings.iter().all(|finding| finding.waiver.is_none()));
}

#[test]
fn one_that_holds_stands_in_for_one_that_does_not() {
    let mut old = mk_waiver("r", "a");
    old.terms.expires = day("2026-01-01");
    let mut findings = [mk_finding("r", "a", "/x")];
    let uses = waive(&[old, mk_waiver("r", "a")], at("2027-01-01T00:00:00Z"), findings.iter_mut());
    assert_eq!(uses, [(WaiverState::Unused, 0), (WaiverState::Used, 1)]);
    assert_eq!(findings[0].waiver.as_ref().unwrap().expires, day("2027-01-31"));
}

proptest! {
    /// No waiver accepts more than it names, and none that holds no more accepts anything.
    #[test]
    fn only_what_is_named_is_accepted_and_only_for_a_time(
        rules in prop::collection::vec(("[rs]", "[ab]"), 0..6),
        waived in prop::collection::vec(("[rs]", "[ab]", 0..3_u8), 0..4),
    ) {
        let mut findings: Vec<Finding> = rules.iter().map(|(rule, name)| mk_finding(rule, name, "/x")).collect();
        let waivers: Vec<Waiver> = waived.iter().map(|(rule, name, month)| {
            let mut waiver = mk_waiver(rule, name);
            waiver.terms.expires = day(&format!("2027-0{}-15", month + 1));
            waiver
        }).collect();
        let uses = waive(&waivers, at("2027-02-01T00:00:00Z"), findings.iter_mut());
        for (finding, (rule, name)) in findings.iter().zip(&rules) {
            let named = waived.iter().any(|waived| (&waived.0, &waived.1) == (rule, name) && waived.2 > 0);
            prop_assert_eq!(finding.waiver.is_some(), named);
        }
        let used: u64 = uses.iter().filter(|(state, _)| *state == WaiverState::Used).map(|(_, count)| count).sum();
        prop_assert_eq!(used, findings.iter().filter(|finding| finding.waiver.is_some()).count() as u64);
    }
}
