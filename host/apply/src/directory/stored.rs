//! Releases on disk, read back and checked against their names.

use std::collections::BTreeMap;

use tollgate_core::ports::ApplyError;

use super::disk::{Disk, Kind};
use crate::release::Release;

/// Name of the directory that holds releases.
pub(super) const RELEASES: &str = "releases";

/// Why a release can't be read.
pub(super) enum Unreadable {
    /// It is not what tollgate wrote. The reason follows the name of the release in a sentence.
    Foreign(String),
    Failed(ApplyError),
}

impl From<ApplyError> for Unreadable {
    fn from(error: ApplyError) -> Self {
        Self::Failed(error)
    }
}

/// Reads the release of this name, and checks that its contents have this name.
pub(super) fn read(disk: &Disk, name: &str) -> Result<Release, Unreadable> {
    let mut files = BTreeMap::new();
    let root = format!("{RELEASES}/{name}");
    if disk.kind(&root)? != Kind::Directory {
        return Err(Unreadable::Foreign("is not a directory".to_owned()));
    }
    collect(disk, &root, "", &mut files)?;
    let release = Release::of_files(files).map_err(Unreadable::Foreign)?;
    if release.name() != name {
        return Err(Unreadable::Foreign("has other contents than its name says".to_owned()));
    }
    Ok(release)
}

fn collect(disk: &Disk, root: &str, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Unreadable> {
    let directory = format!("{root}{below}");
    let names = disk.names(&directory)?;
    if names.is_empty() {
        return Err(Unreadable::Foreign(format!("has an empty directory `{directory}`")));
    }
    for name in names {
        let path = format!("{below}/{name}");
        match disk.kind(&format!("{root}{path}"))? {
            Kind::Directory => collect(disk, root, &path, files)?,
            Kind::File => {
                files.insert(path.trim_start_matches('/').to_owned(), disk.read(&format!("{root}{path}"))?);
            }
            _ => {
                return Err(Unreadable::Foreign(format!(
                    "holds `{}`, which is neither file nor directory",
                    path.trim_start_matches('/')
                )));
            }
        }
    }
    Ok(())
}
