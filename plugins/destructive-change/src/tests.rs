//! The gate as the host asks it.

use tollgate_sdk::promotion::{Answer, Approval, ApprovalKind, Person, Request, SubjectOfRequest, Verb, Vouching, Wait};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{action, approval, commit, person, policy_change, promotion_request, proposed_in};
use tollgate_sdk::{PluginError, Promotion as _};

use super::{DestructiveChange, Settings};

/// A plan that deletes a claim among a hundred objects, with approvals of the promotion.
fn request(approvals: Vec<Approval>) -> Request {
    let mut request = promotion_request("prod");
    let plan = &mut proposed_in(&mut request).plan;
    (plan.deletes, plan.unchanged) = (1, 98);
    plan.actions = vec![action(Verb::Change, "Deployment", "cart"), action(Verb::Delete, "PersistentVolumeClaim", "orders")];
    request.approvals = approvals;
    request
}

fn lead() -> Person {
    person("lead@example.com", &["platform"])
}

fn decide(settings: &str, request: &Request) -> Answer {
    testing::decide::<DestructiveChange>(settings, request).unwrap()
}

#[track_caller]
fn pending(answer: Answer) -> Wait {
    match answer {
        Answer::Pending(wait) => wait,
        Answer::Findings(judgement) => panic!("not pending: {judgement:?}"),
    }
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&DestructiveChange::DESCRIPTION);
}

#[test]
fn a_deleted_claim_waits_for_somebody_and_is_named() {
    let wait = pending(decide(r#"{"approvals": {"from": ["platform"]}}"#, &request(Vec::new())));
    assert_eq!(
        wait.reason,
        "the plan deletes `PersistentVolumeClaim shop/orders`, which 1 person who did not make it must approve; 0 did"
    );
    assert_eq!((wait.from, wait.until), (vec!["platform".to_owned()], None));
}

#[test]
fn what_does_not_count_leaves_it_waiting() {
    let author = person("dev@example.com", &["platform"]);
    let robot = Person { automation: true, ..person("robot@example.com", &["platform"]) };
    let void = Approval { void: Some("the plan has changed".to_owned()), ..approval(&lead()) };
    let review = Approval { kind: ApprovalKind::Review, ..approval(&lead()) };
    let stranger = person("guest@example.com", &["sales"]);
    for approval in [approval(&author), approval(&robot), void, review, approval(&stranger)] {
        pending(decide(r#"{"approvals": {"from": ["platform"]}}"#, &request(vec![approval])));
    }
}

#[test]
fn everybody_who_had_a_hand_in_the_change_is_its_maker() {
    let with = |adapt: &dyn Fn(&mut tollgate_sdk::promotion::Change)| {
        let mut request = request(vec![approval(&lead())]);
        adapt(request.change.as_mut().unwrap());
        pending(decide("{}", &request))
    };
    with(&|change| change.requester = Some(lead()));
    with(&|change| change.tag = Some(Vouching::Signed(lead())));
    with(&|change| change.commits.push(commit(2, "lead@example.com")));
    with(&|change| change.commits[0].committer = "lead@example.com".to_owned());
    with(&|change| change.commits[0].vouching = Vouching::Forge(lead()));
}

#[test]
fn while_it_is_not_known_who_made_it_nobody_counts() {
    let mut unknown = request(vec![approval(&lead())]);
    unknown.change = None;
    assert!(pending(decide("{}", &unknown)).reason.ends_with("it is not known who made the change"));
    let mut long = request(vec![approval(&lead())]);
    long.change.as_mut().unwrap().is_complete = false;
    assert!(pending(decide("{}", &long)).reason.ends_with("too many commits to know who made it"));
}

#[test]
fn one_person_twice_is_one_person() {
    let settings = r#"{"approvals": {"count": 2}}"#;
    let wait = pending(decide(settings, &request(vec![approval(&lead()), approval(&lead())])));
    assert!(wait.reason.ends_with("which 2 people who did not make it must approve; 1 did"), "{}", wait.reason);
    let two = request(vec![approval(&lead()), approval(&person("ops@example.com", &[]))]);
    assert_eq!(decide(settings, &two).findings().len(), 1);
}

#[test]
fn enough_people_let_it_pass_with_their_names() {
    let answer = decide(r#"{"approvals": {"from": ["platform"]}}"#, &request(vec![approval(&lead())]));
    assert_eq!(answer.findings()[0].rule, "approved-deletion");
    assert_eq!(
        answer.findings()[0].message,
        "the plan deletes `PersistentVolumeClaim shop/orders`, which lead@example.com approved"
    );
}

#[test]
fn a_plan_that_deletes_little_and_nothing_dear_passes_without_a_word() {
    let mut request = request(Vec::new());
    proposed_in(&mut request).plan.actions[1] = action(Verb::Delete, "ConfigMap", "old");
    assert_eq!(decide("{}", &request), Answer::of(Vec::new()));
    pending(decide(r#"{"kinds": ["ConfigMap"]}"#, &request));
    pending(decide(r#"{"share": 0.0}"#, &request));
}

#[test]
fn a_changed_or_created_claim_is_not_deleted() {
    let mut request = request(Vec::new());
    let plan = &mut proposed_in(&mut request).plan;
    (plan.deletes, plan.actions) = (0, vec![action(Verb::Change, "StatefulSet", "db"), action(Verb::Create, "Namespace", "a")]);
    assert_eq!(decide("{}", &request), Answer::of(Vec::new()));
}

#[test]
fn a_rollback_deletes_as_truly() {
    let mut request = request(Vec::new());
    proposed_in(&mut request).is_rollback = true;
    pending(decide("{}", &request));
}

#[test]
fn settings_that_ask_for_nobody_or_more_than_all_are_refused() {
    let refused = |text: &str| tollgate_sdk::Settings::problems(&serde_json::from_str::<Settings>(text).unwrap()).remove(0).pointer;
    assert_eq!(refused(r#"{"approvals": {"count": 0}}"#), "/approvals/count");
    assert_eq!(refused(r#"{"share": 1.5}"#), "/share");
}

#[test]
fn a_policy_revision_is_not_its_business() {
    let mut request = promotion_request("prod");
    request.subject = SubjectOfRequest::Policy(policy_change());
    assert!(matches!(testing::decide::<DestructiveChange>("{}", &request), Err(PluginError::BadInput(_))));
}
