//! `tollgate init --pair NAME`: an environment with its pair, made as another one is. Without `--yes` it says what it would write.

mod named;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use camino::Utf8Path;
use serde::Serialize;
use serde_json::{Value, json};
use tollgate_config::{PIPELINE_FILE, UseOfLock};
use tollgate_core::document::SourceFile;
use tollgate_core::pair;
use tollgate_core::pipeline::{Pipeline, Target, TargetKind};
use tollgate_manifest::read_data;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use self::named::Renaming;
use super::Outcome;
use crate::cli::Format;
use crate::cli::trust::Init;
use crate::configuration::local;
use crate::configuration::reader::{Reader, Tree};
use crate::invocation::Invocation;
use crate::output;
use crate::services::pipeline_file::{configuration_with, patched, read_file};

/// What an environment with a pair is made of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewPair {
    version: u32,
    /// The environment that it is made after.
    like: String,
    /// The entry of tollgate.yaml.
    environment: Value,
    /// Files of variables, by path, each with the one that it is a copy of.
    files: BTreeMap<String, String>,
    /// Workspaces that the first promotions make, with their targets.
    workspaces: BTreeMap<String, String>,
    /// Whether it is written.
    written: bool,
}

pub(super) fn run(invocation: &Invocation, arguments: &Init, name: &str) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let root = local::root_above(&invocation.directory).ok_or_else(|| one(no_pipeline()))?;
    let reader = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let before = local::of_tree(&reader, UseOfLock::Obey)?.pipeline;
    let file = read_file(&root, PIPELINE_FILE).map_err(one)?;
    let like = like(&before).map_err(one)?;
    let renaming = Renaming { from: like, to: name };
    let environment = environment(&file, &before, &renaming).map_err(one)?;
    let by_hand = format!("add an entry to `environments`: {environment}");
    let edited = patched(&file, &json!([{"op": "add", "path": "/environments/-", "value": environment}]), &by_hand).map_err(one)?;
    let after = configuration_with(&reader, &edited)?.pipeline;
    let files = var_files(&root, &before, &after, &renaming).map_err(one)?;
    if arguments.yes {
        write(&root, &edited, &files, &renaming).map_err(one)?;
    }
    let new = NewPair {
        version: 1,
        like: like.to_owned(),
        workspaces: workspaces(&after, name),
        environment,
        files,
        written: arguments.yes,
    };
    output::print(&match arguments.output {
        Format::Json => output::json(&new).map_err(one)?,
        Format::Text => new.to_text(),
    })
    .map_err(one)?;
    Ok(ExitCode::Approved)
}

fn no_pipeline() -> Failure {
    let message = format!("there is no {PIPELINE_FILE} here or above, so there is nothing to add a pair to");
    Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("run it in a clone of the infrastructure repository")
}

/// The last environment that has a pair.
fn like(pipeline: &Pipeline) -> Result<&str, Failure> {
    let has_pair = |target: &&Target| pair::twin(pipeline, target).is_some();
    let last = pipeline.environments.iter().rfind(|environment| environment.targets.iter().any(|target| has_pair(&target)));
    last.map(|environment| environment.name.as_str()).ok_or_else(|| {
        let failure =
            Failure::of_message(ExitCode::InvalidConfiguration, "no environment has a pair that another could be made after");
        failure.with_hint("write the first one by hand: an `ops` target, and an `apps` target that `requires` it")
    })
}

/// The entry, as the other one is written, after whose Apps targets it comes.
fn environment(file: &SourceFile, pipeline: &Pipeline, renaming: &Renaming<'_>) -> Result<Value, Failure> {
    let unreadable = || Failure::of_message(ExitCode::InvalidConfiguration, format!("`{PIPELINE_FILE}` can't be read"));
    let data = read_data(file).map_err(|_| unreadable())?;
    let all = data.value.get("environments").and_then(Value::as_array).ok_or_else(unreadable)?;
    let template = all.iter().find(|environment| environment["name"] == renaming.from).ok_or_else(unreadable)?;
    let mut new = renaming.value(template);
    let apps: Vec<&str> = pipeline
        .targets()
        .filter(|target| target.environment == renaming.from && pair::twin(pipeline, target).is_some())
        .map(|target| target.name.as_str())
        .collect();
    // Whatever the other one comes after, this one comes after it.
    if let Some(members) = new.as_object_mut() {
        members.remove("after");
    }
    for target in new.get_mut("targets").and_then(Value::as_array_mut).into_iter().flatten() {
        if target["role"] == "apps" {
            target["after"] = json!({ "all": apps });
        }
    }
    Ok(new)
}

/// Files of variables for the new targets: those of the others, renamed.
fn var_files(
    root: &Utf8Path,
    before: &Pipeline,
    after: &Pipeline,
    renaming: &Renaming<'_>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut files = BTreeMap::new();
    let components = super::checked_files::directories(root, before)?;
    for target in before.targets().filter(|target| target.environment == renaming.from) {
        let Some(new) = after.target(&renaming.text(&target.name)) else { continue };
        for (path, spec) in &components {
            for text in spec.terraform.iter().flat_map(|terraform| &terraform.var_files) {
                let (from, to) = (text.at(Some(target.names())), text.at(Some(new.names())));
                let (from, to) = (format!("{path}/{from}"), format!("{path}/{to}"));
                if from != to && root.join(&from).exists() && !root.join(&to).exists() {
                    files.insert(to, from);
                }
            }
        }
    }
    Ok(files)
}

fn workspaces(pipeline: &Pipeline, environment: &str) -> BTreeMap<String, String> {
    let of = pipeline.targets().filter(|target| target.environment == environment);
    of.filter_map(|target| match &target.kind {
        TargetKind::Terraform(place) => Some((place.workspace.clone(), target.name.clone())),
        _ => None,
    })
    .collect()
}

/// Writes the files, and then tollgate.yaml: what names them is there last.
fn write(
    root: &Utf8Path,
    pipeline_file: &Arc<SourceFile>,
    files: &BTreeMap<String, String>,
    renaming: &Renaming<'_>,
) -> Result<(), Failure> {
    for (to, from) in files {
        let file = read_file(root, from)?;
        let text = String::from_utf8_lossy(&file.bytes);
        output::write_file(&root.join(to), renaming.text(&text).as_bytes())?;
    }
    output::write_file(&root.join(PIPELINE_FILE), &pipeline_file.bytes)
}

impl NewPair {
    fn to_text(&self) -> String {
        let mut text = format!("{PIPELINE_FILE}: an environment after `{}`\n  {}\n", self.like, self.environment);
        for (to, from) in &self.files {
            let _ = writeln!(text, "{to}: a copy of `{from}` with the new names; look at its values");
        }
        for (workspace, target) in &self.workspaces {
            let _ = writeln!(text, "workspace `{workspace}`: made by the first promotion to `{target}`");
        }
        text += if self.written {
            "\nwritten; review and merge it, and `tollgate policy accept` puts it in force\n"
        } else {
            "\nnothing is written; with `--yes` it is\n"
        };
        text
    }
}
