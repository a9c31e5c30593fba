//! What a CI system says of the job that runs in it: which one it is, what is proposed or was pushed, where it wants reports, and
//! which forge it belongs to.

mod place;
mod said;
mod systems;

use camino::Utf8PathBuf;
use tollgate_core::pipeline::GitReference;
use tollgate_report::format::Format;

use crate::output::Destination;
pub(crate) use place::Place;
pub(crate) use said::Said;

/// Reads an environment variable; one that is empty is not there.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A job of a CI system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// For people.
    pub(crate) system: &'static str,
    /// What is proposed; nothing for a job that is no pull request's.
    pub(crate) proposal: Option<Proposed>,
    /// What was pushed; nothing for a job that runs for another reason.
    pub(crate) pushed: Option<Pushed>,
    /// What somebody said, for which it runs.
    pub(crate) said: Option<Said>,
    /// Where its commits and requests are shown; nothing where the system does not say.
    pub(crate) place: Option<Place>,
    /// Where the system wants reports, beside the text that people read.
    pub(crate) reports: Vec<Destination>,
}

/// What a pull request proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposed {
    /// Revisions that may name the base, the best first: not every job has fetched all of them.
    pub(crate) bases: Vec<String>,
    pub(crate) head: String,
    /// The branch that it is for.
    pub(crate) branch: String,
    /// Whether it comes from another repository, as far as the system says so; where it does not say, it may.
    pub(crate) is_foreign: bool,
}

/// A branch or tag that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) reference: GitReference,
    /// It is not there any more.
    pub(crate) is_deleted: bool,
}

/// The job that this process runs in; nothing outside of any CI system that is known.
pub(crate) fn job(variables: Variables<'_>, remote: &str) -> Option<Job> {
    systems::ALL.iter().find_map(|system| system(variables, remote))
}

/// A full name (`refs/heads/…`, `refs/tags/…`) as what was pushed.
fn pushed(name: &str, is_deleted: bool) -> Option<Pushed> {
    let branch = name.strip_prefix("refs/heads/").map(|name| GitReference::Branch(name.to_owned()));
    let reference = branch.or_else(|| name.strip_prefix("refs/tags/").map(|name| GitReference::Tag(name.to_owned())))?;
    Some(Pushed { reference, is_deleted })
}

fn report(format: Format, file: &str) -> Destination {
    Destination { format, file: Some(Utf8PathBuf::from(file)) }
}

#[cfg(test)]
mod tests;
