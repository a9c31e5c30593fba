use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_core::document::{Location, SourceFile, Span};
use tollgate_core::finding::Finding;
use tollgate_core::glob::Glob;
use tollgate_core::pipeline::{Role, Target, TargetKind};
use tollgate_core::rendering::TargetText;
use tollgate_core::terraform::{TerraformComponent, TerraformSpec, TerraformTarget};

use super::{Configuration, Rulebook};
use crate::delivery::tests::world::mk_pipeline;
use crate::rendering::InputTree;
use crate::sources::read_documents;
use crate::wiring::Lines;

const BACKEND: (&str, &str) = ("c/net/backend.tf", "terraform {\n  backend \"pg\" {}\n}\n");

fn mk_tree(files: &[(&str, &str)]) -> BTreeMap<String, Arc<SourceFile>> {
    let file = |(path, text): &(&str, &str)| {
        let source = SourceFile { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() };
        ((*path).to_owned(), Arc::new(source))
    };
    files.iter().map(file).collect()
}

fn mk_component(var_files: &[&str]) -> TerraformComponent {
    let location = Location { file: "tollgate.yaml".to_owned(), span: Span::point(4, 3) };
    let var_files = var_files.iter().map(|text| TargetText::new(text).unwrap()).collect();
    TerraformComponent { var_files, depends_on: Vec::new(), location }
}

fn mk_target(place: TerraformTarget) -> Target {
    let target = mk_pipeline().target("prod-apps").unwrap().clone();
    Target { role: Role::Apps, kind: TargetKind::Terraform(place), ..target }
}

/// What is found, as `rule file:line`.
fn found(files: &[(&str, &str)], spec: &TerraformSpec) -> Vec<String> {
    let all: Vec<(&str, &str)> = files.iter().copied().chain([BACKEND]).collect();
    check(&all, spec, &mk_component(&[]), None)
}

fn check(files: &[(&str, &str)], spec: &TerraformSpec, component: &TerraformComponent, target: Option<&Target>) -> Vec<String> {
    let tree = mk_tree(files);
    let configuration = Configuration::read(InputTree::Files(&tree), "net", "c/net").unwrap().unwrap();
    let documents = read_documents(vec![configuration.to_read(mk_pipeline().file_choice())]);
    let findings = Rulebook { spec, locate: &Lines, target }.check(&configuration, component, &documents);
    let told = |finding: &Finding| {
        let place = finding.location.as_ref().unwrap();
        format!("{} {}:{}", finding.rule, place.file, place.span.line)
    };
    findings.iter().map(told).collect()
}

fn mk_spec(providers: &[&str], modules: &[&str], data: &[&str]) -> TerraformSpec {
    let globs = |patterns: &[&str]| patterns.iter().map(|pattern| Glob::new(pattern).unwrap()).collect();
    TerraformSpec { providers: globs(providers), modules: globs(modules), data: globs(data), ..TerraformSpec::default() }
}

const LOCK: &str = "# generated\nprovider \"registry.terraform.io/hashicorp/aws\" {\n  version = \"5.0.0\"\n}\n\nprovider \"registry.example.com/evil/aws\" {\n  version = \"1.0.0\"\n}\n";

#[test]
fn providers_of_the_lock_that_nobody_allowed_are_found_where_they_stand() {
    let files = [("c/net/.terraform.lock.hcl", LOCK)];
    let both = ["terraform/provider c/net/.terraform.lock.hcl:2", "terraform/provider c/net/.terraform.lock.hcl:6"];
    assert_eq!(found(&files, &mk_spec(&[], &[], &[])), both);
    assert_eq!(found(&files, &mk_spec(&["registry.terraform.io/hashicorp/*"], &[], &[])), both[1..]);
    assert!(found(&files, &mk_spec(&["registry.*/**"], &[], &[])).is_empty());
}

#[test]
fn modules_of_the_repository_are_a_part_of_the_component_and_judged_with_it() {
    let files = [
        ("c/net/main.tf", "module \"a\" {\n  source = \"../../modules/a\"\n}\n"),
        ("modules/a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("modules/a/templates/init.sh", "#!/bin/sh\n"),
        ("modules/b/main.tf", "data \"external\" \"x\" {\n  program = [\"sh\"]\n}\n"),
        ("modules/unused/main.tf", "data \"external\" \"y\" {}\n"),
    ];
    assert_eq!(found(&files, &TerraformSpec::default()), ["terraform/data modules/b/main.tf:1"]);
    assert!(found(&files, &mk_spec(&[], &[], &["external"])).is_empty());
    let tree = mk_tree(&files);
    let configuration = Configuration::read(InputTree::Files(&tree), "net", "c/net").unwrap().unwrap();
    assert_eq!(configuration.modules.iter().collect::<Vec<_>>(), ["modules/a", "modules/b"]);
    assert!(configuration.files.contains_key("modules/a/templates/init.sh"));
    assert!(configuration.covers("modules/a/gone.tf") && !configuration.covers("modules/unused/main.tf"));
}

#[test]
fn modules_from_elsewhere_must_be_allowed_and_always_be_the_same() {
    let module = |source: &str, rest: &str| format!("module \"a\" {{\n  source = \"{source}\"\n{rest}}}\n");
    let allowed = mk_spec(&[], &["git::https://git.example.com/**", "acme/**"], &[]);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    for (text, expected) in [
        (module(&format!("git::https://git.example.com/m?ref={commit}"), ""), None),
        (module("git::https://git.example.com/m?ref=v1", ""), Some("terraform/moving-module c/net/main.tf:2")),
        (module("acme/vpc/aws", "  version = \"1.2.3\"\n"), None),
        (module("acme/vpc/aws", "  version = \"~> 1.2\"\n"), Some("terraform/moving-module c/net/main.tf:2")),
        (module(&format!("git::https://evil.example.com/m?ref={commit}"), ""), Some("terraform/module c/net/main.tf:2")),
        (module("../../../outside", ""), Some("terraform/module c/net/main.tf:2")),
        (module("../../modules/nowhere", ""), Some("terraform/module c/net/main.tf:2")),
        (module("${var.where}", ""), Some("terraform/module c/net/main.tf:2")),
        ("module \"a\" {}\n".to_owned(), Some("terraform/module c/net/main.tf:1")),
    ] {
        assert_eq!(found(&[("c/net/main.tf", &text)], &allowed), expected.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn a_ring_of_modules_ends() {
    let files = [
        ("c/net/main.tf", "module \"a\" {\n  source = \"../../m/a\"\n}\n"),
        ("m/a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("m/b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\nmodule \"top\" {\n  source = \"../../c/net\"\n}\n"),
    ];
    assert!(found(&files, &TerraformSpec::default()).is_empty());
}

#[test]
fn provisioners_are_found_unless_they_are_allowed() {
    let text = "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {\n    command = \"true\"\n  }\n}\n";
    assert_eq!(found(&[("c/net/main.tf", text)], &TerraformSpec::default()), ["terraform/provisioner c/net/main.tf:2"]);
    let spec = TerraformSpec { provisioners: true, ..TerraformSpec::default() };
    assert!(found(&[("c/net/main.tf", text)], &spec).is_empty());
}

#[test]
fn files_that_terraform_would_run_or_overwrite_unseen_are_found() {
    for path in [
        "c/net/more.tf.json",
        "c/net/more.tofu",
        "c/net/values.auto.tfvars.json",
        "c/net/.terraform/providers/p",
        "c/net/terraform.d/plugins/p",
        "c/net/terraform.tfstate",
        "c/net/terraform.tfstate.backup",
    ] {
        assert_eq!(found(&[(path, "x")], &TerraformSpec::default()), [format!("terraform/file {path}:1")]);
    }
    for path in ["c/net/README.md", "c/net/init.yaml.tftpl", "c/net/data.json"] {
        assert!(found(&[(path, "{}")], &TerraformSpec::default()).is_empty(), "{path}");
    }
}

#[test]
fn a_state_that_would_be_gone_with_the_job_is_found() {
    let place = TerraformTarget::in_workspace("prod-apps");
    let absolute = |key: &str| {
        let mut place = place.clone();
        place.backend_config.insert(key.to_owned(), "/srv/{component}".to_owned());
        place
    };
    let local = "terraform {\n  backend \"local\" {}\n}\n";
    let literal = "terraform {\n  backend \"local\" {\n    workspace_dir = \"/srv/states\"\n  }\n}\n";
    for (text, place, is_found) in [
        ("terraform {\n  backend \"pg\" {}\n}\n", place.clone(), false),
        (local, place.clone(), true),
        (local, absolute("path"), true),
        (local, absolute("workspace_dir"), false),
        (literal, place.clone(), false),
        (local, TerraformTarget { workspace: "default".to_owned(), ..absolute("path") }, false),
        ("terraform {}\n", place.clone(), true),
        ("terraform {\n  cloud {}\n}\n", place.clone(), true),
    ] {
        let target = mk_target(place.clone());
        let told = check(&[("c/net/main.tf", text)], &TerraformSpec::default(), &mk_component(&[]), Some(&target));
        assert_eq!(told.len(), usize::from(is_found), "{text} {place:?} {told:?}");
        assert!(told.iter().all(|told| told.starts_with("terraform/state")), "{told:?}");
    }
}

#[test]
fn a_file_of_variables_that_is_not_there_is_found_for_the_target_that_needs_it() {
    let component = mk_component(&["vars/{environment}.tfvars"]);
    let target = mk_target(TerraformTarget::in_workspace("prod-apps"));
    let with = |path: &str| {
        let files = [BACKEND, (path, "size = 1\n")];
        check(&files, &TerraformSpec::default(), &component, Some(&target))
    };
    assert_eq!(with("c/net/vars/staging.tfvars"), ["terraform/var-file tollgate.yaml:4"]);
    assert!(with("c/net/vars/prod.tfvars").is_empty());
}

#[test]
fn values_of_sensitive_variables_are_known_as_secrets() {
    let files = [
        (
            "c/net/main.tf",
            "variable \"token\" {\n  sensitive = true\n  default = \"default-token\"\n}\nvariable \"size\" {\n  default = \"large\"\n}\n",
        ),
        ("c/net/prod.tfvars", "token = { a = [\"written-token\"] }\nsize = \"small\"\n"),
    ];
    let tree = mk_tree(&files);
    let configuration = Configuration::read(InputTree::Files(&tree), "net", "c/net").unwrap().unwrap();
    let documents = read_documents(vec![configuration.to_read(mk_pipeline().file_choice())]);
    assert_eq!(configuration.secrets(&documents), ["default-token", "written-token"]);
}
