//! Paths of a tree of files, with `/` between their steps, from its root.

/// A path from a directory, which may lead up, as one from the root; nothing where it leads out of the tree, as one from the
/// machine's own root does. The root is `""`.
pub fn join(directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut steps: Vec<&str> = Vec::new();
    for step in directory.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_up_as_far_as_the_root_and_no_further() {
        assert_eq!(join("components/network", "../modules/./a").as_deref(), Some("components/modules/a"));
        assert_eq!(join("overlays/prod", "../../base").as_deref(), Some("base"));
        assert_eq!(join("", "a//b").as_deref(), Some("a/b"));
        assert_eq!(join("", ".").as_deref(), Some(""));
        for outside in ["..", "../a", "a/../../b", "/etc/passwd"] {
            assert_eq!(join("", outside), None, "{outside}");
        }
        assert_eq!(join("overlays", "../../x"), None);
        assert_eq!(join("overlays", "/overlays/a"), None);
    }
}
