use proptest::prelude::*;

use super::*;
use crate::document::{Location, Span};
use crate::language::Language;
use crate::pipeline::{
    AdmissionMode, ComponentSpec, DirectoryTarget, Environment, ForcedFields, GateAdmission, GitReference, HealthRule,
    PluginSource, RegistrySpec, Role, Trigger,
};
use crate::policy::{Grants, LimitClass};

fn location() -> Location {
    Location { file: "tollgate.yaml".to_owned(), span: Span::START }
}

fn glob(text: &str) -> Glob {
    Glob::new(text).unwrap()
}

fn mk_gate(name: &str) -> Gate {
    Gate {
        name: name.to_owned(),
        requirement: Requirement::Policy(name.to_owned()),
        enforcement: Enforcement::Overridable,
        matches: GateMatch { environments: vec![glob("prod")], ..GateMatch::default() },
        admission: GateAdmission::default(),
        is_implied: false,
        location: location(),
    }
}

fn mk_policy(name: &str) -> PolicySpec {
    PolicySpec {
        name: name.to_owned(),
        plugin: PluginSource::Builtin(name.to_owned()),
        settings: serde_json::json!({"approvals": 2}),
        levels: BTreeMap::new(),
        grants: Grants::default(),
        limits: LimitClass::default(),
        location: location(),
        setting_locations: BTreeMap::new(),
    }
}

fn mk_pipeline() -> Pipeline {
    let target = Target {
        name: "prod-apps".to_owned(),
        environment: "prod".to_owned(),
        role: Role::Apps,
        promotable: true,
        on: vec![Trigger::Tag(glob("v*"))],
        requires: vec!["prod-ops".to_owned()],
        after: vec!["preprod-apps".to_owned()],
        after_any: Vec::new(),
        soak: Some(60),
        kind: TargetKind::Directory(DirectoryTarget { path: "out".to_owned(), plan_key: None }),
        location: location(),
    };
    Pipeline {
        environments: vec![Environment { name: "prod".to_owned(), promotable: true, targets: vec![target] }],
        policies: vec![mk_policy("four-eyes")],
        gates: vec![mk_gate("four-eyes")],
        languages: vec![Language::Terraform],
        components: vec![ComponentSpec {
            path: glob("services/*"),
            own_images: Vec::new(),
            image_pointers: vec!["/spec/image".parse().unwrap()],
            source: None,
            render: None,
            terraform: None,
        }],
        ..Pipeline::default()
    }
}

/// What one change to the pipeline is told as.
fn told(change: impl FnOnce(&mut Pipeline)) -> Vec<String> {
    let mut after = mk_pipeline();
    change(&mut after);
    weakened(&mk_pipeline(), &after)
}

fn target(pipeline: &mut Pipeline) -> &mut Target {
    &mut pipeline.environments[0].targets[0]
}

/// What is told of a change to a target in a cluster.
fn in_cluster(change: impl FnOnce(&mut KubernetesTarget)) -> Vec<String> {
    let mut before = mk_pipeline();
    target(&mut before).kind = TargetKind::Kubernetes(KubernetesTarget::in_namespace("shop"));
    let mut after = before.clone();
    if let TargetKind::Kubernetes(cluster) = &mut target(&mut after).kind {
        change(cluster);
    }
    weakened(&before, &after)
}

fn mk_glass() -> BreakGlassTerms {
    let (users, groups, gates) = (vec!["lead@example.com".to_owned()], Vec::new(), vec!["four-eyes".to_owned()]);
    BreakGlassTerms { users, groups, gates, max_duration: 60, review_within: 60, needs_ticket: true }
}

#[test]
fn glass_that_lets_less_pass_is_not_weaker_and_more_of_anything_is() {
    let than = |change: &dyn Fn(&mut BreakGlassTerms)| {
        let mut after = mk_glass();
        change(&mut after);
        breaks_more(Some(&mk_glass()), Some(&after))
    };
    assert!(!than(&|_| {}) && !than(&|glass| glass.users.clear()) && !than(&|glass| glass.max_duration = 30));
    assert!(!breaks_more(Some(&mk_glass()), None));
    assert!(than(&|glass| glass.users.push("dev@example.com".to_owned())) && than(&|glass| glass.groups.push("dev".to_owned())));
    assert!(than(&|glass| glass.gates.push("soak".to_owned())) && than(&|glass| glass.max_duration = 61));
}

#[test]
fn the_same_revision_and_one_that_asks_more_are_not_weaker() {
    assert!(told(|_| {}).is_empty());
    let more = told(|after| {
        after.gates.push(mk_gate("freeze"));
        after.policies.push(mk_policy("freeze"));
        after.gates[0].enforcement = Enforcement::Mandatory;
        after.gates[0].matches = GateMatch::default();
        let both = vec![Requirement::Policy("freeze".to_owned()), Requirement::Policy("four-eyes".to_owned())];
        after.gates[0].requirement = Requirement::All(both);
        target(after).soak = Some(120);
        target(after).after.push("staging-apps".to_owned());
        after.policies[0].levels.insert("approvals".to_owned(), Some(Level::Deny));
    });
    assert_eq!(more, Vec::<String>::new());
    assert_eq!(in_cluster(|cluster| cluster.confirm_deletes.push("Secret".to_owned())), Vec::<String>::new());
}

#[test]
fn whatever_asks_less_is_told_in_a_sentence() {
    let cases: Vec<(Vec<String>, &str)> = vec![
        (told(|after| after.gates.clear()), "gate `four-eyes` is gone"),
        (told(|after| after.gates[0].admission.mode = AdmissionMode::Warn), "gate `four-eyes` asks less of what runs in a cluster"),
        (told(|after| after.admission.exempt.push("shop".to_owned())), "nothing is asked about namespace `shop`"),
        (told(|after| after.admission.when_stale = AdmissionMode::Warn), "clusters are answered by an older ledger"),
        (
            told(|after| after.admission.break_glass = Some(mk_glass())),
            "an annotation lets more pass in a cluster, for longer, or by more people",
        ),
        (told(|after| after.gates[0].enforcement = Enforcement::Advisory), "gate `four-eyes` was overridable and is advisory"),
        (
            told(|after| {
                let either = vec![Requirement::Policy("freeze".to_owned()), Requirement::Policy("four-eyes".to_owned())];
                after.gates[0].requirement = Requirement::Any(either);
            }),
            "gate `four-eyes` asks other policies",
        ),
        (told(|after| after.gates[0].matches.environments = vec![glob("staging")]), "gate `four-eyes` stands in the way of less"),
        (told(|after| after.gates[0].matches.roles = vec![Role::Ops]), "gate `four-eyes` stands in the way of less"),
        (told(|after| after.policies[0].settings = serde_json::json!({"approvals": 1})), "policy `four-eyes` has other settings"),
        (
            told(|after| {
                after.policies[0].levels.insert("approvals".to_owned(), None);
            }),
            "rule `four-eyes/approvals` is off",
        ),
        (told(|after| target(after).after.clear()), "target `prod-apps` comes after less"),
        (told(|after| target(after).requires.clear()), "target `prod-apps` comes after less"),
        (told(|after| target(after).soak = None), "target `prod-apps` soaks for less"),
        (told(|after| target(after).on.push(Trigger::Manual)), "target `prod-apps` is moved by more"),
        (told(|after| target(after).name = "other".to_owned()), "target `prod-apps` is gone"),
        (told(|after| target(after).role = Role::Ops), "target `prod-apps` is another place"),
        (in_cluster(|cluster| cluster.adopt = true), "target `prod-apps` takes over what is there already"),
        (in_cluster(|cluster| cluster.confirm_deletes.clear()), "target `prod-apps` deletes `StatefulSet` without being told to"),
        (
            in_cluster(|cluster| {
                let (api_version, kind, current) = ("example.com/v1".to_owned(), "Database".to_owned(), "true".to_owned());
                cluster.health.push(HealthRule { api_version, kind, current, in_progress: None, failed: None });
            }),
            "target `prod-apps` tells otherwise when a `Database` is healthy",
        ),
        (in_cluster(|cluster| cluster.namespace = "other".to_owned()), "target `prod-apps` is another place"),
        (
            in_cluster(|cluster| {
                let fields = vec![".spec.replicas".to_owned()];
                cluster.force.push(ForcedFields { kind: "Deployment".to_owned(), name: None, namespace: None, fields });
            }),
            "target `prod-apps` takes fields of `Deployment` from others",
        ),
        (
            told(|after| {
                // The same place, and nothing that has to come before.
                let way_around = Target { name: "hotfix".to_owned(), requires: Vec::new(), ..target(after).clone() };
                after.environments[0].targets.push(way_around);
            }),
            "target `hotfix` is new",
        ),
        (told(|after| after.registry = RegistrySpec::Layout("images".to_owned())), "tags are resolved elsewhere"),
        (told(|after| after.ledger.branch = "other".to_owned()), "the ledger is elsewhere"),
        (told(|after| after.languages.clear()), "files of `terraform` are not judged"),
        (told(|after| after.components[0].image_pointers.clear()), "images of `services/*` may come from elsewhere"),
        (told(|after| after.inline_waivers = true), "waivers in annotations count"),
        (told(|after| after.ignore.push(glob("**"))), "files `**` are ignored"),
        (
            told(|after| drop(after.people.teams.insert("platform".to_owned(), vec!["new@example.com".to_owned()]))),
            "`new@example.com` joins the team `platform`",
        ),
    ];
    for (sentences, expected) in cases {
        assert!(sentences.iter().any(|sentence| sentence == expected), "{expected}: {sentences:?}");
    }
}

fn any_enforcement() -> impl Strategy<Value = Enforcement> {
    prop_oneof![Just(Enforcement::Advisory), Just(Enforcement::Overridable), Just(Enforcement::Mandatory)]
}

fn any_triggers() -> impl Strategy<Value = Vec<Trigger>> {
    let one = prop_oneof![Just(Trigger::Manual), "[a-c*]{1,2}".prop_map(|text| Trigger::Tag(glob(&text)))];
    prop::collection::vec(one, 0..3)
}

fn any_names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-b]", 0..3)
}

fn any_pipeline() -> impl Strategy<Value = Pipeline> {
    (any_enforcement(), any_triggers(), any_names(), prop::option::of(0u64..3), any::<bool>()).prop_map(
        |(enforcement, on, after, soak, has_gate)| {
            let mut pipeline = mk_pipeline();
            pipeline.gates[0].enforcement = enforcement;
            if !has_gate {
                pipeline.gates.clear();
            }
            (target(&mut pipeline).on, target(&mut pipeline).after, target(&mut pipeline).soak) = (on, after, soak);
            pipeline
        },
    )
}

proptest! {
    /// no-self-approval: a revision that lets through what the one in force does not is weaker, or the difference is not one of
    /// these.
    #[test]
    fn a_revision_that_is_not_weaker_lets_nothing_more_through(before in any_pipeline(), after in any_pipeline(), name in "[a-c]{1,2}") {
        let is_weaker = !weakened(&before, &after).is_empty();
        let (was, is) = (before.target("prod-apps").unwrap(), after.target("prod-apps").unwrap());
        let reference = GitReference::Tag(name);
        let moves = |target: &Target| target.on.iter().any(|trigger| trigger.matches(&reference));
        let gates = |pipeline: &Pipeline| pipeline.gates_to(pipeline.target("prod-apps").unwrap()).count();
        let lets_more = (moves(is) && !moves(was))
            || was.after.iter().any(|name| !is.after.contains(name))
            || is.soak < was.soak
            || gates(&after) < gates(&before);
        prop_assert!(is_weaker || !lets_more);
    }
}

mod growing;
