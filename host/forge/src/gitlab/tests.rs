use proptest::prelude::*;

use super::*;
use answers::Account;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Each with a second and a digit of which its head is made.
fn mk_versions(versions: &[(i64, &str)]) -> Vec<Version> {
    let version =
        |(id, (second, digit)): (u64, &(i64, &str))| Version { id, head_commit_sha: digit.repeat(40), created_at: at(*second) };
    (0..).zip(versions).map(version).collect()
}

fn head(second: Option<i64>, versions: &[(i64, &str)]) -> ReviewedHead {
    let approved = Approved { user: Some(Account { username: "lead".to_owned() }), approved_at: second.map(at) };
    review(approved, &mk_versions(versions)).unwrap().head
}

fn commit(digit: &str) -> ReviewedHead {
    ReviewedHead::Commit(digit.repeat(40))
}

#[test]
fn an_approval_is_of_the_version_of_its_time() {
    let versions = [(10, "a"), (20, "b")];
    assert_eq!(head(Some(10), &versions), commit("a"));
    assert_eq!(head(Some(19), &versions), commit("a"));
    assert_eq!(head(Some(20), &versions), commit("b"));
    assert!(matches!(head(Some(9), &versions), ReviewedHead::Unknown(_)));
}

#[test]
fn an_approval_without_a_time_is_of_a_head_only_where_there_never_was_another() {
    assert_eq!(head(None, &[(10, "a")]), commit("a"));
    assert!(matches!(head(None, &[(10, "a"), (20, "a")]), ReviewedHead::Unknown(_)));
}

#[test]
fn the_same_head_for_another_branch_is_another_thing_to_approve() {
    assert!(matches!(head(Some(15), &[(10, "a"), (20, "a")]), ReviewedHead::Unknown(_)));
    assert_eq!(head(Some(25), &[(10, "a"), (20, "a")]), commit("a"));
    assert!(matches!(head(Some(15), &[(10, "a"), (20, "b"), (30, "a")]), ReviewedHead::Unknown(_)));
}

#[test]
fn of_an_account_that_is_gone_nobody_says_whose_it_was() {
    assert!(review(Approved { user: None, approved_at: None }, &mk_versions(&[(10, "a")])).is_none());
}

proptest! {
    #[test]
    fn no_approval_counts_for_a_head_that_was_pushed_after_it(second in 0i64..40, pushes in prop::collection::vec((0i64..40, "[a-c]"), 1..5)) {
        let mut pushes: Vec<(i64, &str)> = pushes.iter().map(|(second, digit)| (*second, digit.as_str())).collect();
        pushes.sort_unstable();
        if let ReviewedHead::Commit(head) = head(Some(second), &pushes) {
            let seen = pushes.iter().rfind(|(pushed, _)| *pushed <= second);
            prop_assert_eq!(seen.map(|(_, digit)| digit.repeat(40)), Some(head));
        }
    }
}
