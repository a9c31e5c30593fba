//! One writer at a time: an advisory lock (flock(2)) on a file in the directory.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use tollgate_core::ports::ApplyError;

use super::disk::{Disk, Kind};

/// Name of the file.
pub(super) const LOCK: &str = ".lock";

/// How long somebody else may hold the file before we give up. Writing a release takes seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// The right to write, or to read without a writer, until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Waits until nobody else reads or writes, up to a minute. The directory must exist.
pub(super) fn exclusive(disk: &Disk) -> Result<Lock, ApplyError> {
    acquire(disk, OFlags::RDWR | OFlags::CREATE, File::try_lock, PATIENCE)
}

/// Waits until nobody writes, up to a minute. Nothing when there is no file to lock: then nobody ever wrote.
pub(super) fn shared(disk: &Disk) -> Result<Option<Lock>, ApplyError> {
    match disk.kind(LOCK)? {
        Kind::Missing => Ok(None),
        _ => acquire(disk, OFlags::RDONLY, File::try_lock_shared, PATIENCE).map(Some),
    }
}

type TryLock = fn(&File) -> Result<(), TryLockError>;

fn acquire(disk: &Disk, flags: OFlags, lock: TryLock, patience: Duration) -> Result<Lock, ApplyError> {
    let deadline = Instant::now() + patience;
    let acquired = || loop {
        let file = disk.open(LOCK, flags)?;
        wait(&file, lock, deadline)?;
        // Somebody may have put another file in its place while we waited; then we hold what nobody else looks at.
        if is_still_named(disk, &file)? {
            return Ok(Lock { _file: file });
        }
    };
    acquired().map_err(|source| disk.failed(LOCK, "locked", source))
}

/// flock(2) itself has no time limit, so it is asked again and again.
fn wait(file: &File, lock: TryLock, deadline: Instant) -> io::Result<()> {
    loop {
        match lock(file) {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                let message =
                    "another process has held it all the time; `fuser` names it, and it may be tried again when that ended";
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
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

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn mk_disk(directory: &tempfile::TempDir) -> Disk {
        let root = camino::Utf8PathBuf::try_from(directory.path().to_owned()).unwrap();
        Disk::new("staging-apps", root, std::sync::Arc::new(|_| Ok(())))
    }

    #[test]
    fn waiting_for_somebody_who_never_ends_is_given_up_and_the_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let disk = mk_disk(&directory);
        let held = exclusive(&disk).unwrap();
        for lock in [File::try_lock as TryLock, File::try_lock_shared] {
            let error = acquire(&disk, OFlags::RDWR, lock, Duration::from_millis(50)).unwrap_err();
            assert!(error.to_string().contains("/.lock` of target `staging-apps` can't be locked"), "{error}");
            assert!(error.source().unwrap().to_string().contains("another process"), "{error:?}");
        }
        drop(held);
        acquire(&disk, OFlags::RDWR, File::try_lock, Duration::ZERO).unwrap();
    }

    #[test]
    fn readers_do_not_wait_for_each_other() {
        let directory = tempfile::tempdir().unwrap();
        let disk = mk_disk(&directory);
        drop(exclusive(&disk).unwrap());
        let _one = shared(&disk).unwrap().unwrap();
        acquire(&disk, OFlags::RDONLY, File::try_lock_shared, Duration::ZERO).unwrap();
    }
}
