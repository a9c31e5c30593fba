//! `{name}`: Deployments carry the labels that are required.

use tollgate_sdk::{Document, Finding, Level, Rule, Severity, settings, validator};

static LABEL: Rule = Rule {
    id: "label",
    title: "Deployment carries the labels that are required",
    help: "What has no labels belongs to nobody: it is found by no search and paid for by no team. \
           Add the label to `metadata.labels`.",
    level: Level::Deny,
    severity: Severity::Medium,
    controls: &[],
};

#[settings]
pub struct Settings {
    /// Labels that every Deployment carries.
    #[setting(default = ["app.kubernetes.io/name"], not_empty)]
    required: Vec<String>,
}

#[validator(rules = [LABEL], kinds = ["Deployment.apps"])]
pub fn judge(document: &Document<'_>, settings: &Settings) -> Vec<Finding> {
    let root = document.root();
    let labels = root.walk(&["metadata", "labels"]);
    let places = settings.required.iter().map(|label| (label, labels.get(label)));
    let missing = places.filter(|(_, place)| place.as_str().is_none_or(str::is_empty));
    missing.map(|(label, place)| LABEL.at(&place, format!("label `{label}` is missing")).fix(format!("Add `{label}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::testing;

    #[test]
    fn what_is_missing_is_pointed_to_where_it_should_be() {
        let found = testing::check::<Judge>(r#"{"required": ["team"]}"#, "{apiVersion: apps/v1, kind: Deployment}");
        assert_eq!(found.iter().map(Finding::pointer).collect::<Vec<_>>(), ["/metadata/labels/team"]);
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&<Judge as tollgate_sdk::Validator>::DESCRIPTION);
    }
}
