//! `tollgate policy list` and `policy show`: what judges here, from where, why, and at which digest.

use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::policy::{Grants, Scope};
use tollgate_gate::ConfiguredPolicy;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::plugin::PluginRule;
use tollgate_report::policies::{AskingGate, PoliciesReport, PolicyReport, VERSION};

use super::Outcome;
use super::judging::{self, Judging};
use crate::cli::Format;
use crate::cli::check::Check;
use crate::cli::policy::{List, Show};
use crate::configuration::Failures;
use crate::invocation::Invocation;
use crate::rules::{self, RulePage};
use crate::{output, wiring};

pub(super) fn list(invocation: &Invocation, arguments: &List) -> Outcome {
    let report = report(invocation)?;
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(|failure| vec![failure])?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

pub(super) fn show(invocation: &Invocation, arguments: &Show) -> Outcome {
    let report = report(invocation)?;
    let Some(policy) = report.policies.iter().find(|policy| policy.name == arguments.policy) else {
        let known: Vec<String> = report.policies.iter().map(|policy| format!("`{}`", policy.name)).collect();
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("no policy `{}` judges here", arguments.policy));
        return Err(vec![failure.with_hint(format!("there are {}", known.join(", ")))]);
    };
    let text = match arguments.output {
        Format::Json => output::json(policy).map_err(|failure| vec![failure])?,
        Format::Text => policy.to_text(invocation.style()),
    };
    output::print(&text).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

/// The policies that `check` would judge by.
fn report(invocation: &Invocation) -> Result<PoliciesReport, Failures> {
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let judging = judging::choose(invocation, &Check::default(), None, &loader)?;
    let policies = judging.policies.iter().map(|policy| of_policy(policy, &judging)).collect();
    Ok(PoliciesReport { version: VERSION, policy_revision: judging.revision.clone(), policies, notices: judging.notices.clone() })
}

/// A rule of the policies that `check` would judge by, by its id.
pub(super) fn rule(invocation: &Invocation, id: &str) -> Result<Option<RulePage>, Failures> {
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let judging = judging::choose(invocation, &Check::default(), None, &loader)?;
    let rules = judging.policies.iter().flat_map(|policy| rules::of_description(&policy.spec.name, policy.loaded.description()));
    Ok(rules.into_iter().find(|rule| rule.id == id))
}

fn of_policy(policy: &ConfiguredPolicy, judging: &Judging) -> PolicyReport {
    let ConfiguredPolicy { spec, loaded, plugin, .. } = policy;
    let description = loaded.description();
    let locked = judging.configuration.lock.as_ref().and_then(|lock| lock.plugins.get(&spec.plugin));
    let gates = judging.configuration.pipeline.gates.iter();
    let gates = gates.filter(|gate| gate.requirement.policies().contains(&spec.name.as_str()));
    let rule = |rule: &tollgate_core::policy::Rule| {
        let level = match spec.levels.get(&rule.id) {
            Some(configured) => (*configured)?,
            None => rule.level,
        };
        let (id, title, controls) = (rule.id.clone(), rule.title.clone(), rule.controls.clone());
        Some(PluginRule { id, title, level, severity: rule.severity, controls })
    };
    PolicyReport {
        name: spec.name.clone(),
        plugin: spec.plugin.to_string(),
        plugin_version: description.version.clone(),
        digest: plugin.to_string(),
        locked: locked.is_some_and(|locked| locked.digest == *plugin),
        file: spec.location.file.clone(),
        line: spec.location.span.line,
        judges: judges(loaded).to_owned(),
        gates: gates.map(|gate| AskingGate { name: gate.name.clone(), enforcement: gate.enforcement }).collect(),
        settings: spec.settings.clone(),
        grants: grants(&spec.grants),
        rules: description.rules.iter().filter_map(rule).collect(),
        off: spec.levels.iter().filter(|(_, level)| level.is_none()).map(|(rule, _)| rule.clone()).collect(),
    }
}

fn judges(loaded: &LoadedPolicy) -> &'static str {
    match loaded {
        LoadedPolicy::Validator(plugin) if plugin.needs().scope == Scope::Document => "documents",
        LoadedPolicy::Validator(_) => "sets",
        LoadedPolicy::Promotion(_) => "promotions",
    }
}

fn grants(grants: &Grants) -> Vec<String> {
    let data = grants.data.iter().flat_map(|files| files.keys()).map(|key| format!("data {key}"));
    let flags = [("clock", grants.clock), ("secretValues", grants.secret_values)];
    let flags = flags.into_iter().filter(|(_, is_granted)| *is_granted).map(|(grant, _)| grant.to_owned());
    flags.chain(data).collect()
}
