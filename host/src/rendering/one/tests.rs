use tollgate_core::rendering::{KustomizeRender, Render, TargetText};

use super::*;
use crate::delivery::tests::world::MemoryTools;

fn mk_spec(path: &str) -> RenderSpec {
    let how = Render::Kustomize(KustomizeRender { path: TargetText::new(path).unwrap() });
    RenderSpec { how, location: Location { file: "tollgate.yaml".to_owned(), span: Span::point(3, 1) } }
}

fn mk_inputs(files: &[(&str, &str)]) -> Inputs {
    let file = |(path, text): &(&str, &str)| {
        let source = SourceFile { path: format!("services/cart/{path}"), bytes: text.as_bytes().to_vec() };
        ((*path).to_owned(), Arc::new(source))
    };
    Inputs::new(files.iter().map(file))
}

fn mk_question(path: &str, environments: &[&str]) -> Question {
    let environments = environments.iter().map(|name| (*name).to_owned()).collect();
    Question { rendering: Rendering::Kustomize { path: path.to_owned() }, environments }
}

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart}\n";

/// What comes out of two overlays.
fn rendered(preprod: &str, prod: &str) -> Rendered {
    let kustomization = "namespace: shop\n";
    let inputs = mk_inputs(&[
        ("preprod/kustomization.yaml", kustomization),
        ("preprod/a.yaml", preprod),
        ("prod/kustomization.yaml", kustomization),
        ("prod/a.yaml", prod),
    ]);
    let component = RenderedComponent { name: "cart", spec: &mk_spec("{environment}"), inputs: &inputs };
    component.render(&MemoryTools::default(), &[mk_question("preprod", &["preprod"]), mk_question("prod", &["prod"])]).unwrap()
}

#[test]
fn documents_of_several_overlays_say_whom_they_are_for() {
    let documents = rendered(CONFIG, &CONFIG.replace("cart", "other")).documents;
    let of: Vec<_> =
        documents.iter().map(|judged| (judged.document.identity.name.as_str(), judged.document.rendered_for.clone())).collect();
    assert_eq!(of, [("cart", Some(vec!["preprod".to_owned()])), ("other", Some(vec!["prod".to_owned()]))]);
    assert!(documents.iter().all(|judged| judged.component.as_deref() == Some("cart")));
}

#[test]
fn what_is_no_manifest_is_found_once_for_each_overlay() {
    let findings = rendered("a: 1\n", CONFIG).findings;
    assert_eq!(findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["render/failed"]);
    assert_eq!(findings[0].location.as_ref().unwrap().file, "services/cart/preprod/kustomization.yaml");
}

#[test]
fn what_a_tool_refuses_is_a_finding_at_the_kustomization_without_secrets() {
    let refused =
        format!("{CONFIG}# refuse\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{k: hunter22}}\n");
    let findings = rendered(&refused, CONFIG).findings;
    assert_eq!(findings[0].rule.as_str(), "render/failed");
    assert_eq!(findings[0].location.as_ref().unwrap().file, "services/cart/preprod/kustomization.yaml");
    assert!(findings[0].message.contains("k: withheld") && !findings[0].message.contains("hunter22"), "{}", findings[0].message);
}

#[test]
fn a_tool_is_not_started_on_what_leads_elsewhere() {
    let inputs = mk_inputs(&[("prod/kustomization.yaml", "resources: ['https://example.com/a.yaml']\n"), ("prod/a.yaml", CONFIG)]);
    let component = RenderedComponent { name: "cart", spec: &mk_spec("prod"), inputs: &inputs };
    let questions = [mk_question("prod", &["prod"]), mk_question("prod", &["preprod"])];
    let Rendered { documents, findings } = component.render(&MemoryTools::default(), &questions).unwrap();
    assert!(documents.is_empty());
    assert_eq!(findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["render/remote"]);
}

#[test]
fn the_values_of_rendered_secrets_are_withheld() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {k: hunter22}\n";
    let documents = rendered(secret, CONFIG).documents;
    let text = String::from_utf8_lossy(&documents[0].withheld).into_owned();
    assert!(!text.contains("hunter22"), "{text}");
    assert!(String::from_utf8_lossy(&documents[0].document.body).contains("hunter22"));
}
