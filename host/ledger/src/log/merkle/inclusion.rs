//! That a leaf is in a tree (RFC 6962, section 2.1.1; RFC 9162, section 2.1.3).

use super::subtree::Subtree;
use super::{BadProof, Node, OutsideTree, Side, check_length, check_size};
use crate::log::TreeHash;

/// The place of a leaf in a tree. A proof for it is the hashes beside the way to the root, from the leaf upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    index: u64,
    size: u64,
}

impl Inclusion {
    /// Leaf `index`, counted from 0, in the tree of the first `size` leaves.
    ///
    /// # Errors
    /// When that tree has no such leaf.
    pub fn new(index: u64, size: u64) -> Result<Self, OutsideTree> {
        check_size(size)?;
        if index < size { Ok(Self { index, size }) } else { Err(OutsideTree::Leaf { index, size }) }
    }

    /// Makes the proof from stored hashes.
    ///
    /// # Errors
    /// What `read` returns.
    pub fn prove<E>(self, mut read: impl FnMut(Node) -> Result<TreeHash, E>) -> Result<Vec<TreeHash>, E> {
        self.way().into_iter().map(|(_, beside)| beside.hash(&mut read)).collect()
    }

    /// The root that a tree has if the proof is right. It is to be compared with one that is trusted.
    ///
    /// # Errors
    /// When the proof has not as many hashes as one for this place.
    pub fn root(self, leaf: TreeHash, proof: &[TreeHash]) -> Result<TreeHash, BadProof> {
        let way = self.way();
        check_length(proof, way.len())?;
        Ok(way.into_iter().zip(proof).fold(leaf, |below, ((side, _), beside)| match side {
            Side::Left => TreeHash::node(*beside, below),
            Side::Right => TreeHash::node(below, *beside),
        }))
    }

    /// Checks that the leaf is in the tree with this root.
    ///
    /// A root does not say how many leaves it has: `size` must come from where the root comes from, a checkpoint.
    ///
    /// # Errors
    /// When the proof does not show it.
    pub fn verify(self, leaf: TreeHash, root: TreeHash, proof: &[TreeHash]) -> Result<(), BadProof> {
        if self.root(leaf, proof)? == root { Ok(()) } else { Err(BadProof::NotIncluded { index: self.index }) }
    }

    /// The subtrees beside the way from the leaf to the root.
    fn way(self) -> Vec<(Side, Subtree)> {
        let mut beside = Vec::new();
        let mut at = Subtree { start: 0, end: self.size };
        while let Some(middle) = at.middle() {
            let (left, right) = (Subtree { end: middle, ..at }, Subtree { start: middle, ..at });
            if self.index < middle {
                beside.push((Side::Right, right));
                at = left;
            } else {
                beside.push((Side::Left, left));
                at = right;
            }
        }
        beside.reverse();
        beside
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::log::merkle::MAX_SIZE;
    use crate::log::merkle::testing::{StoredTree, mk_leaves};

    fn prove(tree: &StoredTree, index: u64, size: u64) -> Vec<TreeHash> {
        let Ok(proof) = Inclusion::new(index, size).unwrap().prove(tree.read());
        proof
    }

    #[test]
    fn every_leaf_of_every_tree_up_to_300_is_proved_and_no_other_leaf() {
        let leaves = mk_leaves(300);
        let tree = StoredTree::new(leaves.clone());
        for size in 1..=300 {
            let root = tree.root(size);
            for index in 0..size {
                let place = Inclusion::new(index, size).unwrap();
                let proof = prove(&tree, index, size);
                assert_eq!(place.verify(leaves[index as usize], root, &proof), Ok(()), "{index} of {size}");
                let other = leaves[(index as usize + 1) % 300];
                assert_eq!(place.verify(other, root, &proof), Err(BadProof::NotIncluded { index }));
            }
        }
    }

    #[test]
    fn a_proof_holds_at_its_own_index_only() {
        let leaves = mk_leaves(70);
        let tree = StoredTree::new(leaves.clone());
        for size in 1..=70 {
            for index in 0..size {
                let proof = prove(&tree, index, size);
                let others = (0..size).filter(|other| *other != index);
                for other in others {
                    let place = Inclusion::new(other, size).unwrap();
                    assert!(place.verify(leaves[index as usize], tree.root(size), &proof).is_err(), "{index}, {other} of {size}");
                }
            }
        }
    }

    #[test]
    fn proofs_are_in_the_order_of_the_standard() {
        // The example of RFC 6962, section 2.1.3: d3 in a tree of seven leaves is proved by c, a and the right half.
        let leaves = mk_leaves(7);
        let node = |left, right| TreeHash::node(left, right);
        let (a, l) = (node(leaves[0], leaves[1]), node(node(leaves[4], leaves[5]), leaves[6]));
        assert_eq!(prove(&StoredTree::new(leaves.clone()), 3, 7), [leaves[2], a, l]);
    }

    #[test]
    fn a_proof_that_is_too_long_or_too_short_is_refused() {
        let leaves = mk_leaves(7);
        let tree = StoredTree::new(leaves.clone());
        let place = Inclusion::new(3, 7).unwrap();
        let proof = prove(&tree, 3, 7);
        let longer = [proof.as_slice(), &[tree.root(7)]].concat();
        for wrong in [&proof[..2], &[], &longer] {
            let expected = Err(BadProof::Length { expected: 3, found: wrong.len() });
            assert_eq!(place.verify(leaves[3], tree.root(7), wrong), expected);
        }
    }

    #[test]
    fn places_outside_of_a_tree_are_refused() {
        assert_eq!(Inclusion::new(0, 0), Err(OutsideTree::Leaf { index: 0, size: 0 }));
        assert_eq!(Inclusion::new(7, 7), Err(OutsideTree::Leaf { index: 7, size: 7 }));
        assert_eq!(Inclusion::new(0, MAX_SIZE + 1), Err(OutsideTree::TooLarge { size: MAX_SIZE + 1 }));
        assert!(Inclusion::new(MAX_SIZE - 1, MAX_SIZE).is_ok());
    }

    proptest! {
        #[test]
        fn one_bit_of_a_proof_or_root_refuses_it(size in 1u64..600, at: prop::sample::Index, bit: prop::sample::Index) {
            let leaves = mk_leaves(size);
            let tree = StoredTree::new(leaves.clone());
            let index = at.index(leaves.len()) as u64;
            let place = Inclusion::new(index, size).unwrap();
            let mut hashes = prove(&tree, index, size);
            hashes.push(tree.root(size));
            let bit = bit.index(hashes.len() * 256);
            let mut bytes = *hashes[bit / 256].as_bytes();
            bytes[bit % 256 / 8] ^= 1 << (bit % 8);
            hashes[bit / 256] = TreeHash::from_bytes(bytes);
            let root = hashes.pop().unwrap();
            prop_assert_eq!(place.verify(leaves[index as usize], root, &hashes), Err(BadProof::NotIncluded { index }));
        }

        #[test]
        fn no_place_panics_and_none_reads_much(index: u64, size: u64, hashes in 0usize..80) {
            if let Ok(place) = Inclusion::new(index, size) {
                let mut asked = 0;
                let read = |_| { asked += 1; Ok::<_, Infallible>(TreeHash::empty()) };
                let Ok(proof) = place.prove(read);
                prop_assert!(asked <= 126 && proof.len() <= 63);
                prop_assert!(place.verify(TreeHash::empty(), TreeHash::empty(), &vec![TreeHash::empty(); hashes]).is_err());
            }
        }
    }
}
