//! Where things are on the branch.

use tollgate_core::digest::Digest;

use crate::log::checkpoint::CHECKPOINT_PATH;

/// What a path on the branch holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Entry(u64),
    Blob(Digest),
    /// Derived from the entries; an audit checks it.
    Index,
    /// The checkpoint, or something where tiles are. Which tiles there have to be, the tree says.
    Log,
}

impl Place {
    /// What is at a path, or nothing when a ledger has nothing there.
    pub(crate) fn of(path: &str) -> Option<Self> {
        if path == CHECKPOINT_PATH {
            return Some(Self::Log);
        }
        let found = match path.split_once('/')? {
            ("entries", rest) => Self::Entry(rest.strip_suffix(".json")?.replace('/', "").parse().ok()?),
            ("blobs", rest) => Self::Blob(format!("sha256:{}", rest.replace('/', "")).parse().ok()?),
            ("index", _) => return Some(Self::Index),
            ("tile", _) => return Some(Self::Log),
            _ => return None,
        };
        // Only the one spelling that is written counts.
        let written = match found {
            Self::Entry(index) => entry_path(index),
            Self::Blob(digest) => blob_path(digest),
            Self::Index | Self::Log => return Some(found),
        };
        (written == path).then_some(found)
    }
}

/// `entries/000/000/017.json`
pub(crate) fn entry_path(index: u64) -> String {
    format!("entries/{:03}/{:03}/{:03}.json", index / 1_000_000, index / 1_000 % 1_000, index % 1_000)
}

/// `blobs/ab/…`, by the hex digits of the digest.
pub(crate) fn blob_path(digest: Digest) -> String {
    let hex = digest.hex();
    let (first, rest) = hex.split_at(2);
    format!("blobs/{first}/{rest}")
}

/// `index/<target>`. What is no letter, digit, `-`, `_` or inner `.` is percent-encoded, so that any name is a file name.
pub(crate) fn index_path(target: &str) -> String {
    let mut path = "index/".to_owned();
    for (position, byte) in target.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => path.push(char::from(byte)),
            b'.' if position > 0 => path.push('.'),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_lie_a_thousand_to_a_directory() {
        assert_eq!(entry_path(17), "entries/000/000/017.json");
        assert_eq!(entry_path(1_234_567), "entries/001/234/567.json");
        assert_eq!(entry_path(1_000_000_000), "entries/1000/000/000.json");
    }

    #[test]
    fn other_spellings_of_a_path_are_no_place() {
        for path in [
            "",
            "README.md",
            "entries",
            "entries/17.json",
            "entries/000/000/17.json",
            "entries/000/000/017",
            "entries/000/000/017.json/x",
            "entries/000000/017.json",
            "entries/000/000/+17.json",
            "entries/0000/000/017.json",
            "blobs/ab",
            "blobs/ab/cd",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }

    #[test]
    fn a_target_can_not_leave_the_index() {
        assert_eq!(index_path("prod-apps"), "index/prod-apps");
        assert_eq!(index_path("../x"), "index/%2E.%2Fx");
        assert_eq!(index_path(".git"), "index/%2Egit");
    }

    proptest! {
        #[test]
        fn every_entry_is_found_again(index: u64) {
            prop_assert_eq!(Place::of(&entry_path(index)), Some(Place::Entry(index)));
        }

        #[test]
        fn every_blob_is_found_again(bytes: [u8; 32]) {
            let digest = Digest::from_bytes(bytes);
            prop_assert_eq!(Place::of(&blob_path(digest)), Some(Place::Blob(digest)));
        }

        #[test]
        fn no_path_panics_and_no_two_targets_share_a_file(path: String, one: String, other: String) {
            let _ = Place::of(&path);
            prop_assert_eq!(index_path(&one) == index_path(&other), one == other);
        }
    }
}
