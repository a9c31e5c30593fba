//! Cases as people write them.

use proptest::prelude::*;
use serde_json::json;
use tollgate_core::deciding::{ApprovalKind, ProposedMove, Vouching};
use tollgate_core::digest::Digest;
use tollgate_core::document::Span;
use tollgate_core::pointer::Pointer;

use super::*;

fn file(value: Value) -> ConfigurationFile {
    let line = |pointer: &Pointer| Span::point(u32::try_from(pointer.as_str().len()).unwrap() + 1, 1);
    let (locate, locate_key) = (Box::new(line), Box::new(line));
    ConfigurationFile { path: "case.yaml".to_owned(), bytes: Vec::new(), value, locate, locate_key }
}

#[track_caller]
fn read(value: Value) -> GateCase {
    GateCase::read(&file(value)).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn refused(value: Value) -> String {
    let problems = GateCase::read(&file(value)).unwrap_err();
    problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("; ")
}

fn promotion(case: &GateCase) -> &ProposedMove {
    match &case.request.subject {
        GateSubject::Promotion(promotion) => promotion,
        GateSubject::Policy(_) => panic!("a policy revision"),
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_case_that_says_nothing_is_the_plainest_promotion() {
    let case = read(json!({}));
    let promotion = promotion(&case);
    assert_eq!((promotion.target.name.as_str(), promotion.target.environment.as_str()), ("prod-apps", "prod"));
    assert_eq!(promotion.recipe.components()[0].component, "cart");
    assert_eq!((promotion.plan.changes, promotion.plan.deletes), (1, 0));
    assert_eq!(case.request.evaluation_time, 1_800_000_000);
    let change = case.request.change.unwrap();
    assert_eq!(change.commits.len(), 1);
    assert!(matches!(&change.commits[0].vouching, Vouching::Signed(person) if person.principal == "dev@example.com"));
    assert_eq!(change.requester.unwrap().principal, "dev@example.com");
    assert!(case.request.approvals.is_empty() && case.expected.is_empty() && case.waits.is_none());
}

#[test]
fn people_are_addresses_in_the_teams_of_the_case() {
    let case = read(json!({
        "teams": {"platform": ["lead@example.com"]},
        "automation": ["robot@example.com"],
        "approvals": [{"by": "lead@example.com"}, {"by": "robot@example.com", "kind": "review", "void": "the plan has changed"}],
    }));
    let [lead, robot] = case.request.approvals.as_slice() else { panic!("two approvals") };
    assert_eq!(
        (lead.by.teams.as_slice(), lead.kind, &lead.void),
        (["platform".to_owned()].as_slice(), ApprovalKind::Promotion, &None)
    );
    assert!(robot.by.automation && robot.kind == ApprovalKind::Review);
    assert_eq!(robot.void.as_deref(), Some("the plan has changed"));
    assert_ne!(lead.source, robot.source);
}

#[test]
fn times_are_absolute_or_count_from_the_cases_own() {
    let case = read(json!({
        "time": "2026-06-01T12:00:00Z",
        "proofs": [{"target": "preprod-apps", "since": "-1h30m"}, {"target": "preprod-ops", "since": "2026-05-01T00:00:00Z"}, {"target": "staging"}],
        "waits": {"until": "+2d"},
        "validUntil": "+0s",
    }));
    let since: Vec<Timestamp> = promotion(&case).proofs.iter().map(|proof| proof.since).collect();
    assert_eq!(since, [time("2026-06-01T10:30:00Z"), time("2026-05-01T00:00:00Z"), time("2026-05-31T12:00:00Z")]);
    assert_eq!(case.waits.unwrap().until, Some(time("2026-06-03T12:00:00Z")));
    assert_eq!(case.valid_until, Some(time("2026-06-01T12:00:00Z")));
}

#[test]
fn a_word_stands_for_a_digest_and_a_commit_of_its_own() {
    let image = |digest: &str| json!({"cart": {"images": [{"reference": "registry.example.com/cart:1", "digest": digest}]}});
    let digest_of = |value: Value| promotion(&read(json!({"recipe": value}))).recipe.components()[0].images[0].digest;
    assert_eq!(digest_of(image("one")), digest_of(image("one")));
    assert_ne!(digest_of(image("one")), digest_of(image("two")));
    let whole = Digest::of(b"x").to_string();
    assert_eq!(digest_of(image(&whole)).to_string(), whole);
    let of_tree = |tree: &str| promotion(&read(json!({"recipe": {"cart": {"tree": tree}}}))).recipe.components()[0].tree.clone();
    assert_eq!(of_tree(&"4f".repeat(20)), "4f".repeat(20));
    assert_eq!(of_tree("changed").len(), 40);
}

#[test]
fn proofs_are_of_the_recipe_that_would_move_unless_they_say_so() {
    let case = read(json!({
        "proofs": [{"target": "preprod-apps"}, {"target": "preprod-apps", "recipe": {"cart": {"tree": "before"}}, "standing": false}],
    }));
    let promotion = promotion(&case);
    assert_eq!(promotion.proofs[0].recipe, promotion.recipe);
    assert_ne!(promotion.proofs[1].recipe, promotion.recipe);
    assert_eq!((promotion.proofs[0].environment.as_str(), promotion.proofs[1].standing), ("preprod", false));
}

#[test]
fn the_plan_is_counted_from_its_actions() {
    let action = |verb: &str, name: &str| json!({"verb": verb, "kind": "ConfigMap", "name": name, "namespace": "shop"});
    let case =
        read(json!({"plan": {"unchanged": 9, "actions": [action("delete", "a"), action("delete", "b"), action("create", "c")]}}));
    let plan = &promotion(&case).plan;
    assert_eq!((plan.creates, plan.changes, plan.deletes, plan.unchanged), (1, 0, 2, 9));
    assert_eq!((plan.actions[0].component.as_str(), plan.actions[0].api_version.as_str()), ("cart", "v1"));
}

#[test]
fn statements_are_about_the_recipe_images_or_words() {
    let image = "registry.example.com/cart:1";
    let case = read(json!({
        "recipe": {"cart": {"images": [{"reference": image}]}},
        "evidence": [{"predicateType": "scan", "predicate": {"worst": "LOW"}, "subjects": ["recipe", image], "signer": "ci@example.com"}],
    }));
    let held = &case.request.evidence[0];
    let moving = promotion(&case);
    assert_eq!(held.subjects, [moving.recipe.id().unwrap(), moving.recipe.components()[0].images[0].digest]);
    assert_eq!(held.statement["predicate"]["worst"], "LOW");
    assert_eq!(held.signer.as_ref().unwrap().principal, "ci@example.com");
}

#[test]
fn everything_else_that_gates_are_asked_can_be_said() {
    let case = read(json!({
        "settings": {"a": 1},
        "data": {"k": "file.txt"},
        "isRollback": true,
        "built": [{"service": "cart", "reference": "registry.example.com/cart:1"}],
        "wayBack": {"missingImages": ["a@sha256:1"]},
        "rejections": [{"by": "lead@example.com", "reason": "no"}],
        "stops": [{"scope": "all", "reason": "year end", "by": "lead@example.com", "until": "+1h"}],
        "overrides": [{"gates": ["soak"], "by": ["a@example.com"], "reason": "fire", "reviewed": {"by": "b@example.com", "accepted": true}}],
        "facts": [{"name": "ticket", "value": ["open"], "maxAge": "5m"}],
        "change": {
            "reference": "tag v1", "tagSignedBy": "dev@example.com", "rewritten": "the tag was moved", "record": {"ticket": "OPS-1"},
            "commits": [{"author": "a@example.com", "unsigned": "it has no signature", "trailers": {"Ticket": "OPS-1"}}],
        },
        "expect": [{"rule": "r", "component": "cart", "message": "m"}],
    }));
    let request = &case.request;
    let moving = promotion(&case);
    assert!(moving.is_rollback && moving.built.len() == 1 && moving.way_back.as_ref().unwrap().missing_images.len() == 1);
    assert_eq!((request.rejections[0].reason.as_str(), request.facts[0].max_age), ("no", 300));
    assert_eq!(request.overrides[0].review_by, time("2027-01-16T08:00:00Z"));
    assert_eq!(request.stops[0].until, Some(time("2027-01-15T09:00:00Z")));
    let change = request.change.as_ref().unwrap();
    assert!(matches!(&change.commits[0].vouching, Vouching::Unsigned(reason) if reason == "it has no signature"));
    assert!(change.tag.is_some() && change.record.as_ref().unwrap()["ticket"] == "OPS-1");
    assert_eq!((case.expected[0].rule.as_str(), case.expected[0].component.as_deref()), ("r", Some("cart")));
}

#[test]
fn a_policy_revision_can_be_judged() {
    let case = read(json!({"policy": {"files": ["tollgate.yaml"], "weakened": ["soak is gone"]}}));
    assert!(matches!(&case.request.subject, GateSubject::Policy(policy) if policy.weakened == ["soak is gone"]));
    assert_eq!(case.request.context.target, None);
}

#[test]
fn what_can_not_be_understood_is_named() {
    for (value, expected) in [
        (json!({"aprovals": []}), "aprovals"),
        (json!({"approvals": [{}]}), "by"),
        (json!({"time": "today"}), "`today` is no time"),
        (json!({"validUntil": "soon"}), "must be a time"),
        (json!({"validUntil": "+999999999w"}), "is no time"),
        (json!({"recipe": {"cart": {"images": [{"reference": "A B"}]}}}), "is no image"),
        (json!({"change": {"commits": [{"signedBy": "a@example.com", "unsigned": "b"}]}}), "in one way"),
        (json!([]), "must be a mapping"),
    ] {
        let said = refused(value.clone());
        assert!(said.contains(expected), "{said} for {value}");
    }
}

proptest! {
    #[test]
    fn no_case_makes_reading_panic(since in "[+-]?[0-9]{0,22}[smhdw]{0,2}|\\PC{0,10}", reference in "\\PC{0,20}", word in "\\PC{0,10}") {
        let value = json!({
            "proofs": [{"target": "a", "since": since}],
            "recipe": {"cart": {"tree": word, "images": [{"reference": reference, "digest": word}]}},
        });
        let _ = GateCase::read(&file(value));
    }
}
