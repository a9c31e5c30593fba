//! same-in-same-out (§12.3): what `check` finds in a manifest is what a cluster is told of the object, for any object.

mod objects;

use std::cell::Cell;
use std::sync::Arc;

use clap::Parser as _;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tollgate_core::admission::{AdmissionRequest, ApprovedRecipe, Freshness, Operation, Requester, Ruling};
use tollgate_core::digest::Digest;
use tollgate_core::document::{ObjectIdentity, SourceFile};
use tollgate_core::finding::{Level, RuleId, Severity, Subject};
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::{KubernetesTarget, Target, TargetKind, Trigger};
use tollgate_core::policy::Scope;
use tollgate_core::render::RenderedDocument;
use tollgate_core::terms::Terms;
use tollgate_core::waiver::{Waiver, WaiverSubject};
use tollgate_gate::{Judgements, Policies};
use tollgate_sandbox::{Sandbox, SandboxOptions};

use self::objects::{Case, NAMESPACE, Recipe, any_case};
use crate::admission::{Approved, Asked, Known};
use crate::cli::{Cli, check::Check};
use crate::commands::asking::Asking;
use crate::commands::judging::{self, Judging};
use crate::delivery::tests::world::{glob, mk_location, mk_target};
use crate::invocation::Invocation;
use crate::sources::{FileToRead, Files};

const FILE: &str = "services/cart/object.yaml";
/// Why waivers in files waive.
const IN_A_FILE: &str = "It is in a file.";

/// Packs whose policies judge together.
const PACKS: [&[&str]; 2] = [&["builtin:recommended"], &["builtin:pod-security-restricted", "builtin:workloads"]];

/// All of a finding that doesn't say in which file it stands, with the reason of what waives it.
type Finding = (String, Level, Severity, String, String, Option<String>);

/// Findings, and what policies failed at.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    findings: Vec<Finding>,
    failures: Vec<(String, String)>,
}

impl Found {
    fn of(judgements: &Judgements, policies: &Policies) -> Self {
        // What judges all objects together judges nothing alone.
        let of_document = policies.of_scope(Scope::Document);
        let own = judgements.findings().into_iter().filter(|finding| of_document.get(&finding.policy).is_some());
        let mut findings: Vec<Finding> = own
            .map(|finding| {
                let Subject::Document { pointer, .. } = finding.subject else { panic!("{finding:?} is about no document") };
                let reason = finding.waiver.map(|terms| terms.reason);
                (finding.rule.to_string(), finding.level, finding.severity, pointer.to_string(), finding.message, reason)
            })
            .collect();
        findings.sort();
        let mut failures: Vec<_> =
            judgements.failures().map(|failure| (failure.policy.clone(), failure.error.to_string())).collect();
        failures.sort();
        Self { findings, failures }
    }

    /// Nobody has reviewed annotations that no recipe has.
    fn without_annotations(mut self) -> Self {
        for (.., reason) in &mut self.findings {
            reason.take_if(|reason| reason.as_str() == objects::REASON);
        }
        self.findings.sort();
        self
    }

    fn ruling(&self) -> Ruling {
        match self.findings.iter().any(|(_, level, .., reason)| *level == Level::Deny && reason.is_none()) {
            true => Ruling::Denied,
            false if self.failures.is_empty() => Ruling::Allowed,
            false => Ruling::Error,
        }
    }

    fn has_waiver(&self, because: &str) -> bool {
        self.findings.iter().any(|(.., reason)| reason.as_deref() == Some(because))
    }
}

fn judging(sandbox: &Sandbox, packs: &[&str]) -> Judging {
    let global = Cli::parse_from(["tollgate", "check"]).global;
    let invocation = Invocation::new(global, None).unwrap();
    let packs: Vec<String> = packs.iter().map(|pack| (*pack).to_owned()).collect();
    let mut judging = judging::named(&invocation, &[], sandbox, (&[], &packs), judging::NAMED).unwrap();
    judging.configuration.pipeline.inline_waivers = true;
    judging
}

fn mk_waiver(case: &Case, rule: &str) -> Waiver {
    let (policy, rule) = rule.split_once('/').unwrap();
    let expires = "2999-12-31".parse().unwrap();
    let terms = Terms { reason: IN_A_FILE.to_owned(), approver: "lead@example.com".to_owned(), expires, location: mk_location() };
    let identity = identity(&case.manifest());
    let subject =
        WaiverSubject { kind: identity.kind, namespace: identity.namespace, name: identity.name, file: None, pointers: Vec::new() };
    Waiver { rule: RuleId::new(policy, rule), subject, terms }
}

fn identity(object: &Value) -> ObjectIdentity {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    ObjectIdentity {
        api_version: text("/apiVersion").unwrap(),
        kind: text("/kind").unwrap(),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name").unwrap(),
    }
}

/// What `check` finds in the manifest, which is YAML in JSON's style: every text has its quotes.
fn checked(judging: &Judging, case: &Case) -> Found {
    let arguments = Check::default();
    let asking = Asking::new(&arguments, judging, None);
    let bytes = serde_json::to_vec_pretty(&case.manifest()).unwrap();
    let file = FileToRead { source: Arc::new(SourceFile { path: FILE.to_owned(), bytes }), component: None };
    let mut checked = asking.all(vec![Files { files: vec![file], ..Files::default() }]);
    assert_eq!(checked.files.findings, Vec::new(), "the generator makes manifests");
    asking.waive(&mut checked);
    Found::of(&checked.judgements, &judging.policies)
}

/// What the webhook of a target knows, whose recipe has the object or has not.
fn known(judging: &Judging, case: &Case) -> Known {
    let kind = TargetKind::Kubernetes(KubernetesTarget::in_namespace(NAMESPACE));
    let target = Target { kind, ..mk_target("prod", Trigger::Tag(glob("v*")), &[]) };
    let approved = case.approved().map(|body| {
        let (component, path) = ("cart".to_owned(), FILE.to_owned());
        let recipe = ApprovedRecipe { recipe: Digest::of(b"recipe"), promotion: "P-1".to_owned(), state: "current".to_owned() };
        let mut approved = Approved::at(Some(NAMESPACE.to_owned()), None);
        approved.add(recipe, &[RenderedDocument { component, path, identity: identity(&body), body }]);
        approved
    });
    let (pipeline, policies) = (judging.configuration.pipeline.clone(), judging.policies.clone());
    let asked = Asked { pipeline, policies, revision: judging.revision.clone() };
    Known::of_target(asked, target, approved, &Gist::default(), Invocation::now())
}

fn request(object: &Value) -> AdmissionRequest {
    let identity = identity(object);
    AdmissionRequest {
        uid: "1".to_owned(),
        operation: Operation::Create,
        resource: format!("{}s", identity.kind.to_lowercase()),
        api_version: identity.api_version,
        kind: identity.kind,
        sub_resource: None,
        namespace: identity.namespace,
        name: identity.name,
        requester: Requester { username: "dev@example.com".to_owned(), groups: Vec::new() },
        dry_run: false,
        object: Some(Arc::from(object.to_string().as_bytes())),
        old_object: None,
    }
}

/// What a cluster is told of the object, as it has it.
fn admitted(judging: &Judging, case: &Case) -> (Found, Ruling) {
    let (known, request) = (known(judging, case), request(&case.object()));
    let considered = known.considered(&request, Invocation::now()).unwrap();
    let fresh = Freshness { age: 0, limit: 600, entries: 0, failure: None, unrecorded: 0 };
    let ruling = known.answer(&request, &fresh, Invocation::now()).ruling;
    (Found::of(&considered.judgements, &judging.policies), ruling)
}

#[test]
fn what_check_finds_in_a_manifest_is_what_a_cluster_is_told_of_the_object() {
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    let counts = [const { Cell::new(0_u32) }; 5];
    for (seed, packs) in (1..).zip(PACKS) {
        let judging = judging(&sandbox, packs);
        let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
        let told = runner.run(&any_case(), |case| {
            let (configuration, policies) = (judging.configuration.clone(), judging.policies.clone());
            let mut judging = Judging { configuration, policies, revision: String::new(), root: None, notices: Vec::new() };
            judging.configuration.pipeline.waivers = case.waived.iter().map(|rule| mk_waiver(&case, rule)).collect();
            let checked = checked(&judging, &case);
            let expected = if case.recipe == Recipe::Same { checked.clone() } else { checked.clone().without_annotations() };
            let (admitted, ruling) = admitted(&judging, &case);
            prop_assert_eq!(&admitted, &expected);
            prop_assert_eq!(ruling, expected.ruling());
            let seen = [ruling == Ruling::Allowed, ruling == Ruling::Denied, expected != checked];
            let waived = [expected.has_waiver(IN_A_FILE), expected.has_waiver(objects::REASON)];
            counts.iter().zip(seen.into_iter().chain(waived)).for_each(|(count, is_so)| count.set(count.get() + u32::from(is_so)));
            Ok(())
        });
        told.unwrap();
    }
    // Otherwise the objects were not what this is about.
    assert!(counts.iter().all(|count| count.get() >= 3), "{counts:?}");
}
