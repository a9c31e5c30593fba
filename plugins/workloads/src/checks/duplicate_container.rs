//! Containers of one name.

use std::collections::BTreeSet;

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "duplicate-container",
        title: "Container has a name of its own",
        help: include_str!("../../rules/duplicate-container.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Pod(judge)],
};

fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let mut seen = BTreeSet::new();
    for container in &pod.containers {
        if let Ok(Some(name)) = report.text(container.node(), &["name"])
            && !seen.insert(name)
        {
            let message = format!("{} has the name of another container of its pod, and the API refuses it", container.label());
            report.find(&container.get("name"), message, "Give each container of the pod a name of its own");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    #[test]
    fn names_are_compared_across_all_lists() {
        let spec = json!({"containers": [{"name": "a"}, {"name": "b"}, {}, {}], "initContainers": [{"name": "b"}, {"name": "c"}],
            "ephemeralContainers": [{"name": "a"}]});
        assert_eq!(
            pointers("duplicate-container", &pod(&spec)),
            ["/spec/initContainers/0/name", "/spec/ephemeralContainers/0/name"]
        );
    }
}
