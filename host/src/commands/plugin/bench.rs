//! `tollgate plugin bench`.

use std::time::Instant;

use camino::Utf8PathBuf;
use serde_json::Value;
use tollgate_core::evaluate::{CheckRequest, Context, EvaluateDocuments, LoadedPolicy, VisibleDocument};
use tollgate_core::pipeline::FileChoice;
use tollgate_core::policy::Scope;
use tollgate_report::cost::{CostReport, VERSION};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::named::Named;
use crate::cli::Format;
use crate::cli::plugin::Bench;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::sources::{Naming, path_files, read_documents};
use crate::{output, wiring};

pub(super) fn run(invocation: &Invocation, arguments: &Bench) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let before = arguments.compare.as_ref().map(|file| read(&invocation.at_start(file))).transpose().map_err(one)?;
    let report = measure(invocation, arguments).map_err(one)?;
    let json = output::json(&report).map_err(one)?;
    if let Some(file) = &arguments.save {
        output::write_file(&invocation.at_start(file), json.as_bytes()).map_err(one)?;
    }
    let text = match arguments.output {
        Format::Json => json,
        Format::Text => report.to_text(before.as_ref(), invocation.style()),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

fn read(file: &Utf8PathBuf) -> Result<CostReport, Failure> {
    let bytes = fs_err::read(file).map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("`{file}` holds no figures: {error}"));
        failure.with_hint("write them with `tollgate plugin bench --save FILE`")
    })
}

fn measure(invocation: &Invocation, arguments: &Bench) -> Result<CostReport, Failure> {
    let invalid = |message: String| Failure::of_message(ExitCode::InvalidConfiguration, message);
    let settings: Value = serde_json::from_str(&arguments.settings)
        .map_err(|error| Failure::of_message(ExitCode::Usage, format!("`--settings` is no JSON: {error}")))?;
    let named = Named::find(invocation, &arguments.plugin)?;
    let sandbox = wiring::sandbox(invocation)?;
    let LoadedPolicy::Validator(plugin) = named.load(&settings, &sandbox)? else {
        return Err(invalid(format!("`{}` judges promotions, not documents", named.shown)));
    };
    let questions = questions(invocation, arguments, plugin.as_ref())?;
    if questions.is_empty() {
        let failure = invalid("there is no document that the plugin looks at".to_owned());
        return Err(failure.with_hint("name some with `--documents PATH`"));
    }
    let mut costs = Vec::new();
    for _ in 0..arguments.rounds.max(1) {
        for question in &questions {
            costs.push(ask(plugin.as_ref(), question)?);
        }
    }
    let documents = questions.iter().map(|question| question.len() as u64).sum();
    Ok(CostReport {
        version: VERSION,
        plugin: plugin.description().name.clone(),
        digest: named.digest.to_string(),
        documents,
        nanoseconds: median(costs.iter().map(|cost| cost.nanoseconds)),
        fuel: median(costs.iter().map(|cost| cost.fuel)),
        most_fuel: costs.iter().map(|cost| cost.fuel).max().unwrap_or_default(),
        most_memory: costs.iter().map(|cost| cost.memory).max().unwrap_or_default(),
    })
}

/// What one question cost.
struct Cost {
    nanoseconds: u64,
    fuel: u64,
    memory: u64,
}

fn ask(plugin: &dyn EvaluateDocuments, documents: &[VisibleDocument]) -> Result<Cost, Failure> {
    let context = Context::check();
    let evaluation_time = crate::delivery::decide::seconds(Invocation::now());
    let start = Instant::now();
    let evaluation = plugin.check(&CheckRequest { context: &context, documents, evaluation_time });
    let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    evaluation.outcome.map_err(|error| Failure::new(ExitCode::PluginFailed, &error))?;
    Ok(Cost { nanoseconds, fuel: evaluation.fuel, memory: evaluation.memory })
}

/// The documents of each question.
fn questions(
    invocation: &Invocation,
    arguments: &Bench,
    plugin: &dyn EvaluateDocuments,
) -> Result<Vec<Vec<VisibleDocument>>, Failure> {
    let paths = if arguments.documents.is_empty() { vec![cases_of(&arguments.plugin)?] } else { arguments.documents.clone() };
    let naming = Naming { root: None, component: &|_| None, choice: FileChoice::default() };
    let mut groups = Vec::new();
    for path in &paths {
        groups.push(path_files(&invocation.at_start(path), &naming).map_err(fail)?);
    }
    let documents = read_documents(groups).documents;
    let concerned = documents.iter().filter(|judged| plugin.needs().concern(&judged.document.identity));
    let visible: Vec<VisibleDocument> = concerned.map(|judged| VisibleDocument::whole(&judged.document)).collect();
    Ok(match plugin.needs().scope {
        Scope::Document => visible.into_iter().map(|document| vec![document]).collect(),
        Scope::Set if visible.is_empty() => Vec::new(),
        Scope::Set => vec![visible],
    })
}

fn cases_of(plugin: &str) -> Result<Utf8PathBuf, Failure> {
    if plugin.starts_with("builtin:") || plugin.ends_with(".wasm") {
        return Err(Failure::of_message(ExitCode::Usage, "name documents with `--documents PATH`"));
    }
    Ok(Utf8PathBuf::from(plugin).join("cases"))
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
