//! Where what kustomize rendered comes from: it says so itself, in an annotation that goes no further than here.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::Location;
use tollgate_core::document::{Document, Place, SourceFile, Span};
use tollgate_core::finding::{Finding, Subject};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::RENDERED_DIRECTORY;
use tollgate_core::tree_path::join;

use crate::data::read_data;
use crate::limits::ReadLimits;
use crate::read::read;
use crate::render::inputs::Inputs;
use crate::render::rule::RenderRule;
use crate::render::traced::{Origins, Traced};

/// Where kustomize says where an object comes from.
const ORIGIN: &str = "config.kubernetes.io/origin";

/// Reads what kustomize rendered for a component, of whose directories it built this one.
pub fn trace_kustomize(output: Vec<u8>, inputs: &Inputs, built: &str) -> Traced {
    let output = Arc::new(SourceFile { path: "rendered.yaml".to_owned(), bytes: output });
    let reading = read(&output, &ReadLimits::default());
    let kustomization = join("", built).and_then(|built| inputs.kustomization(&built).cloned());
    let mut traced = Traced::default();
    let unreadable = reading.findings.into_iter().map(|finding| finding.message);
    let unreadable = unreadable.chain(reading.others.into_iter().map(|other| other.why));
    traced.findings.extend(unreadable.map(|why| refused(kustomization.as_deref(), &why)));
    let mut origins = Origins::default();
    for document in reading.documents {
        let (body, origin) = take_origin(&document.body);
        let told = origin.and_then(|origin| told(&origin, inputs));
        let (source, place) = match told {
            Some(Told::Resource(source)) => {
                let place = origins.place(&source, &document.identity);
                (source, place)
            }
            Some(Told::Generator(source)) => {
                let place = entry(&source, &document.identity.name, &document.identity.kind);
                (source, place)
            }
            None => match &kustomization {
                Some(source) => (Arc::clone(source), start()),
                None => (Arc::clone(&output), document.place.clone()),
            },
        };
        traced.documents.push(Document { source, place, body: body.into(), rendered_for: Some(Vec::new()), ..document });
    }
    traced
}

fn start() -> Place {
    Place { index: 0, stream: 0, base: Pointer::root() }
}

fn refused(kustomization: Option<&SourceFile>, why: &str) -> Finding {
    let location = kustomization.map(|source| Location { file: source.path.clone(), span: Span::START });
    RenderRule::FAILED.finding(Subject::File, location, format!("what kustomize renders is no manifest: {why}"))
}

/// A body without the annotation, and what it said.
fn take_origin(body: &[u8]) -> (Vec<u8>, Option<String>) {
    let Ok(mut object) = serde_json::from_slice::<Value>(body) else { return (body.to_vec(), None) };
    let annotations = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut);
    let Some(annotations) = annotations else { return (body.to_vec(), None) };
    let Some(Value::String(origin)) = annotations.remove(ORIGIN) else { return (body.to_vec(), None) };
    if annotations.is_empty()
        && let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("annotations");
    }
    (serde_json::to_vec(&object).unwrap_or_else(|_| body.to_vec()), Some(origin))
}

/// What made an object.
enum Told {
    Resource(Arc<SourceFile>),
    Generator(Arc<SourceFile>),
}

fn told(origin: &str, inputs: &Inputs) -> Option<Told> {
    let origin = SourceFile { path: "origin.yaml".to_owned(), bytes: origin.as_bytes().to_vec() };
    let origin = read_data(&origin).ok()?.value;
    let file = |key: &str| {
        let path = join("", origin.get(key)?.as_str()?)?;
        inputs.file(path.strip_prefix(RENDERED_DIRECTORY)?.strip_prefix('/')?).cloned()
    };
    file("path").map(Told::Resource).or_else(|| file("configuredIn").map(Told::Generator))
}

/// The entry of a generator in a kustomization.
fn entry(source: &Arc<SourceFile>, name: &str, kind: &str) -> Place {
    let key = if kind == "Secret" { "secretGenerator" } else { "configMapGenerator" };
    let value = read_data(source).map(|data| data.value).unwrap_or_default();
    let entries = value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let name_of = |entry: &Value| entry["name"].as_str().unwrap_or_default().to_owned();
    let named = entries.iter().enumerate().filter(|(_, entry)| name.contains(&name_of(entry)));
    let found = named.max_by_key(|(_, entry)| name_of(entry).len());
    let base = found.map_or(Pointer::root(), |(index, _)| Pointer::root().member(key).element(index));
    Place { base, ..start() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;
    use crate::render::traced::locate_rendered;

    fn mk() -> Inputs {
        mk_inputs(&[
            ("base/deployment.yaml", "# c\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\nspec:\n  replicas: 1\n"),
            (
                "prod/kustomization.yaml",
                "resources: [../base]\nconfigMapGenerator:\n- name: env\n- name: env-b\nsecretGenerator:\n- name: key\n  literals: [a=b]\n",
            ),
        ])
    }

    fn rendered(kind: &str, name: &str, origin: &str) -> String {
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations:\n    config.kubernetes.io/origin: |\n      {origin}\nspec: {{replicas: 1}}\n"
        )
    }

    /// File and line of `/spec/replicas`, and the body.
    fn traced(text: &str) -> (String, u32, String) {
        let traced = trace_kustomize(text.as_bytes().to_vec(), &mk(), "prod");
        assert_eq!(traced.findings.len(), 0);
        let document = &traced.documents[0];
        let span = locate_rendered(&document.source, &document.place, &document.body, &["/spec/replicas".parse().unwrap()])[0];
        (document.source.path.clone(), span.line, String::from_utf8_lossy(&document.body).into_owned())
    }

    #[test]
    fn a_resource_is_traced_to_its_file_and_line_and_the_annotation_is_gone() {
        let (file, line, body) = traced(&rendered("Deployment", "prod-cart", "path: component/base/deployment.yaml"));
        assert_eq!((file.as_str(), line), ("services/cart/base/deployment.yaml", 7));
        assert!(!body.contains("annotations") && !body.contains("origin"), "{body}");
    }

    #[test]
    fn what_a_generator_makes_is_traced_to_its_entry() {
        let origin = "configuredIn: component/prod/kustomization.yaml";
        let (file, line, _) = traced(&rendered("ConfigMap", "env-b-7x", origin));
        assert_eq!((file.as_str(), line), ("services/cart/prod/kustomization.yaml", 4));
        assert_eq!(traced(&rendered("Secret", "key-7x", origin)).1, 6);
    }

    #[test]
    fn where_nobody_knows_it_is_the_kustomization_that_is_built() {
        for origin in ["path: component/other.yaml", "path: ../../etc/passwd", "a: [", "path: 1"] {
            let (file, line, _) = traced(&rendered("Deployment", "cart", origin));
            assert_eq!((file.as_str(), line), ("services/cart/prod/kustomization.yaml", 1), "{origin}");
        }
    }

    #[test]
    fn other_annotations_stay() {
        let text = "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  annotations: {b: c, config.kubernetes.io/origin: 'path: x'}\n";
        let traced = trace_kustomize(text.as_bytes().to_vec(), &mk(), "prod");
        let body: Value = serde_json::from_slice(&traced.documents[0].body).unwrap();
        assert_eq!(body["metadata"]["annotations"], serde_json::json!({"b": "c"}));
    }

    #[test]
    fn what_is_no_manifest_is_found() {
        let traced = trace_kustomize(b"a: 1\n".to_vec(), &mk(), "prod");
        assert_eq!(traced.findings[0].rule.as_str(), "render/failed");
        assert_eq!(traced.findings[0].location.as_ref().unwrap().file, "services/cart/prod/kustomization.yaml");
    }
}
