//! A policy that only ever asks for more is never weaker, and one that asks for less anywhere is, however much it adds elsewhere.

use super::*;
use crate::document::ObjectIdentity;
use crate::finding::RuleId;
use crate::forge::{ForgeKind, ForgeSpec};
use crate::overrides::OverrideTerms;
use crate::people::SignersFile;
use crate::terms::Terms;
use crate::waiver::WaiverSubject;

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn mk_waiver(rule: &str) -> Waiver {
    let identity =
        ObjectIdentity { api_version: "v1".to_owned(), kind: "Secret".to_owned(), namespace: None, name: "key".to_owned() };
    let subject = WaiverSubject { kind: identity.kind, namespace: None, name: identity.name, file: None, pointers: Vec::new() };
    let (reason, approver) = ("known".to_owned(), "lead@example.com".to_owned());
    let terms = Terms { reason, approver, expires: "2031-01-01".parse().unwrap(), location: location() };
    Waiver { rule: RuleId::new("four-eyes", rule), subject, terms }
}

fn mk_terms() -> OverrideTerms {
    OverrideTerms {
        by: words(&["platform"]),
        approvals: 2,
        max_duration: 3_600,
        review_within: 86_400,
        needs_ticket: true,
        recover_by: Vec::new(),
    }
}

fn mk_forge() -> ForgeSpec {
    ForgeSpec {
        kind: ForgeKind::Github,
        repository: "shop/deployment".to_owned(),
        api: "https://forge.example.com".to_owned(),
        token: None,
        accounts: [("lead-1".to_owned(), "lead@example.com".to_owned())].into(),
    }
}

fn mk_component(path: &str) -> ComponentSpec {
    ComponentSpec {
        path: glob(path),
        own_images: vec![glob("registry.example.com/*")],
        image_pointers: Vec::new(),
        source: None,
        render: None,
        terraform: None,
    }
}

/// A policy that has something of everything that can be taken away.
fn mk_full() -> Pipeline {
    let mut pipeline = mk_pipeline();
    let policies = || ["four-eyes", "freeze"].map(|name| Requirement::Policy(name.to_owned()));
    let gate = mk_gate("everything");
    pipeline.gates.push(Gate { requirement: Requirement::All(policies().into()), matches: GateMatch::default(), ..gate });
    pipeline.policies.push(mk_policy("freeze"));
    pipeline.policies[0].levels.insert("noted".to_owned(), Some(Level::Deny));
    target(&mut pipeline).after_any = vec![words(&["eu-apps", "us-apps"])];
    let other = Target { name: "prod-ops".to_owned(), role: Role::Ops, requires: Vec::new(), ..target(&mut pipeline).clone() };
    pipeline.environments[0].targets.push(Target { promotable: false, ..other });
    pipeline.people.teams.insert("platform".to_owned(), words(&["lead@example.com", "operator@example.com"]));
    pipeline.people.automation = words(&["machine@example.com"]);
    pipeline.people.forges = words(&["forge@example.com"]);
    pipeline.people.forge = Some(mk_forge());
    pipeline.overrides = Some(mk_terms());
    pipeline.waivers = vec![mk_waiver("old")];
    pipeline.inline_waivers = true;
    pipeline.ignore = vec![glob("docs/**")];
    pipeline.components = vec![mk_component("services/*")];
    pipeline
}

/// Something that a policy may ask for beyond what it asks for. The number makes names that are new.
#[derive(Clone, Copy, Debug)]
enum More {
    Gate,
    Policy,
    PolicyOfAGate,
    Mandatory,
    EverywhereOfAGate,
    GlobOfAGate,
    Denial,
    Before,
    Required,
    Group,
    Soak,
    FewerTriggers,
    NotPromotable,
    MemberLeaves,
    Machine,
    ForgeLeaves,
    AccountLeaves,
    NoReviews,
    NoOverrides,
    NoWaiver,
    NoInlineWaivers,
    NothingIgnored,
    Component,
}

fn any_more() -> impl Strategy<Value = More> {
    use More::*;
    prop::sample::select(vec![
        Gate,
        Policy,
        PolicyOfAGate,
        Mandatory,
        EverywhereOfAGate,
        GlobOfAGate,
        Denial,
        Before,
        Required,
        Group,
        Soak,
        FewerTriggers,
        NotPromotable,
        MemberLeaves,
        Machine,
        ForgeLeaves,
        AccountLeaves,
        NoReviews,
        NoOverrides,
        NoWaiver,
        NoInlineWaivers,
        NothingIgnored,
        Component,
    ])
}

fn add(pipeline: &mut Pipeline, more: More, number: usize) {
    let name = format!("new-{number}");
    match more {
        More::Gate => pipeline.gates.insert(number % (pipeline.gates.len() + 1), mk_gate(&name)),
        More::Policy => pipeline.policies.insert(0, mk_policy(&name)),
        More::PolicyOfAGate => ask_too(&mut pipeline.gates, number, &name),
        More::Mandatory => pipeline.gates.iter_mut().for_each(|gate| gate.enforcement = Enforcement::Mandatory),
        More::EverywhereOfAGate => pipeline.gates.iter_mut().for_each(|gate| gate.matches = GateMatch::default()),
        More::GlobOfAGate => {
            let narrow = pipeline.gates.iter_mut().filter(|gate| !gate.matches.environments.is_empty());
            narrow.for_each(|gate| gate.matches.environments.push(glob(&name)));
        }
        More::Denial => drop(pipeline.policies[0].levels.insert(name, Some(Level::Deny))),
        More::Before => target(pipeline).after.push(name),
        More::Required => target(pipeline).requires.insert(0, name),
        More::Group => target(pipeline).after_any.push(vec![name]),
        More::Soak => target(pipeline).soak = target(pipeline).soak.map(|seconds| seconds + 1),
        More::FewerTriggers => drop(target(pipeline).on.pop()),
        More::NotPromotable => target(pipeline).promotable = false,
        More::MemberLeaves => pipeline.people.teams.values_mut().for_each(|members| drop(members.pop())),
        More::Machine => pipeline.people.automation.push(name),
        More::ForgeLeaves => pipeline.people.forges.clear(),
        More::AccountLeaves => pipeline.people.forge.iter_mut().for_each(|forge| forge.accounts.clear()),
        More::NoReviews => pipeline.people.forge = None,
        More::NoOverrides => pipeline.overrides = None,
        More::NoWaiver => pipeline.waivers.clear(),
        More::NoInlineWaivers => pipeline.inline_waivers = false,
        More::NothingIgnored => pipeline.ignore.clear(),
        More::Component => pipeline.components.push(mk_component(&name)),
    }
}

/// Makes one of the gates ask one more policy.
fn ask_too(gates: &mut [Gate], which: usize, name: &str) {
    let count = gates.len();
    let requirement = &mut gates[which % count].requirement;
    let new = Requirement::Policy(name.to_owned());
    match requirement {
        Requirement::All(members) => members.push(new),
        one => *one = Requirement::All(vec![new, one.clone()]),
    }
}

type Less = (fn(&mut Pipeline), &'static str);

/// Ways to ask for less of what [`mk_full`] asks for, each with its sentence.
const LESS: [Less; 29] = [
    (|after| after.gates.retain(|gate| gate.name != "everything"), "gate `everything` is gone"),
    (|after| after.gates.clear(), "gate `four-eyes` is gone"),
    (|after| gate(after, "everything").enforcement = Enforcement::Advisory, "gate `everything` was overridable and is advisory"),
    (
        |after| gate(after, "everything").requirement = Requirement::All(vec![Requirement::Policy("freeze".to_owned())]),
        "gate `everything` asks other policies",
    ),
    (
        |after| gate(after, "four-eyes").requirement = Requirement::Policy("freeze".to_owned()),
        "gate `four-eyes` asks other policies",
    ),
    (|after| gate(after, "everything").matches.components = vec![glob("cart")], "gate `everything` stands in the way of less"),
    (|after| gate(after, "everything").matches.targets = vec![glob("prod-*")], "gate `everything` stands in the way of less"),
    (|after| gate(after, "four-eyes").matches.environments = vec![glob("p*")], "gate `four-eyes` stands in the way of less"),
    (|after| after.policies.retain(|policy| policy.name != "freeze"), "policy `freeze` is gone"),
    (|after| policy(after).plugin = PluginSource::Builtin("other".to_owned()), "policy `four-eyes` is"),
    (|after| policy(after).settings = serde_json::json!({}), "policy `four-eyes` has other settings"),
    (|after| policy(after).levels.retain(|rule, _| rule != "noted"), "rule `four-eyes/noted` is what its plugin says"),
    (|after| set_level(after, None), "rule `four-eyes/noted` is off"),
    (|after| set_level(after, Some(Level::Warn)), "rule `four-eyes/noted` is a warning"),
    (|after| target(after).after.retain(|name| name != "preprod-apps"), "target `prod-apps` comes after less"),
    (|after| target(after).requires.retain(|name| name != "prod-ops"), "target `prod-apps` comes after less"),
    (|after| target(after).after_any.retain(|group| group[0] != "eu-apps"), "target `prod-apps` comes after other groups"),
    (|after| target(after).after_any[0].push("test-apps".to_owned()), "target `prod-apps` comes after other groups"),
    (|after| target(after).on.push(Trigger::Branch(glob("**"))), "target `prod-apps` is moved by more"),
    (|after| target(after).soak = Some(59), "target `prod-apps` soaks for less"),
    (|after| ops(after).promotable = true, "environment `prod` is promotable"),
    (|after| target(after).environment = "test".to_owned(), "target `prod-apps` is another place"),
    (
        |after| after.people.automation.retain(|name| name != "machine@example.com"),
        "`machine@example.com` is no machine account any more",
    ),
    (|after| after.people.forges.push("other@example.com".to_owned()), "`other@example.com` vouches as a forge"),
    (
        |after| forge(after).api = "https://other.example.com".to_owned(),
        "reviews of `shop/deployment` at `https://other.example.com`",
    ),
    (|after| forge(after).repository = "shop/fork".to_owned(), "reviews of `shop/fork` at `https://forge.example.com` count"),
    (
        |after| drop(forge(after).accounts.insert("lead-1".to_owned(), "dev@example.com".to_owned())),
        "the account `lead-1` is `dev@example.com`",
    ),
    (
        |after| after.people.signers = Some(SignersFile { path: "keys".to_owned(), text: "anybody".to_owned() }),
        "other keys may sign",
    ),
    (|after| after.waivers.push(mk_waiver("new")), "a waiver accepts `four-eyes/new`"),
];

fn gate<'a>(pipeline: &'a mut Pipeline, name: &str) -> &'a mut Gate {
    pipeline.gates.iter_mut().find(|gate| gate.name == name).unwrap()
}

/// The forge, also where an earlier change took it away.
fn forge(pipeline: &mut Pipeline) -> &mut ForgeSpec {
    pipeline.people.forge.get_or_insert_with(mk_forge)
}

fn policy(pipeline: &mut Pipeline) -> &mut PolicySpec {
    pipeline.policies.iter_mut().find(|policy| policy.name == "four-eyes").unwrap()
}

fn set_level(pipeline: &mut Pipeline, level: Option<Level>) {
    policy(pipeline).levels.insert("noted".to_owned(), level);
}

fn ops(pipeline: &mut Pipeline) -> &mut Target {
    pipeline.environments[0].targets.iter_mut().find(|target| target.name == "prod-ops").unwrap()
}

fn grown(mores: &[More]) -> Pipeline {
    let mut pipeline = mk_full();
    mores.iter().enumerate().for_each(|(number, more)| add(&mut pipeline, *more, number));
    pipeline
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_added_in_whatever_order_is_no_sentence(mores in prop::collection::vec(any_more(), 0..12)) {
        prop_assert_eq!(weakened(&mk_full(), &grown(&mores)), Vec::<String>::new());
    }

    #[test]
    fn a_revision_between_two_others_is_no_detour(mores in prop::collection::vec(any_more(), 1..12), at in 0usize..12) {
        let middle = grown(&mores[..at.min(mores.len())]);
        prop_assert_eq!(weakened(&middle, &grown(&mores)), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_taken_is_told_however_much_is_added_beside_it(
        mores in prop::collection::vec(any_more(), 0..12),
        (take, sentence) in prop::sample::select(LESS.to_vec()),
    ) {
        let mut after = grown(&mores);
        take(&mut after);
        let told = weakened(&mk_full(), &after);
        prop_assert!(told.iter().any(|one| one.starts_with(sentence)), "{sentence}: {told:?}");
    }
}

#[test]
fn break_glass_on_any_other_terms_is_told_and_less_of_it_is_not() {
    let told = |change: fn(&mut OverrideTerms)| {
        let mut after = mk_full();
        change(after.overrides.as_mut().unwrap());
        weakened(&mk_full(), &after)
    };
    let changes: [fn(&mut OverrideTerms); 5] = [
        |terms| terms.approvals = 1,
        |terms| terms.max_duration += 1,
        |terms| terms.by.push("somebody@example.com".to_owned()),
        |terms| terms.needs_ticket = false,
        |terms| terms.recover_by.push("platform".to_owned()),
    ];
    for change in changes {
        assert_eq!(told(change), ["break-glass is there on other terms"]);
    }
    let without = Pipeline { overrides: None, ..mk_full() };
    assert_eq!(weakened(&without, &mk_full()), ["break-glass is there"]);
    assert!(weakened(&mk_full(), &without).is_empty());
}
