//! Whose signatures count, and when.

use tollgate_core::deciding::{MAX_CHANGE_COMMITS, Vouching};
use tollgate_core::ports::SourceError;

use super::super::world::branch;
use super::place::{MADE, Place, reason};
use crate::delivery::change::ChangeError;

const LATE: &str = "2026-06-15T00:00:00Z";

#[test]
fn a_signed_commit_is_vouched_for_by_the_owner_of_the_key_and_an_unsigned_one_by_nobody() {
    let place = Place::with_people();
    place.signed("dev", "a", "one");
    place.commit("dev", "a", "two");
    let commits = place.read().change.commits;
    assert_eq!(commits.len(), 2, "the start is the base");
    assert_eq!(reason(commits[0].vouching.clone()), "it is not signed");
    assert_eq!(commits[1].vouching, Vouching::Signed(place.person("dev")));
}

#[test]
fn the_key_says_who_signed_and_not_the_author() {
    let place = Place::with_people();
    place.signed_by("lead", "dev", MADE, "a", "one");
    let commit = place.read().change.commits.remove(0);
    assert_eq!((commit.author.as_str(), commit.vouching), ("lead@example.com", Vouching::Signed(place.person("dev"))));
}

#[test]
fn a_key_that_nobody_allowed_vouches_for_nobody() {
    let place = Place::with_people();
    place.signed("stranger", "a", "one");
    assert!(reason(place.tip()).contains("no signer is allowed to use the key"));
}

#[test]
fn a_key_for_another_namespace_signs_no_commits() {
    let mut place = Place::with_people();
    place.allow("ledger-only", "namespaces=\"tollgate\"");
    place.signed("ledger-only", "a", "one");
    assert!(reason(place.tip()).contains("only for `tollgate`"));
}

#[test]
fn a_back_dated_commit_does_not_bring_an_expired_key_back() {
    let mut place = Place::with_people();
    place.allow("leaver", "valid-before=\"20260610Z\"");
    place.signed("leaver", "a", "made in June, when the key was good, or so it says");
    assert!(reason(place.tip()).contains("was not valid at 2026-07-01"), "{:?}", place.tip());
}

#[test]
fn a_commit_that_the_ledger_saw_while_the_key_was_good_stays_vouched_for() {
    let mut place = Place::with_people();
    place.allow("leaver", "valid-before=\"20260620Z\"");
    place.signed("leaver", "a", "one");
    let tip = place.signed("dev", "a", "two");
    let is_vouched = |place: &Place| place.read().change.commits[1].vouching.person().is_some();
    assert!(!is_vouched(&place));
    place.decided("preprod-apps", &branch("master", &tip), "2026-06-25T00:00:00Z", false);
    assert!(!is_vouched(&place), "it was seen after the key had expired");
    place.decided("preprod-apps", &branch("master", &tip), LATE, false);
    assert!(is_vouched(&place), "it was seen, below what was decided, before that");
}

#[test]
fn a_commit_from_before_its_key_was_good_is_not_vouched_for_as_git_has_it() {
    let mut place = Place::with_people();
    place.allow("joiner", "valid-after=\"20260610Z\"");
    place.signed("joiner", "a", "one");
    assert!(reason(place.tip()).contains("its own date"), "{:?}", place.tip());
    place.signed_by("joiner", "joiner", LATE, "a", "two");
    assert_eq!(place.tip(), Vouching::Signed(place.person("joiner")));
}

#[test]
fn a_commit_that_was_changed_after_it_was_signed_is_by_nobody() {
    let place = Place::with_people();
    let commit = place.signed("dev", "a", "one");
    let forged = place.git(&["cat-file", "commit", &commit]).replace("author dev", "author mallory") + "\n";
    let forged = place.git_fed(&["hash-object", "-t", "commit", "-w", "--stdin"], &forged);
    place.switch(&forged);
    assert!(reason(place.tip()).contains("is not of these bytes"));
}

#[test]
fn machines_vouch_and_are_known_as_machines() {
    let place = Place::with_people();
    place.signed("robot", "a", "one");
    assert!(place.tip().person().unwrap().automation);
}

#[test]
fn addresses_are_the_same_in_every_case() {
    let mut place = Place::with_people();
    place.signers.iter_mut().for_each(|line| *line = line.replace("dev@example.com", "Dev@Example.com"));
    place.people.teams.insert("platform".to_owned(), vec!["DEV@example.com".to_owned()]);
    place.write("a", "one");
    place.git_with(
        "dev",
        "dev",
        MADE,
        &["-c", "author.email=DEV@EXAMPLE.COM", "commit", "--quiet", "--gpg-sign", "--message", "one"],
    );
    place.git(&["commit", "--quiet", "--amend", "--no-edit", "--author", "Dev <DEV@EXAMPLE.COM>"]);
    assert_eq!(place.read().change.commits[0].author, "dev@example.com");
    place.signed("dev", "a", "two");
    let dev = place.tip().person().cloned().unwrap();
    assert_eq!((dev.principal.as_str(), dev.teams), ("dev@example.com", vec!["platform".to_owned()]));
}

#[test]
fn a_thousand_commits_are_looked_at_and_that_there_are_more_is_said() {
    let place = Place::with_people();
    let stream: String = (0..=MAX_CHANGE_COMMITS).fold(String::new(), |stream, number| {
        let from = if number == 0 { format!("from {}\n", place.start) } else { String::new() };
        stream
            + &format!(
                "commit refs/heads/long\ncommitter dev <dev@example.com> {} +0000\ndata 1\nx\n{from}",
                1_780_000_000 + number
            )
    });
    place.git_fed(&["fast-import", "--quiet"], &stream);
    place.switch("long~1");
    let all = place.read().change;
    assert_eq!((all.commits.len(), all.is_complete), (MAX_CHANGE_COMMITS, true));
    place.switch("long");
    let more = place.read().change;
    assert_eq!((more.commits.len(), more.is_complete), (MAX_CHANGE_COMMITS, false));
}

#[test]
fn what_a_commit_says_is_kept() {
    let place = Place::with_people();
    let id = place.commit("dev", "a", "subject\n\nbody\n\nTicket: OPS-1\nImpact: none\n  at all");
    let commit = place.read().change.commits.remove(0);
    assert_eq!((commit.id, commit.summary.as_str(), commit.is_merge), (id, "subject", false));
    let trailers = [("Ticket", "OPS-1"), ("Impact", "none at all")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(commit.trailers, trailers);
    assert_eq!((commit.author.as_str(), commit.committer.as_str()), ("dev@example.com", "dev@example.com"));
    assert_eq!(commit.at, super::place::time(MADE));
}

#[test]
fn a_change_is_counted_from_what_runs_at_the_target_else_from_the_start_else_from_the_beginning() {
    let mut place = Place::with_people();
    let one = place.commit("dev", "a", "one");
    place.commit("dev", "a", "two");
    let base = |place: &Place| (place.read().change.base, place.read().change.commits.len());
    assert_eq!(base(&place), (Some(place.start.clone()), 2));
    place.decided("preprod-apps", &branch("master", &one), MADE, true);
    assert_eq!(base(&place), (Some(place.start.clone()), 2), "another target");
    place.decided("prod-apps", &branch("master", &one), MADE, false);
    assert_eq!(base(&place), (Some(place.start.clone()), 2), "it was not applied");
    place.decided("prod-apps", &branch("master", &one), MADE, true);
    assert_eq!(base(&place), (Some(one), 1));
    let lost = "0123456789012345678901234567890123456789";
    place.decided("prod-apps", &branch("master", lost), MADE, true);
    assert_eq!(base(&place), (Some(place.start.clone()), 2), "what runs is lost, and the start is not");
}

#[test]
fn history_that_is_cut_off_can_not_be_read() {
    let place = Place::with_people();
    place.commit("dev", "a", "one");
    let tip = place.commit("dev", "a", "two");
    let parent = place.git(&["rev-parse", "HEAD"]);
    fs_err::write(place.path("work/.git/shallow"), format!("{parent}\n")).unwrap();
    let error = place.try_read(&branch("master", &tip)).unwrap_err();
    assert!(matches!(error, ChangeError::Source(SourceError::Shallow { .. })), "{error}");
}
