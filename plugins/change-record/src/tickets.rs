//! Whether tickets are in a state in which their change may move.

use tollgate_sdk::Value;
use tollgate_sdk::promotion::{Fact, Finding};

use crate::rules;

/// How the tickets of a change stand.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    /// Those in a wrong state.
    pub(crate) findings: Vec<Finding>,
    /// Those of which nothing is known.
    pub(crate) unknown: Vec<String>,
    /// When the first fact gets too old.
    pub(crate) valid_until: Option<u64>,
}

/// Looks up all tickets. Of several facts about one ticket each has to be right.
pub(crate) fn judge(tickets: &[String], states: &[String], facts: &[Fact]) -> Tickets {
    let mut judged = Tickets::default();
    for ticket in tickets {
        let name = format!("ticket/{ticket}");
        let of_ticket: Vec<&Fact> = facts.iter().filter(|fact| fact.name == name).collect();
        if of_ticket.is_empty() {
            judged.unknown.push(ticket.clone());
        }
        for fact in of_ticket {
            judged.findings.extend(wrong(ticket, states, fact));
            let ends = fact.at.saturating_add(fact.max_age);
            judged.valid_until = Some(judged.valid_until.map_or(ends, |until| until.min(ends)));
        }
    }
    judged
}

fn wrong(ticket: &str, states: &[String], fact: &Fact) -> Option<Finding> {
    let message = match state(fact) {
        Some(state) if states.contains(&state) => return None,
        Some(state) => format!("ticket `{ticket}` is `{state}` and must be {}, says {}", states.join(" or "), fact.source),
        None => format!("fact `{}` of {} has no text `state`", fact.name, fact.source),
    };
    Some(rules::TICKET_STATE.of_promotion(message))
}

fn state(fact: &Fact) -> Option<String> {
    let value = Value::read(&fact.value).ok()?;
    value.get("state").and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing::promotions::NOW;

    use super::*;

    fn fact(ticket: &str, value: &str) -> Fact {
        let (source, value) = ("jira".to_owned(), value.as_bytes().to_vec());
        Fact { name: format!("ticket/{ticket}"), value, source, at: NOW, max_age: 60 }
    }

    fn of(facts: &[Fact]) -> Tickets {
        judge(&["SHOP-1".to_owned()], &["approved".to_owned(), "in progress".to_owned()], facts)
    }

    fn messages(tickets: &Tickets) -> Vec<&str> {
        tickets.findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    #[test]
    fn a_ticket_in_one_of_the_states_is_well_for_as_long_as_that_is_known() {
        let tickets = of(&[fact("SHOP-1", r#"{"state": "in progress"}"#)]);
        assert!(tickets.findings.is_empty() && tickets.unknown.is_empty());
        assert_eq!(tickets.valid_until, Some(NOW + 60));
    }

    #[test]
    fn a_ticket_in_another_state_is_named_with_it() {
        let tickets = of(&[fact("SHOP-1", r#"{"state": "closed"}"#)]);
        assert_eq!(messages(&tickets), ["ticket `SHOP-1` is `closed` and must be approved or in progress, says jira"]);
    }

    #[test]
    fn a_fact_that_says_nothing_is_no_state() {
        for value in ["{}", "[]", "x", r#"{"state": null}"#, r#"{"state": ["approved"]}"#, r#"{"State": "approved"}"#] {
            assert_eq!(messages(&of(&[fact("SHOP-1", value)])), ["fact `ticket/SHOP-1` of jira has no text `state`"], "{value}");
        }
    }

    #[test]
    fn of_two_facts_that_disagree_the_wrong_one_counts() {
        let right = fact("SHOP-1", r#"{"state": "approved"}"#);
        let wrong = Fact { at: NOW - 30, ..fact("SHOP-1", r#"{"state": "closed"}"#) };
        let tickets = of(&[right, wrong]);
        assert_eq!((tickets.findings.len(), tickets.valid_until), (1, Some(NOW + 30)));
    }

    #[test]
    fn the_fact_of_another_ticket_is_none() {
        for other in ["SHOP-12", "shop-1", "SHOP-1 "] {
            assert_eq!(of(&[fact(other, r#"{"state": "approved"}"#)]).unknown, ["SHOP-1"], "{other}");
        }
    }
}
