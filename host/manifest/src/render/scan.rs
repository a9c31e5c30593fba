//! Whether a component can be rendered at all, from itself alone.

use tollgate_core::document::Location;
use tollgate_core::finding::{Finding, Subject};
use tollgate_core::rendering::{HelmRendering, Rendering};
use tollgate_core::tree_path::join;

use super::helm::scan_chart;
use super::inputs::Inputs;
use super::kustomize::scan_kustomizations;
use super::rule::RenderRule;
use crate::candidates::CHART_FILE;

/// How many bytes a tool is given.
const LARGEST: usize = 64 * 1024 * 1024;

/// All that forbids to start the tool. `configured` is where the rendering is configured.
pub fn scan_inputs(inputs: &Inputs, rendering: &Rendering, configured: &Location) -> Vec<Finding> {
    let size: usize = inputs.iter().map(|(_, source)| source.bytes.len()).sum();
    if size > LARGEST {
        let message = format!("the component has {size} bytes, more than the {LARGEST} that a tool is given");
        return vec![RenderRule::TOO_LARGE.finding(Subject::File, Some(configured.clone()), message)];
    }
    let mut findings: Vec<Finding> = missing(inputs, rendering)
        .into_iter()
        .map(|message| RenderRule::MISSING.finding(Subject::File, Some(configured.clone()), message))
        .collect();
    findings.extend(match rendering {
        Rendering::Kustomize { .. } => scan_kustomizations(inputs),
        Rendering::Helm(HelmRendering { chart, .. }) => join("", chart).map_or_else(Vec::new, |chart| scan_chart(inputs, &chart)),
    });
    findings
}

/// What the configuration names, and the component does not have.
fn missing(inputs: &Inputs, rendering: &Rendering) -> Vec<String> {
    match rendering {
        Rendering::Kustomize { path } => {
            let is_there = join("", path).is_some_and(|path| inputs.kustomization(&path).is_some());
            if is_there { Vec::new() } else { vec![format!("the component has no kustomization in `{path}`")] }
        }
        Rendering::Helm(HelmRendering { chart, values, .. }) => {
            let has = |path: Option<String>| path.is_some_and(|path| inputs.file(&path).is_some());
            let mut missing = Vec::new();
            if !has(join(chart, CHART_FILE)) {
                missing.push(format!("the component has no chart in `{chart}`"));
            }
            let values = values.iter().filter(|path| !has(join("", path)));
            missing.extend(values.map(|path| format!("the component has no file of values `{path}`")));
            missing
        }
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::document::Span;

    use super::*;
    use crate::render::inputs::tests::mk_inputs;

    fn found(files: &[(&str, &str)], rendering: &Rendering) -> Vec<String> {
        let configured = Location { file: "tollgate.yaml".to_owned(), span: Span::point(4, 2) };
        let findings = scan_inputs(&mk_inputs(files), rendering, &configured);
        findings.iter().map(|finding| format!("{}: {}", finding.location.as_ref().unwrap().file, finding.message)).collect()
    }

    fn mk_helm(chart: &str, values: &[&str]) -> Rendering {
        Rendering::Helm(HelmRendering {
            chart: chart.to_owned(),
            values: values.iter().map(|path| (*path).to_owned()).collect(),
            release: "cart".to_owned(),
            namespace: None,
            include_crds: true,
            kube_version: None,
            api_versions: Vec::new(),
        })
    }

    #[test]
    fn what_is_not_there_is_found_where_it_is_configured() {
        let kustomize = Rendering::Kustomize { path: "overlays/prod".to_owned() };
        let files = [("base/kustomization.yaml", "namespace: a\n")];
        assert_eq!(found(&files, &kustomize), ["tollgate.yaml: the component has no kustomization in `overlays/prod`"]);
        let helm = found(&[("Chart.yaml", "name: a\n"), ("values.yaml", "")], &mk_helm(".", &["values.yaml", "values-prod.yaml"]));
        assert_eq!(helm, ["tollgate.yaml: the component has no file of values `values-prod.yaml`"]);
        assert_eq!(found(&[], &mk_helm("chart", &[])), ["tollgate.yaml: the component has no chart in `chart`"]);
    }

    #[test]
    fn what_is_there_is_looked_into() {
        let files = [("kustomization.yaml", "resources: [../x]\n")];
        let found = found(&files, &Rendering::Kustomize { path: ".".to_owned() });
        assert_eq!(found, ["services/cart/kustomization.yaml: `../x` leads out of the component's directory"]);
    }
}
