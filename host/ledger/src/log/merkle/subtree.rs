//! Subtrees, and how their hashes come from stored ones.

use crate::log::TreeHash;

/// A complete subtree, the only kind whose hash never changes: leaves `index * 2^level` up to `(index + 1) * 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// 0 for leaves; at most 62.
    pub level: u8,
    /// Position among the nodes of the level.
    pub index: u64,
}

/// Leaves `start..end`, one of the subtrees into which RFC 6962 splits a tree: `start` is a multiple of a power of two that is
/// no smaller than its length. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subtree {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// The root of the tree with the first `size` leaves.
///
/// # Errors
/// What `read` returns.
pub fn root<E>(size: u64, read: impl FnMut(Node) -> Result<TreeHash, E>) -> Result<TreeHash, E> {
    if size == 0 { Ok(TreeHash::empty()) } else { Subtree { start: 0, end: size }.hash(read) }
}

impl Subtree {
    /// Where the right child begins; nothing for a leaf.
    pub(super) fn middle(self) -> Option<u64> {
        let length = self.end - self.start;
        (length > 1).then(|| self.start + (1 << (length - 1).ilog2()))
    }

    /// Its hash, from those of the complete subtrees that it consists of.
    pub(super) fn hash<E>(self, mut read: impl FnMut(Node) -> Result<TreeHash, E>) -> Result<TreeHash, E> {
        let nodes = self.nodes();
        let mut hashes = Vec::with_capacity(nodes.len());
        for node in nodes {
            hashes.push(read(node)?);
        }
        Ok(hashes.into_iter().rev().reduce(|right, left| TreeHash::node(left, right)).unwrap_or_else(TreeHash::empty))
    }

    /// From left to right, each smaller than the one before.
    fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let level = (self.end - start).ilog2();
            nodes.push(Node { level: level as u8, index: start >> level });
            start += 1 << level;
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::log::merkle::testing::{mk_leaves, root_of};

    #[test]
    fn the_root_is_that_of_the_recursive_definition_for_every_size_up_to_300() {
        let leaves = mk_leaves(300);
        for size in 0..=300 {
            let read = |node: Node| Ok::<_, Infallible>(node_of(&leaves, node));
            assert_eq!(root(size as u64, read), Ok(root_of(&leaves[..size])), "{size}");
        }
    }

    #[test]
    fn only_complete_subtrees_are_asked_for_and_few_of_them() {
        for size in [1, 2, 3, 255, 256, 257, 1 << 40, (1 << 62) - 1, (1 << 63) - 1] {
            let mut asked = 0;
            let _ = root(size, |node| {
                asked += 1;
                assert!(node.index < size >> node.level, "{node:?} of {size}");
                Ok::<_, Infallible>(TreeHash::empty())
            });
            assert_eq!(asked, size.count_ones());
        }
    }

    #[test]
    fn what_can_not_be_read_is_passed_on() {
        assert_eq!(
            root(5, |node| if node.level == 0 { Err(node) } else { Ok(TreeHash::empty()) }),
            Err(Node { level: 0, index: 4 })
        );
    }

    fn node_of(leaves: &[TreeHash], node: Node) -> TreeHash {
        let start = (node.index as usize) << node.level;
        root_of(&leaves[start..start + (1 << node.level)])
    }
}
