//! What is at the target, and what a recipe would change there. Reads, changes nothing.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::plan::{Conflict, Plan};
use tollgate_core::ports::ApplyError;
use tollgate_core::render::Rendered;

use super::disk::{Disk, Kind};
use super::lock::LOCK;
use super::state::{self, CURRENT, NEXT_CURRENT, NEXT_STATE, STATE};
use super::store::is_unfinished;
use super::stored::{self, RELEASES, Unreadable};
use crate::compare::Objects;
use crate::key::PlanKey;
use crate::planned::planned;
use crate::release::{Release, is_name};

/// What is at the target.
pub(super) struct Survey {
    /// What is live, Secret values included.
    pub(super) live: Objects,
    conflicts: Vec<Conflict>,
}

/// What stands below the directory, and what tollgate did not put there.
#[derive(Default)]
struct Found {
    /// Releases whose contents have their names.
    releases: BTreeMap<String, Release>,
    conflicts: Vec<Conflict>,
}

/// Plans. The caller holds the lock, if there is one.
pub(super) fn plan(disk: &Disk, recipe: Digest, rendered: &Rendered, key: Option<&PlanKey>) -> Result<Plan, ApplyError> {
    let Survey { live, conflicts } = survey(disk)?;
    planned(disk.target(), recipe, &live, conflicts, rendered, key)
}

/// Looks at everything below the directory.
///
/// # Errors
/// When what is live can't be known.
pub(super) fn survey(disk: &Disk) -> Result<Survey, ApplyError> {
    match disk.kind("")? {
        Kind::Missing => return Ok(Survey { live: Objects::new(), conflicts: Vec::new() }),
        Kind::Directory => {}
        _ => return Err(disk.broken("it is not a directory".to_owned())),
    }
    let standing = state::read(disk)?;
    let mut found = find(disk)?;
    found.conflicts.extend(standing.astray);
    let live = match standing.state.written {
        Some(written) => live(disk, &written.release, &found.releases)?,
        None => Objects::new(),
    };
    Ok(Survey { live, conflicts: found.conflicts })
}

fn live(disk: &Disk, name: &str, releases: &BTreeMap<String, Release>) -> Result<Objects, ApplyError> {
    let hint = "restore it, or move the directory away to begin with an empty target";
    let broken = |what: &str| disk.broken(format!("release `{name}`, which is current, {what}; {hint}"));
    let release = releases.get(name).ok_or_else(|| broken("is missing or has other contents than its name says"))?;
    release.objects().ok_or_else(|| broken("can't be read back"))
}

fn find(disk: &Disk) -> Result<Found, ApplyError> {
    let mut found = Found::default();
    for name in disk.names("")? {
        let kind = disk.kind(&name)?;
        match (name.as_str(), kind) {
            (RELEASES, Kind::Directory) => find_releases(disk, &mut found)?,
            // The link is judged together with the state.
            (CURRENT, _) | (NEXT_CURRENT, Kind::Link) | (STATE | NEXT_STATE | LOCK, Kind::File) => {}
            (RELEASES | NEXT_CURRENT | NEXT_STATE | LOCK, _) => found.conflict(name, "is not what tollgate makes there; remove it"),
            _ => found.conflict(name, "was not put there by tollgate; move it out of the target"),
        }
    }
    Ok(found)
}

fn find_releases(disk: &Disk, found: &mut Found) -> Result<(), ApplyError> {
    for name in disk.names(RELEASES)? {
        let path = format!("{RELEASES}/{name}");
        // Writers finish releases without holding the lock, so one may be gone by now.
        if is_unfinished(&name) && matches!(disk.kind(&path)?, Kind::Directory | Kind::Missing) {
            continue;
        }
        if !is_name(&name) {
            found.conflict(path, "was not put there by tollgate; move it out of the target");
            continue;
        }
        match stored::read(disk, &name) {
            Ok(release) => _ = found.releases.insert(name, release),
            Err(Unreadable::Foreign(reason)) => found.conflict(path, &format!("{reason}; remove it")),
            Err(Unreadable::Failed(error)) => return Err(error),
        }
    }
    Ok(())
}

impl Found {
    fn conflict(&mut self, at: String, message: &str) {
        self.conflicts.push(Conflict { at, message: message.to_owned() });
    }
}
