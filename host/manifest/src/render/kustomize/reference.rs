//! What a text in a kustomization refers to.

/// Whether kustomize could take a text for something that it has to fetch: a file over HTTP, or a git repository. More is taken
/// for that here than by kustomize.
pub(crate) fn is_remote(text: &str) -> bool {
    starts_remote(text) || text.contains("://") || text.contains("?ref=")
}

/// The same for a text that may be a whole patch, in which URLs may stand.
pub(super) fn starts_remote(text: &str) -> bool {
    let starts = ["http:", "https:", "ssh:", "file:", "git:", "gh:", "oci:", "s3:", "hg:", "github.com/", "github.com:"];
    let lower = text.trim().to_ascii_lowercase();
    starts.iter().any(|start| lower.starts_with(start)) || has_user(lower.lines().next().unwrap_or_default())
}

/// Whether it starts as `git@host:path` does.
fn has_user(text: &str) -> bool {
    let Some((user, rest)) = text.split_once('@') else { return false };
    let is_name =
        user.starts_with(|first: char| first.is_ascii_alphabetic()) && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name && rest.contains([':', '/'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whatever_has_to_be_fetched_is_remote() {
        for text in [
            "https://example.com/a.yaml",
            "HTTP://example.com/a.yaml",
            "http:example.com",
            "git::https://example.com/a",
            "git@example.com:org/repo",
            "deploy-1@example.com/org/repo",
            "ssh://git@example.com/org/repo",
            "github.com/org/repo//base?ref=v1",
            "GitHub.com:org/repo",
            "file:///etc",
            "example.com/org/repo?ref=main",
            " https://example.com/a",
        ] {
            assert!(is_remote(text), "{text}");
        }
    }

    #[test]
    fn paths_are_not_remote() {
        for text in ["../base", "a.yaml", "overlays/prod", "github.com.yaml", "a@b", "base-1.2/x.yaml", "./git/a"] {
            assert!(!is_remote(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_scheme_slips_by_in_another_case(scheme in "(?i)(https?|ssh|file)", rest in "[a-z./]{1,10}") {
            let text = format!("{scheme}://{rest}");
            prop_assert!(is_remote(&text), "{}", text);
        }
    }
}
