//! Releases come and go: written beside the others before they get their name, removed when nothing needs them.

use std::fs::File;

use rustix::fs::OFlags;
use tollgate_core::digest::Digest;
use tollgate_core::ports::ApplyError;

use super::disk::{Disk, Kind};
use super::lock::Lock;
use super::state::State;
use super::stored::{self, RELEASES, Unreadable};
use crate::release::{self, Release, is_name};

/// How the name of a release begins that is being written or removed.
const UNFINISHED: &str = ".unfinished-";

/// Whether an entry is a release that is being written or removed.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.strip_prefix(UNFINISHED).is_some_and(is_name)
}

/// A release that is being written. It is locked, so that others can tell it from what a crash has left.
#[derive(Debug)]
pub(super) struct Unfinished {
    path: String,
    _alive: File,
}

/// Finds a release with the same contents.
pub(super) fn find(disk: &Disk, wanted: &Release, _lock: &Lock) -> Result<Option<String>, ApplyError> {
    for name in disk.names(RELEASES)?.into_iter().filter(|name| is_name(name)) {
        match stored::read(disk, &name) {
            Ok(release) if release.is_same(wanted) => return Ok(Some(name)),
            Ok(_) | Err(Unreadable::Foreign(_)) => {}
            Err(Unreadable::Failed(error)) => return Err(error),
        }
    }
    Ok(None)
}

impl Unfinished {
    /// Begins a release. The lock keeps others from taking it for dead before it is locked itself.
    pub(super) fn begin(disk: &Disk, _lock: &Lock) -> Result<Self, ApplyError> {
        let path = unfinished_path(disk)?;
        disk.make_directory(&path)?;
        let alive = disk.open(&path, OFlags::RDONLY).and_then(|file| file.lock().map(|()| file));
        let alive = alive.map_err(|source| disk.failed(&path, "locked", source))?;
        Ok(Self { path, _alive: alive })
    }

    /// Writes all files, and then gives the release its name. Returns that.
    pub(super) fn finish(self, disk: &Disk, release: &Release) -> Result<String, ApplyError> {
        let release = release.salted(random(disk)?);
        let mut directories = vec![self.path.clone()];
        for (path, bytes) in release.files() {
            let path = format!("{}/{path}", self.path);
            let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at)).filter(|above| above.len() > self.path.len());
            for directory in above.map(ToOwned::to_owned) {
                if !directories.contains(&directory) {
                    disk.make_directory(&directory)?;
                    directories.push(directory);
                }
            }
            disk.write(&path, bytes)?;
        }
        for directory in directories.iter().rev() {
            disk.sync(directory)?;
        }
        self.publish(disk, release.name())
    }

    fn publish(self, disk: &Disk, name: String) -> Result<String, ApplyError> {
        let path = format!("{RELEASES}/{name}");
        match disk.rename(&self.path, &path) {
            Ok(()) => disk.sync(RELEASES)?,
            // Another writer of the same release was faster.
            Err(_) if disk.kind(&path)? == Kind::Directory => disk.remove_directory(&self.path)?,
            Err(error) => return Err(error),
        }
        Ok(name)
    }
}

/// Removes the releases that nothing needs, and what crashes have left. What is not a release is left for people to look at.
pub(super) fn prune(disk: &Disk, state: &State, _lock: &Lock) -> Result<(), ApplyError> {
    for name in disk.names(RELEASES)? {
        let path = format!("{RELEASES}/{name}");
        if is_unfinished(&name) {
            remove_if_dead(disk, &path)?;
        } else if is_name(&name) && !state.keeps(&name) && is_readable(disk, &name)? {
            // First another name: half of a release under its own name would look like one that was tampered with.
            let unfinished = unfinished_path(disk)?;
            disk.rename(&path, &unfinished)?;
            disk.remove_directory(&unfinished)?;
        }
    }
    disk.sync(RELEASES)
}

fn is_readable(disk: &Disk, name: &str) -> Result<bool, ApplyError> {
    match stored::read(disk, name) {
        Ok(_) => Ok(true),
        Err(Unreadable::Foreign(_)) => Ok(false),
        Err(Unreadable::Failed(error)) => Err(error),
    }
}

fn remove_if_dead(disk: &Disk, path: &str) -> Result<(), ApplyError> {
    if disk.kind(path)? != Kind::Directory {
        return Ok(());
    }
    match disk.open(path, OFlags::RDONLY) {
        Ok(file) if file.try_lock().is_ok() => disk.remove_directory(path),
        // It is alive, or has got its name meanwhile.
        _ => Ok(()),
    }
}

fn unfinished_path(disk: &Disk) -> Result<String, ApplyError> {
    Ok(format!("{RELEASES}/{UNFINISHED}{}", random(disk)?.hex()))
}

fn random(disk: &Disk) -> Result<Digest, ApplyError> {
    release::random().map_err(|source| disk.failed(RELEASES, "named", source))
}
