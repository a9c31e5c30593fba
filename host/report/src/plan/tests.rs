use super::*;
use serde_json::json;
use tollgate_core::document::ObjectIdentity;

fn mk_key(kind: &str, name: &str) -> ObjectKey {
    let identity = ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() };
    ObjectKey { component: "cart".to_owned(), identity }
}

fn mk_change(path: &str, before: Option<Value>, after: Option<Value>) -> FieldChange {
    let plain = |value: Option<Value>| value.map(PlannedValue::Plain);
    FieldChange { path: path.parse().unwrap(), before: plain(before), after: plain(after) }
}

fn mk_action(verb: Verb, object: ObjectKey, changes: Vec<FieldChange>) -> Action {
    Action { verb, object, live_uid: None, sends: None, changes, takes: Vec::new(), by_server: Vec::new() }
}

fn mk_plan(actions: Vec<Action>) -> Plan {
    Plan { actions, unchanged: 3, ..Plan::empty("staging-apps", Digest::of(b"recipe")) }
}

fn mk_rich_plan() -> Plan {
    let settings = |level: &str| json!(format!("# settings\nlevel: {level}\nport: 80\nname: cart\nzone: a\nlast: 1\n"));
    let secret = |text: &[u8]| Some(PlannedValue::Secret(Digest::of(text)));
    let password = FieldChange { path: "/data/password".parse().unwrap(), before: secret(b"a"), after: secret(b"b") };
    let mut plan = mk_plan(vec![
        mk_action(Verb::Create, mk_key("Service", "cart"), vec![mk_change("", None, Some(json!({"spec": {"ports": [80]}})))]),
        mk_action(
            Verb::Change,
            mk_key("ConfigMap", "cart"),
            vec![
                mk_change("/data/replicas", Some(json!("1")), Some(json!("3"))),
                mk_change("/data/settings", Some(settings("info")), Some(settings("debug"))),
                mk_change("/data/unused", Some(json!("x")), None),
                mk_change("/metadata/labels/team", None, Some(json!("shop"))),
            ],
        ),
        mk_action(Verb::Change, mk_key("Secret", "cart"), vec![password]),
        mk_action(Verb::Delete, mk_key("Job", "old"), Vec::new()),
    ]);
    plan.conflicts.push(Conflict { at: "current/notes.txt".to_owned(), message: "nothing of tollgate; move it away".to_owned() });
    plan
}

#[test]
fn a_plan_shows_what_is_created_changed_and_deleted() {
    insta::assert_snapshot!(PlanReport::new(&mk_rich_plan()).to_text(Style::plain(80)));
}

#[test]
fn a_plan_in_colours_differs_in_colours_alone() {
    insta::assert_snapshot!(PlanReport::new(&mk_rich_plan()).to_text(Style::fancy(120)).replace('\u{1b}', "ESC"));
}

#[test]
fn a_plan_as_json_has_the_same() {
    insta::assert_snapshot!(crate::json::to_string(&PlanReport::new(&mk_rich_plan())).unwrap());
}

#[test]
fn an_empty_plan_says_so() {
    let report = PlanReport::new(&mk_plan(Vec::new()));
    assert!(!report.has_changes());
    assert!(report.to_text(Style::plain(80)).contains("0 to create, 0 to change, 0 to delete, 3 unchanged; plan "));
}

#[test]
fn a_plan_with_withheld_values_has_no_digest_and_says_what_to_set() {
    let change = FieldChange { path: "/data/k".parse().unwrap(), before: None, after: Some(PlannedValue::Withheld) };
    let report = PlanReport::new(&mk_plan(vec![mk_action(Verb::Create, mk_key("Secret", "cart"), vec![change])]));
    assert_eq!(report.digest, None);
    let text = report.to_text(Style::plain(80));
    assert!(text.contains("can't be approved") && text.contains("planKey") && text.contains("/data/k: (secret)"), "{text}");
}

#[test]
fn a_secret_that_the_plan_forgot_to_mask_is_masked() {
    let copy = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";
    for path in ["", "/data", "/data/k", "/stringData/k", "/metadata", "/metadata/annotations", copy, "/unheard/of"] {
        let change = mk_change(path, Some(json!("hunter1")), Some(json!({"k": "hunter2"})));
        let report = PlanReport::new(&mk_plan(vec![mk_action(Verb::Change, mk_key("Secret", "cart"), vec![change])]));
        let json = crate::json::to_string(&report).unwrap();
        let text = report.to_text(Style::plain(80));
        assert!(!json.contains("hunter") && !text.contains("hunter"), "{path}: {text}");
        assert!(report.actions[0].changes[0].secret);
    }
}

#[test]
fn what_is_no_value_of_a_secret_is_shown() {
    let change = mk_change("/type", Some(json!("Opaque")), Some(json!("kubernetes.io/tls")));
    let report = PlanReport::new(&mk_plan(vec![mk_action(Verb::Change, mk_key("Secret", "cart"), vec![change])]));
    assert!(report.to_text(Style::plain(80)).contains("/type: \"Opaque\" -> \"kubernetes.io/tls\""));
}

#[test]
fn values_cannot_speak_to_the_terminal() {
    let change = mk_change("/data/k", Some(json!("\u{1b}[2J\nx")), Some(json!("\u{1b}[2J\ny")));
    let report = PlanReport::new(&mk_plan(vec![mk_action(Verb::Change, mk_key("ConfigMap", "a\nb"), vec![change])]));
    let text = report.to_text(Style::plain(80));
    assert!(!text.contains('\u{1b}') && text.contains("ConfigMap a b"), "{text}");
}
