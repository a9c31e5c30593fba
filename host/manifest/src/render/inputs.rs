//! The files that a component is rendered from.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_core::document::SourceFile;

/// All files of a component's directory.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// By path within the component's directory.
    files: BTreeMap<String, Arc<SourceFile>>,
}

impl Inputs {
    /// Files, each with its path within the component's directory.
    pub fn new(files: impl IntoIterator<Item = (String, Arc<SourceFile>)>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<SourceFile>)> {
        self.files.iter().map(|(path, source)| (path.as_str(), source))
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(path)
    }

    /// Whether there is a directory at a path; `""` is the component's own.
    pub(crate) fn has_directory(&self, path: &str) -> bool {
        path.is_empty() || self.below(path).next().is_some()
    }

    /// The files below a directory.
    pub(crate) fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, &'a Arc<SourceFile>)> {
        let is_below =
            move |path: &str| directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
        self.iter().filter(move |(path, _)| is_below(path))
    }

    /// The kustomization of a directory.
    pub(crate) fn kustomization(&self, directory: &str) -> Option<&Arc<SourceFile>> {
        KUSTOMIZATION_FILES.iter().find_map(|name| self.file(&join(directory, name)?))
    }
}

/// Names under which kustomize looks for a kustomization.
const KUSTOMIZATION_FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a path is that of a kustomization.
pub(crate) fn is_kustomization(path: &str) -> bool {
    KUSTOMIZATION_FILES.contains(&path.rsplit_once('/').map_or(path, |(_, name)| name))
}

/// The directory that holds a file; `""` for the component's own.
pub(crate) fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A path from a directory, both within the component; nothing where it leads out of it.
pub(crate) fn join(directory: &str, path: &str) -> Option<String> {
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
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Inputs of a component at `services/cart`.
    pub(crate) fn mk_inputs(files: &[(&str, &str)]) -> Inputs {
        let file = |(path, text): &(&str, &str)| {
            let source = SourceFile { path: format!("services/cart/{path}"), bytes: text.as_bytes().to_vec() };
            ((*path).to_owned(), Arc::new(source))
        };
        Inputs::new(files.iter().map(file))
    }

    #[test]
    fn paths_are_joined_and_stay_within() {
        assert_eq!(join("overlays/prod", "../../base").as_deref(), Some("base"));
        assert_eq!(join("overlays/prod", "./a.yaml").as_deref(), Some("overlays/prod/a.yaml"));
        assert_eq!(join("", ".").as_deref(), Some(""));
        for outside in ["..", "../a", "a/../../b", "/etc/passwd"] {
            assert_eq!(join("", outside), None, "{outside}");
        }
        assert_eq!(join("overlays", "../../x"), None);
    }

    #[test]
    fn a_directory_is_there_where_a_file_is_below_it() {
        let inputs = mk_inputs(&[("base/a.yaml", ""), ("base/kustomization.yml", ""), ("based.yaml", "")]);
        assert!(inputs.has_directory("base") && inputs.has_directory(""));
        assert!(!inputs.has_directory("bas") && !inputs.has_directory("base/a.yaml"));
        assert_eq!(inputs.below("base").count(), 2);
        assert!(inputs.kustomization("base").is_some() && inputs.kustomization("").is_none());
    }

    proptest! {
        #[test]
        fn what_is_joined_holds_no_way_out(directory in "(a|b)?(/(a|b)){0,2}", path in "((\\.\\.|\\.|a|b)/){0,5}[ab]") {
            if let Some(joined) = join(&directory, &path) {
                prop_assert!(joined.split('/').all(|step| step != ".." && step != "." && !step.is_empty()));
            }
        }
    }
}
