//! Questions to promotion gates, for tests: everything is there and nothing stands in the way, until a test says otherwise.

use crate::promotion::{
    Action, Approval, ApprovalKind, Change, Commit, Component, Evidence, Image, Person, Plan, PolicyChange, Proof, ProposedMove,
    Recipe, Rejection, Request, Role, SubjectOfRequest, Target, Verb, Vouching,
};

/// 2027-01-15T08:00:00Z, the time of everything that a test does not date itself.
pub const NOW: u64 = 1_800_000_000;

/// A person in some teams.
pub fn person(principal: &str, teams: &[&str]) -> Person {
    let teams = teams.iter().map(|team| (*team).to_owned()).collect();
    Person { principal: principal.to_owned(), teams, automation: false }
}

/// A digest with this number.
pub fn digest(number: u32) -> String {
    format!("sha256:{number:064x}")
}

/// A recipe of one component, without images.
pub fn recipe(number: u32) -> Recipe {
    let component = Component { name: "cart".to_owned(), tree: format!("{number:040x}"), images: Vec::new(), source: None };
    Recipe { id: digest(number), components: vec![component] }
}

/// A commit that its author signed.
pub fn commit(number: u32, author: &str) -> Commit {
    Commit {
        id: format!("{number:040x}"),
        author: author.to_owned(),
        committer: author.to_owned(),
        at: NOW,
        summary: format!("change {number}"),
        trailers: Vec::new(),
        vouching: Vouching::Signed(person(author, &[])),
        is_merge: false,
    }
}

/// A change of one commit by `dev@example.com`, who also asked for it.
pub fn change() -> Change {
    let commits = vec![commit(1, "dev@example.com")];
    Change {
        reference: "branch master".to_owned(),
        commit: commits[0].id.clone(),
        requester: Some(person("dev@example.com", &[])),
        tag: None,
        base: Some(format!("{:040x}", 0)),
        commits,
        is_complete: true,
        rewritten: None,
        record: None,
    }
}

/// An approval of the promotion that counts.
pub fn approval(by: &Person) -> Approval {
    Approval { kind: ApprovalKind::Promotion, by: by.clone(), at: NOW, source: "entry 17".to_owned(), void: None }
}

/// A review of the content that counts.
pub fn review(by: &Person) -> Approval {
    Approval { kind: ApprovalKind::Review, source: "entry 18".to_owned(), ..approval(by) }
}

/// A rejection that stands.
pub fn rejection(by: &Person, reason: &str) -> Rejection {
    Rejection { by: by.clone(), at: NOW, reason: reason.to_owned(), source: "entry 19".to_owned() }
}

/// That a recipe stands on a target since a time.
pub fn proof(target: &str, number: u32, since: u64) -> Proof {
    Proof {
        target: target.to_owned(),
        environment: target.trim_end_matches("-apps").trim_end_matches("-ops").to_owned(),
        promotable: true,
        recipe: recipe(number),
        promotion: "P-7".to_owned(),
        since,
        standing: true,
    }
}

/// Recipe 1 that would move to the apps target of an environment.
pub fn proposed(environment: &str) -> ProposedMove {
    ProposedMove {
        target: Target {
            name: format!("{environment}-apps"),
            environment: environment.to_owned(),
            role: Role::Apps,
            promotable: true,
            after: Vec::new(),
            after_any: Vec::new(),
        },
        recipe: recipe(1),
        plan: Plan { digest: digest(0), creates: 0, changes: 1, deletes: 0, unchanged: 0, actions: Vec::new() },
        is_rollback: false,
        built: Vec::new(),
        proofs: Vec::new(),
        way_back: None,
        pair: None,
    }
}

/// The policy revision that a commit would bring into force, with one file that differs.
pub fn policy_change() -> PolicyChange {
    PolicyChange { commit: format!("{:040x}", 1), digest: digest(9), files: vec!["tollgate.yaml".to_owned()], weakened: Vec::new() }
}

/// An own image of a component, with the digest of this number.
pub fn own_image(component: &str, number: u32) -> Image {
    Image {
        reference: format!("registry.example.com/{component}:{number:040x}"),
        digest: digest(number),
        own: true,
        source_commit: Some(format!("{number:040x}")),
    }
}

/// What a plan would do to an object of component `cart`.
pub fn action(verb: Verb, kind: &str, name: &str) -> Action {
    Action {
        verb,
        component: "cart".to_owned(),
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    }
}

/// A statement about some digests, signed by a person.
pub fn evidence(predicate_type: &str, predicate: &str, subjects: &[&str], signer: &Person) -> Evidence {
    Evidence {
        statement: format!(r#"{{"predicateType": "{predicate_type}", "predicate": {predicate}}}"#).into_bytes(),
        subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
        predicate_type: predicate_type.to_owned(),
        signer: Some(signer.clone()),
        at: NOW,
        entry: 21,
    }
}

/// The question about a subject, with [`change`] and nothing else.
pub fn request(subject: SubjectOfRequest) -> Request {
    Request {
        settings: Vec::new(),
        context: b"{}".to_vec(),
        subject,
        change: Some(change()),
        approvals: Vec::new(),
        rejections: Vec::new(),
        stops: Vec::new(),
        overrides: Vec::new(),
        evidence: Vec::new(),
        facts: Vec::new(),
    }
}

/// The question about a policy revision that changes one file and weakens nothing.
pub fn policy_request() -> Request {
    let files = vec!["tollgate.yaml".to_owned()];
    let change = PolicyChange { commit: format!("{:040x}", 1), digest: digest(9), files, weakened: Vec::new() };
    request(SubjectOfRequest::Policy(change))
}

/// The question about [`proposed`].
pub fn promotion_request(environment: &str) -> Request {
    request(SubjectOfRequest::Promotion(proposed(environment)))
}

/// What git tells of the change, to be changed.
///
/// # Panics
/// When git tells nothing.
#[track_caller]
pub fn change_in(request: &mut Request) -> &mut Change {
    match &mut request.change {
        Some(change) => change,
        None => panic!("git tells nothing"),
    }
}

/// The recipe that would move, to be changed.
///
/// # Panics
/// When a policy revision is judged.
#[track_caller]
pub fn proposed_in(request: &mut Request) -> &mut ProposedMove {
    match &mut request.subject {
        SubjectOfRequest::Promotion(promotion) => promotion,
        SubjectOfRequest::Policy(_) => panic!("a policy revision is judged"),
    }
}
