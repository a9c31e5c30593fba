//! `untagged`: resources without the tags that the operator asks for.

use tollgate_sdk::{Finding, Level};

use crate::attribute::{Attribute, Form, State};
use crate::resource::Resource;
use crate::rules::UNTAGGED;

/// How a cloud has tags.
#[derive(Debug)]
struct Tagging {
    prefix: &'static str,
    /// What the resource itself says.
    own: &'static str,
    /// The same with what the provider adds to every resource, in plans. Where there is nothing, no provider adds any.
    merged: &'static [&'static str],
    ignores_case: bool,
}

const CLOUDS: [Tagging; 3] = [
    Tagging { prefix: "aws_", own: "tags", merged: &["tags_all"], ignores_case: false },
    Tagging { prefix: "azurerm_", own: "tags", merged: &[], ignores_case: true },
    Tagging { prefix: "google_", own: "labels", merged: &["effective_labels", "terraform_labels"], ignores_case: true },
];

/// Whose labels are its settings.
const OTHER_LABELS: &str = "google_monitoring_notification_channel";

/// Judges the tags of a resource. Whether its type takes any is seen by what it has.
pub(crate) fn judge(resource: &Resource<'_>, required: &[String]) -> Option<Finding> {
    let cloud = CLOUDS.iter().find(|cloud| resource.kind.starts_with(cloud.prefix) && resource.kind != OTHER_LABELS)?;
    let own = resource.attributes.get(cloud.own);
    let (tags, level) = match resource.attributes.form() {
        Form::Written => (own.keys()?, if cloud.merged.is_empty() { Level::Deny } else { Level::Warn }),
        Form::Planned => cloud.planned(resource, &own)?,
    };
    let lacking: Vec<String> = required.iter().filter(|name| !cloud.has(&tags, name)).map(|name| format!("`{name}`")).collect();
    let plural = if lacking.len() == 1 { "" } else { "s" };
    let message = format!("`{}` lacks the {}{plural} {}", resource.address, cloud.own.trim_end_matches('s'), lacking.join(", "));
    let finding = UNTAGGED.at(own.node(), message).fix(format!("Add what is lacking to `{}`", cloud.own));
    (!lacking.is_empty()).then(|| if level == UNTAGGED.level { finding } else { finding.at_level(level) })
}

impl Tagging {
    /// The names of the tags that a resource will have, and how sure that is.
    fn planned<'a>(&self, resource: &Resource<'a>, own: &Attribute<'a>) -> Option<(Vec<&'a str>, Level)> {
        if !own.is_there() {
            return None;
        }
        let merged = self.merged.iter().map(|key| resource.attributes.get(key)).find(Attribute::is_there);
        let is_empty = own.is_unset() || own.keys().is_some_and(|keys| keys.is_empty());
        match merged {
            // Providers say so where there are no tags at all, but also where theirs are not known yet.
            Some(merged) if merged.state() == State::Unknown => is_empty.then(|| (Vec::new(), Level::Warn)),
            Some(merged) if !merged.is_unset() => Some((merged.keys()?, Level::Deny)),
            _ if own.is_unset() => Some((Vec::new(), Level::Deny)),
            _ => Some((own.keys()?, Level::Deny)),
        }
    }

    fn has(&self, tags: &[&str], name: &str) -> bool {
        tags.iter().any(|tag| *tag == name || self.ignores_case && tag.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tollgate_sdk::{Finding, Level};

    use crate::testing::{all, found, messages, planned, written};

    const OWNER: &str = r#"{"requiredTags": ["Owner"]}"#;

    fn of_plan(kind: &str, after: &Value, unknown: &Value) -> Vec<(Level, String)> {
        told(&all(OWNER, &planned(kind, after, unknown)))
    }

    fn told(findings: &[Finding]) -> Vec<(Level, String)> {
        findings.iter().map(|finding| (finding.level(), format!("{} {}", finding.rule(), finding.pointer()))).collect()
    }

    fn lacking(level: Level, pointer: &str) -> Vec<(Level, String)> {
        vec![(level, format!("untagged {pointer}"))]
    }

    const NONE: Vec<(Level, String)> = Vec::new();

    #[test]
    fn nothing_is_asked_for_unless_the_operator_says_so() {
        assert!(found("{}", &planned("azurerm_resource_group", &json!({"tags": null}), &json!({}))).is_empty());
    }

    #[test]
    fn a_plan_is_judged_by_what_the_resource_will_have() {
        let at = "/change/after/tags";
        let nothing = json!({});
        assert_eq!(of_plan("azurerm_resource_group", &json!({"tags": null}), &nothing), lacking(Level::Deny, at));
        assert_eq!(of_plan("azurerm_resource_group", &json!({"tags": {"team": "a"}}), &nothing), lacking(Level::Deny, at));
        assert_eq!(of_plan("azurerm_resource_group", &json!({"tags": {"owner": "a"}}), &nothing), NONE);
        let merged = json!({"tags": null, "tags_all": {"Owner": "a"}});
        assert_eq!(of_plan("aws_eip", &merged, &nothing), NONE);
        let merged = json!({"tags": {"owner": "a"}, "tags_all": {"owner": "a"}});
        assert_eq!(of_plan("aws_eip", &merged, &nothing), lacking(Level::Deny, at));
        let labels = json!({"labels": null, "effective_labels": {"owner": "a"}});
        assert_eq!(of_plan("google_compute_address", &labels, &nothing), NONE);
        let labels = json!({"labels": {"team": "a"}, "effective_labels": {"team": "a"}});
        assert_eq!(of_plan("google_compute_address", &labels, &nothing), lacking(Level::Deny, "/change/after/labels"));
    }

    #[test]
    fn what_takes_no_tags_needs_none() {
        for kind in ["aws_route", "azurerm_subnet", "google_project_service", "random_id"] {
            assert_eq!(of_plan(kind, &json!({"name": "a"}), &json!({})), NONE, "{kind}");
        }
        let channel = json!({"labels": {"email_address": "a@example.com"}});
        assert_eq!(of_plan("google_monitoring_notification_channel", &channel, &json!({})), NONE);
    }

    #[test]
    fn tags_that_are_not_known_yet_are_not_found_lacking() {
        assert_eq!(of_plan("aws_eip", &json!({"tags": null}), &json!({"tags": true, "tags_all": true})), NONE);
        assert_eq!(of_plan("aws_eip", &json!({"tags": {"team": "a"}}), &json!({"tags_all": true})), NONE);
        assert_eq!(of_plan("aws_eip", &json!({"tags": {}}), &json!({"tags": {"Owner": true}})), NONE);
        assert_eq!(of_plan("azurerm_resource_group", &json!({"tags": "withheld"}), &json!({})), NONE);
        assert_eq!(of_plan("azurerm_resource_group", &json!({"tags": ["a"]}), &json!({})), NONE);
        let untagged = of_plan("aws_eip", &json!({"tags": null}), &json!({"tags_all": true}));
        assert_eq!(untagged, lacking(Level::Warn, "/change/after/tags"));
    }

    #[test]
    fn a_configuration_is_judged_by_the_tags_that_it_writes_down() {
        let of = |kind: &str, body: &Value| told(&all(OWNER, &written(kind, body)));
        let team = json!({"tags": {"team": "a"}});
        assert_eq!(of("azurerm_resource_group", &team), lacking(Level::Deny, "/body/tags"));
        assert_eq!(of("aws_eip", &team), lacking(Level::Warn, "/body/tags"));
        for body in [
            json!({}),
            json!({"tags": {"Owner": "${var.owner}"}}),
            json!({"tags": "${merge(local.tags, {})}"}),
            json!({"tags": {"team": "a", "${(var.key)}": "b"}}),
            json!({"tags": null}),
        ] {
            assert_eq!(of("azurerm_resource_group", &body), NONE, "{body}");
        }
    }

    #[test]
    fn a_message_names_all_that_is_lacking() {
        let settings = r#"{"requiredTags": ["owner", "team", "stage"]}"#;
        let document = planned("google_compute_address", &json!({"labels": {"team": "a"}}), &json!({}));
        assert_eq!(messages(settings, &document), ["`google_compute_address.a` lacks the labels `owner`, `stage`"]);
    }
}
