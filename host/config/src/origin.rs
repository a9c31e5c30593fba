//! Where values came from, while they are checked.

use tollgate_core::document::Location;
use tollgate_core::pointer::Pointer;

use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;

/// A file whose mistyped keys were read as what they were perhaps meant to be, so that what stands under them is
/// checked as well.
#[derive(Debug)]
pub(crate) struct Origin<'f> {
    pub(crate) file: &'f ConfigurationFile,
    /// From the pointer as read to the pointer as written.
    pub(crate) renamed: Vec<(Pointer, Pointer)>,
}

impl Origin<'_> {
    fn written(&self, pointer: &Pointer) -> Pointer {
        let translate = |pointer: Pointer, (read, written): &(Pointer, Pointer)| {
            let rest = pointer.as_str().strip_prefix(read.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            rest.and_then(|rest| rest.parse().ok()).map_or(pointer.clone(), |rest| written.join(&rest))
        };
        // Outer keys come first: an inner one was renamed where its outer ones are still as written.
        self.renamed.iter().fold(pointer.clone(), translate)
    }
}

/// A value in a file.
#[derive(Clone, Debug)]
pub(crate) struct At<'o> {
    origin: &'o Origin<'o>,
    pointer: Pointer,
}

impl<'o> At<'o> {
    /// The whole file.
    pub(crate) const fn root(origin: &'o Origin<'o>) -> Self {
        Self { origin, pointer: Pointer::root() }
    }

    pub(crate) fn member(&self, key: &str) -> Self {
        Self { origin: self.origin, pointer: self.pointer.member(key) }
    }

    pub(crate) fn element(&self, index: usize) -> Self {
        Self { origin: self.origin, pointer: self.pointer.element(index) }
    }

    /// An element of a list, or the value itself where a list of one was written as one value.
    pub(crate) fn entry(&self, index: Option<usize>) -> Self {
        index.map_or_else(|| self.clone(), |index| self.element(index))
    }

    pub(crate) fn join(&self, rest: &Pointer) -> Self {
        Self { origin: self.origin, pointer: self.pointer.join(rest) }
    }

    /// Where the value stands.
    pub(crate) fn location(&self) -> Location {
        self.origin.file.location(&self.origin.written(&self.pointer))
    }

    /// Where the key stands that the value is under.
    pub(crate) fn key_location(&self) -> Location {
        self.origin.file.key_location(&self.origin.written(&self.pointer))
    }

    /// A problem with the value.
    pub(crate) fn problem(&self, message: impl Into<String>) -> ConfigProblem {
        ConfigProblem::new(self.location(), message)
    }

    /// A problem with the key.
    pub(crate) fn key_problem(&self, message: impl Into<String>) -> ConfigProblem {
        ConfigProblem::new(self.key_location(), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_core::document::Span;

    /// A file in which the length of a pointer is its line, so that a location tells what was asked for.
    fn mk_file() -> ConfigurationFile {
        let line = |pointer: &Pointer| Span::point(u32::try_from(pointer.as_str().len()).unwrap(), 1);
        let (locate, locate_key) = (Box::new(line), Box::new(line));
        ConfigurationFile { path: "f".to_owned(), bytes: Vec::new(), value: serde_json::Value::Null, locate, locate_key }
    }

    fn written(renamed: &[(&str, &str)], pointer: &str) -> String {
        let file = mk_file();
        let renamed = renamed.iter().map(|(read, written)| (read.parse().unwrap(), written.parse().unwrap())).collect();
        Origin { file: &file, renamed }.written(&pointer.parse().unwrap()).as_str().to_owned()
    }

    #[test]
    fn what_was_read_under_another_key_is_found_where_it_is_written() {
        let renamed = [("/gates", "/gats"), ("/gats/0/name", "/gats/0/nam")];
        assert_eq!(written(&renamed, "/gates/0/name"), "/gats/0/nam");
        assert_eq!(written(&renamed, "/gates/1/name"), "/gats/1/name");
        assert_eq!(written(&renamed, "/gates"), "/gats");
        assert_eq!(written(&renamed, "/packs/0"), "/packs/0");
    }

    #[test]
    fn a_key_that_only_starts_alike_is_another() {
        assert_eq!(written(&[("/a", "/b")], "/ab/c"), "/ab/c");
        assert_eq!(written(&[("/a", "/b")], "/a/c"), "/b/c");
    }

    #[test]
    fn problems_of_values_and_of_keys_stand_where_these_are_written() {
        let file = mk_file();
        let origin = Origin { file: &file, renamed: vec![("/on".parse().unwrap(), "/onn".parse().unwrap())] };
        let at = At::root(&origin).member("on").element(0);
        assert_eq!(at.problem("x").location.span.line, 6);
        assert_eq!(at.entry(None).key_problem("x").location.span.line, 6);
        assert_eq!(at.entry(Some(12)).location().span.line, 9);
        assert_eq!(at.join(&"/a~1b".parse().unwrap()).location().span.line, 11);
    }
}
