//! Builds the tree of places from events.

use std::collections::BTreeMap;

use tollgate_core::document::Span;

use crate::event::{AnchorId, Event, Events, Scalar};
use crate::lines::Lines;
use crate::source::{Refusal, SourceCode, SourceFinding};
use crate::tree::{Content, Member, Node, NodeId, Tree};
use crate::yaml::{is_merge_key, key_text, resolve};

/// A merge copies the members of what it merges. No real document comes near this, and a reader refuses one that would.
const MERGED_MEMBERS: usize = 1_000_000;

/// Builds the tree of the next document.
///
/// # Errors
/// Where the events have an error, or an alias has no whole anchor.
pub(crate) fn build<'s>(events: &mut impl Events<'s>, text: &str, first_line: u32) -> Result<Tree, Refusal> {
    let lines = Lines::new(text, first_line);
    let mut builder =
        Builder { lines, nodes: Vec::new(), open: Vec::new(), anchors: BTreeMap::new(), end: (0, 0), merged: 0, root: 0 };
    while let Some((event, span)) = events.next_event()? {
        builder.take(event, span)?;
    }
    Ok(Tree { nodes: builder.nodes, root: builder.root })
}

/// A mapping or sequence that is open.
struct Open {
    node: NodeId,
    anchor: AnchorId,
    /// The key whose value comes next.
    key: Option<Key>,
}

/// What an alias may stand for.
#[derive(Clone)]
struct Anchored {
    /// Nothing while the node is open.
    node: Option<NodeId>,
    /// What it is as a key.
    key: String,
}

enum Key {
    Named(String, Span),
    Merge,
}

struct Builder<'s> {
    lines: Lines<'s>,
    nodes: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<AnchorId, Anchored>,
    /// End of the last text seen, which is where open blocks end.
    end: (u32, u32),
    merged: usize,
    root: NodeId,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        match event {
            Event::Scalar(scalar, anchor) => self.scalar(&scalar, anchor, span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::MappingStart(anchor) => {
                self.start(Content::Mapping(Vec::new()), anchor, span);
                Ok(())
            }
            Event::SequenceStart(anchor) => {
                let span = self.lines.dash_before(span);
                self.start(Content::Sequence(Vec::new()), anchor, span);
                Ok(())
            }
            Event::MappingEnd | Event::SequenceEnd => self.finish(span),
        }
    }

    fn scalar(&mut self, scalar: &Scalar<'_>, anchor: AnchorId, span: Span) -> Result<(), Refusal> {
        let span = if scalar.block { self.lines.trimmed(span) } else { span };
        self.reach(span);
        let node = self.add(Node { span, content: Content::Scalar });
        if anchor != 0 {
            self.anchor(anchor, Anchored { node: Some(node), key: scalar_as_key(scalar) });
        }
        if self.expects_key() {
            self.set_key(if is_merge_key(scalar) { Key::Merge } else { Key::Named(scalar_as_key(scalar), span) });
            return Ok(());
        }
        self.place(node)
    }

    fn alias(&mut self, anchor: AnchorId, span: Span) -> Result<(), Refusal> {
        self.reach(span);
        let Some(Anchored { node: Some(node), key }) = self.anchors.get(&anchor).cloned() else {
            return Err(SourceFinding::refuse(SourceCode::AnchorUnknown, span, "the alias has no anchor before it"));
        };
        if self.expects_key() {
            self.set_key(Key::Named(key, span));
            return Ok(());
        }
        self.place(node)
    }

    fn anchor(&mut self, anchor: AnchorId, anchored: Anchored) {
        if anchor != 0 {
            self.anchors.insert(anchor, anchored);
        }
    }

    fn start(&mut self, content: Content, anchor: AnchorId, span: Span) {
        self.reach(span);
        let node = self.add(Node { span, content });
        self.anchor(anchor, Anchored { node: None, key: String::new() });
        self.open.push(Open { node, anchor, key: None });
    }

    fn finish(&mut self, span: Span) -> Result<(), Refusal> {
        self.reach(span);
        let Some(open) = self.open.pop() else { return Ok(()) };
        if let Some(node) = self.nodes.get_mut(open.node) {
            // A block of nothing but an empty value is its indicator alone: `-`.
            self.end = self.end.max((node.span.line, node.span.column + 1));
            (node.span.end_line, node.span.end_column) = self.end;
        }
        self.anchor(open.anchor, Anchored { node: Some(open.node), key: String::new() });
        self.place(open.node)
    }

    /// Notes how far the text has come. The ends of blocks have no extent, and stand behind what follows them.
    fn reach(&mut self, span: Span) {
        if (span.line, span.column) != (span.end_line, span.end_column) {
            self.end = (span.end_line, span.end_column);
        }
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn expects_key(&self) -> bool {
        let Some(open) = self.open.last() else { return false };
        open.key.is_none() && matches!(self.nodes.get(open.node), Some(Node { content: Content::Mapping(_), .. }))
    }

    fn set_key(&mut self, key: Key) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some(key);
        }
    }

    /// Puts a whole node where it belongs.
    fn place(&mut self, value: NodeId) -> Result<(), Refusal> {
        let Some(open) = self.open.last_mut() else {
            self.root = value;
            return Ok(());
        };
        let (holder, key) = (open.node, open.key.take());
        if matches!(key, Some(Key::Merge)) {
            return self.merge(holder, value);
        }
        match (self.nodes.get_mut(holder).map(|node| &mut node.content), key) {
            (Some(Content::Mapping(members)), Some(Key::Named(key, key_span))) => members.push(Member { key, key_span, value }),
            (Some(Content::Sequence(elements)), _) => elements.push(value),
            _ => {}
        }
        Ok(())
    }

    /// Adds the members of merged mappings, in the order in which the reader does.
    fn merge(&mut self, holder: NodeId, value: NodeId) -> Result<(), Refusal> {
        let sources: Vec<NodeId> = match self.nodes.get(value).map(|node| &node.content) {
            Some(Content::Sequence(elements)) => elements.iter().rev().copied().collect(),
            _ => vec![value],
        };
        for source in sources {
            let Some(Node { content: Content::Mapping(members), span }) = self.nodes.get(source) else { continue };
            self.merged = self.merged.saturating_add(members.len());
            if self.merged > MERGED_MEMBERS {
                return Err(SourceFinding::refuse(SourceCode::AliasBomb, *span, "merge keys add too many members"));
            }
            let mut members = members.clone();
            if let Some(Node { content: Content::Mapping(all), .. }) = self.nodes.get_mut(holder) {
                all.append(&mut members);
            }
        }
        Ok(())
    }
}

fn scalar_as_key(scalar: &Scalar<'_>) -> String {
    let resolved = resolve(scalar.clone()).ok();
    resolved.and_then(|resolved| key_text(resolved).ok()).map_or_else(|| scalar.text.to_string(), std::borrow::Cow::into_owned)
}
