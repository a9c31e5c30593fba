//! A world in memory, in which a recipe goes its whole way without a file, a process or a clock.

mod leases;
mod ledger;
mod policies;
mod registry;
mod repository;
mod story;
mod target;
mod tools;

use tollgate_core::document::{Location, Place, SourceFile, Span};
use tollgate_core::pipeline::{
    ComponentSpec, DirectoryTarget, Environment, Gate, GateAdmission, GateMatch, GitReference, Glob, Pipeline, Requirement, Role,
    SourceSpec, Target, TargetKind, Trigger,
};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::LocateValue;
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;

pub(crate) use leases::MemoryLeases;
pub(crate) use ledger::{MemoryLedger, mk_accept, mk_by, mk_draft};
pub(crate) use policies::{
    Closure, Loader, findings, mk_policies, mk_policy_spec, promotion, proposed, same_image, suspicious, validator,
};
pub(crate) use registry::MemoryRegistry;
pub(crate) use repository::{MemoryRepository, Tree, mk_tree, sha};
pub(crate) use story::{Decided, World, mk_world};
pub(crate) use target::MemoryTarget;
pub(crate) use tools::MemoryTools;

pub(crate) const REPO: &str = "https://git.example.com/shop/deployment";

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn mk_location() -> Location {
    Location { file: "tollgate.yaml".to_owned(), span: Span::START }
}

pub(crate) fn glob(pattern: &str) -> Glob {
    Glob::new(pattern).unwrap()
}

pub(crate) fn branch(name: &str, commit: &str) -> Provenance {
    Provenance { reference: GitReference::Branch(name.to_owned()), commit: commit.to_owned() }
}

pub(crate) fn tag(name: &str, commit: &str) -> Provenance {
    Provenance { reference: GitReference::Tag(name.to_owned()), commit: commit.to_owned() }
}

/// Finds lines as the program does.
pub(crate) struct Lines;

impl LocateValue for Lines {
    fn locate(&self, source: &SourceFile, place: &Place, pointers: &[Pointer]) -> Vec<Span> {
        tollgate_manifest::locate(source, place.stream, &place.base, pointers)
    }

    fn locate_rendered(&self, source: &SourceFile, place: &Place, body: &[u8], pointers: &[Pointer]) -> Vec<Span> {
        tollgate_manifest::locate_rendered(source, place, body, pointers)
    }
}

pub(crate) fn mk_component_spec(path: &str) -> ComponentSpec {
    ComponentSpec {
        path: glob(path),
        own_images: vec![glob("registry.example.com/*")],
        image_pointers: Vec::new(),
        source: Some(SourceSpec { repository: "https://git.example.com/{component}".to_owned(), branch: "master".to_owned() }),
        render: None,
        terraform: None,
    }
}

pub(crate) fn mk_target(environment: &str, on: Trigger, after: &[&str]) -> Target {
    Target {
        name: format!("{environment}-apps"),
        environment: environment.to_owned(),
        role: Role::Apps,
        promotable: environment != "staging",
        on: vec![on],
        requires: Vec::new(),
        after: after.iter().map(|name| (*name).to_owned()).collect(),
        after_any: Vec::new(),
        soak: None,
        kind: TargetKind::Directory(DirectoryTarget { path: environment.to_owned(), plan_key: None }),
        location: mk_location(),
    }
}

pub(crate) fn mk_gate(name: &str, policy: &str) -> Gate {
    Gate {
        name: name.to_owned(),
        requirement: Requirement::Policy(policy.to_owned()),
        enforcement: Enforcement::Mandatory,
        matches: GateMatch::default(),
        admission: GateAdmission::default(),
        is_implied: false,
        location: mk_location(),
    }
}

/// Feature branches go to staging, the master branch to preprod, tags to prod.
pub(crate) fn mk_pipeline() -> Pipeline {
    let environment =
        |target: Target| Environment { name: target.environment.clone(), promotable: target.promotable, targets: vec![target] };
    Pipeline {
        components: vec![mk_component_spec("services/*")],
        environments: vec![
            environment(mk_target("staging", Trigger::Branch(glob("feature/**")), &[])),
            environment(mk_target("preprod", Trigger::Branch(glob("master")), &[])),
            environment(mk_target("prod", Trigger::Tag(glob("v*")), &["preprod-apps"])),
        ],
        policies: vec![mk_policy_spec("suspicious"), mk_policy_spec("same-image")],
        gates: vec![mk_gate("nothing-bad", "suspicious"), mk_gate("same-image", "same-image")],
        ..Pipeline::default()
    }
}

/// The manifest of a service.
pub(crate) fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: {name}\n          image: {image}\n"
    )
}
