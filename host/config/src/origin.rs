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
        // Renamings of inner keys come last and are undone first, while their outer keys are still as read.
        self.renamed.iter().rev().fold(pointer.clone(), translate)
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
