//! `tollgate render`: the manifests as they would be applied. Values of Secrets are withheld.

use serde_json::Value;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::render::{Rendered, RenderedDocument};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::deciding::Destination;
use super::failed::of_finding;
use super::selection::select;
use crate::cli::deliver::{Render, RenderFormat};
use crate::configuration::Failures;
use crate::delivery::render::render;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Render) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let delivery = wiring::delivery(invocation)?;
    let selected = select(&delivery, &arguments.to.reference, &arguments.to.to)?;
    let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
    let mut text = String::new();
    for target in &selected.targets {
        let destination = Destination::new(&delivery, target).map_err(one)?;
        let candidate = destination.candidate(&selected.provenance, &history).map_err(one)?;
        let recipe = candidate.recipe.as_ref().ok_or_else(|| candidate.findings.iter().map(of_finding).collect::<Failures>())?;
        let rendered = render(&candidate, recipe).map_err(fail).map_err(one)?;
        text.push_str(&manifests(&target.name, &rendered, arguments.output).map_err(one)?);
    }
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

fn manifests(target: &str, rendered: &Rendered, format: RenderFormat) -> Result<String, Failure> {
    let mut text = String::new();
    for document in rendered.documents() {
        let body = visible(document)?;
        match format {
            RenderFormat::Yaml => {
                let yaml = tollgate_manifest::to_yaml(&body).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
                text.push_str(&format!("---\n# {target}: {}\n{yaml}", document.path));
            }
            RenderFormat::Json => text.push_str(&format!("{body}\n")),
        }
    }
    Ok(text)
}

fn visible(document: &RenderedDocument) -> Result<Value, Failure> {
    let unexpected = |error: serde_json::Error| Failure::new(ExitCode::Unexpected, &error);
    let bytes = serde_json::to_vec(&document.body).map_err(unexpected)?;
    match tollgate_manifest::withhold_secrets(&bytes) {
        Some(withheld) => serde_json::from_slice(&withheld).map_err(unexpected),
        None => Ok(document.body.clone()),
    }
}
