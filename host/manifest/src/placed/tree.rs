//! The tree of places of a placed value.

use super::{Placed, Value};
use crate::tree::{Content, Member, Node, NodeId, Tree};

impl Placed {
    /// All places, as they are known already.
    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree { nodes: Vec::new(), root: 0 };
        tree.root = add(&mut tree, self);
        tree
    }
}

fn add(tree: &mut Tree, placed: &Placed) -> NodeId {
    let content = match &placed.value {
        Value::List(elements) => Content::Sequence(elements.iter().map(|element| add(tree, element)).collect()),
        Value::Map(members) => Content::Mapping(
            members
                .iter()
                .map(|member| Member { key: member.key.clone(), key_span: member.key_span, value: add(tree, &member.value) })
                .collect(),
        ),
        _ => Content::Scalar,
    };
    tree.nodes.push(Node { span: placed.span, content });
    tree.nodes.len() - 1
}
