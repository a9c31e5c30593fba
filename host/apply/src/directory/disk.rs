//! Reads and writes below the target's directory, never through a link.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{Mode, OFlags};
use tollgate_core::ports::ApplyError;

/// Called before every write with its path. An error stops the work there, as a crash would.
pub(super) type BeforeWrite = Arc<dyn Fn(&Utf8Path) -> io::Result<()> + Send + Sync>;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Missing,
    File,
    Directory,
    Link,
    Other,
}

/// The directory of a target. All paths are relative to it; the empty one is the directory itself.
pub(super) struct Disk {
    target: String,
    root: Utf8PathBuf,
    before_write: BeforeWrite,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("target", &self.target).field("root", &self.root).finish_non_exhaustive()
    }
}

impl Disk {
    pub(super) fn new(target: &str, root: Utf8PathBuf, before_write: BeforeWrite) -> Self {
        Self { target: target.to_owned(), root, before_write }
    }

    /// Name of the target.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    pub(super) fn path(&self, relative: &str) -> Utf8PathBuf {
        if relative.is_empty() { self.root.clone() } else { self.root.join(relative) }
    }

    pub(super) fn broken(&self, reason: String) -> ApplyError {
        ApplyError::Broken { target: self.target.clone(), reason }
    }

    pub(super) fn failed(&self, relative: &str, action: &'static str, source: io::Error) -> ApplyError {
        ApplyError::Io { target: self.target.clone(), path: self.path(relative).into_string(), action, source }
    }

    /// What stands at a path. The target's directory itself may be reached through a link; nothing below it is.
    pub(super) fn kind(&self, relative: &str) -> Result<Kind, ApplyError> {
        let path = self.path(relative);
        let metadata = if relative.is_empty() { fs::metadata(path) } else { fs::symlink_metadata(path) };
        match metadata.map(|metadata| metadata.file_type()) {
            Ok(found) if found.is_file() => Ok(Kind::File),
            Ok(found) if found.is_dir() => Ok(Kind::Directory),
            Ok(found) if found.is_symlink() => Ok(Kind::Link),
            Ok(_) => Ok(Kind::Other),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Kind::Missing),
            Err(source) => Err(self.failed(relative, "read", source)),
        }
    }

    /// The names in a directory, sorted. What is not UTF-8 shows as such and fits no name that tollgate gives.
    pub(super) fn names(&self, relative: &str) -> Result<Vec<String>, ApplyError> {
        let name = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let names: io::Result<Vec<String>> = fs::read_dir(self.path(relative)).and_then(|entries| entries.map(name).collect());
        let mut names = names.map_err(|source| self.failed(relative, "read", source))?;
        names.sort_unstable();
        Ok(names)
    }

    /// The bytes of a file.
    pub(super) fn read(&self, relative: &str) -> Result<Vec<u8>, ApplyError> {
        let mut bytes = Vec::new();
        let read = self.open(relative, OFlags::RDONLY).and_then(|mut file| file.read_to_end(&mut bytes));
        read.map(|_| bytes).map_err(|source| self.failed(relative, "read", source))
    }

    /// Where a link leads; nothing when its text is not UTF-8.
    pub(super) fn link(&self, relative: &str) -> Result<Option<String>, ApplyError> {
        let link = fs::read_link(self.path(relative)).map_err(|source| self.failed(relative, "read", source))?;
        Ok(link.into_os_string().into_string().ok())
    }

    /// Opens a file, not following a link at its end nor waiting for a pipe, private to the user when that makes it.
    pub(super) fn open(&self, relative: &str, flags: OFlags) -> io::Result<fs::File> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(rustix::fs::open(self.path(relative).as_std_path(), flags, Mode::RUSR | Mode::WUSR)?.into())
    }

    /// Makes a directory that may be there already, with those above it.
    pub(super) fn make_directory(&self, relative: &str) -> Result<(), ApplyError> {
        let path = self.path(relative);
        let made = (self.before_write)(&path).and_then(|()| fs::DirBuilder::new().recursive(true).mode(0o700).create(&path));
        made.map_err(|source| self.failed(relative, "made", source))
    }

    /// Writes a file that is not there yet, to the disk itself.
    pub(super) fn write(&self, relative: &str, bytes: &[u8]) -> Result<(), ApplyError> {
        self.try_write(relative, bytes).map_err(|source| self.failed(relative, "written", source))
    }

    fn try_write(&self, relative: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(relative);
        (self.before_write)(&path)?;
        let mut file = self.open(relative, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
        // Once more, so that a crash may also leave half a file.
        let (first, second) = bytes.split_at(bytes.len() / 2);
        file.write_all(first)?;
        (self.before_write)(&path)?;
        file.write_all(second)?;
        file.sync_all()
    }

    /// Makes a link where there is none.
    pub(super) fn make_link(&self, leads_to: &str, relative: &str) -> Result<(), ApplyError> {
        let path = self.path(relative);
        let made = (self.before_write)(&path).and_then(|()| std::os::unix::fs::symlink(leads_to, &path));
        made.map_err(|source| self.failed(relative, "linked", source))
    }

    /// Gives a file, link or directory another name, replacing what has that name.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), ApplyError> {
        let path = self.path(to);
        let renamed = (self.before_write)(&path).and_then(|()| fs::rename(self.path(from), &path));
        renamed.map_err(|source| self.failed(to, "replaced", source))
    }

    /// Removes a file or link, if it is there.
    pub(super) fn remove_file(&self, relative: &str) -> Result<(), ApplyError> {
        let path = self.path(relative);
        match (self.before_write)(&path).and_then(|()| fs::remove_file(&path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(relative, "removed", error)),
            _ => Ok(()),
        }
    }

    /// Removes a directory with all that is in it, if it is there, following no link.
    pub(super) fn remove_directory(&self, relative: &str) -> Result<(), ApplyError> {
        let path = self.path(relative);
        match (self.before_write)(&path).and_then(|()| fs::remove_dir_all(&path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(relative, "removed", error)),
            _ => Ok(()),
        }
    }

    /// Brings the names in a directory to the disk itself.
    pub(super) fn sync(&self, relative: &str) -> Result<(), ApplyError> {
        let path = self.path(relative);
        let synced = (self.before_write)(&path).and_then(|()| fs::File::open(&path)?.sync_all());
        synced.map_err(|source| self.failed(relative, "written", source))
    }
}
