//! `tollgate service remove`: what depends on a service, what goes with it, and, with `--write`, its removal from the work tree.
//! Whether it may go is for the gates to say, when the removal is promoted.

use std::collections::BTreeSet;

use camino::Utf8Path;
use tollgate_config::UseOfLock;
use tollgate_core::ports::ReadRepository as _;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::pruning::pruned;
use super::removed::Removed;
use crate::cli::Format;
use crate::cli::service::Remove;
use crate::commands::Outcome;
use crate::configuration::local;
use crate::configuration::reader::{Reader, Tree};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::services::departure::Departure;
use crate::wiring;

pub(super) fn remove(invocation: &Invocation, arguments: &Remove) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let root = super::root(invocation).map_err(one)?;
    let reader = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    let departure = Departure::prepare(&root, &configuration, &arguments.name, &wiring::render_tools(invocation)).map_err(one)?;
    let (targets, notices) = pruned(invocation, &arguments.name)?;
    let refusal = refusal(arguments, &departure);
    let is_removed = arguments.write && refusal.is_none();
    if is_removed {
        let changed = departure.changes(&reader)?;
        require_committed(invocation, &root, &departure).map_err(one)?;
        departure.leave(&root, &changed).map_err(one)?;
    }
    let removed = Removed::new(arguments, &departure, is_removed, targets, notices);
    let text = match arguments.output {
        Format::Json => output::json(&removed).map_err(one)?,
        Format::Text => removed.to_text(),
    };
    output::print(&text).map_err(one)?;
    refusal.map_or(Ok(ExitCode::Approved), |failure| Err(vec![failure]))
}

/// Why it is not removed although somebody asks for it.
fn refusal(arguments: &Remove, departure: &Departure) -> Option<Failure> {
    if !arguments.write || arguments.despite_references || departure.references.is_empty() {
        return None;
    }
    let others: BTreeSet<&str> = departure.references.iter().map(|reference| reference.component.as_str()).collect();
    let others: Vec<&str> = others.into_iter().collect();
    let message = format!("`{}` is not removed, because others refer to it: {}", departure.name, others.join(", "));
    let hint = "change them first; or say `--despite-references --reason TEXT`";
    Some(Failure::of_message(ExitCode::Denied, message).with_hint(hint))
}

/// What git does not have could not be brought back.
fn require_committed(invocation: &Invocation, root: &Utf8Path, departure: &Departure) -> Result<(), Failure> {
    let clone = wiring::repository(invocation)?;
    let head = clone.commit("HEAD").map_err(fail)?;
    for path in &departure.files {
        let full = root.join(path);
        let inside = clone.relative(&full).map_or_else(|| path.clone(), camino::Utf8PathBuf::into_string);
        let committed = clone.read(&head, &inside).ok().flatten();
        if committed.is_none() || committed != fs_err::read(&full).ok() {
            let message = format!("`{path}` is not committed as it is, so removing it would lose it");
            return Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("commit it, or take it away first"));
        }
    }
    Ok(())
}
