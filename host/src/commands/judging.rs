//! Whose policies `check` judges by.

use camino::Utf8PathBuf;
use tollgate_config::{Configuration, PIPELINE_FILE, UseOfLock};
use tollgate_core::evaluate::LoadPolicy;
use tollgate_core::pipeline::Pipeline;
use tollgate_core::ports::ReadRepository;
use tollgate_gate::Policies;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::finding::Enforcements;

use super::proposal::Proposal;
use crate::cli::check::Check;
use crate::configuration::plugins::{Lock, Shelf};
use crate::configuration::reader::{Reader, Tree};
use crate::configuration::{Failures, failure_of_problem, local};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring;

/// What judges, and what to tell the reader about it.
#[derive(Debug)]
pub(crate) struct Judging {
    pub(crate) configuration: Configuration,
    pub(crate) policies: Policies,
    /// In words, for the report.
    pub(crate) revision: String,
    /// Shown paths are relative to this.
    pub(crate) root: Option<Utf8PathBuf>,
    pub(crate) notices: Vec<String>,
}

const NO_TRUST: &str = "trust not initialised: no ledger puts a policy in force, and a proposal's own tollgate.yaml does not judge it; run `tollgate init --trust COMMIT`";

/// On a laptop the tree's own configuration judges, and the report says that it is not in force. In CI and for a proposal the
/// revision in force does: a proposal never judges itself.
pub(crate) fn choose(
    invocation: &Invocation,
    arguments: &Check,
    proposal: Option<&Proposal>,
    loader: &dyn LoadPolicy,
) -> Result<Judging, Failures> {
    if !arguments.policy.is_empty() || !arguments.pack.is_empty() {
        return named(invocation, &arguments.set, loader, (&arguments.policy, &arguments.pack), NAMED);
    }
    if invocation.ci || proposal.is_some() {
        return in_force(invocation, arguments, proposal, loader);
    }
    match &arguments.rev {
        Some(revision) => at_revision(invocation, arguments, loader, revision),
        None => in_work_tree(invocation, arguments, loader),
    }
}

fn in_work_tree(invocation: &Invocation, arguments: &Check, loader: &dyn LoadPolicy) -> Result<Judging, Failures> {
    let Some(root) = local::root_above(&invocation.directory) else {
        return recommended(invocation, arguments, loader, Vec::new());
    };
    let reader = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    let judging = load(configuration, &arguments.set, loader, &reader, "work tree, not in force")?;
    Ok(Judging { root: Some(root), ..judging })
}

fn at_revision(invocation: &Invocation, arguments: &Check, loader: &dyn LoadPolicy, revision: &str) -> Result<Judging, Failures> {
    let repository = wiring::repository(invocation).map_err(|failure| vec![failure])?;
    let commit = repository.commit(revision).map_err(|error| vec![fail(error)])?;
    let has_pipeline = repository.read(&commit, PIPELINE_FILE).map_err(|error| vec![fail(error)])?.is_some();
    if !has_pipeline {
        return recommended(invocation, arguments, loader, Vec::new());
    }
    let reader = Reader { tree: Tree::Commit { repository: &repository, commit: &commit }, ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    load(configuration, &arguments.set, loader, &reader, &format!("commit {}, not in force", short(&commit)))
}

fn recommended(
    invocation: &Invocation,
    arguments: &Check,
    loader: &dyn LoadPolicy,
    notices: Vec<String>,
) -> Result<Judging, Failures> {
    let judging = named(invocation, &arguments.set, loader, (&[], &[]), "builtin:recommended, not in force")?;
    Ok(Judging { notices, ..judging })
}

/// What judges where a command line names it.
pub(crate) const NAMED: &str = "named on the command line, not in force";

/// Policies and packs by their names, after settings of the command line.
pub(crate) fn named(
    invocation: &Invocation,
    settings: &[String],
    loader: &dyn LoadPolicy,
    (policies, packs): (&[String], &[String]),
    revision: &str,
) -> Result<Judging, Failures> {
    let reader = Reader { tree: Tree::Directory(invocation.directory.clone()), ledger: None };
    let configuration = local::of_command_line(&reader, policies, packs)?;
    load(configuration, settings, loader, &reader, revision)
}

fn in_force(
    invocation: &Invocation,
    arguments: &Check,
    proposal: Option<&Proposal>,
    loader: &dyn LoadPolicy,
) -> Result<Judging, Failures> {
    let opened = wiring::in_force(invocation, loader)?;
    let Some((in_force, notices)) = opened else {
        let judging = match proposal {
            Some(proposal) => at_revision(invocation, arguments, loader, &proposal.merge.base)?,
            None => recommended(invocation, arguments, loader, Vec::new())?,
        };
        return Ok(Judging { notices: [vec![NO_TRUST.to_owned()], judging.notices].concat(), ..judging });
    };
    if !arguments.set.is_empty() {
        let message = "`--set` can't change the policies in force; name a policy with `--policy` to try settings";
        return Err(vec![Failure::of_message(ExitCode::Usage, message)]);
    }
    let root = wiring::repository(invocation).ok().and_then(|repository| repository.root().map(ToOwned::to_owned));
    let revision = format!("commit {}, in force", short(&in_force.revision.commit));
    Ok(Judging { configuration: in_force.configuration, policies: in_force.policies, revision, root, notices })
}

/// Loads the plugins of a configuration, after settings of the command line.
pub(crate) fn load(
    mut configuration: Configuration,
    settings: &[String],
    loader: &dyn LoadPolicy,
    reader: &Reader<'_>,
    revision: &str,
) -> Result<Judging, Failures> {
    set(&mut configuration.pipeline, settings)?;
    let shelf = Shelf { reader, ledger: None, lock: Lock::Optional };
    let policies = shelf.load(&configuration, loader)?;
    let notices = configuration.warnings.iter().map(ToString::to_string).collect();
    Ok(Judging { configuration, policies, revision: revision.to_owned(), root: None, notices })
}

fn set(pipeline: &mut Pipeline, assignments: &[String]) -> Result<(), Failures> {
    let problems: Vec<_> =
        assignments.iter().filter_map(|assignment| tollgate_config::set(&mut pipeline.policies, assignment).err()).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.iter().map(failure_of_problem).collect()) }
}

/// The strictest enforcement of the gates that ask each policy.
pub(crate) fn enforcements(pipeline: &Pipeline) -> Enforcements {
    let mut enforcements = Enforcements::new();
    for gate in &pipeline.gates {
        for policy in gate.requirement.policies() {
            let strictest = enforcements.entry(policy.to_owned()).or_insert(gate.enforcement);
            *strictest = (*strictest).max(gate.enforcement);
        }
    }
    enforcements
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
