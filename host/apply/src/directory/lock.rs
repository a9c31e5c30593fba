//! One writer at a time: an advisory lock (flock(2)) on a file in the directory.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;

use rustix::fs::OFlags;
use tollgate_core::ports::ApplyError;

use super::disk::{Disk, Kind};

/// Name of the file.
pub(super) const LOCK: &str = ".lock";

/// The right to write, or to read without a writer, until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Waits until nobody else reads or writes. The directory must exist.
pub(super) fn exclusive(disk: &Disk) -> Result<Lock, ApplyError> {
    acquire(disk, OFlags::RDWR | OFlags::CREATE, File::lock)
}

/// Waits until nobody writes. Nothing when there is no file to lock: then nobody ever wrote.
pub(super) fn shared(disk: &Disk) -> Result<Option<Lock>, ApplyError> {
    match disk.kind(LOCK)? {
        Kind::Missing => Ok(None),
        _ => acquire(disk, OFlags::RDONLY, File::lock_shared).map(Some),
    }
}

fn acquire(disk: &Disk, flags: OFlags, lock: fn(&File) -> io::Result<()>) -> Result<Lock, ApplyError> {
    let acquired = || loop {
        let file = disk.open(LOCK, flags)?;
        lock(&file)?;
        // Somebody may have put another file in its place while we waited; then we hold what nobody else looks at.
        if is_still_named(disk, &file)? {
            return Ok(Lock { _file: file });
        }
    };
    acquired().map_err(|source| disk.failed(LOCK, "locked", source))
}

fn is_still_named(disk: &Disk, file: &File) -> io::Result<bool> {
    let held = file.metadata()?;
    let named = match fs::symlink_metadata(disk.path(LOCK)) {
        Ok(named) => named,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok((held.dev(), held.ino()) == (named.dev(), named.ino()))
}
