//! `{name}`: every commit that moves names the ticket that asked for it.

use tollgate_sdk::promotion::{Answer, Commit, Finding, Needs, Request};
use tollgate_sdk::{Description, Level, PluginError, Promotion, Rule, Severity, export_promotion, settings};

static TICKET: Rule = Rule {
    id: "ticket",
    title: "Commit names the ticket that asked for it",
    help: "Without a ticket nobody can say later why something was changed. \
           Add the trailer to the commit's message, such as `Ticket: OPS-17`.",
    level: Level::Deny,
    severity: Severity::Medium,
    controls: &[],
};

struct Gate;

#[settings]
pub struct Settings {
    /// The trailer that names the ticket.
    #[setting(default = "Ticket", not_empty)]
    trailer: String,
}

impl Promotion for Gate {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "{name}", version: env!("CARGO_PKG_VERSION"), rules: &[&TICKET] };

    fn needs(_: &Settings) -> Needs {
        Needs::CHANGE
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let commits = request.change.iter().flat_map(|change| &change.commits);
        let silent = commits.filter(|commit| !commit.trailers.iter().any(|(key, _)| *key == settings.trailer));
        Ok(Answer::of(silent.map(|commit| missing(commit, &settings.trailer)).collect()))
    }
}

export_promotion!(Gate);

fn missing(commit: &Commit, trailer: &str) -> Finding {
    TICKET.of_promotion(format!("commit `{}` has no trailer `{trailer}`", commit.id)).fix(format!("Add `{trailer}: …` to its message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::testing;
    use tollgate_sdk::testing::promotions::promotion_request;

    #[test]
    fn a_commit_without_a_ticket_is_named() {
        let answer = testing::decide::<Gate>("{}", &promotion_request("prod")).unwrap();
        assert_eq!(answer.findings().len(), 1);
        assert!(answer.findings()[0].message.ends_with("has no trailer `Ticket`"));
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&Gate::DESCRIPTION);
    }
}
