//! The edges of the graph, for whoever draws it.

use super::{GraphReport, TargetNode, TriggerNode};

/// Something that leads to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge<'g> {
    pub(super) from: Start<'g>,
    /// Name of a target.
    pub(super) to: &'g str,
    pub(super) kind: Kind,
}

/// Where an edge starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start<'g> {
    Trigger(&'g TriggerNode),
    /// Name of a target.
    Target(&'g str),
}

/// What an edge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It moves the target.
    Moves,
    /// The Ops twin must have proven the recipe.
    Requires,
    /// It must have proven the recipe.
    After,
    /// It, or another of its group, must have proven the recipe; the group's number, from 1, where there are several.
    OneOf(Option<usize>),
}

impl Kind {
    /// The words at the edge.
    pub(super) fn label(self) -> String {
        match self {
            Self::Moves => String::new(),
            Self::Requires => "requires".to_owned(),
            Self::After => "after".to_owned(),
            Self::OneOf(None) => "after one of".to_owned(),
            Self::OneOf(Some(group)) => format!("after one of group {group}"),
        }
    }

    /// Whether it is drawn as a broken line: what alone does not lead to the target.
    pub(super) const fn is_dashed(self) -> bool {
        matches!(self, Self::Moves | Self::OneOf(_))
    }
}

/// All edges, by the target that they lead to, in the order of the configuration.
pub(super) fn edges(graph: &GraphReport) -> Vec<Edge<'_>> {
    graph.targets().flat_map(|(_, target)| edges_to(target)).collect()
}

fn edges_to(target: &TargetNode) -> Vec<Edge<'_>> {
    let edge = |from, kind| Edge { from, to: &target.name, kind };
    let moves = target.on.iter().map(|trigger| edge(Start::Trigger(trigger), Kind::Moves));
    let requires = target.requires.iter().map(|name| edge(Start::Target(name), Kind::Requires));
    let after = target.after.iter().map(|name| edge(Start::Target(name), Kind::After));
    let groups = target.after_any.iter().enumerate().flat_map(|(index, group)| {
        let number = (target.after_any.len() > 1).then_some(index + 1);
        group.iter().map(move |name| edge(Start::Target(name), Kind::OneOf(number)))
    });
    moves.chain(requires).chain(after).chain(groups).collect()
}
