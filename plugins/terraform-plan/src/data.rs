//! Data that does not come from the API of a provider.

use tollgate_sdk::{Document, Finding, Level};

use crate::rules::EXTERNAL_DATA;
use crate::settings::Settings;

/// Judges a data source of a configuration.
pub(crate) fn judge(document: &Document<'_>, settings: &Settings) -> Option<Finding> {
    let label = document.root().get("labels").at(0);
    let kind = label.as_str()?;
    if settings.allow_data.iter().any(|allowed| allowed == kind) {
        return None;
    }
    let (does, fix, level) = match kind {
        "external" => ("runs a program while planning", "Let a provider read it, or hand it in as a variable", Level::Deny),
        "http" => (
            "fetches whatever stands at an address while planning",
            "Commit what it fetches, or hand it in as a variable",
            Level::Deny,
        ),
        "terraform_remote_state" => {
            ("reads the whole state of another configuration", "Read the one value from where it is published", Level::Warn)
        }
        _ => return None,
    };
    let message = format!("`data.{}` {does}", document.name());
    Some(EXTERNAL_DATA.at(&label, message).fix(format!("{fix}; or allow `{kind}` in `allowData`")).at_level(level))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::Level;

    use crate::testing::{all, block, found};

    fn rules(settings: &str, kind: &str) -> Vec<String> {
        found(settings, &block("data", &[kind, "a"], &json!({})))
    }

    #[test]
    fn what_is_no_providers_data_is_found_at_its_type() {
        for kind in ["external", "http", "terraform_remote_state"] {
            assert_eq!(rules("{}", kind), ["external-data /labels/0"], "{kind}");
        }
        assert!(rules("{}", "aws_ami").is_empty());
    }

    #[test]
    fn a_state_is_only_read() {
        let level = |kind: &str| all("{}", &block("data", &[kind, "a"], &json!({})))[0].level();
        assert_eq!((level("terraform_remote_state"), level("external")), (Level::Warn, Level::Deny));
    }

    #[test]
    fn what_is_allowed_is_not_found() {
        assert!(rules(r#"{"allowData": ["http"]}"#, "http").is_empty());
        assert_eq!(rules(r#"{"allowData": ["http"]}"#, "external").len(), 1);
    }

    #[test]
    fn a_block_without_a_type_is_judged_by_nobody() {
        assert!(found("{}", &block("data", &[], &json!({}))).is_empty());
        assert!(found("{}", &json!({"apiVersion": "terraform.tollgate/v1", "kind": "data", "labels": "external"})).is_empty());
    }
}
