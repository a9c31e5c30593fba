//! What a case of a promotion gate expects beside what the gate answered.

use tollgate_config::{ExpectedFinding, ExpectedWait, GateCase};
use tollgate_core::finding::{Finding, Level, Subject};
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Wait;

use super::Folder;
use crate::cases::compare::Difference;

/// What a gate answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answered {
    pub(super) findings: Vec<Finding>,
    pub(super) wait: Option<Wait>,
    pub(super) valid_until: Option<Timestamp>,
}

/// Compares. Each finding stands for one expectation; those that say more choose first.
pub(super) fn compare(case: &GateCase, folder: Folder, answered: &Answered) -> Difference {
    let mut left: Vec<&Finding> = answered.findings.iter().collect();
    let mut expected: Vec<&ExpectedFinding> = case.expected.iter().collect();
    expected.sort_by_key(|expected| (expected.message.is_none(), expected.component.is_none()));
    let mut difference = Difference::default();
    for expected in expected {
        match left.iter().position(|finding| is(finding, expected)) {
            Some(position) => drop(left.remove(position)),
            None => difference.missing.push(named(expected)),
        }
    }
    difference.unexpected.extend(left.into_iter().map(told));
    answer(folder, answered, &mut difference);
    if let (Some(expected), Some(wait)) = (&case.waits, &answered.wait) {
        waits(expected, wait, &mut difference);
    }
    if case.valid_until.is_some() && case.valid_until != answered.valid_until {
        difference.missing.push(format!("valid until {}", moment(case.valid_until)));
        difference.unexpected.push(format!("valid until {}", moment(answered.valid_until)));
    }
    difference
}

/// Whether it is the answer that the folder says.
fn answer(folder: Folder, answered: &Answered, difference: &mut Difference) {
    let denies = answered.findings.iter().any(|finding| finding.level == Level::Deny);
    let (answer, told) = match &answered.wait {
        Some(wait) => (Folder::Pending, format!("pending: {}", wait.reason)),
        None if denies => (Folder::Fail, "fail".to_owned()),
        None => (Folder::Pass, "pass".to_owned()),
    };
    if answer != folder {
        difference.missing.push(folder.name().to_owned());
        difference.unexpected.push(told);
    }
}

fn waits(expected: &ExpectedWait, wait: &Wait, difference: &mut Difference) {
    if let Some(part) = expected.reason.as_ref().filter(|part| !wait.reason.contains(part.as_str())) {
        difference.missing.push(format!("reason: {part}"));
        difference.unexpected.push(format!("reason: {}", wait.reason));
    }
    if let Some(from) = expected.from.as_ref().filter(|from| **from != wait.from) {
        difference.missing.push(format!("from: {}", from.join(", ")));
        difference.unexpected.push(format!("from: {}", wait.from.join(", ")));
    }
    if expected.until.is_some() && expected.until != wait.until {
        difference.missing.push(format!("until {}", moment(expected.until)));
        difference.unexpected.push(format!("until {}", moment(wait.until)));
    }
}

fn moment(moment: Option<Timestamp>) -> String {
    moment.map_or_else(|| "no time that is known".to_owned(), |moment| moment.to_string())
}

fn component(finding: &Finding) -> Option<&str> {
    if let Subject::Component(name) = &finding.subject { Some(name) } else { None }
}

/// The rule without the policy's name.
fn rule(finding: &Finding) -> &str {
    finding.rule.as_str().strip_prefix(&finding.policy).and_then(|rest| rest.strip_prefix('/')).unwrap_or(finding.rule.as_str())
}

fn is(finding: &Finding, expected: &ExpectedFinding) -> bool {
    let is_rule = expected.rule == rule(finding) || expected.rule == finding.rule.as_str();
    let is_said = expected.message.as_ref().is_none_or(|part| finding.message.contains(part.as_str()));
    is_rule && is_said && expected.component.as_deref() == component(finding)
}

fn named(expected: &ExpectedFinding) -> String {
    let component = expected.component.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default();
    let message = expected.message.as_ref().map(|part| format!(": {part}")).unwrap_or_default();
    format!("{}{component}{message}", expected.rule)
}

/// As a case would name it.
fn told(finding: &Finding) -> String {
    let component = component(finding).map(|name| format!(" of `{name}`")).unwrap_or_default();
    format!("{}{component}: {}", rule(finding), finding.message)
}

#[cfg(test)]
mod tests {
    use tollgate_core::document::{Location, Span};
    use tollgate_core::finding::{RuleId, Severity};

    use super::*;

    fn finding(rule: &str, level: Level, component: Option<&str>) -> Finding {
        Finding {
            policy: "own".to_owned(),
            rule: RuleId::new("own", rule),
            level,
            severity: Severity::Low,
            message: "image `a` was never tested".to_owned(),
            subject: component.map_or(Subject::Promotion, |name| Subject::Component(name.to_owned())),
            location: None,
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }

    fn expected(rule: &str, component: Option<&str>, message: Option<&str>) -> ExpectedFinding {
        let location = Location { file: "case.yaml".to_owned(), span: Span::START };
        let owned = |text: &str| text.to_owned();
        ExpectedFinding { rule: rule.to_owned(), component: component.map(owned), message: message.map(owned), location }
    }

    fn case(expected: Vec<ExpectedFinding>, waits: Option<ExpectedWait>) -> GateCase {
        let text = crate::configuration::reader::data_file("case.yaml", b"isRollback: false\n".to_vec()).unwrap();
        GateCase { expected, waits, ..GateCase::read(&text).unwrap() }
    }

    fn found(findings: Vec<Finding>) -> Answered {
        Answered { findings, ..Answered::default() }
    }

    fn wait(until: Option<&str>) -> Answered {
        let wait = Wait {
            reason: "two people must approve".to_owned(),
            from: vec!["platform".to_owned()],
            until: until.map(|until| until.parse().unwrap()),
        };
        Answered { wait: Some(wait), ..Answered::default() }
    }

    #[test]
    fn what_is_found_as_the_case_says_is_no_difference() {
        let answered = found(vec![finding("a", Level::Deny, None), finding("b", Level::Note, Some("cart"))]);
        let case = case(vec![expected("own/b", Some("cart"), None), expected("a", None, Some("never tested"))], None);
        assert_eq!(compare(&case, Folder::Fail, &answered), Difference::default());
    }

    #[test]
    fn another_rule_component_or_message_is_missing() {
        let answered = found(vec![finding("a", Level::Deny, Some("cart"))]);
        for other in
            [expected("b", Some("cart"), None), expected("a", None, None), expected("a", Some("cart"), Some("tested twice"))]
        {
            let difference = compare(&case(vec![other], None), Folder::Fail, &answered);
            assert_eq!((difference.missing.len(), difference.unexpected.len()), (1, 1), "{difference:?}");
        }
    }

    #[test]
    fn the_expectation_that_says_more_chooses_first() {
        let other = Finding { message: "something else".to_owned(), ..finding("a", Level::Deny, None) };
        let answered = found(vec![finding("a", Level::Deny, None), other]);
        let case = case(vec![expected("a", None, None), expected("a", None, Some("never tested"))], None);
        assert_eq!(compare(&case, Folder::Fail, &answered), Difference::default());
    }

    #[test]
    fn a_note_is_no_failure_and_a_denial_no_pass() {
        let note = found(vec![finding("a", Level::Note, None)]);
        let of_note = case(vec![expected("a", None, None)], None);
        assert_eq!(compare(&of_note, Folder::Pass, &note), Difference::default());
        assert_eq!(compare(&of_note, Folder::Fail, &note).unexpected, ["pass"]);
        let denial = found(vec![finding("a", Level::Deny, None)]);
        assert_eq!(compare(&of_note, Folder::Pass, &denial).missing, ["pass"]);
    }

    #[test]
    fn a_gate_that_waits_neither_passes_nor_fails() {
        let difference = compare(&case(Vec::new(), None), Folder::Pass, &wait(None));
        assert_eq!(difference.unexpected, ["pending: two people must approve"]);
        let silent = case(Vec::new(), Some(ExpectedWait::default()));
        assert_eq!(compare(&silent, Folder::Pending, &found(Vec::new())).missing, ["pending"]);
    }

    #[test]
    fn reason_people_and_time_of_a_wait_are_compared_where_they_are_said() {
        let said = |reason: &str, from: &str, until: Option<&str>| ExpectedWait {
            reason: Some(reason.to_owned()),
            from: Some(vec![from.to_owned()]),
            until: until.map(|until| until.parse().unwrap()),
        };
        let at = "2027-01-15T08:00:00Z";
        let of = |waits: ExpectedWait| compare(&case(Vec::new(), Some(waits)), Folder::Pending, &wait(Some(at))).missing;
        assert!(of(said("two people", "platform", Some(at))).is_empty());
        assert_eq!(of(said("three people", "platform", None)), ["reason: three people"]);
        assert_eq!(of(said("two people", "security", None)), ["from: security"]);
        assert_eq!(of(said("two people", "platform", Some("2027-01-15T09:00:00Z"))), ["until 2027-01-15T09:00:00Z"]);
    }

    #[test]
    fn how_long_an_answer_holds_is_compared_where_it_is_said() {
        let case = GateCase { valid_until: Some(Timestamp::UNIX_EPOCH), ..case(Vec::new(), None) };
        assert_eq!(compare(&case, Folder::Pass, &found(Vec::new())).unexpected, ["valid until no time that is known"]);
        let holds = Answered { valid_until: Some(Timestamp::UNIX_EPOCH), ..Answered::default() };
        assert_eq!(compare(&case, Folder::Pass, &holds), Difference::default());
    }
}
