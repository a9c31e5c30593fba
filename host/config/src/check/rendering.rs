//! `render` of a component.

use tollgate_core::pipeline::RenderSpec;
use tollgate_core::rendering::{HelmRender, KustomizeRender, PLACEHOLDERS, Render, TargetText};

use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::rendering as raw;
use crate::source::fault_of_path;

/// How a component is rendered. `has_targets` says whether there is anything that placeholders could stand for.
pub(crate) fn render(raw: &raw::Render, has_targets: bool, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<RenderSpec> {
    let mut reader = Reader { has_targets, problems };
    let how = match (&raw.kustomize, &raw.helm) {
        (Some(path), None) => {
            let path = reader.path(path.as_str(), &at.member("kustomize"))?;
            Render::Kustomize(KustomizeRender { path })
        }
        (None, Some(helm)) => Render::Helm(reader.helm(helm, &at.member("helm"))?),
        _ => {
            reader.problems.push(at.problem("`render` needs one of `kustomize` and `helm`"));
            return None;
        }
    };
    Some(RenderSpec { how, location: at.location() })
}

/// A path within a component's directory.
pub(crate) fn path(text: &str, has_targets: bool, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<TargetText> {
    Reader { has_targets, problems }.path(text, at)
}

struct Reader<'p> {
    has_targets: bool,
    problems: &'p mut Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn helm(&mut self, raw: &raw::Helm, at: &At<'_>) -> Option<HelmRender> {
        let before = self.problems.len();
        let chart = self.path(raw.chart.as_str(), &at.member("chart"));
        let values = at.member("values");
        let values = raw.values.iter().enumerate().map(|(index, path)| self.values(path.as_str(), &values.element(index)));
        let values = values.collect::<Vec<_>>();
        let release = raw.release.as_ref().map(|text| self.name(text.as_str(), &at.member("release")));
        let namespace = raw.namespace.as_ref().map(|text| self.name(text.as_str(), &at.member("namespace")));
        let versions = at.member("apiVersions");
        for (index, version) in raw.api_versions.iter().enumerate() {
            self.word(version.as_str(), &versions.element(index));
        }
        if let Some(version) = &raw.kube_version {
            self.word(version.as_str(), &at.member("kubeVersion"));
        }
        if self.problems.len() > before {
            return None;
        }
        Some(HelmRender {
            chart: chart?,
            values: values.into_iter().collect::<Option<_>>()?,
            release: release.flatten(),
            namespace: namespace.flatten(),
            include_crds: raw.include_crds,
            kube_version: raw.kube_version.as_ref().map(|version| version.as_str().to_owned()),
            api_versions: raw.api_versions.iter().map(|version| version.as_str().to_owned()).collect(),
        })
    }

    /// A path within the component's directory; `.` is the directory itself.
    fn path(&mut self, text: &str, at: &At<'_>) -> Option<TargetText> {
        if text.contains("://") {
            self.problems.push(at.problem(format!("`{text}` is no path: nothing is fetched while a component is rendered")));
            return None;
        }
        if let Some(fault) = fault_of_path(text).filter(|_| text != ".") {
            let fault = fault.replace("the repository's root", "the component's directory");
            self.problems.push(at.problem(format!("the path {fault}, not `{text}`")));
            return None;
        }
        self.text(text, at)
    }

    /// Helm takes several files of values from one text where it has commas.
    fn values(&mut self, text: &str, at: &At<'_>) -> Option<TargetText> {
        if text.contains([',', '"']) {
            self.problems.push(at.problem(format!("`{text}` must not hold commas or quotes; write an entry for each file")));
            return None;
        }
        self.path(text, at)
    }

    /// What Kubernetes takes as a name, once the placeholders are filled in.
    fn name(&mut self, text: &str, at: &At<'_>) -> Option<TargetText> {
        let checked = self.text(text, at)?;
        let filled = PLACEHOLDERS.iter().fold(text.to_owned(), |text, placeholder| text.replace(placeholder, "a"));
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = filled.chars().all(is_letter) && !filled.starts_with('-') && !filled.ends_with('-') && filled.len() <= 53;
        if !is_name {
            let message = format!("`{text}` is no name: lower-case letters, digits and dashes, at most 53");
            self.problems.push(at.problem(message));
            return None;
        }
        Some(checked)
    }

    /// A text that Helm takes as one.
    fn word(&mut self, text: &str, at: &At<'_>) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '+' | '_');
        if !text.chars().all(is_part) || text.starts_with('-') {
            self.problems.push(at.problem(format!("`{text}` is no version: letters, digits, dots, dashes and `/`")));
        }
    }

    fn text(&mut self, text: &str, at: &At<'_>) -> Option<TargetText> {
        let placeholders = PLACEHOLDERS.map(|placeholder| format!("`{placeholder}`")).join(", ");
        match TargetText::new(text) {
            Err(error) => {
                self.problems.push(at.problem(error.to_string()).hint(format!("there are {placeholders}")));
                None
            }
            Ok(checked) if checked.depends_on_target() && !self.has_targets => {
                let problem = at.problem(format!("`{text}` depends on the target, and there are no `environments`"));
                self.problems.push(problem.hint("add environments, or write it without placeholders"));
                None
            }
            Ok(checked) => Some(checked),
        }
    }
}
