//! `tollgate plugin inspect`.

use serde_json::json;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::policy::{Description, KindFilter, Scope, ValidatorNeeds};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::plugin::{PluginReport, PluginRule, VERSION};
use tollgate_sandbox::about;

use super::Outcome;
use super::named::Named;
use crate::cli::Format;
use crate::cli::plugin::Inspect;
use crate::invocation::Invocation;
use crate::{output, wiring};

pub(super) fn run(invocation: &Invocation, arguments: &Inspect) -> Outcome {
    let report = report(invocation, &arguments.plugin).map_err(|failure| vec![failure])?;
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(|failure| vec![failure])?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

fn report(invocation: &Invocation, name: &str) -> Result<PluginReport, Failure> {
    let named = Named::find(invocation, name)?;
    let about = about(&named.bytes).map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?;
    let loaded = named.load(&json!({}), &wiring::sandbox(invocation)?)?;
    let (description, needs) = match &loaded {
        LoadedPolicy::Validator(plugin) => (plugin.description(), validator_needs(plugin.needs())),
        LoadedPolicy::Promotion(plugin) => (plugin.description(), promotion_needs(plugin.as_ref())),
    };
    let Description { name, version, rules, settings_schema } = description.clone();
    let rule = |rule: tollgate_core::policy::Rule| PluginRule {
        id: rule.id,
        title: rule.title,
        level: rule.level,
        severity: rule.severity,
        controls: rule.controls,
    };
    Ok(PluginReport {
        version: VERSION,
        plugin: named.shown,
        name,
        plugin_version: version,
        digest: named.digest.to_string(),
        size: named.bytes.len() as u64,
        world: format!("{:?}", about.world).to_lowercase(),
        generation: about.generation,
        exports: about.exports,
        imports: about.imports,
        grants: about.grants,
        needs,
        rules: rules.into_iter().map(rule).collect(),
        settings_schema,
    })
}

fn validator_needs(needs: &ValidatorNeeds) -> Vec<String> {
    let scope = match needs.scope {
        Scope::Document => "each document by itself",
        Scope::Set => "all documents together",
    };
    let kind = |kind: &KindFilter| match kind.group.as_str() {
        "" => kind.kind.clone(),
        group => format!("{}.{group}", kind.kind),
    };
    let kinds: Vec<String> = needs.kinds.iter().map(kind).collect();
    let kinds = if kinds.is_empty() { "of every kind".to_owned() } else { format!("of the kinds {}", kinds.join(", ")) };
    let secrets = needs.secret_values.then(|| "the values of Secrets".to_owned());
    [format!("{scope}, {kinds}")].into_iter().chain(secrets).collect()
}

fn promotion_needs(plugin: &dyn tollgate_core::evaluate::DecidePromotion) -> Vec<String> {
    let needs = plugin.needs();
    let words = [("what was built", needs.built), ("what is proven", needs.proofs)];
    words.iter().filter(|(_, is_needed)| *is_needed).map(|(word, _)| (*word).to_owned()).collect()
}
