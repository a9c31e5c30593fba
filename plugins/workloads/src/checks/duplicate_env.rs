//! Environment variables that are there twice.

use std::collections::BTreeSet;

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "duplicate-env",
        title: "Environment variable is set once",
        help: include_str!("../../rules/duplicate-env.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Container(judge)],
};

fn judge(_: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let mut seen = BTreeSet::new();
    report.each(container.node(), &["env"], |report, variable| {
        let name = report.needed_text(variable, &["name"])?;
        if !seen.insert(name) {
            let message = format!("{} sets `{name}` twice, and only the last value counts", container.label());
            report.find(&variable.get("name"), message, "Remove all but one of them");
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, pointers};

    #[test]
    fn every_further_variable_of_a_name_is_found() {
        let env = json!([{"name": "A", "value": "1"}, {"name": "B"}, {"name": "A", "value": "1"}, {"name": "a"}, {"name": "A"}]);
        let expected = ["/spec/containers/0/env/2/name", "/spec/containers/0/env/4/name"];
        assert_eq!(pointers("duplicate-env", &container(&json!({"env": env}))), expected);
    }
}
