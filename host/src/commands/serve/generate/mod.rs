//! What a cluster needs so that `tollgate serve` answers it, narrow by what the policies in force look at.

mod access;
mod chart;
mod place;
mod webhook;
mod workload;

use camino::Utf8Path;
use serde_json::Value;
use tollgate_manifest::to_yaml;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::admission::Known;
use crate::cli::serve::{Generate, Serve};
use crate::commands::serve::reading::Source;
use crate::output;

use place::Place;

/// A file to write.
struct File {
    name: String,
    text: String,
}

/// Writes what was asked for.
pub(super) fn generate(known: &Known, source: &Source, arguments: &Serve, what: Generate) -> Result<(), Failure> {
    let place = Place::new(arguments, source)?;
    let files = match what {
        Generate::Manifests => files(&manifests(known, &place))?,
        Generate::Kustomization => kustomization(files(&manifests(known, &place))?)?,
        Generate::Chart => chart::chart(&manifests(known, &place.as_values()), &place)?,
    };
    match (&arguments.into, what) {
        (Some(directory), _) => write(directory, &files),
        (None, Generate::Manifests) => {
            let documents: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
            output::print(&documents.join("---\n"))
        }
        (None, _) => Err(Failure::of_message(ExitCode::Usage, "several files need a directory; name one with `--into`")),
    }
}

/// All objects, each with the name of its file, in the order in which they can be applied.
fn manifests(known: &Known, place: &Place) -> Vec<(&'static str, Value)> {
    let mut all = vec![("namespace", access::namespace(place)), ("service-account", access::service_account(place))];
    if place.makes_certificate {
        all.extend(access::for_own_certificate(place));
    }
    all.extend([
        ("network-policy", access::network_policy(place)),
        ("service", workload::service(place)),
        ("deployment", workload::deployment(place)),
        ("pod-disruption-budget", workload::disruption_budget(place)),
        ("autoscaler", workload::autoscaler(place)),
        ("webhook", webhook::configuration(known, place)),
    ]);
    all
}

fn files(manifests: &[(&'static str, Value)]) -> Result<Vec<File>, Failure> {
    let file = |(number, (name, object)): (usize, &(&str, Value))| {
        Ok(File { name: format!("{:02}-{name}.yaml", number + 1), text: yaml(object)? })
    };
    manifests.iter().enumerate().map(file).collect()
}

fn yaml(object: &Value) -> Result<String, Failure> {
    to_yaml(object).map_err(|error| Failure::new(ExitCode::Unexpected, &error))
}

fn kustomization(mut files: Vec<File>) -> Result<Vec<File>, Failure> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let kustomization = serde_json::json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": names,
    });
    let text = yaml(&kustomization)?;
    files.push(File { name: "kustomization.yaml".to_owned(), text });
    Ok(files)
}

fn write(directory: &Utf8Path, files: &[File]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(ExitCode::Unexpected, &error);
    let is_empty = fs_err::read_dir(directory.as_std_path()).map_or(Ok(true), |mut entries| Ok(entries.next().is_none()));
    if !is_empty.map_err(failed)? {
        return Err(Failure::of_message(ExitCode::Usage, format!("`{directory}` is not empty")));
    }
    for file in files {
        let path = directory.join(&file.name);
        path.parent().map_or(Ok(()), |parent| fs_err::create_dir_all(parent.as_std_path())).map_err(failed)?;
        output::write_file(&path, file.text.as_bytes())?;
    }
    output::print(&format!("wrote {} files to {directory}\n", files.len()))
}
