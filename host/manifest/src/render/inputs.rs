//! The files that a component is rendered from.

use std::collections::BTreeMap;
use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::tree_path::join;

use super::packed::{Unpacking, is_packed_chart};

/// All files of a component's directory.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// By path within the component's directory.
    files: BTreeMap<String, Arc<SourceFile>>,
    /// What is packed in some of them, by path: `charts/redis-1.2.3.tgz/values.yaml`.
    packed: BTreeMap<String, Arc<SourceFile>>,
    /// Packed charts into which nobody can look, with why.
    closed: BTreeMap<String, String>,
}

impl Inputs {
    /// Files, each with its path within the component's directory.
    pub fn new(files: impl IntoIterator<Item = (String, Arc<SourceFile>)>) -> Self {
        let files: BTreeMap<String, Arc<SourceFile>> = files.into_iter().collect();
        let (mut packed, mut closed, mut unpacking) = (BTreeMap::new(), BTreeMap::new(), Unpacking::new());
        for (path, source) in files.iter().filter(|(path, _)| is_packed_chart(path)) {
            match unpacking.files(&source.bytes) {
                Err(error) => drop(closed.insert(path.clone(), error.to_string())),
                Ok(inner) => packed.extend(inner.into_iter().map(|(inside, bytes)| {
                    let inner = SourceFile { path: format!("{}/{inside}", source.path), bytes };
                    (format!("{path}/{inside}"), Arc::new(inner))
                })),
            }
        }
        Self { files, packed, closed }
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<SourceFile>)> {
        self.files.iter().map(|(path, source)| (path.as_str(), source))
    }

    /// All files, and what is packed in them.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Arc<SourceFile>)> {
        self.iter().chain(self.packed.iter().map(|(path, source)| (path.as_str(), source)))
    }

    /// Packed charts into which nobody can look, with why.
    pub(crate) fn closed(&self) -> impl Iterator<Item = (&Arc<SourceFile>, &str)> {
        self.closed.iter().filter_map(|(path, why)| Some((self.files.get(path)?, why.as_str())))
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(path).or_else(|| self.packed.get(path))
    }

    /// Whether there is a directory at a path; `""` is the component's own.
    pub(crate) fn has_directory(&self, path: &str) -> bool {
        path.is_empty() || self.below(path).next().is_some()
    }

    /// The files below a directory, and what is packed in them.
    pub(crate) fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, &'a Arc<SourceFile>)> {
        let is_below =
            move |path: &str| directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
        self.all().filter(move |(path, _)| is_below(path))
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

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::packed::tests::pack;

    /// Inputs of a component at `services/cart`.
    pub(crate) fn mk_inputs(files: &[(&str, &str)]) -> Inputs {
        let file = |(path, text): &(&str, &str)| {
            let source = SourceFile { path: format!("services/cart/{path}"), bytes: text.as_bytes().to_vec() };
            ((*path).to_owned(), Arc::new(source))
        };
        Inputs::new(files.iter().map(file))
    }

    #[test]
    fn what_is_packed_is_found_below_its_chart_and_is_no_file_of_the_component() {
        let tgz = pack("redis", &[("Chart.yaml", b"name: redis\n")]);
        let file = |path: &str, bytes: &[u8]| {
            let source = SourceFile { path: format!("services/cart/{path}"), bytes: bytes.to_vec() };
            (path.to_owned(), Arc::new(source))
        };
        let inputs = Inputs::new([file("charts/redis-1.2.3.tgz", &tgz), file("charts/x.tgz", b"no archive")]);
        let source = inputs.file("charts/redis-1.2.3.tgz/Chart.yaml").unwrap();
        assert_eq!(source.path, "services/cart/charts/redis-1.2.3.tgz/Chart.yaml");
        assert_eq!((inputs.iter().count(), inputs.all().count(), inputs.below("charts").count()), (2, 3, 3));
        let closed: Vec<&str> = inputs.closed().map(|(source, _)| source.path.as_str()).collect();
        assert_eq!(closed, ["services/cart/charts/x.tgz"]);
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
