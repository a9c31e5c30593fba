//! `tollgate plugin inspect`.

use serde_json::json;
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::fix::FixerDescription;
use tollgate_core::policy::{Description, KindFilter, Scope, ValidatorNeeds, World};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::plugin::{PluginReport, PluginRule, VERSION};
use tollgate_sandbox::{About, about};

use super::Outcome;
use super::named::Named;
use crate::cli::Format;
use crate::cli::plugin::Inspect;
use crate::commands::fix::load_fixer;
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
    let sandbox = wiring::sandbox(invocation)?;
    if about.world == World::Fixer {
        let fixer = load_fixer(&sandbox, &named.source(), named.digest, &named.bytes)?;
        return Ok(fixer_report(outside(named, about), fixer.description()));
    }
    let loaded = named.load(&json!({}), &sandbox)?;
    let (description, needs) = match &loaded {
        LoadedPolicy::Validator(plugin) => (plugin.description(), validator_needs(plugin.needs())),
        LoadedPolicy::Promotion(plugin) => (plugin.description(), promotion_needs(plugin.as_ref())),
    };
    let Description { name, version: plugin_version, rules, settings_schema } = description.clone();
    let rule = |rule: tollgate_core::policy::Rule| PluginRule {
        id: rule.id,
        title: rule.title,
        level: rule.level,
        severity: rule.severity,
        controls: rule.controls,
    };
    let rules = rules.into_iter().map(rule).collect();
    Ok(PluginReport { name, plugin_version, needs, rules, settings_schema, ..outside(named, about) })
}

/// What is known before anything of it runs.
fn outside(named: Named, about: About) -> PluginReport {
    PluginReport {
        version: VERSION,
        name: String::new(),
        plugin_version: String::new(),
        digest: named.digest.to_string(),
        size: named.bytes.len() as u64,
        plugin: named.shown,
        world: format!("{:?}", about.world).to_lowercase(),
        generation: about.generation,
        exports: about.exports,
        imports: about.imports,
        grants: about.grants,
        needs: Vec::new(),
        rules: Vec::new(),
        fixes: Vec::new(),
        settings_schema: json!({}),
    }
}

fn fixer_report(outside: PluginReport, description: &FixerDescription) -> PluginReport {
    let FixerDescription { name, version, validator, rules } = description.clone();
    PluginReport {
        name,
        plugin_version: version,
        needs: vec![format!("each document that `{validator}` finds something in")],
        fixes: rules.iter().map(|rule| format!("{validator}/{rule}")).collect(),
        ..outside
    }
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
