//! Where PostgreSQL is installed.

use camino::{Utf8Path, Utf8PathBuf};

use crate::lookup::directories;

/// Where Debian puts it, one directory a version. None of them is in `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The two programs that a server is made of.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) server: Utf8PathBuf,
    pub(super) init: Utf8PathBuf,
}

impl Programs {
    /// Those in `PATH`, else the newest of Debian's.
    pub(super) fn find() -> Option<Self> {
        directories().into_iter().chain(versions(Utf8Path::new(DEBIAN))).find_map(|directory| Self::of(&directory))
    }

    fn of(directory: &Utf8Path) -> Option<Self> {
        let programs = Self { server: directory.join("postgres"), init: directory.join("initdb") };
        (programs.server.is_file() && programs.init.is_file()).then_some(programs)
    }
}

/// The directories with programs of all versions, the newest first.
fn versions(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = root.read_dir_utf8().into_iter().flatten().flatten();
    let mut numbers: Vec<u32> = entries.filter_map(|entry| entry.file_name().parse().ok()).collect();
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    numbers.into_iter().map(|number| root.join(number.to_string()).join("bin")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        for version in ["9", "15", "17", "common"] {
            fs_err::create_dir(root.join(version)).unwrap();
        }
        assert_eq!(versions(root), ["17", "15", "9"].map(|version| root.join(version).join("bin")));
        assert_eq!(versions(&root.join("missing")), Vec::<Utf8PathBuf>::new());
    }
}
