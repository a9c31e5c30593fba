//! Configurations of generators, transformers and validators: only what is built into kustomize runs.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::pointer::Pointer;
use tollgate_core::tree_path::join;

use super::reach::Scan;
use super::reference::{is_remote, starts_remote};
use crate::limits::ReadLimits;
use crate::read::read;
use crate::render::inputs::directory_of;
use crate::render::rule::RenderRule;

/// Keys under which built-in plugins take paths.
const PATHS: [&str; 6] = ["path", "paths", "files", "envs", "env", "targetfilepath"];

/// One entry of `generators`, `transformers` or `validators`.
pub(super) fn check(scan: &mut Scan<'_>, text: &str, at: &Pointer) {
    if text.contains('\n') && !starts_remote(text) {
        let source = SourceFile { path: "inline.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
        return configuration(scan, &Arc::new(source), scan.directory.to_owned().as_str(), at);
    }
    let before = scan.findings.len();
    scan.path(text, at);
    if scan.findings.len() > before {
        return;
    }
    let Some(path) = join(scan.directory, text) else { return };
    match scan.inputs.file(&path).cloned() {
        Some(source) => configuration(scan, &source, directory_of(&path).to_owned().as_str(), at),
        None => scan.add(&RenderRule::PLUGIN, at, format!("`{text}` is a directory; name the files of the configurations")),
    }
}

/// What stands in a configuration. All that is wrong is found at the entry that names it.
fn configuration(scan: &mut Scan<'_>, source: &Arc<SourceFile>, directory: &str, at: &Pointer) {
    let reading = read(source, &ReadLimits::default());
    if !reading.findings.is_empty() || !reading.others.is_empty() {
        scan.add(&RenderRule::PLUGIN, at, "the configuration of a plugin can't be read".to_owned());
    }
    for document in reading.documents {
        let body: Value = serde_json::from_slice(&document.body).unwrap_or_default();
        let is_function = ["config.kubernetes.io/function", "config.k8s.io/function"]
            .iter()
            .any(|name| body["metadata"]["annotations"].get(name).is_some());
        let is_built_in = document.identity.api_version == "builtin" && !document.identity.kind.contains("Helm");
        if is_function || !is_built_in {
            scan.add(&RenderRule::PLUGIN, at, format!("`{}` is a plugin that is not built into kustomize", document.identity));
        }
        references(scan, &body, false, directory, at);
    }
}

/// kustomize reads keys in any case, and takes some letters of other alphabets for those of ASCII.
fn is_path_key(key: &str) -> bool {
    PATHS.contains(&key.to_lowercase().replace('\u{17f}', "s").as_str())
}

/// Texts that lead somewhere, wherever they stand.
fn references(scan: &mut Scan<'_>, value: &Value, is_path: bool, directory: &str, at: &Pointer) {
    match value {
        Value::String(text) if is_path && is_remote(text) => {
            scan.add(
                &RenderRule::REMOTE,
                at,
                "the configuration of a plugin refers to something that would have to be fetched".to_owned(),
            );
        }
        Value::String(text) if is_path => {
            let path = text.split_once('=').map_or(text.as_str(), |(_, path)| path);
            if join(directory, path).is_none() {
                scan.add(&RenderRule::OUTSIDE, at, format!("`{path}` leads out of the component's directory"));
            }
        }
        Value::Array(list) => list.iter().for_each(|value| references(scan, value, is_path, directory, at)),
        Value::Object(members) => {
            for (key, value) in members {
                references(scan, value, is_path_key(key), directory, at);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::render::inputs::tests::mk_inputs;
    use crate::render::kustomize::scan_kustomizations;

    /// The rules of what is found, with a configuration in a file and the same one within the kustomization.
    fn found(configuration: &str) -> Vec<String> {
        let rules = |kustomization: &str| -> Vec<String> {
            let inputs = mk_inputs(&[("kustomization.yaml", kustomization), ("t.yaml", configuration)]);
            scan_kustomizations(&inputs).iter().map(|finding| finding.rule.rule().to_owned()).collect()
        };
        let inline = configuration.replace('\n', "\n  ");
        let [file, inline] = [rules("transformers: [t.yaml]\n"), rules(&format!("transformers:\n- |\n  {}\n", inline.trim_end()))];
        assert_eq!(file, inline);
        file
    }

    #[test]
    fn what_is_built_in_passes() {
        let text = "apiVersion: builtin\nkind: PrefixSuffixTransformer\nmetadata: {name: a}\nprefix: a-\n";
        assert_eq!(found(text), Vec::<String>::new());
    }

    #[test]
    fn functions_programs_and_charts_are_refused() {
        for text in [
            "apiVersion: example.com/v1\nkind: Gen\nmetadata:\n  name: a\n  annotations:\n    config.kubernetes.io/function: |\n      container: {image: a}\n",
            "apiVersion: builtin\nkind: LabelTransformer\nmetadata:\n  name: a\n  annotations: {config.k8s.io/function: 'exec: {path: ./x}'}\n",
            "apiVersion: example.com/v1\nkind: Gen\nmetadata: {name: a}\n",
            "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\n",
        ] {
            assert_eq!(found(text), ["plugin"], "{text}");
        }
    }

    #[test]
    fn built_in_plugins_lead_nowhere_else() {
        let patch = |path: &str| format!("apiVersion: builtin\nkind: PatchTransformer\nmetadata: {{name: a}}\npath: {path}\n");
        assert_eq!(found(&patch("https://example.com/p.yaml")), ["remote"]);
        assert_eq!(found(&patch("../../p.yaml")), ["outside"]);
        assert_eq!(found(&patch("/etc/passwd")), ["outside"]);
        assert_eq!(found(&patch("p.yaml")), Vec::<String>::new());
    }

    #[test]
    fn a_directory_of_configurations_is_refused() {
        let inputs = mk_inputs(&[("kustomization.yaml", "generators: [g]\n"), ("g/a.yaml", "a: 1\n")]);
        let rules: Vec<String> = scan_kustomizations(&inputs).iter().map(|finding| finding.rule.rule().to_owned()).collect();
        assert_eq!(rules, ["plugin"]);
    }
}
