//! Where what Helm rendered comes from: a comment before each document names its template.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::{Document, Location, Place, SourceFile, Span};
use tollgate_core::finding::Subject;
use tollgate_core::pointer::Pointer;
use tollgate_core::tree_path::join;

use super::scan::name_of;
use crate::candidates::CHART_FILE;
use crate::data::read_data;
use crate::limits::ReadLimits;
use crate::locate::locate;
use crate::read::read;
use crate::render::inputs::Inputs;
use crate::render::packed::CHARTS;
use crate::render::rule::{self, RenderRule};
use crate::render::traced::{Traced, locate_rendered, place_in};

/// Begins the comment that names a template.
const COMMENT: &str = "# Source: ";

/// Reads what Helm rendered for a component, from the chart in this directory of it.
pub fn trace_helm(output: Vec<u8>, inputs: &Inputs, chart: &str) -> Traced {
    let output = Arc::new(SourceFile { path: "rendered.yaml".to_owned(), bytes: output });
    let text = String::from_utf8_lossy(&output.bytes).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let origins = Origins { inputs, chart: join("", chart).unwrap_or_default(), output: &output };
    let reading = read(&output, &ReadLimits::default());
    let mut traced = Traced::default();
    let unreadable = reading.findings.into_iter().map(|finding| (finding.span.line, finding.message));
    let unreadable = unreadable.chain(reading.others.into_iter().map(|other| (other.span.line, other.why)));
    for (line, why) in unreadable {
        let location = Location { file: origins.source(&lines, line).path.clone(), span: Span::START };
        let message = format!("what Helm renders is no manifest: {why}");
        traced.findings.push(RenderRule::FAILED.finding(Subject::File, Some(location), message));
    }
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for document in reading.documents {
        let Place { stream, base, .. } = &document.place;
        let line = locate(&output, *stream, base, &[Pointer::root()]).first().map_or(1, |span| span.line);
        let source = Arc::clone(origins.source(&lines, line));
        let position = seen.entry(source.path.clone()).or_default();
        let place = place(&source, &document, *position);
        *position += 1;
        let document = Document { source, place, rendered_for: Some(Vec::new()), ..document };
        traced.findings.extend(hook(&document));
        traced.documents.push(document);
    }
    traced
}

/// The object itself, where the template holds it as it is; else its position among what the template makes.
fn place(source: &Arc<SourceFile>, document: &Document, position: u32) -> Place {
    let same = |other: &Document| other.identity.kind == document.identity.kind && other.identity.name == document.identity.name;
    let objects = read(source, &ReadLimits::default()).documents;
    let written = if objects.iter().any(same) { place_in(&objects, &document.identity) } else { None };
    written.unwrap_or(Place { index: position, stream: position, base: Pointer::root() })
}

fn hook(document: &Document) -> Option<tollgate_core::finding::Finding> {
    let body: Value = serde_json::from_slice(&document.body).unwrap_or_default();
    let when = body["metadata"]["annotations"].get("helm.sh/hook")?;
    let at = Pointer::root().member("metadata").member("annotations").member("helm.sh/hook");
    let span = locate_rendered(&document.source, &document.place, &document.body, &[at]).pop().unwrap_or(Span::START);
    let message = format!("`{}` is a hook ({})", document.identity, when.as_str().unwrap_or_default());
    Some(rule::finding(&RenderRule::HOOK, &document.source, span, message))
}

/// The files that a comment may name.
struct Origins<'a> {
    inputs: &'a Inputs,
    chart: String,
    output: &'a Arc<SourceFile>,
}

impl Origins<'_> {
    /// The template of a line of what was rendered; where nobody knows, the chart's own file.
    fn source(&self, lines: &[&str], line: u32) -> &Arc<SourceFile> {
        let until = usize::try_from(line).unwrap_or_default().min(lines.len());
        let named = lines[..until].iter().rev().find_map(|line| line.strip_prefix(COMMENT));
        let own = || join(&self.chart, CHART_FILE).and_then(|path| self.inputs.file(&path));
        named.and_then(|named| self.template(named.trim())).or_else(own).unwrap_or(self.output)
    }

    /// `cart/charts/redis/templates/a.yaml` starts with the chart's name, and has charts under their names, which those of their
    /// directories need not be.
    fn template(&self, named: &str) -> Option<&Arc<SourceFile>> {
        let (_, mut rest) = named.split_once('/')?;
        let mut directory = self.chart.clone();
        while let Some((name, after)) = rest.strip_prefix("charts/").and_then(|rest| rest.split_once('/')) {
            directory = self.chart_in(&directory, name)?;
            rest = after;
        }
        self.inputs.file(&join(&directory, rest)?)
    }

    fn chart_in(&self, directory: &str, name: &str) -> Option<String> {
        let charts = join(directory, CHARTS)?;
        let name = &self.without_alias(directory, name);
        let named = join(&charts, name)?;
        if self.inputs.has_directory(&named) {
            return Some(named);
        }
        let is_it = |(path, source): &(&str, &Arc<SourceFile>)| {
            path.strip_suffix(CHART_FILE).is_some() && name_of(source).as_ref() == Some(name)
        };
        let (path, _) = self.inputs.below(&charts).find(is_it)?;
        path.strip_suffix(CHART_FILE)?.strip_suffix('/').map(ToOwned::to_owned)
    }

    /// The name of a chart that another one may have given an alias.
    fn without_alias(&self, directory: &str, name: &str) -> String {
        let parent = join(directory, CHART_FILE).and_then(|path| self.inputs.file(&path));
        let data = parent.and_then(|source| read_data(source).ok()).map(|data| data.value).unwrap_or_default();
        let dependencies = data.get("dependencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let aliased = dependencies.iter().find(|dependency| dependency["alias"] == name);
        aliased.and_then(|dependency| dependency["name"].as_str()).unwrap_or(name).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;
    use crate::render::packed::tests::pack;

    const TEMPLATE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n  annotations:\n    helm.sh/hook: pre-install\nspec:\n  replicas: {{ .Values.replicas }}\n";

    fn mk() -> Inputs {
        mk_inputs(&[
            ("chart/Chart.yaml", "name: cart\n"),
            ("chart/templates/deployment.yaml", TEMPLATE),
            ("chart/templates/plain.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  a: b\n"),
            ("chart/charts/dir/Chart.yaml", "name: redis\n"),
            ("chart/charts/dir/templates/a.yaml", "kind: {{ .Values.kind }}\n"),
        ])
    }

    fn traced(output: &str) -> Traced {
        trace_helm(output.as_bytes().to_vec(), &mk(), "chart")
    }

    fn file_and_line(traced: &Traced, pointer: &str) -> (String, u32) {
        let document = &traced.documents[0];
        let span = locate_rendered(&document.source, &document.place, &document.body, &[pointer.parse().unwrap()])[0];
        (document.source.path.clone(), span.line)
    }

    #[test]
    fn a_document_is_traced_to_its_template_and_the_nearest_line() {
        let output = "---\n# Source: cart/templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 2}\n";
        let (file, line) = file_and_line(&traced(output), "/spec/replicas");
        assert_eq!((file.as_str(), line), ("services/cart/chart/templates/deployment.yaml", 8));
    }

    #[test]
    fn a_template_without_actions_is_read_as_the_manifest_that_it_is() {
        let output =
            "---\n# Source: cart/templates/plain.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {a: b}\n";
        let (file, line) = file_and_line(&traced(output), "/data/a");
        assert_eq!((file.as_str(), line), ("services/cart/chart/templates/plain.yaml", 6));
    }

    #[test]
    fn charts_in_charts_are_found_by_their_names() {
        let output = "---\n# Source: cart/charts/redis/templates/a.yaml\napiVersion: v1\nkind: A\nmetadata: {name: a}\n";
        assert_eq!(file_and_line(&traced(output), "").0, "services/cart/chart/charts/dir/templates/a.yaml");
    }

    #[test]
    fn packed_charts_and_charts_of_another_name_are_looked_into() {
        let chart = "name: cart\ndependencies:\n- {name: redis, alias: cache}\n";
        let files: [(&str, &[u8]); 2] = [("Chart.yaml", b"name: redis\n"), ("templates/a.yaml", b"a: {{ .Values.a }}\nkind: A\n")];
        let file = |path: &str, bytes: &[u8]| {
            let source = SourceFile { path: format!("services/cart/{path}"), bytes: bytes.to_vec() };
            (path.to_owned(), Arc::new(source))
        };
        let inputs = Inputs::new([file("Chart.yaml", chart.as_bytes()), file("charts/redis-1.0.0.tgz", &pack("redis", &files))]);
        for name in ["redis", "cache"] {
            let output =
                format!("---\n# Source: cart/charts/{name}/templates/a.yaml\napiVersion: v1\nkind: A\nmetadata: {{name: a}}\n");
            let traced = trace_helm(output.into_bytes(), &inputs, ".");
            let place = file_and_line(&traced, "/kind");
            assert_eq!(place, ("services/cart/charts/redis-1.0.0.tgz/templates/a.yaml".to_owned(), 2), "{name}");
        }
    }

    #[test]
    fn where_nobody_knows_it_is_the_file_of_the_chart() {
        for comment in ["# Source: cart/templates/other.yaml", "# Source: ../../etc/passwd", "# Source: cart/../../../x", ""] {
            let output = format!("---\n{comment}\napiVersion: v1\nkind: A\nmetadata: {{name: a}}\n");
            assert_eq!(file_and_line(&traced(&output), "/x"), ("services/cart/chart/Chart.yaml".to_owned(), 1), "{comment}");
        }
    }

    #[test]
    fn a_hook_is_found_at_its_line() {
        let output = "---\n# Source: cart/templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, annotations: {helm.sh/hook: pre-install}}\n";
        let findings = traced(output).findings;
        assert_eq!(findings[0].rule.as_str(), "render/hook");
        assert_eq!(findings[0].location.as_ref().unwrap().span.line, 6);
    }

    #[test]
    fn what_is_no_manifest_is_found_in_its_template() {
        let findings = traced("---\n# Source: cart/templates/deployment.yaml\na: 1\n").findings;
        assert_eq!(findings[0].rule.as_str(), "render/failed");
        assert_eq!(findings[0].location.as_ref().unwrap().file, "services/cart/chart/templates/deployment.yaml");
    }
}
