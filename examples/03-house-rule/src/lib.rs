//! `cost-centre`: every Deployment says who pays for it.

use tollgate_sdk::{Document, Finding, Level, PluginError, Rule, Severity, host, settings, validator};

static LABEL: Rule = Rule {
    id: "label",
    title: "Deployment has the label `cost-centre`, with a value that finance knows",
    help: "What nobody pays for is switched off last and found by nobody. The label says who does. Take its value from the \
           list of finance; a new cost centre is entered there first.",
    level: Level::Deny,
    severity: Severity::Medium,
    controls: &[],
};

#[settings]
pub struct Settings {
    /// The cost centres that may be used here.
    #[setting(not_empty, default = ["shop"])]
    allowed: Vec<String>,
}

#[validator(rules = [LABEL], kinds = ["Deployment.apps"])]
pub fn cost_centre(document: &Document<'_>, settings: &Settings) -> Result<Option<Finding>, PluginError> {
    let known = host::read_data("cost-centres").ok_or_else(|| PluginError::Missing("data `cost-centres`".to_owned()))?;
    let place = document.root().walk(&["metadata", "labels", "cost-centre"]);
    let Some(value) = place.as_str() else {
        return Ok(Some(LABEL.at(&place, "label `cost-centre` is missing").fix("Add it, with your team's cost centre")));
    };
    let is_allowed = settings.allowed.iter().any(|allowed| allowed == value);
    let is_known = String::from_utf8_lossy(&known).lines().any(|line| line.trim() == value);
    let wrong = match (is_allowed, is_known) {
        (true, true) => return Ok(None),
        (false, _) => format!("cost centre `{value}` may not be used here"),
        (true, false) => format!("cost centre `{value}` is not in the list of finance"),
    };
    Ok(Some(LABEL.at(&place, wrong).fix(format!("Use one of {}", settings.allowed.join(", ")))))
}
