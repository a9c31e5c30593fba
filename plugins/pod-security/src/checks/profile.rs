//! Profiles that confine a container: seccomp and AppArmor name theirs alike.

use tollgate_sdk::Node;

use crate::pod::Owner;
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::text::{self, Shortened};

/// What somebody's profile is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// None is set.
    Unset,
    Allowed,
    /// Not allowed, and reported.
    Refused,
}

const REMEDIATION: &str = "Set the profile's `type` to `RuntimeDefault` or `Localhost`";

/// Judges a profile: an object whose `type` is `RuntimeDefault` or `Localhost`. Messages call it `what`.
pub(super) fn judge_profile(owner: Owner<'_>, profile: &Node<'_>, what: &str, report: &mut Report<'_>) -> Profile {
    match profile.object() {
        Reading::Missing => return Profile::Unset,
        Reading::Unknown => report.unknown(profile, owner, "an object"),
        Reading::Known(()) => {
            let kind = profile.get("type");
            match kind.text() {
                Reading::Known("RuntimeDefault" | "Localhost") => return Profile::Allowed,
                Reading::Known(name) => {
                    let message = format!("{owner} sets the {what} profile `{}`", Shortened(name));
                    report.deny(&kind, message, REMEDIATION);
                }
                Reading::Missing => report.deny(&kind, format!("{owner} sets a {what} profile without a type"), REMEDIATION),
                Reading::Unknown => report.unknown(&kind, owner, "a text"),
            }
        }
    }
    Profile::Refused
}

/// Judges a profile in an annotation, as it was written before there were fields: `runtime/default`, another name in
/// `allowed`, or `localhost/…`.
pub(super) fn judge_annotation(annotation: &Node<'_>, what: &str, allowed: &[&str], report: &mut Report<'_>) {
    match annotation.text() {
        Reading::Known(profile) if allowed.contains(&profile) || profile.starts_with("localhost/") => {}
        Reading::Known(profile) => report.deny(
            annotation,
            format!("the annotation `{}` sets the {what} profile `{}`", text::name(annotation), Shortened(profile)),
            "Set the annotation to `runtime/default`, or remove it",
        ),
        Reading::Missing | Reading::Unknown => report.unknown(annotation, Owner::Pod, "a text"),
    }
}
