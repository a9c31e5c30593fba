//! `tollgate policy update`: plugins.lock.

use std::collections::BTreeMap;

use tollgate_config::{Configuration, LOCK_FILE, LockedPack, LockedPlugin, PluginsLock, UseOfLock};
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::{FixerSpec, PluginSource};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_sandbox::Sandbox;

use super::Outcome;
use super::fix::load_fixer;
use crate::cli::policy::Update;
use crate::configuration::plugins::{Lock, Shelf};
use crate::configuration::reader::{Reader, Tree};
use crate::configuration::{Failures, local};
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Update) -> Outcome {
    let root = local::root_above(&invocation.directory)
        .ok_or_else(|| vec![Failure::of_message(ExitCode::InvalidConfiguration, "there is no tollgate.yaml here or above")])?;
    let reader = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Ignore)?;
    let lock = lock(invocation, &reader, &Configuration { lock: None, ..configuration })?;
    let text = lock.to_text().map_err(|error| vec![Failure::new(ExitCode::Unexpected, &error)])?;
    let path = root.join(LOCK_FILE);
    let current = fs_err::read_to_string(&path).unwrap_or_default();
    if current == text {
        output::print(&format!("{LOCK_FILE} is up to date\n")).map_err(|failure| vec![failure])?;
        return Ok(ExitCode::Approved);
    }
    if arguments.check {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("`{LOCK_FILE}` is not up to date"));
        return Err(vec![failure.with_hint("run `tollgate policy update` and commit the file")]);
    }
    output::write_file(&path, text.as_bytes()).map_err(|failure| vec![failure])?;
    output::print(&changes(&current, &text)).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}

/// Everything that the configuration uses, as it is now. Loading the plugins proves that they can be used.
fn lock(invocation: &Invocation, reader: &Reader<'_>, configuration: &Configuration) -> Result<PluginsLock, Failures> {
    let sandbox = wiring::sandbox(invocation).map_err(|failure| vec![failure])?;
    let shelf = Shelf { reader, ledger: None, lock: Lock::Optional };
    let policies = shelf.load(configuration, &sandbox)?;
    let plugins = policies.iter().map(|policy| {
        let version = policy.loaded.description().version.clone();
        let locked = LockedPlugin { digest: policy.plugin, version, size: policy.size, location: None };
        (policy.spec.plugin.clone(), locked)
    });
    let packs: BTreeMap<String, LockedPack> = configuration
        .files
        .iter()
        .filter_map(|(path, digest): (&String, &Digest)| {
            let name = path.strip_prefix("builtin:")?;
            Some((name.to_owned(), LockedPack { digest: *digest, location: None }))
        })
        .collect();
    let fixers = fixers(&shelf, configuration, &sandbox)?;
    Ok(PluginsLock { plugins: plugins.chain(fixers).collect(), packs })
}

/// The fixers that the configuration names.
fn fixers(
    shelf: &Shelf<'_>,
    configuration: &Configuration,
    sandbox: &Sandbox,
) -> Result<Vec<(PluginSource, LockedPlugin)>, Failures> {
    let lock = |fixer: &FixerSpec| {
        let (digest, bytes) = shelf.plugin(&fixer.plugin, configuration)?;
        let loaded = load_fixer(sandbox, &fixer.plugin, digest, &bytes)?;
        let version = loaded.description().version.clone();
        Ok((fixer.plugin.clone(), LockedPlugin { digest, version, size: bytes.len() as u64, location: None }))
    };
    let locked = |fixer: &FixerSpec| lock(fixer).map_err(|failure: Failure| vec![failure.at(&fixer.location)]);
    configuration.pipeline.fixers.iter().flatten().map(locked).collect()
}

/// The lines that changed.
fn changes(before: &str, after: &str) -> String {
    let added = after.lines().filter(|line| !before.lines().any(|other| other == *line)).map(|line| format!("+ {line}\n"));
    let removed = before.lines().filter(|line| !after.lines().any(|other| other == *line)).map(|line| format!("- {line}\n"));
    removed.chain(added).collect::<String>() + &format!("wrote {LOCK_FILE}; commit it\n")
}
