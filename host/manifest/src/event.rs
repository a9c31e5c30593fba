//! Events: what both YAML and JSON are read as, one node at a time, without a tree.

use std::borrow::Cow;

use tollgate_core::document::Span;

use crate::source::Refusal;

/// How a scalar says what type it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScalarType {
    /// By its looks: a plain scalar.
    Implicit,
    /// A text: quoted, or a block.
    Text,
    /// By a tag of the standard: `int` for `!!int`.
    Tagged(String),
    /// A text: by a tag of somebody else, which the API server ignores.
    Foreign,
    /// A text: by a lone `!`. Only as the merge key it is taken for a plain scalar.
    Bare,
}

/// A scalar as written, unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar<'s> {
    pub(crate) text: Cow<'s, str>,
    pub(crate) kind: ScalarType,
    /// Whether it was written as a block (`|`, `>`), whose span ends lines later than its text.
    pub(crate) block: bool,
}

/// Names an anchor within a document; 0 is none.
pub(crate) type AnchorId = usize;

/// A node, or the start or end of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event<'s> {
    Scalar(Scalar<'s>, AnchorId),
    Alias(AnchorId),
    SequenceStart(AnchorId),
    SequenceEnd,
    MappingStart(AnchorId),
    MappingEnd,
}

/// Where events come from. Nested events are balanced, and in a mapping each key is followed by a value.
pub(crate) trait Events<'s> {
    /// The next event of the document with its place; nothing when the document is over.
    ///
    /// # Errors
    /// A finding where the text breaks the grammar. There is nothing after it.
    fn next_event(&mut self) -> Result<Option<(Event<'s>, Span)>, Refusal>;
}
