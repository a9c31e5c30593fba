//! What a CI system says of the job that runs in it: which one it is, what is proposed, and where it wants reports.

mod systems;

use camino::Utf8PathBuf;
use tollgate_report::format::Format;

use crate::output::Destination;

/// Reads an environment variable; one that is empty is not there.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A job of a CI system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// For people.
    pub(crate) system: &'static str,
    /// What is proposed; nothing for a job that is no pull request's.
    pub(crate) proposal: Option<Proposed>,
    /// Where the system wants reports, beside the text that people read.
    pub(crate) reports: Vec<Destination>,
}

/// What a pull request proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposed {
    /// Revisions that may name the base, the best first: not every job has fetched all of them.
    pub(crate) bases: Vec<String>,
    pub(crate) head: String,
}

/// The job that this process runs in; nothing outside of any CI system that is known.
pub(crate) fn job(variables: Variables<'_>, remote: &str) -> Option<Job> {
    systems::ALL.iter().find_map(|system| system(variables, remote))
}

fn report(format: Format, file: &str) -> Destination {
    Destination { format, file: Some(Utf8PathBuf::from(file)) }
}

#[cfg(test)]
mod tests;
