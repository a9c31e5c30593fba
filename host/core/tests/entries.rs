//! The schema of entries: what is in a ledger today must be read for ever, so the bytes of one entry of each type are kept.

#![allow(clippy::unwrap_used, reason = "a test that can't go on must stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tollgate_core::act::{
    Approval, EvidenceAdded, EvidenceSubject, Freeze, Hold, LogKeyAdded, Override, Rejection, Review, Scope, Thaw,
};
use tollgate_core::canonical;
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::decision::{DecisionWord, GateRecord};
use tollgate_core::digest::Digest;
use tollgate_core::entry::{
    Body, By, Decided, Draft, Entry, EntrySubject, Outcome, OutcomeState, PolicyAccept, PromotionId, Running, Trust,
};
use tollgate_core::pipeline::GitReference;
use tollgate_core::policy::Enforcement;
use tollgate_core::proof::Built;
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Wait;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn mk_gates() -> Vec<GateRecord> {
    vec![GateRecord {
        name: "same-image".to_owned(),
        enforcement: Enforcement::Mandatory,
        verdict: "pass".to_owned(),
        passed_by: None,
    }]
}

fn mk_decided() -> Decided {
    let provenance = |reference| Provenance { reference, commit: COMMIT.to_owned() };
    Decided {
        decision: DecisionWord::Pending,
        gates: mk_gates(),
        provenance: provenance(GitReference::Tag("v1".to_owned())),
        environment: "prod".to_owned(),
        promotable: true,
        valid_until: Some(at(1_800_000_000)),
        waits: vec![Wait { reason: "a freeze".to_owned(), from: vec!["platform".to_owned()], until: None }],
        carried: BTreeMap::from([("cart".to_owned(), provenance(GitReference::Branch("feature/a".to_owned())))]),
        requester: None,
        is_rollback: false,
        overrides: Vec::new(),
        deferred: Vec::new(),
    }
}

fn mk_built() -> Built {
    Built {
        service: "cart".to_owned(),
        commit: COMMIT.to_owned(),
        branch: "master".to_owned(),
        reference: format!("registry.example.com/cart:{COMMIT}").parse().unwrap(),
        digest: Digest::of(b"image"),
        manifests: COMMIT.to_owned(),
        entry: 2,
    }
}

fn mk_bodies() -> Vec<Body> {
    let policy = Digest::of(b"policy");
    vec![
        Body::Trust(Trust {
            policy_ref: "master".to_owned(),
            commit: COMMIT.to_owned(),
            policy,
            signers: vec!["platform-lead@example.com ssh-ed25519 AAAA".to_owned()],
            log_keys: Vec::new(),
        }),
        Body::PolicyAccept(PolicyAccept { commit: COMMIT.to_owned(), policy, gates: mk_gates() }),
        Body::ServiceBuilt(mk_built()),
        Body::Decided(mk_decided()),
        Body::Running(Running {
            reference: GitReference::Commit(COMMIT.to_owned()),
            worker: "host:1".to_owned(),
            valid_until: Some(at(1_800_000_000)),
        }),
        Body::Outcome(Outcome {
            state: OutcomeState::Succeeded,
            message: "applied as planned".to_owned(),
            observed: json!({"release": "abc"}),
        }),
        Body::Approval(Approval {
            kind: ApprovalKind::Promotion,
            commit: COMMIT.to_owned(),
            tree: COMMIT.to_owned(),
            note: Some("seen".to_owned()),
        }),
        Body::Rejection(Rejection {
            kind: ApprovalKind::Review,
            commit: COMMIT.to_owned(),
            tree: COMMIT.to_owned(),
            reason: "no rollback plan".to_owned(),
        }),
        Body::Override(mk_override()),
        Body::Review(Review { of: 8, accepted: true, note: "it was needed".to_owned() }),
        Body::Freeze(Freeze {
            scope: Scope::Environment("prod".to_owned()),
            reason: "year end".to_owned(),
            until: Some(at(1_800_000_000)),
        }),
        Body::Thaw(Thaw { lifts: vec![10], reason: "over".to_owned() }),
        Body::Hold(Hold { away_from: Some(Digest::of(b"recipe")), reason: "errors".to_owned() }),
        Body::Evidence(mk_evidence()),
        Body::LogKey(LogKeyAdded { key: "tollgate.dev+00000000+AAAA".to_owned() }),
    ]
}

fn mk_override() -> Override {
    Override {
        gates: vec!["change-window".to_owned()],
        reason: "prod is down".to_owned(),
        ticket: Some("INC-7".to_owned()),
        until: at(1_800_000_000),
        review_by: at(1_800_086_400),
        recover: false,
        confirms: Some(7),
        restores: None,
        in_cluster: None,
    }
}

fn mk_evidence() -> EvidenceAdded {
    EvidenceAdded {
        predicate_type: "https://in-toto.io/attestation/test-result/v0.1".to_owned(),
        subjects: vec![EvidenceSubject { digest: Digest::of(b"image"), name: "cart".to_owned() }],
        trees: Vec::new(),
        key: Some("SHA256:AAAA".to_owned()),
        signer: Some("ci@example.com".to_owned()),
    }
}

fn mk_entries() -> Vec<Entry> {
    let by = By { principal: "platform-lead@example.com".to_owned(), key: None, automation: false };
    let entry = |(index, body): (u64, Body)| {
        let subject = EntrySubject {
            recipe: Some(Digest::of(b"recipe")),
            target: Some("prod-apps".to_owned()),
            plan: Some(Digest::of(b"plan")),
            promotion: Some(PromotionId::of_decision(3)),
            attempt: Some(1),
        };
        let has_subject = matches!(body, Body::Decided(_) | Body::Running(_) | Body::Outcome(_));
        let draft = Draft {
            at: at(1_700_000_000),
            by: by.clone(),
            policy: (index > 0).then(|| Digest::of(b"policy")),
            subject: if has_subject { subject } else { EntrySubject::default() },
            blobs: BTreeMap::from([("findings".to_owned(), b"[]".to_vec())]),
            attached: vec![b"{}".to_vec()],
            body,
        };
        draft.at_index(index, "https://git.example.com/shop/deployment")
    };
    (0u64..).zip(mk_bodies()).map(entry).collect()
}

fn golden(entry: &Entry) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/entries").join(format!("{}.json", entry.body.type_name()))
}

/// With `BLESS` set the files are written. A change of them is a change of the schema: `ENTRY_VERSION` must go up.
#[test]
fn an_entry_of_each_type_has_the_bytes_that_it_always_had() {
    for entry in mk_entries() {
        let bytes = canonical::to_vec(&entry).unwrap();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(golden(&entry), &bytes).unwrap();
        }
        let kept = std::fs::read(golden(&entry)).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), String::from_utf8(kept).unwrap());
    }
}

#[test]
fn what_was_kept_is_read_as_what_it_was() {
    for entry in mk_entries() {
        let kept: Entry = serde_json::from_slice(&std::fs::read(golden(&entry)).unwrap()).unwrap();
        assert_eq!(kept, entry);
    }
}

#[test]
fn there_is_an_entry_of_every_type_and_a_file_of_no_other() {
    let names: Vec<&str> = mk_bodies().iter().map(Body::type_name).collect();
    assert_eq!(names, Body::TYPE_NAMES);
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/entries");
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), names.len());
}

#[test]
fn the_name_of_a_type_is_what_is_written() {
    for entry in mk_entries() {
        let value: Value = serde_json::to_value(&entry).unwrap();
        assert_eq!(value["type"], entry.body.type_name());
    }
}

#[test]
fn an_entry_of_an_unknown_type_or_without_a_field_is_not_read() {
    for entry in mk_entries() {
        let value = serde_json::to_value(&entry).unwrap();
        let mut unknown = value.clone();
        unknown["type"] = json!("melt");
        assert!(serde_json::from_value::<Entry>(unknown).is_err());
        for field in ["version", "index", "at", "by", "repo", "subject", "type", "body", "blobs"] {
            let mut less = value.clone();
            less.as_object_mut().unwrap().remove(field);
            assert!(serde_json::from_value::<Entry>(less).is_err(), "{} without {field}", entry.body.type_name());
        }
    }
}

#[test]
fn blobs_are_named_by_what_they_hold_and_attached_ones_are_not_named() {
    for entry in mk_entries() {
        assert_eq!(entry.blobs, BTreeMap::from([("findings".to_owned(), Digest::of(b"[]"))]));
    }
}

#[test]
fn a_promotion_id_has_one_spelling() {
    assert_eq!(PromotionId::parse("P-17"), Some(PromotionId::of_decision(17)));
    for text in ["", "P-", "17", "p-17", "P-017", "P-+17", "P--1", "P-17 ", "P-18446744073709551616"] {
        assert_eq!(PromotionId::parse(text), None, "{text}");
    }
}
