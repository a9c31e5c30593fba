//! Versions, and what is said about them.

/// Whether a constraint can't be fulfilled by every version to come.
pub(crate) fn has_upper_bound(constraint: &str) -> bool {
    constraint.split(',').map(str::trim).any(|part| part.starts_with(['<', '~', '=']) || is_version(part))
}

/// Whether a constraint is fulfilled by one version alone: `1.2.3`, `= 1.2.3`.
pub(crate) fn is_exact(constraint: &str) -> bool {
    let constraint = constraint.trim();
    is_version(constraint.strip_prefix('=').unwrap_or(constraint).trim())
}

/// Whether a tag is that of a version: `v1.2.3`, `network/v1.2.3`.
pub(crate) fn is_version_tag(tag: &str) -> bool {
    let version = tag.rsplit('/').next().unwrap_or(tag);
    version.contains('.') && is_version(version)
}

/// Whether a text is a whole commit.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Numbers with dots between them, and what may follow a dash or a plus.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    numbers.split('.').all(is_number) && rest.chars().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_constraint_is_bound_above_or_not() {
        for bound in ["~> 5.0", "5.1.2", "= 5.1.2", "=5.1.2", ">= 5, < 6", "< 6", "<= 5.9", ">= 5.0, != 5.1, ~> 5.0", "v5.1"] {
            assert!(has_upper_bound(bound), "{bound}");
        }
        for open in ["", ">= 5.0", "> 5", "!= 5.1", ">= 5.0, != 5.1", "latest", ","] {
            assert!(!has_upper_bound(open), "{open}");
        }
    }

    #[test]
    fn one_version_is_told_from_many() {
        assert!(["1.2.3", "= 1.2.3", " =1.2.3 ", "1.2.3-beta.1", "1.2"].into_iter().all(is_exact));
        assert!(!["", "~> 1.2", ">= 1.2.3", "1.2.3, 1.2.4", "1.x", "main", "="].into_iter().any(is_exact));
    }

    #[test]
    fn tags_of_versions_and_commits_are_told_from_branches() {
        assert!(["v1.2.3", "1.2.3", "network/v1.2.3", "v1.2", "v1.2.3-rc1"].into_iter().all(is_version_tag));
        assert!(!["main", "v1", "release-1.2", "", "1.2.x", "v1.2.3/x"].into_iter().any(is_version_tag));
        assert!(is_commit(&"0a".repeat(20)) && is_commit(&"0a".repeat(32)));
        assert!(!is_commit(&"0a".repeat(19)) && !is_commit(&"0g".repeat(20)));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,12}|[v0-9.,=<>~!+ -]{0,12}") {
            let _ = (has_upper_bound(&text), is_exact(&text), is_version_tag(&text), is_commit(&text));
        }
    }
}
