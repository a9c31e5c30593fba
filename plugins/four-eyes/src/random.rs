//! Random changes and approvals: what passes was approved by so many others, counted again in the simplest words.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tollgate_sdk::promotion::{Approval, ApprovalKind, Commit, Person, Rejection, Request, Vouching};
use tollgate_sdk::testing::promotions::{approval, change_in, commit, person, promotion_request, rejection};

use crate::tests::decide;

/// A few people, some of them written in two ways, so that collisions are common.
const PEOPLE: [&str; 6] =
    ["ada@example.com", "Ada@Example.com", "bob@example.com", "cy@example.com", "CY@example.com", "eve@example.com"];

fn somebody() -> impl Strategy<Value = Person> {
    (0..PEOPLE.len(), prop::sample::subsequence(vec!["platform", "dev"], 0..=2), prop::bool::weighted(0.1))
        .prop_map(|(index, teams, automation)| Person { automation, ..person(PEOPLE[index], &teams) })
}

fn vouching() -> impl Strategy<Value = Vouching> {
    prop_oneof![
        6 => somebody().prop_map(Vouching::Signed),
        2 => somebody().prop_map(Vouching::Forge),
        1 => Just(Vouching::Unsigned("it is not signed".to_owned())),
    ]
}

fn a_commit() -> impl Strategy<Value = Commit> {
    let co_author = prop::option::weighted(0.3, 0..PEOPLE.len());
    (1..4_u32, 0..PEOPLE.len(), 0..PEOPLE.len(), co_author, vouching(), prop::bool::weighted(0.2)).prop_map(
        |(number, author, committer, co_author, vouching, is_merge)| Commit {
            // Ids that differ in their beginning.
            id: format!("{number}").repeat(40),
            author: PEOPLE[author].to_owned(),
            committer: PEOPLE[committer].to_owned(),
            trailers: co_author.map(|one| ("Co-authored-by".to_owned(), format!("X <{}>", PEOPLE[one]))).into_iter().collect(),
            vouching,
            is_merge,
            ..commit(number, "")
        },
    )
}

fn an_approval() -> impl Strategy<Value = Approval> {
    let source =
        prop_oneof![3 => Just("entry 17".to_owned()), 1 => (1..4_u32).prop_map(|n| format!("merge {}", format!("{n}").repeat(40)))];
    (somebody(), any::<bool>(), prop::bool::weighted(0.2), source).prop_map(|(by, is_review, is_void, source)| Approval {
        kind: if is_review { ApprovalKind::Review } else { ApprovalKind::Promotion },
        void: is_void.then(|| "it is of another plan".to_owned()),
        source,
        ..approval(&by)
    })
}

fn a_rejection() -> impl Strategy<Value = Rejection> {
    somebody().prop_map(|by| rejection(&by, "no"))
}

#[derive(Clone, Debug)]
struct Asked {
    approvals: usize,
    is_review: bool,
    from_platform: bool,
    believes: bool,
    request: Request,
}

fn asked() -> impl Strategy<Value = Asked> {
    let settings = (1..3_usize, any::<bool>(), any::<bool>(), any::<bool>());
    let people = (
        prop::option::weighted(0.9, somebody()),
        prop::collection::vec(a_commit(), 0..4),
        prop::bool::weighted(0.9),
        prop::collection::vec(an_approval(), 0..7),
        prop::collection::vec(a_rejection(), 0..=1),
        prop::bool::weighted(0.7),
    );
    (settings, people).prop_map(|((approvals, is_review, from_platform, believes), people)| {
        let (requester, commits, is_complete, approved, rejections, nobody_rejects) = people;
        let mut request = promotion_request("prod");
        let change = change_in(&mut request);
        (change.requester, change.commits, change.is_complete) = (requester, commits, is_complete);
        request.approvals = approved;
        request.rejections = if nobody_rejects { Vec::new() } else { rejections };
        Asked { approvals, is_review, from_platform, believes, request }
    })
}

impl Asked {
    fn settings(&self) -> String {
        let at = if self.is_review { "review" } else { "promotion" };
        let from = if self.from_platform { r#"["platform"]"# } else { "[]" };
        format!(r#"{{"at": "{at}", "approvals": {}, "from": {from}, "claimedAuthors": {}}}"#, self.approvals, self.believes)
    }

    /// Whether somebody had a hand in a commit. A merge that is known to be one is nobody's work but its co-authors'.
    fn wrote(&self, commit: &Commit, who: &str) -> bool {
        let is = |mail: &str| mail.to_lowercase() == who;
        let is_clean = commit.is_merge
            && match &commit.vouching {
                Vouching::Forge(_) => true,
                Vouching::Unsigned(_) => false,
                Vouching::Signed(signer) => self.request.approvals.iter().any(|approval| {
                    approval.void.is_none()
                        && approval.source == format!("merge {}", commit.id)
                        && approval.by.principal.to_lowercase() == signer.principal.to_lowercase()
                }),
            };
        let by_hand = is(&commit.author) || is(&commit.committer) || commit.vouching.person().is_some_and(|one| is(&one.principal));
        !is_clean && by_hand || commit.trailers.iter().any(|(_, value)| value.to_lowercase() == format!("x <{who}>"))
    }

    fn eligible(&self) -> BTreeSet<String> {
        let change = self.request.change.as_ref().unwrap();
        let may = |person: &Person| !self.from_platform || person.teams.iter().any(|team| team == "platform");
        let who = |approval: &Approval| approval.by.principal.to_lowercase();
        self.request
            .approvals
            .iter()
            .filter(|approval| approval.void.is_none() && !approval.by.automation && may(&approval.by))
            .filter(|approval| (approval.kind == ApprovalKind::Review) == self.is_review)
            .map(who)
            .filter(|who| !change.commits.iter().any(|commit| self.wrote(commit, who)))
            .filter(|who| change.requester.as_ref().is_none_or(|requester| requester.principal.to_lowercase() != *who))
            .collect()
    }

    fn may_pass(&self) -> bool {
        let change = self.request.change.as_ref().unwrap();
        let is_vouched = |commit: &Commit| commit.vouching.person().is_some();
        let is_known = change.is_complete && change.requester.is_some() && (self.believes || change.commits.iter().all(is_vouched));
        let is_rejected = self
            .request
            .rejections
            .iter()
            .any(|rejection| !self.from_platform || rejection.by.teams.iter().any(|team| team == "platform"));
        is_known && !is_rejected && self.eligible().len() >= self.approvals
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8192))]

    #[test]
    fn what_passes_was_approved_by_so_many_others_and_nothing_else_passes(asked in asked()) {
        let answer = decide(&asked.settings(), &asked.request);
        let rules: Vec<&str> = answer.findings().iter().map(|finding| finding.rule.as_str()).collect();
        let denies = ["unknown-author", "rejected", "missing-approval"].iter().any(|rule| rules.contains(rule));
        let is_approved = rules.contains(&"approved");
        // Whatever is waived of the rest, so many others have approved what has not missed an approval.
        prop_assert_eq!(is_approved, asked.eligible().len() >= asked.approvals);
        let passes = is_approved && !denies;
        prop_assert_eq!(passes, asked.may_pass(), "{:?}", answer);
    }
}
