//! Appending to a tree of which only the right edge is known.

use super::place::{TILE_HEIGHT, TILE_LEVELS};
use super::{Head, ReadError, TILE_WIDTH, TileError, TilePlace, TreeHash, complete_hash, read_tile, tile_count};
use crate::log::merkle;

/// The partial tiles of a tree, one of each level: all that decides its root, and how it grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// By level. Each has `floor(size / 256^level) mod 256` hashes.
    partial: Vec<Vec<TreeHash>>,
}

/// A tile with its hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    pub place: TilePlace,
    pub hashes: Vec<TreeHash>,
}

impl Tile {
    /// Where it is on a ledger's branch.
    pub fn path(&self) -> String {
        self.place.path()
    }

    /// The tile's file.
    pub fn bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(TreeHash::as_bytes).copied().collect()
    }
}

impl Frontier {
    /// Reads the right edge of the tree with this head: at most one tile of each level, whose path is [`TilePlace::path`] or
    /// [`TilePlace::standard_path`]. `read` returns nothing where there is no such tile.
    ///
    /// # Errors
    /// When a tile is missing, is shorter or longer than it is in this tree, or the hashes do not give this root.
    pub fn read(head: Head, mut read: impl FnMut(TilePlace) -> Result<Option<Vec<u8>>, ReadError>) -> Result<Self, TileError> {
        merkle::check_size(head.size)?;
        let mut frontier = Self { size: head.size, partial: Vec::new() };
        for level in 0..TILE_LEVELS {
            let last = tile_count(level, head.size).checked_sub(1);
            let last = last.and_then(|index| TilePlace::in_tree(level, index, head.size));
            let partial = last.filter(|place| !place.is_full());
            frontier.partial.push(partial.map_or_else(|| Ok(Vec::new()), |place| read_tile(place, &mut read))?);
        }
        if frontier.head() == head { Ok(frontier) } else { Err(TileError::OtherTree { size: head.size, root: head.root }) }
    }

    /// Size and root of the tree.
    pub fn head(&self) -> Head {
        let root = merkle::root(self.size, |node| self.node(node.level, node.index).ok_or(node));
        // Every node that makes up the root is in a partial tile.
        Head { size: self.size, root: root.unwrap_or_else(|_| TreeHash::empty()) }
    }

    /// The partial tiles, from which [`Frontier::read`] makes it again.
    pub fn edge(&self) -> Vec<Tile> {
        let levels = (0..TILE_LEVELS).zip(&self.partial).filter(|(_, hashes)| !hashes.is_empty());
        let tile = |(level, hashes): (u8, &Vec<TreeHash>)| {
            let place = TilePlace::in_tree(level, tile_count(level, self.size).checked_sub(1)?, self.size)?;
            Some(Tile { place, hashes: hashes.clone() })
        };
        levels.filter_map(tile).collect()
    }

    /// Adds leaves. Returns the tiles that are new or wider than before: each full one once, and at most one partial one of
    /// each level.
    pub fn append(&mut self, leaves: impl IntoIterator<Item = TreeHash>) -> Vec<Tile> {
        let mut changed = Vec::new();
        let mut touched = 0;
        for leaf in leaves {
            touched = touched.max(self.push(leaf, &mut changed));
        }
        for level in 0..touched {
            let hashes = self.partial[level].clone();
            let index = (self.size >> (usize::from(TILE_HEIGHT) * level)) / TILE_WIDTH;
            let width = hashes.len() as u16;
            if width > 0 {
                changed.push(Tile { place: TilePlace { level: level as u8, index, width }, hashes });
            }
        }
        changed
    }

    /// Adds one leaf and moves tiles that became full to `full`. Returns how many levels were touched.
    fn push(&mut self, leaf: TreeHash, full: &mut Vec<Tile>) -> usize {
        self.size += 1;
        let mut hash = leaf;
        let mut level = 0;
        loop {
            if level == self.partial.len() {
                self.partial.push(Vec::new());
            }
            let hashes = &mut self.partial[level];
            hashes.push(hash);
            if (hashes.len() as u64) < TILE_WIDTH {
                return level + 1;
            }
            let hashes = std::mem::take(hashes);
            hash = complete_hash(&hashes);
            let index = (self.size >> (usize::from(TILE_HEIGHT) * (level + 1))) - 1;
            full.push(Tile { place: TilePlace { level: level as u8, index, width: TILE_WIDTH as u16 }, hashes });
            level += 1;
        }
    }

    /// The hashes of a tile, if it is a partial one.
    pub(super) fn tile(&self, level: u8, index: u64) -> Option<&[TreeHash]> {
        let hashes = self.partial.get(usize::from(level))?;
        let place = TilePlace::in_tree(level, index, self.size)?;
        (!place.is_full()).then_some(hashes)
    }

    /// The hash of a complete node within the partial tiles.
    fn node(&self, level: u8, index: u64) -> Option<TreeHash> {
        let hashes = self.tile(level / TILE_HEIGHT, (index << (level % TILE_HEIGHT)) / TILE_WIDTH)?;
        within(hashes, level, index)
    }
}

/// The hash of a node from the tile that spans it; nothing where the tile does not reach so far.
pub(super) fn within(hashes: &[TreeHash], level: u8, index: u64) -> Option<TreeHash> {
    let height = level % TILE_HEIGHT;
    let start = ((index << height) % TILE_WIDTH) as usize;
    hashes.get(start..start + (1 << height)).map(complete_hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{TileFiles, from_files, mk_tiles};
    use super::*;
    use crate::log::merkle::testing::{StoredTree, mk_leaves, root_of};

    /// The tiles of a tree by the standard's definition.
    fn tiles_of(leaves: &[TreeHash]) -> TileFiles {
        let hash = |level: u8, index: u64| {
            let length = 1usize << (8 * level);
            root_of(&leaves[index as usize * length..(index as usize + 1) * length])
        };
        let tile = |place: TilePlace| {
            let first = place.index * 256;
            let hashes = (first..first + u64::from(place.width)).map(|index| hash(place.level, index)).collect();
            Tile { place, hashes }
        };
        TilePlace::all(leaves.len() as u64).map(tile).map(|tile| (tile.path(), tile.bytes())).collect()
    }

    #[test]
    fn tiles_are_those_of_the_definition() {
        let leaves = mk_leaves(70_000);
        for size in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
            let (files, head) = mk_tiles([&leaves[..size]]);
            assert!(files == tiles_of(&leaves[..size]), "{size}");
            assert_eq!(head, Head { size: size as u64, root: root_of(&leaves[..size]) });
        }
    }

    #[test]
    fn the_root_from_tiles_is_the_root_from_leaves_at_every_size_up_to_1000() {
        let leaves = mk_leaves(1_000);
        let tree = StoredTree::new(leaves.clone());
        let mut frontier = Frontier::default();
        for (before, leaf) in leaves.into_iter().enumerate() {
            assert_eq!(frontier.head(), Head { size: before as u64, root: tree.root(before as u64) });
            frontier.append([leaf]);
        }
    }

    #[test]
    fn one_leaf_touches_one_tile_a_level_and_reads_as_many() {
        let leaves = mk_leaves(65_537);
        for size in [0, 1, 255, 256, 65_534, 65_535, 65_536] {
            let (files, head) = mk_tiles([&leaves[..size]]);
            let mut read = Vec::new();
            let mut frontier = Frontier::read(head, |place| {
                read.push(place.level);
                from_files(&files)(place)
            })
            .unwrap();
            assert!(read.is_sorted_by(|one, next| one < next), "{read:?}");
            let changed: Vec<u8> = frontier.append([leaves[size]]).iter().map(|tile| tile.place.level).collect();
            assert!(changed.is_sorted_by(|one, next| one < next), "{changed:?} at {size}");
        }
    }

    #[test]
    fn nothing_appended_changes_nothing() {
        let (files, head) = mk_tiles([mk_leaves(300).as_slice()]);
        let mut frontier = Frontier::read(head, from_files(&files)).unwrap();
        assert_eq!(frontier.append([]), []);
        assert_eq!(frontier.head(), head);
    }

    #[test]
    fn tiles_that_are_missing_or_of_another_length_are_named() {
        let (mut files, head) = mk_tiles([mk_leaves(600).as_slice()]);
        let refusal = |files: &TileFiles| Frontier::read(head, from_files(files)).unwrap_err().to_string();
        let whole = files["tile/0/002"].clone();
        files.insert("tile/0/002".to_owned(), whole[..whole.len() - 1].to_vec());
        assert_eq!(refusal(&files), "tile `tile/0/002` has 2815 bytes, and in this tree it has 2816");
        files.insert("tile/0/002".to_owned(), [whole.as_slice(), &whole[..32]].concat());
        assert_eq!(refusal(&files), "tile `tile/0/002` has 2848 bytes, and in this tree it has 2816");
        files.remove("tile/0/002");
        assert_eq!(refusal(&files), "tile `tile/0/002` is missing");
        let failed = Frontier::read(head, |_| Err("disk is gone".into())).unwrap_err();
        assert!(matches!(failed, TileError::Unreadable { ref path, .. } if path == "tile/0/002"), "{failed}");
    }

    proptest! {
        #[test]
        fn any_batches_give_the_same_tiles(batches in prop::collection::vec(0usize..400, 0..8)) {
            let leaves = mk_leaves(batches.iter().sum::<usize>() as u64);
            let mut rest = leaves.as_slice();
            let cut = batches.iter().map(|&length| rest.split_off(..length).unwrap());
            prop_assert_eq!(mk_tiles(cut), mk_tiles([leaves.as_slice()]));
        }

        #[test]
        fn what_is_read_back_grows_as_what_was_kept(size in 0usize..1_200, more in 0usize..600) {
            let leaves = mk_leaves((size + more) as u64);
            let (files, head) = mk_tiles([&leaves[..size]]);
            let mut kept = Frontier::default();
            kept.append(leaves[..size].iter().copied());
            let mut read = Frontier::read(head, from_files(&files)).unwrap();
            prop_assert_eq!(kept.append(leaves[size..].iter().copied()), read.append(leaves[size..].iter().copied()));
            prop_assert_eq!(kept.head(), read.head());
        }

        #[test]
        fn one_bit_of_the_edge_is_another_tree(size in 1u64..1_200, at: prop::sample::Index, bit: prop::sample::Index) {
            let (mut files, head) = mk_tiles([mk_leaves(size).as_slice()]);
            let partial: Vec<_> = TilePlace::all(size).filter(|place| !place.is_full()).collect();
            let bytes = files.get_mut(&partial[at.index(partial.len())].path()).unwrap();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let refused = matches!(Frontier::read(head, from_files(&files)), Err(TileError::OtherTree { .. }));
            prop_assert!(refused);
        }

        #[test]
        fn no_head_panics(size: u64, tile in prop::collection::vec(any::<u8>(), 0..100)) {
            let head = Head { size, root: TreeHash::empty() };
            let refused = Frontier::read(head, |_| Ok(Some(tile.clone()))).is_err();
            prop_assert!(refused || size == 0);
        }
    }
}
