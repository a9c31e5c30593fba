//! The files of a new service: how they are rendered, and their writing, of all of them or none.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use tollgate_core::document::SourceFile;
use tollgate_core::pipeline::Pipeline;
use tollgate_manifest::CHART_FILE;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::output;

/// Writes the files of one directory, by their paths in the repository, and then the changed tollgate.yaml.
pub(crate) fn write(
    root: &Utf8Path,
    directory: &str,
    files: &BTreeMap<String, String>,
    pipeline_file: Option<&SourceFile>,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(ExitCode::Unexpected, &error);
    let whole = root.join(directory);
    let parent = whole.parent().unwrap_or(root);
    let made = missing_above(parent);
    fs_err::create_dir_all(parent).map_err(failed)?;
    // Beside where it goes, so that it is there at once. Its name is none that git or kustomize would take for something.
    let aside = parent.join(format!(".{}.{}.new", whole.file_name().unwrap_or_default(), std::process::id()));
    let written = fill(&aside, directory, files).and_then(|()| {
        // Only an empty directory could be replaced by this, and there is none.
        fs_err::rename(&aside, &whole)
    });
    let undo = |error: Failure| {
        let _ = fs_err::remove_dir_all(&aside);
        if let Some(made) = &made {
            let _ = fs_err::remove_dir_all(made);
        }
        error
    };
    written.map_err(failed).map_err(undo)?;
    let Some(file) = pipeline_file else { return Ok(()) };
    output::write_file(&root.join(&file.path), &file.bytes).map_err(|error| {
        let _ = fs_err::remove_dir_all(&whole);
        undo(error)
    })
}

/// The topmost directory that would have to be made.
fn missing_above(directory: &Utf8Path) -> Option<Utf8PathBuf> {
    directory
        .ancestors()
        .take_while(|directory| !directory.as_str().is_empty() && !directory.exists())
        .last()
        .map(Utf8Path::to_owned)
}

fn fill(aside: &Utf8Path, directory: &str, files: &BTreeMap<String, String>) -> std::io::Result<()> {
    for (path, text) in files {
        let inside = path.strip_prefix(directory).map_or(path.as_str(), |path| path.trim_start_matches('/'));
        let file = aside.join(inside);
        fs_err::create_dir_all(file.parent().unwrap_or(aside))?;
        fs_err::write(file, text)?;
    }
    Ok(())
}

/// How the files of a new service in this directory would be rendered, as tollgate.yaml says it: nothing where they are manifests.
pub(crate) fn rendering(path: &str, files: &BTreeMap<String, String>, pipeline: &Pipeline) -> Option<Value> {
    let has = |inside: &str| files.contains_key(&format!("{path}/{inside}"));
    let for_each = |file: &dyn Fn(&str) -> String| {
        !pipeline.environments.is_empty() && pipeline.environments.iter().all(|environment| has(&file(&environment.name)))
    };
    if has(CHART_FILE) {
        let by_environment = for_each(&|environment| format!("values-{environment}.yaml"));
        return Some(if by_environment { json!({"helm": {"values": ["values-{environment}.yaml"]}}) } else { json!({"helm": {}}) });
    }
    let by_environment = for_each(&|environment| format!("overlays/{environment}/kustomization.yaml"));
    by_environment.then(|| json!({"kustomize": "overlays/{environment}"}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::tests::world::mk_pipeline;

    fn mk_files() -> BTreeMap<String, String> {
        [("a/b/cart/x.yaml", "x"), ("a/b/cart/deep/y.yaml", "y")].map(|(path, text)| (path.to_owned(), text.to_owned())).into()
    }

    fn everything(root: &Utf8Path) -> Vec<String> {
        let walk = ignore::WalkBuilder::new(root).standard_filters(false).build().flatten();
        let mut paths: Vec<String> =
            walk.map(|entry| entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned()).collect();
        paths.sort();
        paths
    }

    #[test]
    fn a_chart_and_overlays_for_all_environments_are_rendered_and_manifests_are_not() {
        let rendered = |paths: &[&str]| {
            let files = paths.iter().map(|path| (format!("services/cart/{path}"), String::new())).collect();
            rendering("services/cart", &files, &mk_pipeline())
        };
        let for_each = |file: &dyn Fn(&str) -> String| ["staging", "preprod", "prod"].map(file);
        let with = |first: &str, rest: &[String]| {
            let all: Vec<&str> = std::iter::once(first).chain(rest.iter().map(String::as_str)).collect();
            rendered(&all)
        };
        let (values, overlays) =
            (for_each(&|name| format!("values-{name}.yaml")), for_each(&|name| format!("overlays/{name}/kustomization.yaml")));
        assert_eq!(rendered(&["deployment.yaml", "kustomization.yaml"]), None);
        assert_eq!(rendered(&["Chart.yaml", "values-prod.yaml"]), Some(json!({"helm": {}})));
        assert_eq!(with("Chart.yaml", &values), Some(json!({"helm": {"values": ["values-{environment}.yaml"]}})));
        assert_eq!(with("base/kustomization.yaml", &overlays), Some(json!({"kustomize": "overlays/{environment}"})));
        assert_eq!(with("base/kustomization.yaml", &overlays[1..]), None);
    }

    #[test]
    fn all_files_appear_and_nothing_stays_beside_them() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        write(root, "a/b/cart", &mk_files(), None).unwrap();
        assert_eq!(everything(root), ["", "a", "a/b", "a/b/cart", "a/b/cart/deep", "a/b/cart/deep/y.yaml", "a/b/cart/x.yaml"]);
    }

    #[test]
    fn where_tollgate_yaml_can_not_be_written_nothing_is() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        fs_err::create_dir(root.join("tollgate.yaml")).unwrap();
        let file = SourceFile { path: "tollgate.yaml".to_owned(), bytes: b"x".to_vec() };
        write(root, "a/b/cart", &mk_files(), Some(&file)).unwrap_err();
        assert_eq!(everything(root), ["", "tollgate.yaml"]);
    }

    #[test]
    fn what_somebody_made_meanwhile_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        fs_err::create_dir_all(root.join("a/b/cart")).unwrap();
        fs_err::write(root.join("a/b/cart/mine"), "mine").unwrap();
        write(root, "a/b/cart", &mk_files(), None).unwrap_err();
        assert_eq!(everything(root), ["", "a", "a/b", "a/b/cart", "a/b/cart/mine"]);
    }
}
