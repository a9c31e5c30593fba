//! The rules.

use tollgate_sdk::{Level, Rule, Severity};

macro_rules! rules {
    ($($name:ident: $id:literal, $title:literal, $level:ident, $severity:ident;)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            title: $title,
            help: include_str!(concat!("../rules/", $id, ".md")),
            level: Level::$level,
            severity: Severity::$severity,
            controls: &[],
        };)*
    };
}

rules! {
    DESTROY: "destroy", "Plan destroys nothing that may not be destroyed", Deny, High;
    REPLACE: "replace", "Plan replaces nothing that may not be replaced", Deny, High;
    FORGET: "forget", "Plan leaves nothing behind that nobody manages", Warn, Medium;
    OPEN_INGRESS: "open-ingress", "Only agreed ports are open to the world", Deny, Critical;
    UNENCRYPTED: "unencrypted", "Data is encrypted where it is kept and where it goes", Deny, High;
    PUBLIC: "public", "Nothing is reachable or readable by everybody", Deny, Critical;
    UNTAGGED: "untagged", "Resources have the tags that are asked for", Deny, Low;
    PROVIDER_UNPINNED: "provider-unpinned", "Providers have a version with an upper bound", Deny, Medium;
    MODULE_UNPINNED: "module-unpinned", "Modules are the same whenever they are fetched", Deny, High;
    EXTERNAL_DATA: "external-data", "Nothing but providers is asked while planning", Deny, High;
    PROVISIONER: "provisioner", "Resources run no programs beside the plan", Deny, Medium;
}
