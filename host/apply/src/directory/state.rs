//! `state.json`: the highest attempt, and what was written last.
//!
//! It is written three times in an apply: the attempt (claimed), what is about to be current (`writing`), and what is
//! current (`written`). `current` is swapped between the last two. So whatever dies when, the two never contradict each
//! other in a way that lies: what is current is `writing` if the link leads there, else `written`.

use serde::{Deserialize, Serialize};
use tollgate_core::plan::Conflict;
use tollgate_core::ports::{ApplyError, TargetState, WrittenState};

use super::disk::{Disk, Kind};
use super::stored::RELEASES;
use crate::release::is_name;

/// Name of the link.
pub(super) const CURRENT: &str = "current";
/// Name of the link before it replaces the other.
pub(super) const NEXT_CURRENT: &str = ".current.new";
/// Name of the file.
pub(super) const STATE: &str = "state.json";
/// Name of the file before it replaces the other.
pub(super) const NEXT_STATE: &str = ".state.json.new";

/// The version of the file.
const VERSION: u32 = 1;

/// How many releases are kept, the current one among them.
const KEPT: usize = 10;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    version: u32,
    /// Name of the target, so that two targets never share a directory.
    target: String,
    /// The highest attempt that was ever begun; 0 for none.
    pub(super) attempt: u64,
    /// What is current, unless `writing` is.
    pub(super) written: Option<WrittenState>,
    /// What is about to be current. `current` tells whether it is.
    writing: Option<WrittenState>,
    /// Names of the releases that were current, the latest first.
    pub(super) kept: Vec<String>,
}

/// What the file and the link say together.
#[derive(Debug)]
pub(super) struct Standing {
    /// What the file says. A claim changes its attempt alone, so that an attempt which writes nothing loses nothing either.
    pub(super) file: State,
    /// With `written` being what is current, and nothing in `writing`.
    pub(super) state: State,
    /// The link leads elsewhere than the file says.
    pub(super) astray: Option<Conflict>,
}

/// Where the link leads.
enum Current {
    Missing,
    Release(String),
    Elsewhere(String),
}

/// Reads both.
///
/// # Errors
/// When the file is not what tollgate wrote, is that of another target, or is lost.
pub(super) fn read(disk: &Disk) -> Result<Standing, ApplyError> {
    let current = read_current(disk)?;
    let file = match (disk.kind(STATE)?, &current) {
        (Kind::File, _) => parse(disk, &disk.read(STATE)?)?,
        (Kind::Missing, Current::Missing) => State::new(disk),
        (Kind::Missing, _) => return Err(disk.broken(format!("`{CURRENT}` is there and `{STATE}` is not; restore it"))),
        _ => return Err(disk.broken(format!("`{STATE}` is not a file; restore it"))),
    };
    let mut state = file.clone();
    let astray = state.settle(&current);
    Ok(Standing { file, state, astray })
}

fn parse(disk: &Disk, bytes: &[u8]) -> Result<State, ApplyError> {
    let state: State =
        serde_json::from_slice(bytes).map_err(|error| disk.broken(format!("`{STATE}` can't be understood: {error}")))?;
    if state.version != VERSION {
        return Err(
            disk.broken(format!("`{STATE}` has version {}, which this tollgate does not know; use a newer one", state.version))
        );
    }
    if state.target != disk.target() {
        return Err(disk.broken(format!("`{STATE}` is that of target `{}`; give each target a directory of its own", state.target)));
    }
    Ok(state)
}

fn read_current(disk: &Disk) -> Result<Current, ApplyError> {
    match disk.kind(CURRENT)? {
        Kind::Missing => return Ok(Current::Missing),
        Kind::Link => {}
        _ => return Ok(Current::Elsewhere("is not a link".to_owned())),
    }
    let link = disk.link(CURRENT)?.unwrap_or_default();
    let name = link.strip_prefix(RELEASES).and_then(|rest| rest.strip_prefix('/')).filter(|name| is_name(name));
    Ok(name.map_or_else(|| Current::Elsewhere(format!("leads to `{link}`")), |name| Current::Release(name.to_owned())))
}

impl State {
    fn new(disk: &Disk) -> Self {
        Self { version: VERSION, target: disk.target().to_owned(), attempt: 0, written: None, writing: None, kept: Vec::new() }
    }

    /// Takes what is current from what was about to be, if the link says so.
    fn settle(&mut self, current: &Current) -> Option<Conflict> {
        let release = |written: &Option<WrittenState>| written.as_ref().map(|written| written.release.clone());
        let writing = self.writing.take();
        let found = match current {
            Current::Release(name) if writing.as_ref().is_some_and(|writing| writing.release == *name) => {
                self.keep(name);
                self.written = writing;
                return None;
            }
            Current::Release(name) if release(&self.written).as_ref() == Some(name) => return None,
            Current::Missing if self.written.is_none() => return None,
            Current::Release(name) => format!("leads to `{RELEASES}/{name}`"),
            Current::Missing => "is missing".to_owned(),
            Current::Elsewhere(what) => what.clone(),
        };
        let none = "there is none".to_owned();
        let expected = release(&self.written).map_or(none, |name| format!("it leads to `{RELEASES}/{name}`"));
        let message = format!("{found}, and `{STATE}` says that {expected}; set it back");
        Some(Conflict { at: CURRENT.to_owned(), message })
    }

    fn keep(&mut self, release: &str) {
        self.kept.retain(|kept| kept != release);
        self.kept.insert(0, release.to_owned());
        self.kept.truncate(KEPT);
    }

    /// What core is told.
    pub(super) fn told(&self) -> TargetState {
        TargetState { attempt: self.attempt, written: self.written.clone(), ..TargetState::default() }
    }

    /// The same with a higher attempt.
    pub(super) fn claimed(&self, attempt: u64) -> Self {
        Self { attempt, ..self.clone() }
    }

    /// The same with what is about to be current.
    pub(super) fn writing(&self, writing: WrittenState) -> Self {
        Self { writing: Some(writing), ..self.clone() }
    }

    /// The same with what is current now.
    pub(super) fn written(&self, written: WrittenState) -> Self {
        let mut state = self.clone();
        state.keep(&written.release);
        state.written = Some(written);
        state
    }

    /// Whether a release must stay.
    pub(super) fn keeps(&self, release: &str) -> bool {
        let is_named = |written: &Option<WrittenState>| written.as_ref().is_some_and(|written| written.release == release);
        is_named(&self.written) || is_named(&self.writing) || self.kept.iter().any(|kept| kept == release)
    }

    /// Replaces the file, at once and for good. The caller holds the lock.
    pub(super) fn write(&self, disk: &Disk) -> Result<(), ApplyError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| disk.failed(STATE, "written", error.into()))?;
        bytes.push(b'\n');
        disk.remove_file(NEXT_STATE)?;
        disk.write(NEXT_STATE, &bytes)?;
        disk.rename(NEXT_STATE, STATE)?;
        disk.sync("")
    }
}

/// Lets the link lead to a release, at once and for good. The caller holds the lock.
pub(super) fn swap(disk: &Disk, release: &str) -> Result<(), ApplyError> {
    disk.remove_file(NEXT_CURRENT)?;
    disk.make_link(&format!("{RELEASES}/{release}"), NEXT_CURRENT)?;
    disk.rename(NEXT_CURRENT, CURRENT)?;
    disk.sync("")
}
