//! The tree as RFC 6962 defines it, by recursion over all leaves: slow and plain, to compare with.

use std::convert::Infallible;

use crate::log::TreeHash;
use crate::log::merkle::Node;

/// Leaf hashes that all differ.
pub(crate) fn mk_leaves(count: u64) -> Vec<TreeHash> {
    (0..count).map(|index| TreeHash::leaf(format!("leaf {index}").as_bytes())).collect()
}

/// The root over these leaves.
pub(crate) fn root_of(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => TreeHash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            TreeHash::node(root_of(left), root_of(right))
        }
    }
}

/// All nodes of a tree, kept level by level.
#[derive(Debug)]
pub(crate) struct StoredTree {
    levels: Vec<Vec<TreeHash>>,
}

impl StoredTree {
    pub(crate) fn new(leaves: Vec<TreeHash>) -> Self {
        let mut levels = vec![leaves];
        while levels[levels.len() - 1].len() > 1 {
            let below = &levels[levels.len() - 1];
            levels.push(below.chunks_exact(2).map(|pair| TreeHash::node(pair[0], pair[1])).collect());
        }
        Self { levels }
    }

    pub(crate) fn read(&self) -> impl FnMut(Node) -> Result<TreeHash, Infallible> {
        |node| Ok(self.levels[usize::from(node.level)][usize::try_from(node.index).unwrap()])
    }

    pub(crate) fn root(&self, size: u64) -> TreeHash {
        let Ok(root) = super::root(size, self.read());
        root
    }
}
