//! The rules, and the words of their findings.

use tollgate_sdk::{Finding, Level, Node, Rule, Severity, Value};

use crate::settings::Ownership;

pub(crate) static TAG: Rule = Rule {
    id: "tag",
    title: "Image is not pinned by a tag that can move",
    help: include_str!("../rules/tag.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static LATEST: Rule = Rule {
    id: "latest",
    title: "Image does not use the tag `latest`",
    help: include_str!("../rules/latest.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static UNTAGGED: Rule = Rule {
    id: "untagged",
    title: "Image has a tag or a digest",
    help: include_str!("../rules/untagged.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static THIRD_PARTY: Rule = Rule {
    id: "third-party",
    title: "Third-party image is pinned by digest",
    help: include_str!("../rules/third-party.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) static INVALID: Rule = Rule {
    id: "invalid",
    title: "Image is an image reference",
    help: include_str!("../rules/invalid.md"),
    level: Level::Deny,
    severity: Severity::High,
    controls: &[],
};

pub(crate) fn tag(node: &Node<'_>, text: &str, tag: &str, ownership: Ownership) -> Finding {
    let message = format!("image `{text}` is tagged `{tag}`, which is neither a commit nor a digest and can move to another image");
    TAG.at(node, message).fix(pin(text, ownership))
}

pub(crate) fn latest(node: &Node<'_>, text: &str, ownership: Ownership) -> Finding {
    LATEST.at(node, format!("image `{text}` is whatever was pushed last")).fix(pin(text, ownership))
}

pub(crate) fn untagged(node: &Node<'_>, text: &str, ownership: Ownership) -> Finding {
    let message = format!("image `{text}` has no tag and no digest, so it is whatever was pushed last");
    UNTAGGED.at(node, message).fix(pin(text, ownership))
}

pub(crate) fn third_party(node: &Node<'_>, text: &str) -> Finding {
    let message = format!("image `{text}` is third-party, where a commit as its tag proves nothing");
    THIRD_PARTY.at(node, message).fix(pin(text, Ownership::ThirdParty))
}

pub(crate) fn invalid(node: &Node<'_>, text: &str, reason: &str) -> Finding {
    INVALID
        .at(node, format!("`{text}` is not an image reference: {reason}"))
        .fix("Write it as `registry.example.com/name:tag@sha256:…`")
}

pub(crate) fn not_text(node: &Node<'_>) -> Finding {
    let kind = node.value().map_or("nothing", Value::kind);
    INVALID.at(node, format!("image is a {kind}, not a text")).fix("Write it as `registry.example.com/name:tag@sha256:…`")
}

/// What stands where containers should be may name images that nobody sees.
pub(crate) fn unreadable(node: &Node<'_>) -> Finding {
    let pointer = node.pointer();
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let kind = node.value().map_or("nothing", Value::kind);
    INVALID
        .at(node, format!("`{name}` holds what the Kubernetes API does not allow there ({kind}), so images in it can't be judged"))
        .fix("Write the value as the Kubernetes API defines it")
}

/// How an image is pinned, depending on whose it is.
fn pin(text: &str, ownership: Ownership) -> String {
    match ownership {
        Ownership::Own => "Tag it with the commit that it was built from (40 lower-case hex digits), or add its digest".to_owned(),
        Ownership::ThirdParty => format!("Add its digest: `{text}@sha256:…`"),
        Ownership::Unknown => {
            format!(
                "Add its digest: `{text}@sha256:…`, or, if you build it yourself, tag it with the commit that it was built from"
            )
        }
    }
}
