//! Where modules come from.

use tollgate_core::tree_path;

/// What the source of a module is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A directory of the repository, relative to its root.
    Local(String),
    /// A path that leads out of the repository.
    Outside,
    /// From elsewhere, and always the same.
    Pinned,
    /// From elsewhere, and another one tomorrow.
    Moving,
}

/// Judges a source as it is written in a file of a directory, with the module's `version`.
pub(super) fn source(directory: &str, source: &str, version: Option<&str>) -> Source {
    if source.starts_with("./") || source.starts_with("../") || source == "." || source == ".." {
        return tree_path::join(directory, source).map_or(Source::Outside, Source::Local);
    }
    if source.starts_with('/') {
        return Source::Outside;
    }
    let is_pinned = match git_reference(source) {
        Some(reference) => is_commit(reference),
        None => is_registry(source) && version.is_some_and(is_exact),
    };
    if is_pinned { Source::Pinned } else { Source::Moving }
}

/// The `ref` of what is fetched by git; empty where there is none. Nothing for what is fetched otherwise.
fn git_reference(source: &str) -> Option<&str> {
    let is_git = source.starts_with("git::")
        || source.starts_with("git@")
        || source.starts_with("github.com/")
        || source.starts_with("bitbucket.org/");
    let query = source.split_once('?').map_or("", |(_, query)| query);
    is_git.then(|| query.split('&').find_map(|part| part.strip_prefix("ref=")).unwrap_or_default())
}

fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `NAMESPACE/NAME/PROVIDER`, perhaps behind a host.
fn is_registry(source: &str) -> bool {
    let address = source.split_once("//").map_or(source, |(address, _)| address);
    let is_step = |step: &&str| !step.is_empty() && step.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let steps: Vec<&str> = address.split('/').collect();
    matches!(steps.len(), 3 | 4) && steps.iter().all(is_step) && (steps.len() == 3 || steps[0].contains('.'))
}

/// `1.2.3` or `= 1.2.3`: versions of a registry don't change once they are there.
fn is_exact(version: &str) -> bool {
    let version = version.trim().trim_start_matches('=').trim();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release.split('.').count() == 3 && release.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn modules_of_the_repository_are_directories_of_it() {
        assert_eq!(source("components/network", "../../modules/vpc", None), Source::Local("modules/vpc".to_owned()));
        assert_eq!(source("components/network", "./sub", None), Source::Local("components/network/sub".to_owned()));
        assert_eq!(source("components/network", "../../../vpc", None), Source::Outside);
        assert_eq!(source("components/network", "/srv/vpc", None), Source::Outside);
    }

    #[test]
    fn only_a_commit_pins_what_git_fetches() {
        for base in
            ["git::https://git.example.com/m.git", "github.com/acme/m", "git@git.example.com:acme/m.git", "git::ssh://h/m//sub"]
        {
            assert_eq!(source("a", &format!("{base}?ref={COMMIT}"), None), Source::Pinned, "{base}");
            assert_eq!(source("a", &format!("{base}?depth=1&ref={COMMIT}"), None), Source::Pinned, "{base}");
            for query in ["", "?ref=v1.2.3", "?ref=main", "?ref=0123456", "?sha=1"] {
                assert_eq!(source("a", &format!("{base}{query}"), Some("1.2.3")), Source::Moving, "{base}{query}");
            }
        }
    }

    #[test]
    fn only_an_exact_version_pins_what_a_registry_has() {
        for address in ["acme/vpc/aws", "registry.example.com/acme/vpc/aws", "acme/vpc/aws//modules/sub"] {
            assert_eq!(source("a", address, Some("1.2.3")), Source::Pinned, "{address}");
            assert_eq!(source("a", address, Some("= 1.2.3-rc1")), Source::Pinned, "{address}");
            for version in [None, Some("~> 1.2"), Some(">= 1.2.3"), Some("1.2"), Some("1.2.3, 1.2.4"), Some("")] {
                assert_eq!(source("a", address, version), Source::Moving, "{address} {version:?}");
            }
        }
    }

    #[test]
    fn what_is_fetched_otherwise_is_another_one_tomorrow() {
        for address in
            ["https://example.com/m.zip", "s3::https://s3.example.com/m.zip", "hg::https://h/m", "acme/vpc", "a/b/c/d", "${var.m}"]
        {
            assert_eq!(source("a", address, Some("1.2.3")), Source::Moving, "{address}");
        }
    }
}
