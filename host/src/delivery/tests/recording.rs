//! Decisions as they are written down: whole, at their place, and without secrets.

use serde_json::{Value, json};
use tollgate_core::canonical;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, EntrySubject, PromotionId};
use tollgate_core::ports::{AppendError, ReadLedger as _};

use super::world::{MemoryTarget, World, branch, deployment, mk_accept, mk_draft, mk_tree, mk_world};
use crate::delivery::record::RecordError;

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\ndata: {key: aHVudGVyMg==}\n";

fn rival(world: &World) -> tollgate_core::entry::Draft {
    mk_draft(Some(world.policy), EntrySubject::default(), mk_accept(world.policy))
}

fn mk_master(world: &World) -> tollgate_core::recipe::Provenance {
    let image = world.build("cart", "1");
    branch("master", &world.push_services(&[("cart", &image)], &[]))
}

#[test]
fn a_promotion_is_named_by_the_place_of_its_entry_also_when_others_are_faster() {
    for rivals in 0..4 {
        let world = mk_world();
        let master = mk_master(&world);
        (0..rivals).for_each(|_| world.ledger.slip_in(rival(&world)));
        let decided = world.decide("preprod-apps", &master).unwrap();
        let history = world.ledger.seen();
        let entry = history.entries().last().unwrap();
        assert_eq!(entry.index, 2 + rivals);
        assert_eq!(decided.promotion, PromotionId::of_decision(entry.index));
        assert_eq!(entry.subject.promotion, Some(decided.promotion));
    }
}

#[test]
fn a_policy_that_came_into_force_meanwhile_keeps_the_decision_from_being_written() {
    let world = mk_world();
    let master = mk_master(&world);
    let candidate = world.candidate("preprod-apps", &master).unwrap();
    let judged = world.judge("preprod-apps", &candidate).unwrap();
    let newer = Digest::of(b"policy 1");
    world.ledger.slip_in(mk_draft(Some(world.policy), EntrySubject::default(), mk_accept(newer)));
    let error = world.record("preprod-apps", &candidate, &judged).unwrap_err();
    assert!(matches!(&error, RecordError::PolicyChanged(now) if *now == newer.short()), "{error}");
    assert!(world.ledger.seen().promotions().is_empty());
}

#[test]
fn an_unreachable_ledger_is_an_error_and_no_decision() {
    let world = mk_world();
    let master = mk_master(&world);
    let candidate = world.candidate("preprod-apps", &master).unwrap();
    let judged = world.judge("preprod-apps", &candidate).unwrap();
    world.ledger.set_appends_left(Some(0));
    let error = world.record("preprod-apps", &candidate, &judged).unwrap_err();
    assert!(matches!(error, RecordError::Append(AppendError::Ledger(_))), "{error}");
}

#[test]
fn a_decision_keeps_everything_that_it_rests_on() {
    let world = mk_world();
    let master = mk_master(&world);
    let decided = world.decide("preprod-apps", &master).unwrap();
    let history = world.ledger.seen();
    let promotion = history.promotion(&decided.promotion).unwrap();
    let entry = promotion.decision;
    let names: Vec<&str> = entry.blobs.keys().map(String::as_str).collect();
    assert_eq!(names, ["documents", "findings", "plan", "plugin:same-image", "question", "recipe"]);
    let blob = |name: &str| world.ledger.blob(entry.blobs[name]).unwrap();
    let prepared = decided.judged.prepared.unwrap();
    assert_eq!(blob("recipe"), canonical::to_vec(&prepared.recipe).unwrap());
    assert_eq!(blob("plan"), canonical::to_vec(&prepared.plan).unwrap());
    assert_eq!(blob("plugin:same-image"), b"its bytes");
    assert_eq!((entry.subject.recipe, entry.subject.plan), (Some(prepared.id), Some(prepared.plan_digest)));
    let documents: Value = serde_json::from_slice(&blob("documents")).unwrap();
    assert_eq!(documents[0]["file"], "services/cart/deployment.yaml");
    assert_eq!(documents[0]["replayable"], true);
    let digest: Digest = documents[0]["digest"].as_str().unwrap().parse().unwrap();
    assert!(String::from_utf8(world.ledger.blob(digest).unwrap()).unwrap().contains("Deployment"));
}

#[test]
fn a_denial_is_written_down_with_its_findings_and_without_a_recipe_where_there_is_none() {
    let world = mk_world();
    let commit = world.push_services(&[("cart", "busybox:1")], &[]);
    let decided = world.decide("preprod-apps", &branch("master", &commit)).unwrap();
    let history = world.ledger.seen();
    let entry = history.promotion(&decided.promotion).unwrap().decision;
    assert_eq!((entry.subject.recipe, entry.subject.plan), (None, None));
    let findings: Value = serde_json::from_slice(&world.ledger.blob(entry.blobs["findings"]).unwrap()).unwrap();
    assert_eq!(findings[0]["rule"], "recipe/unpinned");
    assert!(matches!(&entry.body, Body::Decided(decided) if decided.environment == "preprod" && decided.promotable));
}

fn mk_secret_world(secret: &str) -> (World, tollgate_core::recipe::Provenance) {
    let mut world = mk_world();
    let target = world.pipeline.target("preprod-apps").unwrap().clone();
    world.targets.insert("preprod-apps".to_owned(), MemoryTarget::new(&target).with_plan_key());
    let image = world.build("cart", "1");
    let deployment = deployment("cart", &image);
    let files = [("services/cart/a.yaml", deployment.as_str()), ("services/cart/s.yaml", secret)];
    let commit = world.repository.commit_tree(mk_tree(&files), &[]);
    (world, branch("master", &commit))
}

/// no-secret-leaves (§12.8)
#[test]
fn no_secret_value_is_in_any_entry_or_blob() {
    for secret in [SECRET.to_owned(), format!("{SECRET}metadata2: broken: hunter2\n"), SECRET.replace("Secret", "[Secret")] {
        let (world, master) = mk_secret_world(&secret);
        let decided = world.decide("preprod-apps", &master).unwrap();
        let entries = serde_json::to_string(world.ledger.seen().entries()).unwrap();
        let findings = serde_json::to_string(decided.judged.decision.findings()).unwrap();
        let blobs = world.ledger.blobs();
        let texts = blobs.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).chain([entries, findings]);
        for text in texts {
            assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
        }
    }
}

#[test]
fn a_document_with_withheld_values_is_not_replayable_and_says_so() {
    let (world, master) = mk_secret_world(SECRET);
    let decided = world.decide("preprod-apps", &master).unwrap();
    let history = world.ledger.seen();
    let blob = history.promotion(&decided.promotion).unwrap().decision.blobs["documents"];
    let documents: Value = serde_json::from_slice(&world.ledger.blob(blob).unwrap()).unwrap();
    let replayable: Vec<Value> = documents.as_array().unwrap().iter().map(|document| document["replayable"].clone()).collect();
    assert_eq!(replayable, [json!(true), json!(false)]);
}

#[test]
fn secret_values_without_a_plan_key_have_no_plan_digest_and_no_decision() {
    let (mut world, master) = mk_secret_world(SECRET);
    let target = world.pipeline.target("preprod-apps").unwrap().clone();
    world.targets.insert("preprod-apps".to_owned(), MemoryTarget::new(&target));
    let error = world.decide("preprod-apps", &master).err().unwrap();
    assert!(error.to_string().contains("planKey") && !error.to_string().contains("hunter2"), "{error}");
}
