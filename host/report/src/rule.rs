//! Rules, as plugins describe them.

use std::collections::BTreeSet;

use tollgate_core::finding::{Level, Severity};

use crate::check::CheckReport;
use crate::clean;
use crate::finding::FindingReport;

/// What a plugin says of one of its rules. Formats show it beside the findings; no finding needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleReport {
    /// `<policy>/<rule>`
    pub id: String,
    /// A few words.
    pub title: String,
    /// Markdown.
    pub help: String,
    pub level: Level,
    pub severity: Severity,
    /// The controls that the rule answers to.
    pub controls: Vec<String>,
    /// A page about it: an absolute address, http or https.
    pub help_uri: Option<String>,
}

impl From<&FindingReport> for RuleReport {
    /// What a finding gives away of a rule that nobody described.
    fn from(finding: &FindingReport) -> Self {
        Self {
            id: finding.rule.clone(),
            title: finding.rule.clone(),
            help: String::new(),
            level: finding.level,
            severity: finding.severity,
            controls: finding.controls.clone(),
            help_uri: None,
        }
    }
}

impl RuleReport {
    /// The page about it, if its address is a web page's (RFC 3986) and nothing else.
    pub(crate) fn page(&self) -> Option<&str> {
        let address = self.help_uri.as_deref()?;
        let is_web = ["https://", "http://"].iter().any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
        let is_clean = address.bytes().all(|byte| byte.is_ascii_graphic() && !br#"<>"\^`{}|"#.contains(&byte));
        (is_web && is_clean).then_some(address)
    }
}

/// The rules that a report needs, each once as it is shown: those that are described, then those that findings alone name.
pub(crate) fn all(report: &CheckReport, described: &[RuleReport]) -> Vec<RuleReport> {
    let mut seen = BTreeSet::new();
    let undescribed = report.findings.iter().map(RuleReport::from);
    described.iter().cloned().chain(undescribed).filter(|rule| seen.insert(clean::line(&rule.id))).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::finding::Enforcements;
    use crate::finding::tests::mk_finding;

    pub(crate) fn mk_rule(id: &str) -> RuleReport {
        RuleReport {
            id: id.to_owned(),
            title: "Image is pinned".to_owned(),
            help: "An image without a digest **changes**.\n\nPin it.".to_owned(),
            level: Level::Deny,
            severity: Severity::High,
            controls: vec!["CIS-5.5.1".to_owned()],
            help_uri: Some("https://tollgate.example/findings/image-pinned/tag".to_owned()),
        }
    }

    #[test]
    fn a_rule_that_nobody_described_is_known_by_its_finding_and_each_is_there_once() {
        let finding = |policy| FindingReport::new(&mk_finding(policy, "tag", Level::Warn, None), &Enforcements::new());
        let mut report = crate::check::tests::mk_empty();
        report.findings = vec![finding("image-pinned"), finding("other"), finding("other")];
        let rules = all(&report, &[mk_rule("image-pinned/tag"), mk_rule("image-pinned/tag"), mk_rule("a/unused")]);
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids, ["image-pinned/tag", "a/unused", "other/tag"]);
        assert_eq!((rules[2].level, rules[2].title.as_str()), (Level::Warn, "other/tag"));
    }

    #[test]
    fn only_the_address_of_a_web_page_is_one() {
        let page = |address: &str| RuleReport { help_uri: Some(address.to_owned()), ..mk_rule("a/b") }.page().map(str::to_owned);
        assert_eq!(page("https://a.example/b?c=d#e").as_deref(), Some("https://a.example/b?c=d#e"));
        for address in ["javascript:alert(1)", "https://", "https://a b", "https://a>b", "docs/a.md", ""] {
            assert_eq!(page(address), None, "{address}");
        }
    }
}
