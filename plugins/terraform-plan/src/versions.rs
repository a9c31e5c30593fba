//! `provider-unpinned`: what a configuration says of the versions that it needs.

use tollgate_sdk::{Document, Finding, Level};

use crate::attribute::{Attribute, State};
use crate::rules::PROVIDER_UNPINNED;
use crate::version::has_upper_bound;

/// It comes with Terraform.
const BUILT_IN: &str = "terraform.io/builtin/";

/// Judges a `terraform` block. The version of Terraform itself is asked for beside those of the providers alone: a configuration
/// may have several such blocks.
pub(crate) fn judge(document: &Document<'_>) -> Vec<Finding> {
    let body = Attribute::written(document.root().get("body"));
    let blocks = body.blocks("required_providers");
    let providers =
        blocks.iter().flat_map(|block| block.keys().unwrap_or_default().into_iter().map(|name| (name, block.get(name))));
    let mut findings: Vec<Finding> = providers.filter_map(|(name, provider)| judge_provider(name, &provider)).collect();
    let version = body.get("required_version");
    if !blocks.is_empty() && version.is_unset() {
        let message = "any version of Terraform may run this: `required_version` is not set";
        let finding = PROVIDER_UNPINNED.at(version.node(), message).fix("Set `required_version`, such as `~> 1.9`");
        findings.push(finding.at_level(Level::Warn));
    }
    findings
}

/// A provider is an object, or, as it was written before, a constraint.
fn judge_provider(name: &str, provider: &Attribute<'_>) -> Option<Finding> {
    if provider.get("source").text().is_some_and(|source| source.starts_with(BUILT_IN)) {
        return None;
    }
    let version = if provider.text().is_some() { provider.clone() } else { provider.get("version") };
    let message = match version.state() {
        State::Unset => format!("provider `{name}` may be of any version: `version` is not set"),
        State::Unknown => return None,
        State::Known(_) => {
            let constraint = version.text().filter(|text| !has_upper_bound(text))?;
            format!("provider `{name}` may be of any version to come: `{constraint}`")
        }
    };
    Some(PROVIDER_UNPINNED.at(version.node(), message).fix("Set an upper bound, such as `~> 5.0`"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tollgate_sdk::Level;

    use crate::testing::{all, block, found};

    fn of(body: &Value) -> Vec<String> {
        found("{}", &block("terraform", &[], body))
    }

    fn of_version(version: &Value) -> Vec<String> {
        of(&json!({"required_version": "~> 1.9", "required_providers": [{"aws": {"source": "hashicorp/aws", "version": version}}]}))
    }

    const AT: &str = "provider-unpinned /body/required_providers/0/aws/version";

    #[test]
    fn a_provider_has_a_version_with_an_upper_bound() {
        for open in [json!(">= 5.0"), json!("!= 5.1"), json!("> 5"), json!(""), json!(null)] {
            assert_eq!(of_version(&open), [AT], "{open}");
        }
        for bound in [json!("~> 5.0"), json!("5.1.0"), json!(">= 5, < 6"), json!("${var.version}"), json!(5)] {
            assert!(of_version(&bound).is_empty(), "{bound}");
        }
    }

    #[test]
    fn a_provider_may_be_written_as_its_version_alone() {
        let body = |aws: Value| json!({"required_version": "~> 1.9", "required_providers": [{"aws": aws}]});
        assert_eq!(of(&body(json!(">= 2.0"))), ["provider-unpinned /body/required_providers/0/aws"]);
        assert!(of(&body(json!("~> 2.0"))).is_empty());
        assert_eq!(of(&body(json!({}))), [AT]);
        assert!(of(&body(json!("${local.aws}"))).is_empty());
        assert!(of(&body(json!([1]))).is_empty());
    }

    #[test]
    fn what_comes_with_terraform_has_no_version() {
        let body = json!({"required_version": "~> 1.9", "required_providers": [{"terraform": {"source": "terraform.io/builtin/terraform"}}]});
        assert!(of(&body).is_empty());
    }

    #[test]
    fn the_version_of_terraform_is_asked_for_beside_those_of_providers() {
        let body = json!({"required_providers": [{"aws": {"version": "~> 5.0"}}]});
        let findings = all("{}", &block("terraform", &[], &body));
        assert_eq!((findings.len(), findings[0].pointer(), findings[0].level()), (1, "/body/required_version", Level::Warn));
        for body in [json!({}), json!({"backend": [{"s3": {}}]}), json!({"required_providers": "x"}), json!(null), json!([])] {
            assert!(of(&body).is_empty(), "{body}");
        }
    }
}
