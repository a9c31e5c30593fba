//! What is on the branch, and what a recipe would change there. Reads, changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::digest::Digest;
use tollgate_core::plan::{Conflict, Plan};
use tollgate_core::ports::{ApplyError, PublishTree, PublishedFile, PublishedTree, WrittenState};
use tollgate_core::render::Rendered;

use super::state::{DIRECTORY, STATE, State};
use crate::compare::Objects;
use crate::key::PlanKey;
use crate::planned::planned;
use crate::release::{INDEX, Release};

/// What is on the branch at one moment.
pub(super) struct Survey {
    /// Nothing where there is no such branch.
    pub(super) commit: Option<String>,
    pub(super) state: State,
    /// What is live, or why that can't be known.
    live: Result<Live, Broken>,
}

/// What is live.
#[derive(Default)]
pub(super) struct Live {
    /// What was written last, with its files.
    pub(super) release: Option<Release>,
    /// Secret values included.
    pub(super) objects: Objects,
    conflicts: Vec<Conflict>,
}

impl Survey {
    /// Plans from here.
    pub(super) fn plan(
        &self,
        target: &str,
        recipe: Digest,
        rendered: &Rendered,
        key: Option<&PlanKey>,
    ) -> Result<Plan, ApplyError> {
        let live = self.live.as_ref().map_err(|broken| broken.error(target))?;
        let conflicts = live.conflicts.iter().cloned().chain(reserved(rendered)).collect();
        planned(target, recipe, &live.objects, conflicts, rendered, key)
    }

    /// What is live.
    pub(super) fn live(self, target: &str) -> Result<Live, ApplyError> {
        self.live.map_err(|broken| broken.error(target))
    }

    /// The release that is live, where there is one.
    pub(super) fn release(&self) -> Option<&Release> {
        self.live.as_ref().ok()?.release.as_ref()
    }
}

/// The reason for which what is live can't be known.
struct Broken(String);

impl Broken {
    fn error(&self, target: &str) -> ApplyError {
        ApplyError::Broken { target: target.to_owned(), reason: self.0.clone() }
    }
}

/// Looks at the branch.
///
/// # Errors
/// When the remote can't be reached, or the state can't be read.
pub(super) fn survey(target: &str, branch: &dyn PublishTree) -> Result<Survey, ApplyError> {
    let head = branch.head().map_err(|source| ApplyError::Branch { target: target.to_owned(), source })?;
    let Some(PublishedTree { commit, files }) = head else {
        return Ok(Survey { commit: None, state: State::new(target), live: Ok(Live::default()) });
    };
    let found = Found { place: branch.place(), commit: &commit, files: &files };
    let state = State::read(target, &files)?;
    if state.is_none() && files.contains_key(INDEX) {
        return Err(found.broken(&format!("`{INDEX}` is there and `{STATE}` is not; restore it")).error(target));
    }
    let state = state.unwrap_or_else(|| State::new(target));
    let live = found.live(state.written.as_ref());
    Ok(Survey { commit: Some(commit), state, live })
}

/// What was found below the path.
struct Found<'a> {
    place: String,
    commit: &'a str,
    files: &'a BTreeMap<String, PublishedFile>,
}

impl Found<'_> {
    fn broken(&self, reason: &str) -> Broken {
        let commit = self.commit.get(..12).unwrap_or(self.commit);
        Broken(format!("at commit {commit} of {}, {reason}", self.place))
    }

    fn plain(&self, path: &str) -> Option<&Vec<u8>> {
        match self.files.get(path)? {
            PublishedFile::Plain(bytes) => Some(bytes),
            PublishedFile::Other(_) => None,
        }
    }

    fn live(&self, written: Option<&WrittenState>) -> Result<Live, Broken> {
        let release = written.map(|written| self.release(written)).transpose()?;
        let objects = release.as_ref().map(|release| self.objects(release)).transpose()?.unwrap_or_default();
        let conflicts = self.foreign(release.as_ref());
        Ok(Live { release, objects, conflicts })
    }

    /// The release that was written last, if it is still what its name says.
    fn release(&self, written: &WrittenState) -> Result<Release, Broken> {
        let WrittenState { release: name, promotion, .. } = written;
        let changed = |what: &str| {
            let short = name.get(..12).unwrap_or(name);
            self.broken(&format!("release {short} of {promotion} {what}: somebody else changed it; revert that with `git revert`"))
        };
        let index = self.plain(INDEX).and_then(|index| Release::paths(index));
        let paths: BTreeSet<String> = index.ok_or_else(|| changed(&format!("has no `{INDEX}` that this tollgate understands")))?;
        let own = paths.into_iter().filter_map(|path| Some((path.clone(), self.plain(&path)?.clone()))).collect();
        let release = Release::of_files(own).map_err(|reason| changed(&reason))?;
        if release.name() == *name { Ok(release) } else { Err(changed("has other contents than its name says")) }
    }

    fn objects(&self, release: &Release) -> Result<Objects, Broken> {
        release.objects().ok_or_else(|| self.broken("what is live can't be read back"))
    }

    /// What tollgate did not put there.
    fn foreign(&self, release: Option<&Release>) -> Vec<Conflict> {
        let is_own = |path: &String| path == STATE || release.is_some_and(|release| release.files().contains_key(path));
        let conflict = |(path, file): (&String, &PublishedFile)| {
            let at = if path.is_empty() { self.place.clone() } else { path.clone() };
            let what = match file {
                PublishedFile::Plain(_) => "was not put there by tollgate".to_owned(),
                PublishedFile::Other(what) => format!("is {what}, and not tollgate's"),
            };
            Conflict { at, message: format!("{what}; remove it from the branch, or give the target another `path`") }
        };
        self.files.iter().filter(|(path, _)| !is_own(path)).map(conflict).collect()
    }
}

/// Files of a recipe that can't be on a branch, or that would stand where tollgate's own are.
fn reserved(rendered: &Rendered) -> impl Iterator<Item = Conflict> {
    let is_reserved = |path: &str| {
        let first = path.split('/').next().unwrap_or_default();
        first == DIRECTORY || path.split('/').any(|step| step.eq_ignore_ascii_case(".git"))
    };
    let paths: BTreeSet<&str> = rendered.documents().iter().map(|document| document.path.as_str()).collect();
    let message = || format!("can't have this path on a branch, where `{DIRECTORY}` and `.git` mean something else; move the file");
    paths.into_iter().filter(move |path| is_reserved(path)).map(move |path| Conflict { at: path.to_owned(), message: message() })
}
