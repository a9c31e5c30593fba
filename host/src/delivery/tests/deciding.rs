//! Decisions: who is asked, and who alone can say no.

use std::sync::{Arc, Mutex};

use tollgate_core::deciding::{GateAnswer, GateNeeds, GateRequest};
use tollgate_core::decision::DecisionWord;
use tollgate_core::finding::RuleId;
use tollgate_core::pipeline::Trigger;
use tollgate_core::recipe::Provenance;
use tollgate_core::terms::Terms;
use tollgate_core::verdict::Wait;
use tollgate_core::waiver::{Waiver, WaiverSubject};

use super::world::{
    World, at, branch, deployment, findings, glob, mk_gate, mk_location, mk_policies, mk_tree, mk_world, promotion, proposed,
    suspicious, tag,
};
use crate::delivery::decide::{DecideError, Judged};

type Requests = Arc<Mutex<Vec<GateRequest>>>;

/// A gate that says yes to everything and remembers what it was asked.
fn listen(world: &mut World, needs: GateNeeds) -> Requests {
    let requests = Requests::default();
    let kept = Arc::clone(&requests);
    let listener = promotion(needs, move |request| {
        kept.lock().unwrap().push(request.clone());
        Ok(findings(Vec::new()))
    });
    world.policies = mk_policies(&[("suspicious", suspicious()), ("same-image", listener)]);
    requests
}

const EVERYTHING: GateNeeds = GateNeeds::EVERYTHING;

fn mk_pushed() -> (World, Provenance) {
    let world = mk_world();
    let image = world.build("cart", "1");
    let commit = world.push_services(&[("cart", &image)], &[]);
    (world, branch("master", &commit))
}

fn judge(world: &World, target: &str, provenance: &Provenance) -> Judged {
    let candidate = world.candidate(target, provenance).unwrap();
    world.judge(target, &candidate).unwrap()
}

fn rules(judged: &Judged) -> Vec<&str> {
    judged.decision.findings().iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn a_recorded_build_is_approved_where_nothing_comes_before() {
    let (world, master) = mk_pushed();
    let judged = judge(&world, "preprod-apps", &master);
    assert_eq!(judged.decision.word(), DecisionWord::Approved);
    assert_eq!(judged.prepared.unwrap().plan.actions.len(), 1);
}

#[test]
fn a_reference_that_does_not_move_the_target_denies() {
    let (world, master) = mk_pushed();
    let judged = judge(&world, "preprod-apps", &branch("other", &master.commit));
    assert_eq!((judged.decision.word(), rules(&judged)), (DecisionWord::Denied, vec!["structure/on"]));
}

#[test]
fn a_recipe_that_did_not_succeed_before_is_denied_by_structure_alone_too() {
    let (mut world, master) = mk_pushed();
    listen(&mut world, EVERYTHING);
    let prod = tag("v1", &master.commit);
    let judged = judge(&world, "prod-apps", &prod);
    assert_eq!((judged.decision.word(), rules(&judged)), (DecisionWord::Denied, vec!["structure/after"]));
    world.deliver("preprod-apps", &master);
    assert_eq!(judge(&world, "prod-apps", &prod).decision.word(), DecisionWord::Approved);
}

#[test]
fn a_target_whose_ops_twin_has_not_proven_the_recipe_is_denied() {
    let (mut world, master) = mk_pushed();
    world.pipeline.environments[1].targets[0].requires = vec!["preprod-ops".to_owned()];
    assert_eq!(rules(&judge(&world, "preprod-apps", &master)), ["same-image/no", "structure/requires"]);
}

#[test]
fn what_ran_where_nothing_is_promoted_from_proves_nothing() {
    let (mut world, master) = mk_pushed();
    listen(&mut world, EVERYTHING);
    world.pipeline.environments[1].targets[0].after = vec!["staging-apps".to_owned()];
    world.repository.set_branch("master", &world.repository.commit_tree(mk_tree(&[("README.md", "")]), &[]));
    world.deliver("staging-apps", &branch("feature/a", &master.commit));
    assert_eq!(rules(&judge(&world, "preprod-apps", &master)), ["structure/promotable"]);
}

#[test]
fn one_object_of_two_documents_is_denied() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let text = deployment("cart", &image);
    let files = [("services/cart/a.yaml", text.as_str()), ("services/cart/b.yaml", text.as_str())];
    let commit = world.repository.commit_tree(mk_tree(&files), &[]);
    assert_eq!(rules(&judge(&world, "preprod-apps", &branch("master", &commit))), ["structure/duplicate-object"]);
}

#[test]
fn something_foreign_in_the_targets_place_is_denied() {
    let (world, master) = mk_pushed();
    world.target("preprod-apps").set_conflict("releases/by-hand");
    assert_eq!(rules(&judge(&world, "preprod-apps", &master)), ["structure/conflict"]);
}

#[test]
fn what_can_not_be_read_denies_and_the_rest_is_judged_all_the_same() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let bad = deployment("bad", &image);
    let files = [("services/cart/a.yaml", "a: [\n"), ("services/cart/b.yaml", bad.as_str()), ("services/cart/c.yaml", "a: 1\n")];
    let commit = world.repository.commit_tree(mk_tree(&files), &[]);
    let judged = judge(&world, "preprod-apps", &branch("master", &commit));
    assert_eq!(judged.decision.word(), DecisionWord::Denied);
    assert_eq!(rules(&judged), ["source/truncated", "suspicious/no", "source/not-a-manifest"]);
}

#[test]
fn a_target_without_a_gate_is_refused() {
    let (mut world, master) = mk_pushed();
    for gate in &mut world.pipeline.gates {
        gate.matches.targets = vec![glob("prod-*")];
    }
    let candidate = world.candidate("preprod-apps", &master).unwrap();
    let error = world.judge("preprod-apps", &candidate).unwrap_err();
    assert!(error.to_string().starts_with("no gate stands on the way to `preprod-apps`"), "{error}");
}

#[test]
fn gates_that_concern_nothing_are_no_decision() {
    let (mut world, master) = mk_pushed();
    world.pipeline.gates = vec![mk_gate("nothing-bad", "suspicious")];
    world.pipeline.gates[0].matches.components = vec![glob("other")];
    let candidate = world.candidate("preprod-apps", &master).unwrap();
    let error = world.judge("preprod-apps", &candidate).unwrap_err();
    assert_eq!(error.to_string(), DecideError::NothingJudged { target: "preprod-apps".to_owned() }.to_string());
}

#[test]
fn a_promotion_gate_sees_only_what_it_needs() {
    for needs in [EVERYTHING, GateNeeds { built: false, ..EVERYTHING }, GateNeeds { proofs: false, ..EVERYTHING }] {
        let (mut world, master) = mk_pushed();
        let requests = listen(&mut world, needs);
        world.deliver("preprod-apps", &master);
        judge(&world, "preprod-apps", &master);
        let request = requests.lock().unwrap().pop().unwrap();
        let request = proposed(&request);
        assert_eq!((request.built.len(), request.proofs.len()), (usize::from(needs.built), usize::from(needs.proofs)));
        assert_eq!((request.target.name.as_str(), request.target.promotable), ("preprod-apps", true));
        assert_eq!((request.plan.creates, request.plan.unchanged), (0, 1));
    }
}

#[test]
fn what_is_in_no_recipe_is_denied_and_asks_no_promotion_gate() {
    let mut world = mk_world();
    let requests = listen(&mut world, EVERYTHING);
    let commit = world.push_services(&[("cart", "busybox:1")], &[]);
    let judged = judge(&world, "preprod-apps", &branch("master", &commit));
    assert_eq!((judged.decision.word(), rules(&judged)), (DecisionWord::Denied, vec!["recipe/unpinned"]));
    assert!(judged.prepared.is_none() && requests.lock().unwrap().is_empty());
}

#[test]
fn a_policy_that_fails_blocks_and_the_others_still_report() {
    let world = mk_world();
    let image = world.build("cart", "1");
    let commit = world.push_services(&[("broken", &image), ("bad", &image)], &[]);
    let judged = judge(&world, "preprod-apps", &branch("master", &commit));
    assert_eq!(judged.decision.word(), DecisionWord::Pending);
    assert_eq!(judged.decision.errors().count(), 1);
    assert_eq!(rules(&judged), ["suspicious/no"]);
}

#[test]
fn a_gate_that_waits_makes_the_decision_wait_until_then() {
    let (mut world, master) = mk_pushed();
    let wait = Wait { reason: "a freeze".to_owned(), from: Vec::new(), until: Some(at(500)) };
    let waiting = promotion(EVERYTHING, move |_| Ok(GateAnswer::Pending(wait.clone())));
    world.policies = mk_policies(&[("suspicious", suspicious()), ("same-image", waiting)]);
    let decision = judge(&world, "preprod-apps", &master).decision;
    assert_eq!((decision.word(), decision.valid_until()), (DecisionWord::Pending, Some(at(500))));
}

#[test]
fn a_waived_denial_is_approved_for_as_long_as_the_waiver_holds() {
    let mut world = mk_world();
    let image = world.build("bad", "1");
    let commit = world.push_services(&[("bad", &image)], &[]);
    let judge_until = |world: &mut World, expires: &str| {
        let terms = Terms {
            reason: "known".to_owned(),
            approver: "lead".to_owned(),
            expires: expires.parse().unwrap(),
            location: mk_location(),
        };
        let (kind, name) = ("Deployment".to_owned(), "bad".to_owned());
        let subject = WaiverSubject { kind, namespace: None, name, file: None, pointers: Vec::new() };
        world.pipeline.waivers = vec![Waiver { rule: RuleId::new("suspicious", "no"), subject, terms }];
        let decision = judge(world, "preprod-apps", &branch("master", &commit)).decision;
        (decision.word(), decision.valid_until())
    };
    let end = "1970-03-01T00:00:00Z".parse().unwrap();
    assert_eq!(judge_until(&mut world, "1970-02-28"), (DecisionWord::Approved, Some(end)));
    assert_eq!(judge_until(&mut world, "1969-12-31"), (DecisionWord::Denied, None));
}

#[test]
fn a_policy_that_is_not_there_is_no_yes() {
    let (mut world, master) = mk_pushed();
    world.policies = mk_policies(&[("suspicious", suspicious())]);
    let decision = judge(&world, "preprod-apps", &master).decision;
    assert_eq!((decision.word(), decision.errors().count()), (DecisionWord::Pending, 1));
}

#[test]
fn nothing_is_decided_while_the_ledger_can_not_be_read() {
    let (world, master) = mk_pushed();
    world.ledger.set_unreadable(true);
    assert!(world.decide("preprod-apps", &master).is_err());
}

#[test]
fn a_proof_whose_recipe_is_lost_or_another_is_an_error_and_not_passed_over() {
    let (world, master) = mk_pushed();
    let decided = world.deliver("preprod-apps", &master);
    let history = world.ledger.seen();
    let blob = history.promotion(&decided.promotion).unwrap().decision.blobs["recipe"];
    world.ledger.drop_blob(blob);
    let error = world.candidate("preprod-apps", &master).unwrap_err();
    assert!(error.to_string().contains(&blob.to_string()), "{error}");
}

#[test]
fn an_empty_plan_is_decided_like_any_other() {
    let (world, master) = mk_pushed();
    world.deliver("preprod-apps", &master);
    let again = world.deliver("preprod-apps", &master);
    assert!(again.judged.prepared.unwrap().plan.actions.is_empty());
    assert_eq!(world.target("preprod-apps").writes().len(), 2);
}

#[test]
fn a_bare_commit_moves_only_targets_that_are_moved_by_hand() {
    let (mut world, master) = mk_pushed();
    let bare =
        Provenance { reference: tollgate_core::pipeline::GitReference::Commit(master.commit.clone()), commit: master.commit };
    assert_eq!(rules(&judge(&world, "preprod-apps", &bare)), ["structure/on"]);
    world.pipeline.environments[1].targets[0].on.push(Trigger::Manual);
    assert_eq!(judge(&world, "preprod-apps", &bare).decision.word(), DecisionWord::Approved);
}
