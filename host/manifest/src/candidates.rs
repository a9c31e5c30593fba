//! Which files are read at all. Paths only; both the file walker and the git tree go by it.

use std::collections::BTreeSet;

use tollgate_core::pipeline::FileChoice;

use crate::language::{FileLanguage, language};

/// The files that may hold manifests, and those that are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Paths to read, sorted.
    pub manifests: Vec<String>,
    /// Sorted by path. Never empty silence: whatever looks like a manifest and is not read stands here.
    pub not_evaluated: Vec<NotEvaluated>,
    /// Files that are known to be no manifests, sorted: a kustomization, a chart's values. In a component they deny nothing.
    pub known: Vec<String>,
}

/// A file that was not evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotEvaluated {
    pub path: String,
    /// A fragment: `it is a template of a chart`.
    pub why: String,
}

/// The file that makes its directory a chart.
pub const CHART_FILE: &str = "Chart.yaml";

/// Sorts paths, relative to the repository's root and separated by `/`. What is neither YAML nor JSON nor in one of the
/// languages that were asked for is none of its business; what is ignored is in no list.
pub fn candidates<'p>(paths: impl Iterator<Item = &'p str>, choice: &FileChoice<'_>) -> Candidates {
    let all: BTreeSet<&str> = paths.collect();
    let charts: BTreeSet<&str> = all.iter().filter(|path| file_name(path) == CHART_FILE).map(|path| directory(path)).collect();
    let mut candidates = Candidates::default();
    for path in all.into_iter().filter(|path| is_candidate(path, choice) && !choice.ignores(path)) {
        match classify(path, &charts) {
            Class::Manifest => candidates.manifests.push(path.to_owned()),
            Class::Known => candidates.known.push(path.to_owned()),
            Class::Template => {
                let why =
                    "it is a template of a chart, and no `render` of tollgate.yaml says that the chart is rendered".to_owned();
                candidates.not_evaluated.push(NotEvaluated { path: path.to_owned(), why });
            }
        }
    }
    candidates
}

enum Class {
    Manifest,
    Known,
    Template,
}

fn classify(path: &str, charts: &BTreeSet<&str>) -> Class {
    let name = file_name(path);
    if let Some(inside) = path_in_chart(path, charts) {
        if inside.starts_with("templates/") {
            return Class::Template;
        }
        let is_values = inside == name && name.starts_with("values");
        if is_values || matches!(inside, CHART_FILE | "Chart.lock" | "requirements.yaml") {
            return Class::Known;
        }
    }
    if matches!(name, "kustomization.yaml" | "kustomization.yml") { Class::Known } else { Class::Manifest }
}

/// The path within the innermost chart that holds it.
fn path_in_chart<'p>(path: &'p str, charts: &BTreeSet<&str>) -> Option<&'p str> {
    let mut ends = path.rmatch_indices('/').map(|(at, _)| at);
    let within = ends.find(|&at| charts.contains(&path[..at])).map(|at| &path[at + 1..]);
    within.or_else(|| charts.contains("").then_some(path))
}

fn is_candidate(path: &str, choice: &FileChoice<'_>) -> bool {
    match language(path) {
        FileLanguage::Json => true,
        // What has no language of its own is read as YAML only where it is named.
        FileLanguage::Yaml => {
            let extension = file_name(path).rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
            matches!(extension.as_deref(), Some("yaml" | "yml"))
        }
        other => other.asked_for().is_some_and(|language| choice.languages.contains(&language)),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Empty for the root.
fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

#[cfg(test)]
mod tests {
    use tollgate_core::language::Language;
    use tollgate_core::pipeline::Glob;

    use super::*;

    fn sort(paths: &[&str]) -> (Vec<String>, Vec<String>, Vec<String>) {
        sort_with(paths, &[])
    }

    fn sort_with(paths: &[&str], languages: &[Language]) -> (Vec<String>, Vec<String>, Vec<String>) {
        let ignore = [Glob::new("ignored/**").unwrap()];
        let found = candidates(paths.iter().copied(), &FileChoice { ignore: &ignore, languages });
        (found.manifests, found.not_evaluated.into_iter().map(|file| file.path).collect(), found.known)
    }

    #[test]
    fn yaml_and_json_are_candidates_and_the_rest_is_not() {
        let (manifests, ..) = sort(&["b.yml", "a.yaml", "c.JSON", "README.md", "yaml", "ignored/x.yaml", ".hidden/d.yaml"]);
        assert_eq!(manifests, [".hidden/d.yaml", "a.yaml", "b.yml", "c.JSON"]);
    }

    #[test]
    fn files_of_a_language_are_candidates_where_it_is_asked_for() {
        let paths = ["a.toml", "app.env", "Dockerfile", "ignored/b.tf", "main.tf", "main.tf.json", "README.md", "x.hcl"];
        assert_eq!(sort(&paths).0, ["main.tf.json"]);
        assert_eq!(sort_with(&paths, &[Language::Terraform]).0, ["main.tf", "main.tf.json", "x.hcl"]);
        assert_eq!(sort_with(&paths, &Language::ALL).0, ["Dockerfile", "a.toml", "app.env", "main.tf", "main.tf.json", "x.hcl"]);
    }

    #[test]
    fn templates_of_charts_are_listed_and_never_read() {
        let paths = [
            "x/Chart.yaml",
            "x/templates/a.yaml",
            "x/templates/b/c.yml",
            "x/values-prod.yaml",
            "x/crds/crd.yaml",
            "templates/d.yaml",
        ];
        let (manifests, not_evaluated, known) = sort(&paths);
        assert_eq!(manifests, ["templates/d.yaml", "x/crds/crd.yaml"]);
        assert_eq!(not_evaluated, ["x/templates/a.yaml", "x/templates/b/c.yml"]);
        assert_eq!(known, ["x/Chart.yaml", "x/values-prod.yaml"]);
    }

    #[test]
    fn a_chart_at_the_root_and_a_chart_in_a_chart_are_charts() {
        let (manifests, not_evaluated, known) =
            sort(&["Chart.yaml", "templates/a.yaml", "charts/y/Chart.yaml", "charts/y/values.yaml", "charts/y/templates/b.yaml"]);
        assert_eq!(manifests, Vec::<String>::new());
        assert_eq!(not_evaluated, ["charts/y/templates/b.yaml", "templates/a.yaml"]);
        assert_eq!(known, ["Chart.yaml", "charts/y/Chart.yaml", "charts/y/values.yaml"]);
    }

    #[test]
    fn a_kustomization_and_the_values_of_no_chart_are_told_apart() {
        let (manifests, _, known) = sort(&["overlays/prod/kustomization.yaml", "overlays/prod/values.yaml"]);
        assert_eq!(manifests, ["overlays/prod/values.yaml"]);
        assert_eq!(known, ["overlays/prod/kustomization.yaml"]);
    }
}
