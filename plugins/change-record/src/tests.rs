//! The plugin as the host asks it.

use tollgate_sdk::promotion::{Answer, Commit, Fact, Judgement, Needs, Request, Vouching};
use tollgate_sdk::testing::promotions::{NOW, change_in, commit, person, policy_request, promotion_request, proposed_in};
use tollgate_sdk::{Level, PluginError, testing};

use crate::settings::Settings;
use crate::{ChangeRecord, Promotion as _};

const FULL: [(&str, &str); 3] = [("Ticket", "SHOP-1"), ("Impact", "none"), ("Rollback", "git revert")];
const PER_COMMIT: &str = r#"{"per": "commit"}"#;
const STATES: &str = r#"{"states": ["approved"]}"#;

fn trailers(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn commit_with(number: u32, of: &[(&str, &str)]) -> Commit {
    Commit { trailers: trailers(of), ..commit(number, "dev@example.com") }
}

fn request(commits: Vec<Commit>) -> Request {
    let mut request = promotion_request("prod");
    change_in(&mut request).commits = commits;
    request
}

fn full() -> Request {
    request(vec![commit_with(1, &FULL)])
}

fn with_record(mut request: Request, json: &str) -> Request {
    change_in(&mut request).record = Some(json.as_bytes().to_vec());
    request
}

fn state(ticket: &str, state: &str) -> Fact {
    let value = format!(r#"{{"state": "{state}"}}"#).into_bytes();
    Fact { name: format!("ticket/{ticket}"), value, source: "jira".to_owned(), at: NOW, max_age: 60 }
}

#[track_caller]
fn judged(settings: &str, request: &Request) -> Judgement {
    match testing::decide::<ChangeRecord>(settings, request).unwrap() {
        Answer::Findings(judgement) => judgement,
        Answer::Pending(wait) => panic!("pending: {}", wait.reason),
    }
}

#[track_caller]
fn found(settings: &str, request: &Request) -> Vec<(String, String)> {
    judged(settings, request).findings.into_iter().map(|finding| (finding.rule, finding.message)).collect()
}

#[track_caller]
fn denied(settings: &str, request: &Request) -> (String, String) {
    let found = found(settings, request);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn said(rule: &str, message: &str) -> (String, String) {
    (rule.to_owned(), message.to_owned())
}

#[test]
fn what_it_says_of_itself_is_true() {
    testing::assert_description::<Settings>(&ChangeRecord::DESCRIPTION);
}

#[test]
fn trailers_say_it_in_one_commit_or_in_several() {
    assert!(found("{}", &full()).is_empty());
    let parts = FULL.iter().zip(1..).map(|(part, number)| commit_with(number, &[*part])).collect();
    assert!(found("{}", &request(parts)).is_empty());
}

#[test]
fn a_record_says_it_as_well_and_completes_the_trailers() {
    let record = r#"{"ticket": "SHOP-1", "impact": "none", "rollback": "git revert"}"#;
    assert!(found("{}", &with_record(request(vec![commit_with(1, &[])]), record)).is_empty());
    let rest = with_record(request(vec![commit_with(1, &FULL[..1])]), r#"{"impact": "none", "rollback": "git revert"}"#);
    assert!(found("{}", &rest).is_empty());
}

#[test]
fn each_field_that_is_missing_is_named() {
    let rules: Vec<_> = found("{}", &request(vec![commit_with(1, &[])]));
    let says = |field: &str| said("missing", &format!("no commit of the change says `{field}`, and neither does its record"));
    assert_eq!(rules, [says("Impact"), says("Rollback"), says("Ticket")]);
}

#[test]
fn a_blank_field_is_a_missing_one() {
    let blank = request(vec![commit_with(1, &[FULL[0], FULL[1], ("Rollback", "  ")])]);
    assert_eq!(denied("{}", &blank).0, "missing");
    assert_eq!(denied("{}", &with_record(blank, r#"{"rollback": ""}"#)).0, "missing");
}

#[test]
fn other_fields_can_be_asked_for() {
    let request = request(vec![commit_with(1, &[("Change-Id", "C-7")])]);
    assert!(found(r#"{"fields": {"Change-Id": "C-*"}}"#, &request).is_empty());
    assert_eq!(denied(r#"{"fields": {"Risk": "*"}}"#, &request).0, "missing");
}

#[test]
fn a_value_that_does_not_fit_denies_in_any_commit_and_in_the_record() {
    let settings = r#"{"fields": {"Ticket": "SHOP-[0-9]*"}}"#;
    let message = "`Ticket` must be like `SHOP-[0-9]*`, and is `todo`";
    let second = request(vec![commit_with(1, &FULL), commit_with(2, &[("ticket", "todo")])]);
    assert_eq!(denied(settings, &second), said("pattern", message));
    assert_eq!(denied(settings, &with_record(full(), r#"{"ticket": "todo"}"#)), said("pattern", message));
    assert!(found(settings, &full()).is_empty());
}

#[test]
fn where_every_commit_is_asked_each_that_lacks_a_field_is_named() {
    let some = request(vec![commit_with(1, &FULL), commit_with(2, &FULL[..2])]);
    assert!(found("{}", &some).is_empty());
    assert_eq!(denied(PER_COMMIT, &some), said("missing", "`Rollback` is missing in 000000000000 (change 2)"));
}

#[test]
fn a_record_does_not_speak_for_every_commit() {
    let record = r#"{"ticket": "SHOP-1", "impact": "none", "rollback": "git revert"}"#;
    assert_eq!(found(PER_COMMIT, &with_record(request(vec![commit_with(1, &[])]), record)).len(), 3);
}

#[test]
fn a_merge_is_asked_as_well_unless_the_forge_made_it() {
    let merge = Commit { is_merge: true, ..commit_with(2, &[]) };
    assert_eq!(found(PER_COMMIT, &request(vec![merge.clone(), commit_with(1, &FULL)])).len(), 3);
    let by_forge = Commit { vouching: Vouching::Forge(person("lead@example.com", &[])), ..merge };
    assert!(found(PER_COMMIT, &request(vec![by_forge, commit_with(1, &FULL)])).is_empty());
}

#[test]
fn commits_that_are_not_looked_at_say_nothing() {
    let mut request = full();
    change_in(&mut request).is_complete = false;
    assert!(found("{}", &request).is_empty());
    assert_eq!(denied(PER_COMMIT, &request).0, "incomplete");
}

#[test]
fn a_change_of_no_commits_needs_a_record() {
    assert_eq!(found("{}", &request(Vec::new())).len(), 3);
    let record = r#"{"ticket": "SHOP-1", "impact": "none", "rollback": "git revert"}"#;
    assert!(found("{}", &with_record(request(Vec::new()), record)).is_empty());
}

#[test]
fn a_record_that_can_not_be_read_denies_although_the_trailers_are_there() {
    let (rule, message) = denied("{}", &with_record(full(), "[]"));
    assert_eq!(rule, "unreadable");
    assert_eq!(message, "`.tollgate/change.yaml` can't be read: it is a list, and no list of fields");
}

#[test]
fn without_states_no_fact_is_needed_or_looked_at() {
    assert_eq!(ChangeRecord::needs(&testing::settings("{}")), Needs::CHANGE);
    assert_eq!(ChangeRecord::needs(&testing::settings(STATES)), Needs::CHANGE | Needs::FACTS);
    assert!(found("{}", &Request { facts: vec![state("SHOP-1", "closed")], ..full() }).is_empty());
}

#[test]
fn a_ticket_in_the_right_state_passes_until_that_is_too_old_to_be_known() {
    let judgement = judged(STATES, &Request { facts: vec![state("SHOP-1", "approved")], ..full() });
    assert_eq!(judgement, Judgement { findings: Vec::new(), valid_until: Some(NOW + 60) });
}

#[test]
fn a_ticket_in_a_wrong_state_denies() {
    let request = Request { facts: vec![state("SHOP-1", "closed")], ..full() };
    assert_eq!(denied(STATES, &request).0, "ticket-state");
}

#[test]
fn one_closed_ticket_among_several_denies() {
    let mut request = Request { facts: vec![state("SHOP-1", "approved"), state("SHOP-2", "closed")], ..full() };
    change_in(&mut request).commits.push(commit_with(2, &[("Ticket", "SHOP-2")]));
    assert!(denied(STATES, &request).1.contains("`SHOP-2` is `closed`"));
}

#[test]
fn a_ticket_of_which_nothing_is_known_is_waited_for() {
    match testing::decide::<ChangeRecord>(STATES, &full()).unwrap() {
        Answer::Pending(wait) => {
            assert_eq!(wait.reason, "whether the ticket is approved must be known: no fresh fact `ticket/SHOP-1`");
        }
        Answer::Findings(judgement) => panic!("not pending: {judgement:?}"),
    }
}

#[test]
fn a_waiver_of_one_finding_does_not_make_the_ticket_known() {
    let request = request(vec![commit_with(1, &FULL[..2])]);
    let rules: Vec<_> = found(STATES, &request).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["missing", "ticket-state"]);
}

#[test]
fn no_ticket_has_no_state_also_where_no_field_asks_for_one() {
    let settings = r#"{"fields": {"Impact": "*"}, "states": ["approved"]}"#;
    let request = request(vec![commit_with(1, &FULL[1..])]);
    assert!(denied(settings, &request).1.starts_with("no commit of the change names a ticket in `Ticket`"));
    assert_eq!(denied(r#"{"states": ["approved"]}"#, &request).0, "missing", "it is said once");
}

#[test]
fn a_rollback_goes_with_notes_unless_it_is_asked_too() {
    let mut request = request(Vec::new());
    proposed_in(&mut request).is_rollback = true;
    let rules = |settings| found(settings, &request).into_iter().map(|(rule, _)| rule).collect::<Vec<_>>();
    assert_eq!(rules(STATES), ["passed-record"; 3]);
    assert_eq!(crate::rules::PASSED_RECORD.level, Level::Note);
    assert_eq!(rules(r#"{"rollbacksToo": true}"#), ["missing"; 3]);
    let mut known = full();
    proposed_in(&mut known).is_rollback = true;
    assert!(judged(STATES, &known).findings.is_empty(), "it waits for no fact");
}

#[test]
fn policy_revisions_are_judged_as_well() {
    assert_eq!(found("{}", &policy_request()).len(), 3);
    assert!(found("{}", &Request { change: full().change, ..policy_request() }).is_empty());
}

#[test]
fn a_change_that_git_tells_nothing_of_gets_no_answer() {
    let request = Request { change: None, ..full() };
    assert!(matches!(testing::decide::<ChangeRecord>("{}", &request), Err(PluginError::Missing(_))));
}

#[test]
fn settings_that_ask_for_nothing_or_for_what_is_no_glob_are_refused() {
    let refused = |settings: &'static str| std::panic::catch_unwind(|| testing::settings::<Settings>(settings)).is_err();
    assert!(refused(r#"{"fields": {}}"#) && refused(r#"{"fields": {"Ticket": "["}}"#) && refused(r#"{"fields": {"a b": "*"}}"#));
    assert!(refused(r#"{"ticket": ""}"#) && !refused(r#"{"fields": {"Ticket": "A-*"}}"#));
}
