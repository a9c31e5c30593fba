//! That a tree begins with an older one (RFC 6962, section 2.1.2; RFC 9162, section 2.1.4).

use super::subtree::Subtree;
use super::{BadProof, Node, OutsideTree, Side, check_length, check_size};
use crate::log::{Head, TreeHash};

/// An older and a newer tree. A proof is the hashes from which both roots follow.
///
/// Every tree begins with the empty one; that proof is empty, as is the one of a tree and itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consistency {
    old: u64,
    new: u64,
}

/// The way from the end of the old tree to the root of the new one.
struct Way {
    /// The complete subtree in which the old tree ends, unless that is the whole old tree: then its root is known.
    first: Option<Subtree>,
    /// The subtrees beside the way, from there upwards.
    beside: Vec<(Side, Subtree)>,
}

impl Consistency {
    /// The trees of the first `old` and the first `new` leaves.
    ///
    /// # Errors
    /// When the new tree would be the smaller one.
    pub fn new(old: u64, new: u64) -> Result<Self, OutsideTree> {
        check_size(new)?;
        if old <= new { Ok(Self { old, new }) } else { Err(OutsideTree::Smaller { old, new }) }
    }

    /// Makes the proof from stored hashes of the new tree.
    ///
    /// # Errors
    /// What `read` returns.
    pub fn prove<E>(self, mut read: impl FnMut(Node) -> Result<TreeHash, E>) -> Result<Vec<TreeHash>, E> {
        let way = self.way();
        let subtrees = way.first.into_iter().chain(way.beside.into_iter().map(|(_, subtree)| subtree));
        subtrees.map(|subtree| subtree.hash(&mut read)).collect()
    }

    /// Checks that the new tree begins with the old one.
    ///
    /// # Errors
    /// When the proof does not show it: [`BadProof::Forked`] for two trees of one size, which no proof can mend.
    pub fn verify(old: Head, new: Head, proof: &[TreeHash]) -> Result<(), BadProof> {
        let way = Self::new(old.size, new.size)?.way();
        check_length(proof, way.beside.len() + usize::from(way.first.is_some()))?;
        let inconsistent = if old.size == new.size {
            BadProof::Forked { size: new.size }
        } else {
            BadProof::NotConsistent { old: old.size, new: new.size }
        };
        let holds = match old.size {
            0 => old.root == TreeHash::empty() && (new.size > 0 || new.root == old.root),
            _ => way.roots(old.root, proof) == (old.root, new.root),
        };
        if holds { Ok(()) } else { Err(inconsistent) }
    }

    fn way(self) -> Way {
        let mut way = Way { first: None, beside: Vec::new() };
        let mut at = Subtree { start: 0, end: self.new };
        while self.old > 0 && self.old != at.end {
            let Some(middle) = at.middle() else { break };
            let (left, right) = (Subtree { end: middle, ..at }, Subtree { start: middle, ..at });
            if self.old <= middle {
                way.beside.push((Side::Right, right));
                at = left;
            } else {
                way.beside.push((Side::Left, left));
                at = right;
            }
        }
        way.beside.reverse();
        way.first = (at.start > 0).then_some(at);
        way
    }
}

impl Way {
    /// The roots of both trees as the proof has them. The old root is where both begin when nothing else is.
    fn roots(&self, old: TreeHash, proof: &[TreeHash]) -> (TreeHash, TreeHash) {
        let (first, rest) = match (&self.first, proof.split_first()) {
            (Some(_), Some((first, rest))) => (*first, rest),
            _ => (old, proof),
        };
        self.beside.iter().zip(rest).fold((first, first), |(old, new), ((side, _), beside)| match side {
            Side::Left => (TreeHash::node(*beside, old), TreeHash::node(*beside, new)),
            Side::Right => (old, TreeHash::node(new, *beside)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::log::merkle::MAX_SIZE;
    use crate::log::merkle::testing::{StoredTree, mk_leaves};

    fn prove(tree: &StoredTree, old: u64, new: u64) -> Vec<TreeHash> {
        let Ok(proof) = Consistency::new(old, new).unwrap().prove(tree.read());
        proof
    }

    fn head(tree: &StoredTree, size: u64) -> Head {
        Head { size, root: tree.root(size) }
    }

    fn flipped(hash: TreeHash, bit: usize) -> TreeHash {
        let mut bytes = *hash.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        TreeHash::from_bytes(bytes)
    }

    #[test]
    fn every_tree_up_to_300_is_consistent_with_every_one_before() {
        let tree = StoredTree::new(mk_leaves(300));
        for new in 0..=300 {
            for old in 0..=new {
                let proof = prove(&tree, old, new);
                assert_eq!(Consistency::verify(head(&tree, old), head(&tree, new), &proof), Ok(()), "{old}, {new}");
            }
        }
    }

    #[test]
    fn a_tree_that_differs_in_one_old_leaf_is_not_consistent() {
        let leaves = mk_leaves(40);
        let tree = StoredTree::new(leaves.clone());
        for changed in 0..40 {
            let mut forged = leaves.clone();
            forged[changed] = TreeHash::leaf(b"forged");
            let forged = StoredTree::new(forged);
            for old in changed as u64 + 1..40 {
                let proof = prove(&forged, old, 40);
                let expected = Err(BadProof::NotConsistent { old, new: 40 });
                assert_eq!(Consistency::verify(head(&tree, old), head(&forged, 40), &proof), expected, "{changed}, {old}");
            }
        }
    }

    #[test]
    fn proofs_are_in_the_order_of_the_standard() {
        // The examples of RFC 6962, section 2.1.3.
        let d = mk_leaves(7);
        let node = TreeHash::node;
        let (g, h, i, j) = (node(d[0], d[1]), node(d[2], d[3]), node(d[4], d[5]), d[6]);
        let (k, l) = (node(g, h), node(i, j));
        let tree = StoredTree::new(d.clone());
        assert_eq!(prove(&tree, 3, 7), [d[2], d[3], g, l]);
        assert_eq!(prove(&tree, 4, 7), [l]);
        assert_eq!(prove(&tree, 6, 7), [i, j, k]);
    }

    #[test]
    fn two_trees_of_one_size_are_a_fork() {
        let (tree, other) = (StoredTree::new(mk_leaves(6)), StoredTree::new(mk_leaves(7)));
        let forged = Head { size: 6, root: other.root(7) };
        assert_eq!(Consistency::verify(head(&tree, 6), forged, &[]), Err(BadProof::Forked { size: 6 }));
        let nothing = Head { size: 0, root: TreeHash::empty() };
        let not_empty = Head { size: 0, root: other.root(7) };
        assert_eq!(Consistency::verify(nothing, not_empty, &[]), Err(BadProof::Forked { size: 0 }));
        assert_eq!(Consistency::verify(not_empty, not_empty, &[]), Err(BadProof::Forked { size: 0 }));
        assert!(Consistency::verify(not_empty, head(&tree, 6), &[]).is_err());
    }

    #[test]
    fn a_tree_never_shrinks() {
        let tree = StoredTree::new(mk_leaves(7));
        let smaller = OutsideTree::Smaller { old: 7, new: 6 };
        assert_eq!(Consistency::verify(head(&tree, 7), head(&tree, 6), &[]), Err(smaller.into()));
        assert_eq!(Consistency::new(0, MAX_SIZE + 1), Err(OutsideTree::TooLarge { size: MAX_SIZE + 1 }));
    }

    #[test]
    fn proofs_of_a_wrong_length_are_refused() {
        let tree = StoredTree::new(mk_leaves(7));
        let proof = prove(&tree, 3, 7);
        let longer = [proof.as_slice(), &proof[..1]].concat();
        for wrong in [&[], &proof[..3], &longer] {
            let expected = Err(BadProof::Length { expected: 4, found: wrong.len() });
            assert_eq!(Consistency::verify(head(&tree, 3), head(&tree, 7), wrong), expected);
        }
        assert!(Consistency::verify(head(&tree, 0), head(&tree, 7), &proof).is_err());
        assert!(Consistency::verify(head(&tree, 7), head(&tree, 7), &proof).is_err());
    }

    proptest! {
        #[test]
        fn one_bit_of_a_proof_or_root_refuses_it(new in 1u64..600, at: prop::sample::Index, bit: prop::sample::Index) {
            let tree = StoredTree::new(mk_leaves(new));
            let old = at.index(usize::try_from(new).unwrap()) as u64 + 1;
            let mut hashes = prove(&tree, old, new);
            hashes.extend([tree.root(old), tree.root(new)]);
            let bit = bit.index(hashes.len() * 256);
            hashes[bit / 256] = flipped(hashes[bit / 256], bit % 256);
            let (proof, roots) = hashes.split_at(hashes.len() - 2);
            let (old, new) = (Head { size: old, root: roots[0] }, Head { size: new, root: roots[1] });
            prop_assert!(Consistency::verify(old, new, proof).is_err());
        }

        #[test]
        fn no_sizes_panic_and_none_reads_much(old: u64, new: u64, hashes in 0usize..80) {
            let heads = [old, new].map(|size| Head { size, root: TreeHash::empty() });
            let verified = Consistency::verify(heads[0], heads[1], &vec![TreeHash::empty(); hashes]);
            prop_assert!(verified.is_err() || old == new || old == 0);
            if let Ok(place) = Consistency::new(old, new) {
                let mut asked = 0;
                let read = |_| { asked += 1; Ok::<_, Infallible>(TreeHash::empty()) };
                let Ok(_) = place.prove(read);
                prop_assert!(asked <= 190);
            }
        }
    }
}
