//! `change-record`: a change says what it is for and how it is undone, and its ticket agrees.

mod fields;
mod record;
mod rules;
mod settings;
mod tickets;

use tollgate_sdk::promotion::listing::listed;
use tollgate_sdk::promotion::{Answer, Finding, Judgement, Needs, Request};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion};

use record::Record;
use settings::Settings;
use tickets::Tickets;

struct ChangeRecord;

impl Promotion for ChangeRecord {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "change-record", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(settings: &Settings) -> Needs {
        if settings.states.is_empty() { Needs::CHANGE } else { Needs::CHANGE | Needs::FACTS }
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let change = request.change()?;
        let (record, unreadable) = match Record::read(change) {
            Ok(record) => (record, None),
            Err(reason) => (Record::default(), Some(format!("`.tollgate/change.yaml` can't be read: {reason}"))),
        };
        let named = fields::values(settings, change, &record, &settings.ticket);
        let tickets =
            if settings.states.is_empty() { Tickets::default() } else { tickets::judge(&named, &settings.states, &request.facts) };
        let unreadable = unreadable.map(|message| rules::UNREADABLE.of_promotion(message));
        let no_ticket = (!settings.states.is_empty() && named.is_empty()).then(|| no_ticket(settings)).flatten();
        let findings = fields::judge(settings, change, &record).into_iter().chain(unreadable).chain(no_ticket);
        let findings: Vec<Finding> = findings.chain(tickets.findings).collect();
        Ok(answer(settings, request, findings, &tickets.unknown, tickets.valid_until))
    }
}

export_promotion!(ChangeRecord);

/// It waits where nothing is wrong. A rollback waits for nothing.
fn answer(settings: &Settings, request: &Request, findings: Vec<Finding>, unknown: &[String], valid_until: Option<u64>) -> Answer {
    if request.is_rollback() && !settings.rollbacks_too {
        let passed = |finding| Finding { rule: rules::PASSED_RECORD.id.to_owned(), ..finding };
        return Answer::of(findings.into_iter().map(passed).collect());
    }
    if unknown.is_empty() {
        return Answer::Findings(Judgement { findings, valid_until });
    }
    let facts: Vec<String> = unknown.iter().map(|ticket| format!("`ticket/{ticket}`")).collect();
    let states = settings.states.join(" or ");
    let sentence = format!("whether the ticket is {states} must be known: no fresh fact {}", listed(&facts));
    if findings.is_empty() {
        return Answer::wait_for(sentence, &[]);
    }
    // A finding may be waived, and what is not known must still not be known then.
    Answer::of(findings.into_iter().chain([rules::TICKET_STATE.of_promotion(sentence)]).collect())
}

/// Where states are asked for, there must be a ticket, also if no field asks for one.
fn no_ticket(settings: &Settings) -> Option<Finding> {
    let is_asked_for = settings.fields.keys().any(|field| field.eq_ignore_ascii_case(&settings.ticket));
    let message = || format!("no commit of the change names a ticket in `{}`, and its state must be known", settings.ticket);
    (!is_asked_for).then(|| rules::MISSING.of_promotion(message()))
}

#[cfg(test)]
mod tests;
