//! `module-unpinned`: modules that may be others tomorrow.

mod source;

use tollgate_sdk::{Document, Finding};

use crate::attribute::{Attribute, State};
use crate::rules::MODULE_UNPINNED;
use crate::settings::ModuleRefs;
use crate::version::{is_commit, is_exact, is_version_tag};
use source::Source;

/// Judges where a module comes from.
pub(crate) fn judge(document: &Document<'_>, refs: ModuleRefs) -> Option<Finding> {
    let body = Attribute::written(document.root().get("body"));
    let source = body.get("source");
    let name = document.name();
    match Source::read(source.text()?)? {
        Source::Local => None,
        Source::Registry => judge_version(name, &body.get("version")),
        Source::Repository { reference } => judge_reference(name, reference, refs, &source),
        Source::Download { is_pinned: true, .. } => None,
        Source::Download { pin, .. } => {
            let message = format!("module `{name}` is whatever is fetched: its source has no {pin}");
            Some(MODULE_UNPINNED.at(source.node(), message).fix(format!("Add the {pin} to the source")))
        }
    }
}

fn judge_version(name: &str, version: &Attribute<'_>) -> Option<Finding> {
    let message = match version.state() {
        State::Unset => format!("module `{name}` is the newest version: `version` is not set"),
        State::Unknown => return None,
        State::Known(_) => {
            let constraint = version.text().filter(|text| !is_exact(text))?;
            format!("module `{name}` is the newest version that fits `{constraint}`")
        }
    };
    Some(MODULE_UNPINNED.at(version.node(), message).fix("Set `version` to one version, such as `1.2.3`"))
}

fn judge_reference(name: &str, reference: Option<&str>, refs: ModuleRefs, source: &Attribute<'_>) -> Option<Finding> {
    let is_pinned = |text: &str| is_commit(text) || refs == ModuleRefs::Tag && is_version_tag(text);
    let message = match reference {
        None => format!("module `{name}` is whatever its repository's default branch has: its source has no `ref`"),
        Some(reference) if is_pinned(reference) => return None,
        Some(reference) => format!("module `{name}` is whatever `{reference}` leads to"),
    };
    let fix = match refs {
        ModuleRefs::Commit => "Name the whole commit: `?ref=` and its 40 digits",
        ModuleRefs::Tag => "Name a tag of a version, such as `?ref=v1.2.3`, or the whole commit",
    };
    Some(MODULE_UNPINNED.at(source.node(), message).fix(fix))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{block, found, messages};

    fn of(settings: &str, body: &Value) -> Vec<String> {
        found(settings, &block("module", &["a"], body))
    }

    fn of_source(settings: &str, source: &str) -> usize {
        let found = of(settings, &json!({"source": source}));
        assert!(found.iter().all(|found| found == "module-unpinned /body/source"), "{found:?}");
        found.len()
    }

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_module_of_a_registry_has_one_version() {
        let source = "terraform-aws-modules/vpc/aws";
        let at = "module-unpinned /body/version";
        assert_eq!(of("{}", &json!({"source": source})), [at]);
        for many in ["~> 5.0", ">= 5.0", "5.x", "", "5.0.0, 5.0.1"] {
            assert_eq!(of("{}", &json!({"source": source, "version": many})), [at], "{many}");
        }
        for one in [json!("5.1.2"), json!("= 5.1.2"), json!("${var.version}"), json!(5.1)] {
            assert!(of("{}", &json!({"source": source, "version": one})).is_empty(), "{one}");
        }
    }

    #[test]
    fn a_module_from_git_has_a_whole_commit_or_what_the_operator_takes_for_one() {
        let tags = r#"{"moduleRefs": "tag"}"#;
        let git = |reference: &str| format!("git::https://example.com/vpc.git//modules/a?ref={reference}");
        assert_eq!((of_source("{}", &git(COMMIT)), of_source(tags, &git(COMMIT))), (0, 0));
        assert_eq!((of_source("{}", &git("v1.2.3")), of_source(tags, &git("v1.2.3"))), (1, 0));
        for moving in ["main", "v1", "", &COMMIT[..39]] {
            assert_eq!((of_source("{}", &git(moving)), of_source(tags, &git(moving))), (1, 1), "{moving}");
        }
        for source in
            ["github.com/shop/vpc", "git@example.com:shop/vpc.git", "bitbucket.org/shop/vpc", "git::ssh://a@example.com/b"]
        {
            assert_eq!(of_source(tags, source), 1, "{source}");
            assert_eq!(of_source("{}", &format!("{source}?depth=1&ref={COMMIT}")), 0, "{source}");
        }
    }

    #[test]
    fn what_is_downloaded_has_a_checksum_or_a_version() {
        assert_eq!(of_source("{}", "https://example.com/vpc.zip"), 1);
        assert_eq!(of_source("{}", "https://example.com/vpc.zip?checksum=sha256:0123"), 0);
        assert_eq!(of_source("{}", "s3::https://s3-eu-west-1.amazonaws.com/modules/vpc.zip"), 1);
        assert_eq!(of_source("{}", "s3::https://s3-eu-west-1.amazonaws.com/modules/vpc.zip?version=3HL4kqt"), 0);
    }

    #[test]
    fn what_is_in_the_repository_or_not_known_is_not_found() {
        for source in ["./vpc", "../../vpc", "${var.source}", "git::https://example.com/vpc.git?ref=${var.ref}", "vpc", ""] {
            assert_eq!(of_source("{}", source), 0, "{source}");
        }
        for body in [json!({}), json!({"source": null}), json!({"source": ["a/b/c"]}), json!("a/b/c"), json!(null)] {
            assert!(of("{}", &body).is_empty(), "{body}");
        }
    }

    #[test]
    fn a_message_says_what_the_module_may_be() {
        let said = |body: &Value| messages("{}", &block("module", &["a"], body)).remove(0);
        assert!(said(&json!({"source": "a/b/c"})).contains("`version` is not set"));
        assert!(said(&json!({"source": "a/b/c", "version": "~> 1.0"})).ends_with("that fits `~> 1.0`"));
        assert!(said(&json!({"source": "github.com/a/b?ref=main"})).ends_with("whatever `main` leads to"));
        assert!(said(&json!({"source": "https://example.com/a.zip"})).ends_with("has no `checksum`"));
    }
}
