//! What a plan does to what is there: destroys it, replaces it, or forgets it.

use tollgate_sdk::{Document, Finding, Node, Value};

use crate::glob::fits_any;
use crate::resource::{actions, address, is_managed};
use crate::rules::{DESTROY, FORGET, REPLACE};
use crate::settings::Settings;

/// Judges the actions of a change of something that Terraform manages.
pub(crate) fn judge(document: &Document<'_>, settings: &Settings) -> Vec<Finding> {
    let root = document.root();
    let change = root.get("change");
    if !is_managed(&root) {
        return Vec::new();
    }
    let (actions, address) = (actions(&change), address(document));
    let does = |action: &str| actions.contains(&action);
    let replaces = does("delete") && does("create");
    let mut findings = Vec::new();
    if replaces && !fits_any(&settings.allow_replace, address) {
        findings.push(replaced(&change, &actions, address));
    }
    if does("delete") && !replaces && !fits_any(&settings.allow_destroy, address) {
        findings.push(destroyed(&root, address));
    }
    if does("forget") {
        let message = format!("`{address}` is forgotten: it stays, and nothing manages it any more");
        findings.push(FORGET.at(&change.get("actions"), message).fix("Keep it in the configuration, or destroy what nobody needs"));
    }
    findings
}

fn destroyed(root: &Node<'_>, address: &str) -> Finding {
    let what = match root.get("deposed").as_str() {
        Some(key) => format!("what was left of `{address}` when it was replaced (`{key}`)"),
        None => format!("`{address}`"),
    };
    DESTROY
        .at(&root.walk(&["change", "actions"]), format!("{what} is destroyed"))
        .fix("Keep it in the configuration, or allow its address in `allowDestroy`")
}

fn replaced(change: &Node<'_>, actions: &[&str], address: &str) -> Finding {
    let creates_first = actions.first() == Some(&"create");
    let order =
        if creates_first { "the new one is made before the old one is destroyed" } else { "it is gone until the new one is made" };
    let message = format!("`{address}` is destroyed and made again{}; {order}", reason(change));
    REPLACE
        .at(&change.get("actions"), message)
        .fix("Change it without what forces the replacement, or allow its address in `allowReplace`")
}

/// What forces a replacement; empty where the plan does not say.
fn reason(change: &Node<'_>) -> String {
    let paths: Vec<String> = change.get("replace_paths").elements().map(|path| format!("`{}`", shown(&path))).collect();
    match paths.as_slice() {
        [] => String::new(),
        [path] => format!(" because {path} changes"),
        paths => format!(" because {} change", paths.join(", ")),
    }
}

/// A path as people write it: `settings[0].tier`. One that is no list of steps is the resource as a whole.
fn shown(path: &Node<'_>) -> String {
    let steps = path.elements().fold(String::new(), |shown, step| match step.value() {
        Some(Value::Text(name)) if shown.is_empty() => name.to_string(),
        Some(Value::Text(name)) => format!("{shown}.{name}"),
        Some(Value::Integer(index)) => format!("{shown}[{index}]"),
        _ => shown,
    });
    if steps.is_empty() { "it".to_owned() } else { steps }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{changed, found, messages};

    fn mk_change(actions: &Value) -> Value {
        json!({"address": "module.a.aws_db_instance.b[0]", "mode": "managed", "type": "aws_eip",
            "change": {"actions": actions, "before": {}, "after": null}})
    }

    fn rules(settings: &str, actions: &Value) -> Vec<String> {
        found(settings, &changed(&mk_change(actions)))
    }

    const AT: &str = "/change/actions";

    #[test]
    fn what_is_there_is_neither_destroyed_nor_replaced_nor_forgotten() {
        assert_eq!(rules("{}", &json!(["delete"])), [format!("destroy {AT}")]);
        assert_eq!(rules("{}", &json!(["delete", "create"])), [format!("replace {AT}")]);
        assert_eq!(rules("{}", &json!(["create", "delete"])), [format!("replace {AT}")]);
        assert_eq!(rules("{}", &json!(["forget"])), [format!("forget {AT}")]);
        assert_eq!(rules("{}", &json!(["create", "forget"])), [format!("forget {AT}")]);
        for nothing in [json!([]), json!(["no-op"]), json!(["read"]), json!("delete"), json!([["delete"]]), json!([null, 1])] {
            assert!(rules("{}", &nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn each_address_is_allowed_what_its_setting_says_and_nothing_else() {
        let destroy = r#"{"allowDestroy": ["module.a.aws_db_instance.b[0]"]}"#;
        let replace = r#"{"allowReplace": ["module.*"]}"#;
        assert!(rules(destroy, &json!(["delete"])).is_empty());
        assert_eq!(rules(destroy, &json!(["delete", "create"])).len(), 1);
        assert!(rules(replace, &json!(["delete", "create"])).is_empty());
        assert_eq!(rules(replace, &json!(["delete"])).len(), 1);
        assert_eq!(rules(r#"{"allowDestroy": ["aws_*"]}"#, &json!(["delete"])).len(), 1);
    }

    #[test]
    fn data_is_read_and_not_destroyed() {
        let mut change = mk_change(&json!(["delete"]));
        change["mode"] = json!("data");
        assert!(found("{}", &changed(&change)).is_empty());
        change.as_object_mut().unwrap().remove("mode");
        assert_eq!(found("{}", &changed(&change)).len(), 1);
    }

    #[test]
    fn a_replacement_says_what_forces_it_and_in_which_order_it_happens() {
        let mut change = mk_change(&json!(["delete", "create"]));
        let said = |change: &Value| messages("{}", &changed(change)).remove(0);
        let address = "`module.a.aws_db_instance.b[0]`";
        assert_eq!(said(&change), format!("{address} is destroyed and made again; it is gone until the new one is made"));
        change["change"]["replace_paths"] = json!([["engine"], ["settings", 0, "tier"]]);
        assert!(said(&change).contains("because `engine`, `settings[0].tier` change; it is gone"), "{}", said(&change));
        change["change"]["replace_paths"] = json!([["engine"]]);
        change["change"]["actions"] = json!(["create", "delete"]);
        assert!(said(&change).ends_with("because `engine` changes; the new one is made before the old one is destroyed"));
        change["change"]["replace_paths"] = json!([[], "engine", [{}]]);
        assert!(said(&change).contains("because `it`, `it`, `it` change"));
    }

    #[test]
    fn what_was_left_behind_is_named_as_that() {
        let mut change = mk_change(&json!(["delete"]));
        change["deposed"] = json!("4f3c2b1a");
        assert!(messages("{}", &changed(&change))[0].contains("(`4f3c2b1a`)"));
    }
}
