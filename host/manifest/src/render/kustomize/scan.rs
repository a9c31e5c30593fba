//! Whether kustomize would go anywhere but to files of the component. This is what guarantees it, whatever else keeps it from the
//! network: kustomize is started only on kustomizations without such findings.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::pointer::Pointer;

use super::fields::{Field, field, within};
use super::plugin;
use super::reach::Scan;
use super::reference::starts_remote;
use crate::data::read_data;
use crate::render::inputs::{Inputs, directory_of, is_kustomization};
use crate::render::rule::RenderRule;

/// What is wrong with the kustomizations of a component: with all of them, whether the one that is built refers to them or not.
pub(in crate::render) fn scan_kustomizations(inputs: &Inputs) -> Vec<Finding> {
    let kustomizations = inputs.iter().filter(|(path, _)| is_kustomization(path));
    kustomizations.flat_map(|(path, source)| of_kustomization(inputs, path, source)).collect()
}

fn of_kustomization(inputs: &Inputs, path: &str, source: &Arc<SourceFile>) -> Vec<Finding> {
    match read_data(source) {
        Err(problems) => problems.into_iter().map(|problem| problem.into_finding(&source.path)).collect(),
        Ok(document) => {
            let mut scan = Scan { inputs, directory: directory_of(path), source, document: &document, findings: Vec::new() };
            scan.mapping(&document.value, &Pointer::root(), &field);
            scan.findings
        }
    }
}

impl Scan<'_> {
    fn mapping(&mut self, value: &Value, at: &Pointer, fields: &dyn Fn(&str) -> Option<Field>) {
        for (key, value) in value.as_object().into_iter().flatten() {
            let at = at.member(key);
            match fields(key) {
                Some(field) => self.field(field, value, &at),
                None => self.add_at_key(
                    &RenderRule::UNKNOWN_FIELD,
                    &at,
                    format!("`{key}` is no field of a kustomization that is known"),
                ),
            }
        }
    }

    fn field(&mut self, field: Field, value: &Value, at: &Pointer) {
        match field {
            Field::Plain => {}
            Field::Denied => {
                let message = "charts are not rendered by kustomize, which would fetch them".to_owned();
                self.add_at_key(&RenderRule::PLUGIN, at, message);
            }
            Field::Path => self.texts(value, at, &|scan, text, at| scan.path(text, at)),
            Field::Paths => self.texts(value, at, &|scan, text, at| scan.path(text, at)),
            Field::KeyedPaths => self.texts(value, at, &|scan, text, at| {
                scan.path(text.split_once('=').map_or(text, |(_, path)| path), at);
            }),
            Field::PathsOrPatches => self.texts(value, at, &|scan, text, at| scan.path_or_patch(text, at)),
            Field::Plugins => self.texts(value, at, &plugin::check),
            Field::Mappings(fields) => self.mappings(value, at, &|name| within(fields, name)),
        }
    }

    /// A list of mappings, or one.
    fn mappings(&mut self, value: &Value, at: &Pointer, fields: &dyn Fn(&str) -> Option<Field>) {
        match value.as_array() {
            Some(list) => {
                list.iter().enumerate().for_each(|(index, value)| self.mapping(value, &at.element(index), fields));
            }
            None => self.mapping(value, at, fields),
        }
    }

    /// A list of texts, or one. What is neither, kustomize does not take.
    fn texts(&mut self, value: &Value, at: &Pointer, look: &dyn Fn(&mut Self, &str, &Pointer)) {
        match value {
            Value::String(text) => look(self, text, at),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(index, value)| self.texts(value, &at.element(index), look));
            }
            _ => {}
        }
    }

    fn path_or_patch(&mut self, text: &str, at: &Pointer) {
        let is_patch = text.contains('\n') || text.trim_start().starts_with('{');
        match is_patch {
            true if starts_remote(text) => self.remote(text, at),
            true => {}
            false => self.path(text, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;

    /// Rules and lines of what is found in the kustomization `overlays/prod`, beside a base.
    fn found(kustomization: &str) -> Vec<(String, u32)> {
        let inputs = mk_inputs(&[
            ("overlays/prod/kustomization.yaml", kustomization),
            ("overlays/prod/patch.yaml", "kind: Deployment\n"),
            ("base/kustomization.yaml", "resources: [deployment.yaml]\n"),
            ("base/deployment.yaml", "kind: Deployment\n"),
        ]);
        let place = |finding: &Finding| finding.location.as_ref().map(|place| place.span.line).unwrap_or_default();
        scan_kustomizations(&inputs).iter().map(|finding| (finding.rule.rule().to_owned(), place(finding))).collect()
    }

    #[test]
    fn what_stays_in_the_component_passes() {
        let good = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop\nresources: [../../base]\n\
            patches:\n- path: patch.yaml\n  target: {kind: Deployment}\n- patch: |\n    - op: add\n      path: /a\n      value: https://example.com\n\
            configMapGenerator:\n- name: a\n  literals: ['URL=https://example.com']\n  files: ['k=patch.yaml']\n\
            images: [{name: registry.example.com/cart, newTag: v1}]\ncommonAnnotations: {url: 'https://example.com'}\n";
        assert_eq!(found(good), []);
    }

    #[test]
    fn every_way_to_the_network_is_found_at_its_line() {
        for entry in [
            "resources:\n- https://example.com/a.yaml",
            "resources:\n- github.com/org/repo//base?ref=v1",
            "bases:\n- git@example.com:org/repo",
            "components:\n- ssh://example.com/org/repo",
            "crds:\n- http://example.com/crd.json",
            "configurations:\n- HTTPS://example.com/c.yaml",
            "openapi:\n  path: https://example.com/schema.json",
            "patches:\n- path: https://example.com/p.yaml",
            "patchesJson6902:\n- path: https://example.com/p.yaml",
            "patchesStrategicMerge:\n- https://example.com/p.yaml",
            "replacements:\n- path: https://example.com/r.yaml",
            "configMapGenerator:\n- files: ['a=https://example.com/f']",
            "secretGenerator:\n- envs: ['https://example.com/f']",
            "transformers:\n- https://example.com/t.yaml",
        ] {
            assert_eq!(found(&format!("{entry}\n")), [("remote".to_owned(), 2)], "{entry}");
        }
    }

    #[test]
    fn ways_out_of_the_component_and_to_nothing_are_found() {
        assert_eq!(found("resources:\n- ../../../other\n"), [("outside".to_owned(), 2)]);
        assert_eq!(found("patches:\n- path: /etc/passwd\n"), [("outside".to_owned(), 2)]);
        assert_eq!(found("secretGenerator:\n- files: [x=../../../secret]\n"), [("outside".to_owned(), 2)]);
        assert_eq!(found("resources: [missing.yaml]\n"), [("missing".to_owned(), 1)]);
    }

    #[test]
    fn charts_and_fields_in_another_case_are_refused() {
        assert_eq!(found("helmCharts: [{name: a}]\n"), [("plugin".to_owned(), 1)]);
        assert_eq!(found("Resources: ['https://example.com/a.yaml']\n"), [("unknown-field".to_owned(), 1)]);
        assert_eq!(found("patches:\n- Path: https://example.com/a\n"), [("unknown-field".to_owned(), 2)]);
        assert_eq!(found("re\u{17f}ources: [a]\n"), [("unknown-field".to_owned(), 1)]);
    }

    #[test]
    fn a_kustomization_that_can_not_be_read_is_a_finding_about_its_source() {
        let inputs = mk_inputs(&[("kustomization.yaml", "resources: [a\n")]);
        let findings = scan_kustomizations(&inputs);
        assert!(findings[0].rule.as_str().starts_with("source/"), "{findings:?}");
        assert_eq!(findings[0].location.as_ref().unwrap().file, "services/cart/kustomization.yaml");
    }

    #[test]
    fn a_password_in_a_url_is_not_told() {
        let inputs = mk_inputs(&[("kustomization.yaml", "resources: ['https://me:hunter2@example.com/a']\n")]);
        let message = &scan_kustomizations(&inputs)[0].message;
        assert_eq!(message, "`example.com/a` would have to be fetched");
    }
}
