//! The directory of the standard: tiles, bundles of entries, checkpoint.

use super::{ReadError, TileError, TilePlace, Tiles, TreeHash};
use crate::log::Head;
use crate::log::checkpoint::{CHECKPOINT_PATH, SignedCheckpoint};

/// A file of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    /// Relative to the root of the export, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Why a log can't be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Tile(#[from] TileError),
    #[error("entry {index} can't be read")]
    Unreadable {
        index: u64,
        #[source]
        source: ReadError,
    },
    #[error("entry {index} was changed: the log has another one")]
    Changed { index: u64 },
    #[error("entry {index} has {length} bytes, and a bundle has room for 65535")]
    TooLong { index: u64, length: usize },
    #[error("the checkpoint is about a tree of {signed} leaves, and the tiles are those of another one, of {found} leaves")]
    OtherTree { signed: u64, found: u64 },
}

enum Part<'a> {
    Tile(TilePlace),
    Bundle(TilePlace),
    Checkpoint(&'a SignedCheckpoint),
}

/// All files of a log in the layout of C2SP tlog-tiles: the tiles, the entries in bundles, and `checkpoint` as the last one.
/// Each tile is checked up to the root, and each entry by its hash, when its file is asked for. `entry` reads the bytes of an
/// entry by its index.
///
/// # Errors
/// When the checkpoint is not about these tiles. An item is an error when a tile or an entry can't be read or was changed.
pub fn export<R, E>(
    mut tiles: Tiles<R>,
    checkpoint: &SignedCheckpoint,
    mut entry: E,
) -> Result<impl Iterator<Item = Result<ExportFile, ExportError>>, ExportError>
where
    R: FnMut(TilePlace) -> Result<Option<Vec<u8>>, ReadError>,
    E: FnMut(u64) -> Result<Vec<u8>, ReadError>,
{
    let (signed, found) = (checkpoint.checkpoint().head(), tiles.head());
    if signed != found {
        return Err(ExportError::OtherTree { signed: signed.size, found: found.size });
    }
    let Head { size, .. } = signed;
    let bundles = TilePlace::all(size).take_while(|place| place.level == 0).map(Part::Bundle);
    let parts = TilePlace::all(size).map(Part::Tile).chain(bundles).chain([Part::Checkpoint(checkpoint)]);
    Ok(parts.map(move |part| match part {
        Part::Tile(place) => {
            let hashes = tiles.tile(place.level, place.index)?;
            let bytes = hashes.iter().flat_map(TreeHash::as_bytes).copied().collect();
            Ok(ExportFile { path: place.standard_path(), bytes })
        }
        Part::Bundle(place) => {
            let bytes = checked_bundle(place, tiles.tile(0, place.index)?, &mut entry)?;
            Ok(ExportFile { path: place.bundle_path(), bytes })
        }
        Part::Checkpoint(checkpoint) => {
            Ok(ExportFile { path: CHECKPOINT_PATH.to_owned(), bytes: checkpoint.note().as_bytes().to_vec() })
        }
    }))
}

fn checked_bundle(
    place: TilePlace,
    hashes: &[TreeHash],
    entry: &mut impl FnMut(u64) -> Result<Vec<u8>, ReadError>,
) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for (index, hash) in (place.index * super::TILE_WIDTH..).zip(hashes) {
        let leaf = entry(index).map_err(|source| ExportError::Unreadable { index, source })?;
        if TreeHash::leaf(&leaf) != *hash {
            return Err(ExportError::Changed { index });
        }
        let length = u16::try_from(leaf.len()).map_err(|_| ExportError::TooLong { index, length: leaf.len() })?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(leaf);
    }
    Ok(bytes)
}

/// The entries of a bundle: each has its length before it, in two bytes, the higher one first. Nothing when the bytes are no
/// bundle.
pub fn bundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::testing::{TileFiles, from_files, mk_tiles};
    use super::*;
    use crate::log::checkpoint::Checkpoint;
    use crate::log::note::SignerKey;

    fn mk_entry(index: u64) -> Vec<u8> {
        format!("{{\"entry\":{index}}}").into_bytes()
    }

    fn mk_log(size: u64) -> (TileFiles, SignedCheckpoint) {
        let leaves: Vec<_> = (0..size).map(|index| TreeHash::leaf(&mk_entry(index))).collect();
        let (files, head) = mk_tiles([leaves.as_slice()]);
        let key = SignerKey::from_seed("example.com/log".parse().unwrap(), [7; 32]);
        (files, Checkpoint::new("example.com/log", head).unwrap().sign(&key).unwrap())
    }

    type Exported = BTreeMap<String, Vec<u8>>;

    fn exported(size: u64, mut entry: impl FnMut(u64) -> Vec<u8>) -> Result<Exported, ExportError> {
        let (files, checkpoint) = mk_log(size);
        let tiles = Tiles::open(checkpoint.checkpoint().head(), from_files(&files))?;
        export(tiles, &checkpoint, |index| Ok(entry(index)))?.map(|file| file.map(|file| (file.path, file.bytes))).collect()
    }

    #[test]
    fn an_export_has_the_files_of_the_standard() {
        let files = exported(600, mk_entry).unwrap();
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        let expected = [
            "checkpoint",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/88",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/88",
        ];
        assert_eq!(paths, expected);
        assert_eq!(files["tile/0/000"].len(), 8_192);
        let entries = bundle(&files["tile/entries/002.p/88"]).unwrap();
        assert_eq!(entries, (512..600).map(mk_entry).collect::<Vec<_>>());
    }

    #[test]
    fn an_export_can_be_read_as_tiles() {
        for size in [1, 255, 256, 257, 600] {
            let files = exported(size, mk_entry).unwrap();
            let (_, checkpoint) = mk_log(size);
            let read = |place: TilePlace| Ok(files.get(&place.standard_path()).cloned());
            let mut tiles = Tiles::open(checkpoint.checkpoint().head(), read).unwrap();
            for place in TilePlace::all(size) {
                assert_eq!(tiles.tile(place.level, place.index).unwrap().len(), usize::from(place.width));
            }
        }
    }

    #[test]
    fn an_empty_log_is_a_checkpoint() {
        assert_eq!(exported(0, mk_entry).unwrap().into_keys().collect::<Vec<_>>(), ["checkpoint"]);
    }

    #[test]
    fn a_changed_entry_is_named_and_the_rest_can_be_had() {
        let forged = |index| if index == 300 { b"forged".to_vec() } else { mk_entry(index) };
        let (files, checkpoint) = mk_log(600);
        let tiles = Tiles::open(checkpoint.checkpoint().head(), from_files(&files)).unwrap();
        let files: Vec<_> = export(tiles, &checkpoint, |index| Ok(forged(index))).unwrap().collect();
        let errors: Vec<_> = files.iter().filter_map(|file| file.as_ref().err()).collect();
        assert!(matches!(errors.as_slice(), [ExportError::Changed { index: 300 }]), "{errors:?}");
        assert_eq!(files.len(), 8);
    }

    #[test]
    fn a_checkpoint_of_another_size_is_refused() {
        let (files, checkpoint) = mk_log(600);
        let (_, other) = mk_log(599);
        let tiles = Tiles::open(checkpoint.checkpoint().head(), from_files(&files)).unwrap();
        let refused = export(tiles, &other, |index| Ok(mk_entry(index))).err().unwrap();
        assert!(matches!(refused, ExportError::OtherTree { signed: 599, found: 600 }), "{refused}");
    }

    #[test]
    fn an_entry_that_no_bundle_can_hold_is_named() {
        let long = vec![b'x'; 65_536];
        let place = TilePlace { level: 0, index: 0, width: 1 };
        let bundled = |leaf: &[u8]| checked_bundle(place, &[TreeHash::leaf(leaf)], &mut |_| Ok(leaf.to_vec()));
        assert!(matches!(bundled(&long), Err(ExportError::TooLong { index: 0, length: 65_536 })));
        assert_eq!(bundle(&bundled(&long[1..]).unwrap()), Some(vec![&long[1..]]));
    }

    proptest! {
        #[test]
        fn bundles_are_read_as_they_are_written_or_not_at_all(bytes in prop::collection::vec(prop_oneof![Just(0u8), 0u8..6], 0..60)) {
            if let Some(entries) = bundle(&bytes) {
                let written: Vec<u8> = entries
                    .iter()
                    .flat_map(|entry| (entry.len() as u16).to_be_bytes().into_iter().chain(entry.iter().copied()))
                    .collect();
                prop_assert_eq!(written, bytes);
            }
        }
    }
}
