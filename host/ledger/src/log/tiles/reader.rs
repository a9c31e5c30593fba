//! Any stored hash of a tree, checked up to its root.

use std::collections::BTreeMap;
use std::fmt;

use super::frontier::within;
use super::place::TILE_HEIGHT;
use super::{Frontier, Head, ReadError, TILE_WIDTH, TileError, TilePlace, TreeHash, complete_hash, read_tile};
use crate::log::merkle::Node;

/// The tiles of the tree with a head. Nothing is taken from a tile before its hashes were found to be those that the tile
/// above it has, and so on up to the root. Each tile is read once.
pub struct Tiles<R> {
    head: Head,
    frontier: Frontier,
    /// Full tiles by level and index.
    full: BTreeMap<(u8, u64), Vec<TreeHash>>,
    read: R,
}

impl<R: FnMut(TilePlace) -> Result<Option<Vec<u8>>, ReadError>> Tiles<R> {
    /// Reads the right edge of the tree. `read` is asked for other tiles when hashes in them are asked for.
    ///
    /// # Errors
    /// As [`Frontier::read`].
    pub fn open(head: Head, mut read: R) -> Result<Self, TileError> {
        let frontier = Frontier::read(head, &mut read)?;
        Ok(Self { head, frontier, full: BTreeMap::new(), read })
    }

    /// The head that all hashes were checked against.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The hash of a complete node; for [`Inclusion`](crate::log::merkle::Inclusion) and
    /// [`Consistency`](crate::log::merkle::Consistency).
    ///
    /// # Errors
    /// When the tree has no such node, or a tile is missing, has the wrong length, or was changed.
    pub fn node(&mut self, node: Node) -> Result<TreeHash, TileError> {
        let Node { level, index } = node;
        let absent = || TileError::NoNode { level, index, size: self.head.size };
        if self.head.size.checked_shr(u32::from(level)).is_none_or(|count| index >= count) {
            return Err(absent());
        }
        let tile = (index << (level % TILE_HEIGHT)) / TILE_WIDTH;
        let missing = absent();
        within(self.tile(level / TILE_HEIGHT, tile)?, level, index).ok_or(missing)
    }

    /// The hashes of a tile.
    ///
    /// # Errors
    /// As [`node`](Self::node).
    pub fn tile(&mut self, level: u8, index: u64) -> Result<&[TreeHash], TileError> {
        if self.frontier.tile(level, index).is_none() && !self.full.contains_key(&(level, index)) {
            let hashes = self.read_full(level, index)?;
            self.full.insert((level, index), hashes);
        }
        let known = self.frontier.tile(level, index).or_else(|| self.full.get(&(level, index)).map(Vec::as_slice));
        known.ok_or(TileError::NoNode { level, index, size: self.head.size })
    }

    fn read_full(&mut self, level: u8, index: u64) -> Result<Vec<TreeHash>, TileError> {
        let absent = TileError::NoNode { level, index, size: self.head.size };
        let place = TilePlace::in_tree(level, index, self.head.size).ok_or(absent)?;
        let above = self.node(Node { level: (level + 1) * TILE_HEIGHT, index })?;
        let hashes = read_tile(place, &mut self.read)?;
        if complete_hash(&hashes) == above { Ok(hashes) } else { Err(TileError::Changed { path: place.path() }) }
    }
}

impl<R> fmt::Debug for Tiles<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiles").field("head", &self.head).field("read", &self.full.keys()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{from_files, mk_tiles};
    use super::*;
    use crate::log::merkle::testing::{mk_leaves, root_of};
    use crate::log::merkle::{Consistency, Inclusion};

    #[test]
    fn every_node_is_read_from_tiles_as_it_is_over_the_leaves() {
        let leaves = mk_leaves(1_000);
        let (files, head) = mk_tiles([leaves.as_slice()]);
        let mut tiles = Tiles::open(head, from_files(&files)).unwrap();
        for level in 0..=9 {
            for index in 0..1_000 >> level {
                let expected = root_of(&leaves[index << level..(index + 1) << level]);
                assert_eq!(tiles.node(Node { level, index: index as u64 }).unwrap(), expected, "{level}, {index}");
            }
        }
    }

    #[test]
    fn nodes_that_are_not_complete_are_refused() {
        let (files, head) = mk_tiles([mk_leaves(1_000).as_slice()]);
        let mut tiles = Tiles::open(head, from_files(&files)).unwrap();
        for (level, index) in
            [(0, 1_000), (3, 125), (8, 3), (9, 1), (10, 0), (16, 0), (64, 0), (255, 0), (0, u64::MAX), (62, u64::MAX)]
        {
            let refused = tiles.node(Node { level, index });
            assert!(matches!(refused, Err(TileError::NoNode { .. })), "{level}, {index}");
        }
    }

    #[test]
    fn a_proof_reads_one_tile_a_level_beside_the_edge() {
        let leaves = mk_leaves(70_000);
        let (files, head) = mk_tiles([leaves.as_slice()]);
        let mut read = Vec::new();
        let mut tiles = Tiles::open(head, |place: TilePlace| {
            read.push(place.path());
            from_files(&files)(place)
        })
        .unwrap();
        let proof = Inclusion::new(300, 70_000).unwrap().prove(|node| tiles.node(node)).unwrap();
        Inclusion::new(300, 70_000).unwrap().verify(leaves[300], head.root, &proof).unwrap();
        drop(tiles);
        assert_eq!(read, ["tile/0/273", "tile/1/001", "tile/2/000", "tile/1/000", "tile/0/001"]);
    }

    #[test]
    fn tiles_of_another_tree_are_refused() {
        let (files, head) = mk_tiles([mk_leaves(600).as_slice()]);
        let other = Head { root: TreeHash::empty(), ..head };
        let error = Tiles::open(other, from_files(&files)).unwrap_err();
        assert!(matches!(error, TileError::OtherTree { size: 600, .. }), "{error}");
    }

    #[test]
    fn an_older_tree_is_not_read_from_the_tiles_of_a_newer_one() {
        let leaves = mk_leaves(600);
        let (_, old) = mk_tiles([&leaves[..590]]);
        let (files, _) = mk_tiles([leaves.as_slice()]);
        let error = Tiles::open(old, from_files(&files)).unwrap_err();
        assert!(matches!(error, TileError::Length { .. }), "{error}");
    }

    proptest! {
        #[test]
        fn proofs_from_tiles_hold(size in 1u64..1_500, at: prop::sample::Index, before: prop::sample::Index) {
            let leaves = mk_leaves(size);
            let (files, head) = mk_tiles([leaves.as_slice()]);
            let mut tiles = Tiles::open(head, from_files(&files)).unwrap();
            let index = at.index(leaves.len());
            let place = Inclusion::new(index as u64, size).unwrap();
            let proof = place.prove(|node| tiles.node(node)).unwrap();
            prop_assert_eq!(place.verify(leaves[index], head.root, &proof), Ok(()));
            let before = before.index(leaves.len() + 1);
            let old = Head { size: before as u64, root: root_of(&leaves[..before]) };
            let proof = Consistency::new(old.size, size).unwrap().prove(|node| tiles.node(node)).unwrap();
            prop_assert_eq!(Consistency::verify(old, head, &proof), Ok(()));
        }

        #[test]
        fn one_bit_of_any_tile_is_found(size in 257u64..1_500, at: prop::sample::Index, bit: prop::sample::Index) {
            let (mut files, head) = mk_tiles([mk_leaves(size).as_slice()]);
            let places: Vec<_> = TilePlace::all(size).collect();
            let place = places[at.index(places.len())];
            let bytes = files.get_mut(&place.path()).unwrap();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            match Tiles::open(head, from_files(&files)) {
                Err(error) => prop_assert!(matches!(error, TileError::OtherTree { .. }), "{}", error),
                Ok(mut tiles) => {
                    let read: Vec<_> = places.iter().map(|place| tiles.tile(place.level, place.index).err()).collect();
                    let named = |error: &Option<TileError>| matches!(error, Some(TileError::Changed { path }) if *path == place.path());
                    let mut answers = places.iter().zip(&read);
                    let only_this = answers.all(|(other, error)| if *other == place { named(error) } else { error.is_none() });
                    prop_assert!(only_this, "{:?}", read);
                }
            }
        }
    }
}
