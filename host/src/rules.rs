//! Every rule that can deny something: of the host itself, and of the built-in plugins.

use std::sync::Arc;

use serde_json::{Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{LoadPolicy, PolicyBinary};
use tollgate_core::policy::{Description, Grants, LimitClass, Rule};
use tollgate_core::structure;
use tollgate_manifest::{RenderRule, SourceCode};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::builtin;
use crate::invocation::Invocation;
use crate::wiring;
use crate::{delivery, infrastructure, sources};

/// What is to be said about a rule.
#[derive(Clone, Debug)]
pub(crate) struct RulePage {
    /// `<policy>/<rule>`
    pub(crate) id: String,
    pub(crate) title: String,
    /// Markdown.
    pub(crate) help: String,
    pub(crate) level: String,
    pub(crate) severity: String,
    pub(crate) controls: Vec<String>,
}

/// The rules of the host itself: no gate and no override softens what they deny.
pub(crate) fn of_host() -> Vec<RulePage> {
    let page = |policy: &str, id: &str, title: &str, help: String| RulePage {
        id: format!("{policy}/{id}"),
        title: title.to_owned(),
        help,
        level: "deny".to_owned(),
        severity: "high".to_owned(),
        controls: Vec::new(),
    };
    let mut pages = Vec::new();
    for code in SourceCode::ALL {
        let help = format!("{}\n\nTo fix it, {}.", code.help(), code.remediation());
        pages.push(page("source", code.as_str(), code.title(), help));
    }
    pages.extend(sources::RULES.iter().map(|(id, title, help)| page("source", id, title, (*help).to_owned())));
    pages.extend(RenderRule::ALL.iter().map(|rule| {
        let help = format!("{}\n\nTo fix it, {}.", rule.help, rule.remediation);
        page("render", rule.id, rule.title, help)
    }));
    pages.extend(delivery::images::RULES.iter().map(|(id, title, help)| page("recipe", id, title, (*help).to_owned())));
    pages.extend(infrastructure::RULES.iter().map(|(id, title, help)| page("terraform", id, title, (*help).to_owned())));
    let warning = |page: RulePage| RulePage { level: "warn".to_owned(), ..page };
    pages
        .extend(infrastructure::WARNINGS.iter().map(|(id, title, help)| warning(page("terraform", id, title, (*help).to_owned()))));
    pages.extend(structure::RULES.iter().map(|rule| page("structure", rule.id, rule.title, rule.help.to_owned())));
    pages
}

/// The rules of the built-in plugins, as these describe themselves.
pub(crate) fn of_builtin(invocation: &Invocation) -> Result<Vec<RulePage>, Failure> {
    let sandbox = wiring::sandbox(invocation)?;
    let mut pages = Vec::new();
    let fixers: Vec<&str> = builtin::fixers().collect();
    for name in builtin::plugin_names().filter(|name| !fixers.contains(name)) {
        let bytes: Arc<[u8]> = builtin::plugin(name).unwrap_or_default().into();
        let binary = PolicyBinary {
            policy: name.to_owned(),
            digest: Digest::of(&bytes),
            bytes,
            settings: json!({}),
            grants: Grants { log: true, clock: true, ..Grants::default() },
            limits: LimitClass::Native,
        };
        let loaded = sandbox.load(&binary).map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?;
        pages.extend(of_description(name, loaded.description()));
    }
    Ok(pages)
}

/// The rules of a policy, as its plugin describes them.
pub(crate) fn of_description(policy: &str, description: &Description) -> Vec<RulePage> {
    let page = |rule: &Rule| RulePage {
        id: format!("{policy}/{}", rule.id),
        title: rule.title.clone(),
        help: rule.help.clone(),
        level: word(&rule.level),
        severity: word(&rule.severity),
        controls: rule.controls.clone(),
    };
    description.rules.iter().map(page).collect()
}

fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// One rule by its id; nothing when neither host nor built-in plugins have it.
pub(crate) fn find(invocation: &Invocation, id: &str) -> Result<Option<RulePage>, Failure> {
    if let Some(page) = of_host().into_iter().find(|page| page.id == id) {
        return Ok(Some(page));
    }
    Ok(of_builtin(invocation)?.into_iter().find(|page| page.id == id))
}
