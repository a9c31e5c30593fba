//! tollgate and its rules, as SARIF describes a tool.

use std::collections::BTreeSet;

use serde_sarif::sarif::{MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor, ToolComponent};
use tollgate_core::finding::{Level, Severity};

use super::bag;
use crate::clean;
use crate::format::sentence;
use crate::rule::RuleReport;

/// How many tags of a rule GitHub takes ("SARIF results exceed one or more limits").
const TAGS: usize = 20;

/// How long a description may be that GitHub shows, in characters ("SARIF support for code scanning").
const DESCRIPTION: usize = 1_024;

pub(super) fn driver(rules: &[RuleReport]) -> ToolComponent {
    ToolComponent::builder()
        .name("tollgate")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules.iter().map(descriptor).collect::<Vec<_>>())
        .build()
}

fn descriptor(rule: &RuleReport) -> ReportingDescriptor {
    let title = sentence::clip(&clean::line(&rule.title), DESCRIPTION);
    let help = if rule.help.trim().is_empty() { title.clone() } else { clean::text(&rule.help) };
    let first = help.split("\n\n").next().map(clean::line).unwrap_or_default();
    let plain = |text: &str| MultiformatMessageString::builder().text(text).build();
    let descriptor = ReportingDescriptor::builder()
        .id(clean::line(&rule.id))
        .name(title.clone())
        .short_description(plain(&title))
        .full_description(plain(&sentence::clip(&first, DESCRIPTION)))
        .help(MultiformatMessageString::builder().text(help.clone()).markdown(help).build())
        .default_configuration(ReportingConfiguration::builder().level(level(rule.level)).build())
        .properties(properties(rule))
        .build();
    ReportingDescriptor { help_uri: rule.page().map(str::to_owned), ..descriptor }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
    }
}

fn properties(rule: &RuleReport) -> PropertyBag {
    // GitHub reads the severity only of what is tagged so.
    let controls = rule.controls.iter().map(|control| clean::line(control));
    let mut seen = BTreeSet::new();
    let tags = std::iter::once("security".to_owned()).chain(controls).filter(|tag| seen.insert(tag.clone())).take(TAGS).collect();
    // The same document always gets the same findings.
    let precision = ("precision", "very-high".into());
    let properties = match security_severity(rule.severity) {
        Some(score) => bag([precision, ("security-severity", score.into())]),
        None => bag([precision]),
    };
    PropertyBag { tags: Some(tags), ..properties }
}

/// In the middle of GitHub's ranges: above 9.0 critical, from 7.0 high, from 4.0 medium, below it low.
const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}
