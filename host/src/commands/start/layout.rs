//! Which directories are components.

use std::collections::{BTreeMap, BTreeSet};

/// Directories that are parts of a component: those of a kustomization.
const PARTS: [&str; 2] = ["base", "overlays"];

/// Patterns of the components that files lie in: the topmost directories that hold any, and those beside each other as one
/// pattern. What lies at the root is in none.
pub(super) fn components(files: &BTreeSet<String>) -> Vec<String> {
    let directories: BTreeSet<&str> = files.iter().filter_map(|file| whole(file)).collect();
    let is_topmost = |directory: &&&str| !directories.iter().any(|other| other != *directory && is_in(directory, other));
    let mut by_parent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for directory in directories.iter().filter(is_topmost) {
        by_parent.entry(directory.rsplit_once('/').map_or("", |(parent, _)| parent)).or_default().push(directory);
    }
    let patterns = by_parent.into_iter().flat_map(|(parent, directories)| match directories.len() {
        // At the root a pattern would take in everything.
        0 | 1 => directories.into_iter().map(ToOwned::to_owned).collect(),
        _ if parent.is_empty() => directories.into_iter().map(ToOwned::to_owned).collect(),
        _ => vec![format!("{parent}/*")],
    });
    let patterns: Vec<String> = patterns.collect();
    // A pattern takes in whatever lies below the directories that it stands for.
    let is_taken = |pattern: &&String| patterns.iter().any(|other| other != *pattern && is_in(pattern, other));
    patterns.iter().filter(|pattern| !is_taken(pattern)).cloned().collect()
}

/// The directory that a file is in, without what is a part of a kustomization.
fn whole(file: &str) -> Option<&str> {
    let (directory, _) = file.rsplit_once('/')?;
    let ends = directory.match_indices('/').map(|(end, _)| end).chain([directory.len()]);
    let mut start = 0;
    for end in ends {
        if PARTS.contains(&&directory[start..end]) {
            return directory[..start].strip_suffix('/').or(Some(directory));
        }
        start = end + 1;
    }
    Some(directory)
}

/// Whether a path lies in a directory, or in one that a pattern `DIR/*` stands for.
pub(super) fn is_in(path: &str, directory: &str) -> bool {
    let (directory, is_pattern) = directory.strip_suffix("/*").map_or((directory, false), |directory| (directory, true));
    let rest = path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| !is_pattern || rest.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[&str]) -> Vec<String> {
        components(&files.iter().map(|file| (*file).to_owned()).collect())
    }

    #[test]
    fn directories_beside_each_other_are_one_pattern() {
        assert_eq!(of(&["services/cart/a.yaml", "services/cart/b.yaml", "services/mail/a.yaml"]), ["services/*"]);
        assert_eq!(of(&["deploy/a.yaml", "infra/net/a.yaml"]), ["deploy", "infra/net"]);
    }

    #[test]
    fn what_lies_deeper_belongs_to_the_topmost_directory() {
        assert_eq!(of(&["apps/cart/a.yaml", "apps/cart/extra/b.yaml"]), ["apps/cart"]);
    }

    #[test]
    fn a_pattern_takes_in_what_lies_below_its_directories() {
        let files = ["extras/a/x.yaml", "extras/b/x.yaml", "extras/c/one/x.yaml", "extras/c/two/x.yaml", "extras/d/e/x.yaml"];
        assert_eq!(of(&files), ["extras/*"]);
    }

    #[test]
    fn a_kustomization_is_one_component() {
        let files = ["apps/cart/base/a.yaml", "apps/cart/overlays/prod/b.yaml", "apps/mail/base/a.yaml"];
        assert_eq!(of(&files), ["apps/*"]);
        assert_eq!(of(&["base/a.yaml"]), ["base"]);
    }

    #[test]
    fn directories_at_the_root_are_named_one_by_one_and_files_there_are_in_none() {
        assert_eq!(of(&["cart/a.yaml", "mail/a.yaml", "loose.yaml"]), ["cart", "mail"]);
        assert!(of(&["loose.yaml"]).is_empty());
    }

    #[test]
    fn a_pattern_stands_for_what_is_one_step_below() {
        assert!(is_in("a/b/c.yaml", "a/*") && is_in("a/b.yaml", "a"));
        assert!(!is_in("a/b.yaml", "a/*") && !is_in("ab/c.yaml", "a"));
    }
}
