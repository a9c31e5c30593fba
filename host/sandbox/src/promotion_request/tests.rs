//! What crosses.

use std::collections::BTreeMap;

use serde_json::json;
use tollgate_core::deciding::{
    ApprovalKind, ChangeCommit, CountedApproval, GitChange, HeldEvidence, PlanSummary, PlannedAction, ProposedMove, Stop, Vouching,
};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{Context, PromotionTarget};
use tollgate_core::people::Person;
use tollgate_core::pipeline::{Role, SourceSpec};
use tollgate_core::plan::Verb;
use tollgate_core::proof::Proof;
use tollgate_core::recipe::{ImageOrigin, Recipe, RecipeComponent, RecipeImage};

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn mk_recipe() -> Recipe {
    let image = RecipeImage {
        reference: "registry.example.com/cart:v1".parse().unwrap(),
        digest: Digest::of(b"image"),
        origin: ImageOrigin::Own,
        source_commit: Some("c0ffee".to_owned()),
    };
    let component = RecipeComponent {
        component: "cart".to_owned(),
        path: "services/cart".to_owned(),
        tree: "7ree".to_owned(),
        images: vec![image],
        renderers: Vec::new(),
        render: None,
        terraform: None,
    };
    Recipe::new(vec![component]).unwrap()
}

fn mk_promotion() -> ProposedMove {
    let proof = Proof {
        target: "preprod-apps".to_owned(),
        environment: "preprod".to_owned(),
        promotable: true,
        recipe: mk_recipe(),
        promotion: "P-1".to_owned(),
        since: at(1_700_000_000),
        standing: true,
    };
    let action = PlannedAction {
        verb: Verb::Delete,
        component: "cart".to_owned(),
        api_version: "v1".to_owned(),
        kind: "PersistentVolumeClaim".to_owned(),
        namespace: None,
        name: "data".to_owned(),
    };
    ProposedMove {
        target: PromotionTarget {
            name: "prod-apps".to_owned(),
            environment: "prod".to_owned(),
            role: Role::Apps,
            promotable: true,
            after: vec!["preprod-apps".to_owned()],
            after_any: Vec::new(),
        },
        recipe: mk_recipe(),
        sources: BTreeMap::from([(
            "cart".to_owned(),
            SourceSpec { repository: "https://git.example.com/cart".to_owned(), branch: "master".to_owned() },
        )]),
        plan: PlanSummary { digest: Digest::of(b"plan"), creates: 1, changes: 2, deletes: 3, unchanged: 4, actions: vec![action] },
        is_rollback: false,
        built: Vec::new(),
        proofs: vec![proof],
        way_back: None,
        pair: None,
    }
}

fn mk_person() -> Person {
    Person { principal: "lead@example.com".to_owned(), teams: vec!["platform".to_owned()], automation: false }
}

fn mk_change() -> GitChange {
    let commit = ChangeCommit {
        id: "c0ffee".to_owned(),
        author: "dev@example.com".to_owned(),
        committer: "dev@example.com".to_owned(),
        at: at(1_700_000_000),
        summary: "cart: more memory".to_owned(),
        trailers: vec![("Ticket".to_owned(), "OPS-1".to_owned())],
        vouching: Vouching::Unsigned("it has no signature".to_owned()),
        is_merge: false,
    };
    GitChange {
        reference: "tag v1".to_owned(),
        commit: "c0ffee".to_owned(),
        requester: Some(mk_person()),
        tag: Some(Vouching::Signed(mk_person())),
        base: None,
        commits: vec![commit],
        is_complete: true,
        rewritten: None,
        record: Some(json!({"ticket": "OPS-1"})),
    }
}

fn mk_request() -> GateRequest {
    GateRequest {
        context: Context::promote(Some("prod-apps".to_owned())),
        subject: GateSubject::Promotion(Box::new(mk_promotion())),
        change: Some(mk_change()),
        approvals: vec![CountedApproval {
            kind: ApprovalKind::Review,
            by: mk_person(),
            at: at(1_700_000_000),
            source: "entry 17".to_owned(),
            void: Some("it is not signed".to_owned()),
        }],
        rejections: Vec::new(),
        stops: vec![Stop {
            is_hold: true,
            scope: "target prod-apps".to_owned(),
            reason: "rolled back".to_owned(),
            by: "lead@example.com".to_owned(),
            since: at(1_700_000_000),
            until: None,
            entry: 9,
        }],
        overrides: Vec::new(),
        evidence: vec![HeldEvidence {
            statement: json!({"_type": "https://in-toto.io/Statement/v1"}),
            subjects: vec![Digest::of(b"image")],
            predicate_type: "https://in-toto.io/attestation/test-result/v0.1".to_owned(),
            signer: None,
            at: at(1_700_000_000),
            entry: 3,
        }],
        facts: Vec::new(),
        evaluation_time: 1_700_000_000,
    }
}

#[test]
fn a_recipe_that_would_move_crosses_whole() {
    let wit = crossing(&mk_request(), b"{}").unwrap();
    let wit::SubjectOfRequest::Promotion(promotion) = wit.subject else { panic!("no promotion") };
    assert_eq!(promotion.recipe.id, mk_recipe().id().unwrap().to_string());
    assert_eq!(promotion.recipe.components[0].images[0].reference, "registry.example.com/cart:v1");
    assert!(promotion.recipe.components[0].images[0].own);
    assert_eq!(promotion.recipe.components[0].source.as_ref().unwrap().branch, "master");
    assert_eq!(promotion.proofs[0].since, 1_700_000_000);
    assert_eq!(promotion.plan.actions[0].kind, "PersistentVolumeClaim");
    assert_eq!(wit.context, br#"{"place":"promote","target":"prod-apps"}"#);
}

#[test]
fn what_people_did_crosses_with_why_it_does_not_count() {
    let wit = crossing(&mk_request(), b"{}").unwrap();
    assert_eq!(wit.approvals[0].void.as_deref(), Some("it is not signed"));
    assert_eq!(wit.approvals[0].by.teams, ["platform"]);
    assert!(wit.stops[0].is_hold);
    assert_eq!(wit.evidence[0].statement, br#"{"_type":"https://in-toto.io/Statement/v1"}"#);
    let change = wit.change.unwrap();
    assert_eq!(change.commits[0].trailers, [("Ticket".to_owned(), "OPS-1".to_owned())]);
    assert!(matches!(change.commits[0].vouching, wit::Vouching::Unsigned(_)));
    assert_eq!(change.record.unwrap(), br#"{"ticket":"OPS-1"}"#);
}

#[test]
fn a_policy_change_crosses_as_one() {
    let subject = GateSubject::Policy(PolicyChange {
        commit: "c0ffee".to_owned(),
        digest: Digest::of(b"policy"),
        files: vec!["tollgate.yaml".to_owned()],
        weakened: vec!["gate `four-eyes` is gone".to_owned()],
    });
    let wit = crossing(&GateRequest { subject, ..mk_request() }, b"{}").unwrap();
    let wit::SubjectOfRequest::Policy(policy) = wit.subject else { panic!("no policy change") };
    assert_eq!(policy.weakened, ["gate `four-eyes` is gone"]);
}
