//! The places of all values of a document.

use tollgate_core::document::Span;
use tollgate_core::pointer::Pointer;

/// Names a node of a tree.
pub(crate) type NodeId = usize;

/// A value, and where it is written.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Scalar,
    Sequence(Vec<NodeId>),
    /// In the order of the source; the last of equal keys counts.
    Mapping(Vec<Member>),
}

/// A key of a mapping, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: NodeId,
}

/// All values of a document.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: NodeId,
}

/// Where the way along a pointer ended.
struct Arrival {
    node: NodeId,
    key: Option<Span>,
    /// Whether the whole pointer could be followed.
    whole: bool,
}

impl Tree {
    /// The place of the value that a pointer leads to.
    pub(crate) fn locate(&self, pointer: &Pointer) -> Span {
        let arrival = self.follow(pointer);
        let span = self.nodes.get(arrival.node).map_or(Span::START, |node| node.span);
        let is_empty = (span.line, span.column) == (span.end_line, span.end_column);
        match arrival.key {
            _ if arrival.whole && !is_empty => span,
            Some(key) => key,
            None => self.head(arrival.node),
        }
    }

    /// The place of the key of the member that a pointer leads to.
    pub(crate) fn locate_key(&self, pointer: &Pointer) -> Span {
        let arrival = self.follow(pointer);
        arrival.key.unwrap_or_else(|| self.head(arrival.node))
    }

    fn follow(&self, pointer: &Pointer) -> Arrival {
        let mut arrival = Arrival { node: self.root, key: None, whole: true };
        for token in pointer.tokens() {
            let next = match self.nodes.get(arrival.node).map(|node| &node.content) {
                Some(Content::Mapping(members)) => {
                    members.iter().rev().find(|member| member.key == token).map(|member| (member.value, Some(member.key_span)))
                }
                Some(Content::Sequence(elements)) => {
                    token.parse::<usize>().ok().and_then(|index| elements.get(index)).map(|&element| (element, None))
                }
                Some(Content::Scalar) | None => None,
            };
            match next {
                Some((node, key)) => (arrival.node, arrival.key) = (node, key),
                None => return Arrival { whole: false, ..arrival },
            }
        }
        arrival
    }

    /// What stands in for the key of a value that has none.
    fn head(&self, node: NodeId) -> Span {
        let Some(node) = self.nodes.get(node) else { return Span::START };
        match &node.content {
            Content::Mapping(members) => members.first().map_or(node.span, |member| member.key_span),
            Content::Sequence(_) | Content::Scalar => node.span,
        }
    }
}
