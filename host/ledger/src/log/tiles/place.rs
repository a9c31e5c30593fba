//! Which tiles a tree has, and their paths.

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;

/// Levels of the tree that one tile spans.
pub(super) const TILE_HEIGHT: u8 = 8;

/// Levels of tiles that a tree can have: a tree of 2^63 - 1 leaves has 8.
pub(super) const TILE_LEVELS: u8 = 8;

/// A tile, and how much of it there is in a tree of some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePlace {
    /// 0 where the hashes are those of leaves; each hash of a level is the one over a full tile of the level below.
    pub level: u8,
    /// Position among the tiles of the level.
    pub index: u64,
    /// Number of hashes, 1 to 256.
    pub width: u16,
}

impl TilePlace {
    /// The tile as it is in a tree of `size` leaves; nothing where the tree does not reach it.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = hashes_at(level, size);
        let width = match index.cmp(&(hashes / TILE_WIDTH)) {
            std::cmp::Ordering::Less => TILE_WIDTH,
            std::cmp::Ordering::Equal => hashes % TILE_WIDTH,
            std::cmp::Ordering::Greater => 0,
        };
        (width > 0).then_some(Self { level, index, width: width as u16 })
    }

    /// All tiles of a tree, level by level.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0..TILE_LEVELS)
            .flat_map(move |level| (0..tile_count(level, size)).filter_map(move |index| Self::in_tree(level, index, size)))
    }

    /// Whether nothing more can be added to it.
    pub const fn is_full(self) -> bool {
        self.width as u64 == TILE_WIDTH
    }

    /// `tile/0/x001/234`: where the tile is on a ledger's branch, however wide it is.
    pub fn path(self) -> String {
        tile_path(self.level, self.index)
    }

    /// `tile/0/x001/234.p/17`: where the standard has it.
    pub fn standard_path(self) -> String {
        self.with_width(self.path())
    }

    /// `tile/entries/x001/234.p/17`: where the standard has the entries whose hashes a tile of level 0 has.
    pub fn bundle_path(self) -> String {
        self.with_width(format!("tile/entries/{}", number_path(self.index)))
    }

    fn with_width(self, path: String) -> String {
        if self.is_full() { path } else { format!("{path}.p/{}", self.width) }
    }
}

/// How many tiles, full or not, a tree of `size` leaves has at a level.
pub fn tile_count(level: u8, size: u64) -> u64 {
    hashes_at(level, size).div_ceil(TILE_WIDTH)
}

/// `tile/<level>/<index>`, see [`TilePlace::path`]. A path is a tile's when this makes it again from its level and index.
pub fn tile_path(level: u8, index: u64) -> String {
    format!("tile/{level}/{}", number_path(index))
}

/// How many hashes the tiles of a level have together.
fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0)
}

/// Three digits a directory, all but the last with an `x`: no directory is large, and none has the name of a file.
fn number_path(number: u64) -> String {
    let last = format!("{:03}", number % 1_000);
    let mut rest = number / 1_000;
    let mut path = last;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiles(size: u64) -> Vec<(u8, u64, u16)> {
        TilePlace::all(size).map(|tile| (tile.level, tile.index, tile.width)).collect()
    }

    #[test]
    fn a_tree_has_the_tiles_that_the_standard_says() {
        assert_eq!(tiles(0), []);
        assert_eq!(tiles(1), [(0, 0, 1)]);
        assert_eq!(tiles(255), [(0, 0, 255)]);
        assert_eq!(tiles(256), [(0, 0, 256), (1, 0, 1)]);
        assert_eq!(tiles(257), [(0, 0, 256), (0, 1, 1), (1, 0, 1)]);
        let large = tiles(70_000);
        assert_eq!(large.iter().filter(|(level, _, width)| (*level, *width) == (0, 256)).count(), 273);
        assert_eq!(large[273..], [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]);
    }

    #[test]
    fn paths_are_those_of_the_standard() {
        let full = TilePlace { level: 0, index: 1_234_067, width: 256 };
        assert_eq!(full.path(), "tile/0/x001/x234/067");
        assert_eq!((full.standard_path(), full.bundle_path()), (full.path(), "tile/entries/x001/x234/067".to_owned()));
        let partial = TilePlace { level: 2, index: 7, width: 17 };
        assert_eq!(partial.path(), "tile/2/007");
        assert_eq!(partial.standard_path(), "tile/2/007.p/17");
        assert_eq!(TilePlace { level: 0, index: 1_000, width: 1 }.bundle_path(), "tile/entries/x001/000.p/1");
    }

    #[test]
    fn the_largest_tree_fits() {
        let size = crate::log::merkle::MAX_SIZE;
        assert_eq!(tile_count(7, size), 1);
        assert_eq!(TilePlace::in_tree(7, 0, size), Some(TilePlace { level: 7, index: 0, width: 127 }));
        assert_eq!(tile_count(TILE_LEVELS, size), 0);
    }

    proptest! {
        #[test]
        fn the_tiles_of_a_tree_are_those_that_have_a_width(level in 0u8..=255, index: u64, size: u64) {
            let place = TilePlace::in_tree(level, index, size);
            prop_assert_eq!(place.is_some(), index < tile_count(level, size));
        }

        #[test]
        fn no_two_tiles_share_a_path(one in (0u8..3, 0u64..5_000_000), other in (0u8..3, 0u64..5_000_000)) {
            prop_assert_eq!(tile_path(one.0, one.1) == tile_path(other.0, other.1), one == other);
        }
    }
}
