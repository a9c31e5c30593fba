use super::*;
use crate::promotion::Person;
use crate::testing::promotions::{approval, change, person, rejection, review};

const NOBODY: &[String] = &[];

fn quorum(approvals: u32, from: &[String]) -> Quorum<'_> {
    Quorum { kind: ApprovalKind::Promotion, approvals, from }
}

/// The change is by `dev@example.com`.
fn count<'r>(quorum: &Quorum<'_>, approvals: &'r [Approval]) -> Counted<'r> {
    quorum.count(approvals, &Involved::of(&change(), approvals))
}

fn reason(approval: Approval) -> String {
    let from = ["platform".to_owned(), "cto@example.com".to_owned()];
    let approvals = [approval];
    let counted = count(&quorum(1, &from), &approvals);
    assert!(counted.counted.is_empty());
    counted.refused[0].1.clone()
}

fn lead() -> Person {
    person("lead@example.com", &["platform"])
}

#[test]
fn every_reason_not_to_count_is_said() {
    let machine = Person { automation: true, ..lead() };
    assert_eq!(reason(Approval { void: Some("it is not signed".to_owned()), ..approval(&lead()) }), "it is not signed");
    assert_eq!(reason(review(&lead())), "it is a review of the content, and no approval of this promotion");
    assert_eq!(reason(approval(&machine)), "a machine is no person");
    assert_eq!(reason(approval(&person(" ", &["platform"]))), "it is by nobody who has a name");
    assert_eq!(reason(approval(&person("dev@example.com", &["platform"]))), "the same person is the author of 000000000000");
    assert_eq!(reason(approval(&person("other@example.com", &["audit"]))), "only platform, cto@example.com can give it");
}

#[test]
fn a_promotion_approval_is_no_review() {
    let reviews = Quorum { kind: ApprovalKind::Review, ..quorum(1, NOBODY) };
    let approvals = [approval(&lead()), review(&lead())];
    let counted = count(&reviews, &approvals);
    assert_eq!(counted.counted, [&approvals[1]]);
    assert_eq!(counted.refused[0].1, "it is an approval of a promotion, and no review of the content");
}

#[test]
fn one_person_is_one_person_with_two_keys_and_in_any_case() {
    let second = Approval { source: "entry 20".to_owned(), ..approval(&person("LEAD@example.com", &["platform"])) };
    let approvals = [approval(&lead()), second];
    let counted = count(&quorum(2, NOBODY), &approvals);
    assert!(!quorum(2, NOBODY).is_met(&counted));
    assert_eq!(counted.refused[0].1, "the same person has said yes before (entry 17)");
}

#[test]
fn a_void_approval_does_not_stand_in_the_way_of_a_later_one() {
    let approvals = [Approval { void: Some("it is of another plan".to_owned()), ..approval(&lead()) }, approval(&lead())];
    assert_eq!(count(&quorum(1, NOBODY), &approvals).counted, [&approvals[1]]);
}

#[test]
fn people_are_asked_for_by_team_or_by_address_in_any_case() {
    let from = ["platform".to_owned(), "CTO@example.com".to_owned()];
    let approvals = [approval(&lead()), approval(&person("cto@example.com", &[]))];
    assert!(quorum(2, &from).is_met(&count(&quorum(2, &from), &approvals)));
}

#[test]
fn objections_are_of_those_who_could_approve() {
    let from = ["platform".to_owned()];
    let rejections = [rejection(&lead(), "no"), rejection(&person("guest@example.com", &[]), "no")];
    let (standing, others) = quorum(1, &from).objections(&rejections);
    assert_eq!((standing, others), (vec![&rejections[0]], vec![&rejections[1]]));
    assert_eq!(quorum(1, NOBODY).objections(&rejections).0.len(), 2);
}

#[test]
fn the_sentence_says_who_did_and_who_does_not_count() {
    let approvals = [approval(&lead()), approval(&person("dev@example.com", &[]))];
    let quorum = quorum(2, NOBODY);
    assert_eq!(
        quorum.sentence(&count(&quorum, &approvals)),
        "1 of 2 approvals of this promotion: lead@example.com (entry 17); not counted: dev@example.com (entry 17): the same \
         person is the author of 000000000000"
    );
    assert_eq!(quorum.sentence(&count(&quorum, &[])), "0 of 2 approvals of this promotion");
}
