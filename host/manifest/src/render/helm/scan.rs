//! Whether all that a chart needs is in the component.

use tollgate_core::document::{SourceFile, Span};
use tollgate_core::finding::Finding;

use super::{dependencies, schema};
use crate::candidates::CHART_FILE;
use crate::data::read_data;
use crate::render::inputs::{Inputs, directory_of};
use crate::render::rule::{self, RenderRule};

/// Where dependencies stand: in the chart's own file, or, of old charts, beside it.
const REQUIREMENTS_FILE: &str = "requirements.yaml";

/// What is wrong with a chart of a component, and with the charts in it.
pub(in crate::render) fn scan_chart(inputs: &Inputs, chart: &str) -> Vec<Finding> {
    let closed = inputs.closed().map(|(source, why)| {
        let message = format!("nobody can look into the packed chart: {why}");
        rule::finding(&RenderRule::DEPENDENCY, source, Span::START, message)
    });
    let mut findings: Vec<Finding> = closed.collect();
    for (path, source) in inputs.below(chart) {
        match path.rsplit_once('/').map_or(path, |(_, name)| name) {
            CHART_FILE | REQUIREMENTS_FILE => findings.extend(dependencies::scan(inputs, directory_of(path), source)),
            "values.schema.json" => findings.extend(schema::scan(source)),
            _ => {}
        }
    }
    findings
}

/// The name that a chart gives itself.
pub(super) fn name_of(chart_file: &SourceFile) -> Option<String> {
    read_data(chart_file).ok()?.value.get("name")?.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::render::inputs::tests::mk_inputs;
    use crate::render::packed::tests::pack;

    const CHART: &str =
        "apiVersion: v2\nname: cart\ndependencies:\n- name: redis\n  repository: https://example.com\n- name: common\n";

    fn found(files: &[(&str, &str)]) -> Vec<(String, u32)> {
        let line = |finding: &Finding| finding.location.as_ref().unwrap().span.line;
        scan_chart(&mk_inputs(files), "").iter().map(|finding| (finding.message.clone(), line(finding))).collect()
    }

    fn in_packed(bytes: &[u8]) -> Vec<String> {
        let path = "charts/redis-1.2.3.tgz";
        let source = SourceFile { path: path.to_owned(), bytes: bytes.to_vec() };
        let findings = scan_chart(&Inputs::new([(path.to_owned(), Arc::new(source))]), "");
        findings.iter().map(|finding| format!("{} {}", finding.rule.as_str(), finding.location.as_ref().unwrap().file)).collect()
    }

    #[test]
    fn charts_in_charts_and_old_charts_are_looked_at_too() {
        let requirements = "dependencies:\n- name: redis\n";
        assert_eq!(found(&[("Chart.yaml", "name: cart\n"), ("requirements.yaml", requirements)]).len(), 1);
        assert_eq!(found(&[("Chart.yaml", "name: cart\n"), ("charts/a/Chart.yaml", CHART)]).len(), 2);
    }

    #[test]
    fn schemas_are_looked_at() {
        let schema = "{\"$ref\": \"https://example.com/s.json\"}";
        assert_eq!(found(&[("Chart.yaml", "name: cart\n"), ("charts/a/values.schema.json", schema)]).len(), 1);
    }

    #[test]
    fn packed_charts_are_looked_into_and_one_that_is_closed_is_found() {
        let schema = "{\"$ref\": \"https://example.com/s.json\"}".as_bytes();
        let tgz = pack("redis", &[("Chart.yaml", CHART.as_bytes()), ("values.schema.json", schema)]);
        let place = "charts/redis-1.2.3.tgz";
        let dependency = format!("render/dependency {place}/Chart.yaml");
        assert_eq!(in_packed(&tgz), [dependency.clone(), dependency, format!("render/remote {place}/values.schema.json")]);
        assert_eq!(in_packed(b"no archive"), [format!("render/dependency {place}")]);
    }
}
