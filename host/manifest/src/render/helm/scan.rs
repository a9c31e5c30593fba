//! Whether all that a chart needs is in the component.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::pointer::Pointer;

use super::chance::is_packed;
use super::schema;
use crate::candidates::CHART_FILE;
use crate::data::read_data;
use crate::render::inputs::{Inputs, directory_of, join};
use crate::render::rule::{self, RenderRule};

/// Where dependencies stand: in the chart's own file, or, of old charts, beside it.
const REQUIREMENTS_FILE: &str = "requirements.yaml";

/// What is wrong with a chart of a component, and with the charts in it.
pub(in crate::render) fn scan_chart(inputs: &Inputs, chart: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in inputs.below(chart) {
        match path.rsplit_once('/').map_or(path, |(_, name)| name) {
            CHART_FILE | REQUIREMENTS_FILE => findings.extend(dependencies(inputs, directory_of(path), source)),
            "values.schema.json" => findings.extend(schema::scan(source)),
            _ => {}
        }
    }
    findings
}

fn dependencies(inputs: &Inputs, chart: &str, source: &Arc<SourceFile>) -> Vec<Finding> {
    let document = match read_data(source) {
        Ok(document) => document,
        Err(problems) => return problems.into_iter().map(|problem| problem.into_finding(&source.path)).collect(),
    };
    let wanted = document.value.get("dependencies").and_then(Value::as_array).cloned().unwrap_or_default();
    let at = |index| Pointer::root().member("dependencies").element(index);
    let missing = wanted.iter().enumerate().filter_map(|(index, dependency)| {
        let name = dependency.get("name").and_then(Value::as_str)?;
        (!is_there(inputs, chart, name)).then(|| {
            let message = format!("the chart `{name}` is a dependency, and is not in `charts`");
            rule::finding(&RenderRule::DEPENDENCY, source, document.locate(&at(index)), message)
        })
    });
    missing.collect()
}

fn is_there(inputs: &Inputs, chart: &str, name: &str) -> bool {
    let Some(charts) = join(chart, "charts") else { return false };
    let is_it = |(path, source): (&str, &Arc<SourceFile>)| {
        let Some((first, rest)) = path.strip_prefix(&charts).and_then(|rest| rest.strip_prefix('/')).map(cut) else { return false };
        match rest {
            "" => is_packed(first) && first.strip_prefix(name).is_some_and(|version| version.starts_with('-')),
            CHART_FILE => first == name || name_of(source).as_deref() == Some(name),
            _ => false,
        }
    };
    inputs.below(&charts).any(is_it)
}

fn cut(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

/// The name that a chart gives itself.
pub(super) fn name_of(chart_file: &SourceFile) -> Option<String> {
    read_data(chart_file).ok()?.value.get("name")?.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;

    const CHART: &str =
        "apiVersion: v2\nname: cart\ndependencies:\n- name: redis\n  repository: https://example.com\n- name: common\n";

    fn found(files: &[(&str, &str)]) -> Vec<(String, u32)> {
        let line = |finding: &Finding| finding.location.as_ref().unwrap().span.line;
        scan_chart(&mk_inputs(files), "").iter().map(|finding| (finding.message.clone(), line(finding))).collect()
    }

    #[test]
    fn dependencies_that_are_not_there_are_named_at_their_lines() {
        let missing = |name: &str| format!("the chart `{name}` is a dependency, and is not in `charts`");
        assert_eq!(found(&[("Chart.yaml", CHART)]), [(missing("redis"), 4), (missing("common"), 6)]);
    }

    #[test]
    fn a_dependency_is_there_packed_or_as_a_directory_of_any_name() {
        assert_eq!(found(&[("Chart.yaml", CHART), ("charts/redis-1.2.3.tgz", ""), ("charts/x/Chart.yaml", "name: common\n")]), []);
        let charts = [("Chart.yaml", CHART), ("charts/redis-1.2.3.tgz", ""), ("charts/common/templates/a.yaml", "")];
        assert_eq!(found(&charts).len(), 1);
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
}
