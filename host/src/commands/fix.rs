//! `tollgate check --fix`: asks the fixers, shows what would change, and writes it.

mod show;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use serde_json::Value;
use tollgate_core::cache::Forgetful;
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, SourceFile};
use tollgate_core::evaluate::{Context, PolicyBinary};
use tollgate_core::finding::RuleId;
use tollgate_core::fix::{LoadFixer, ProposeFix};
use tollgate_core::pipeline::PluginSource;
use tollgate_core::policy::{Grants, LimitClass};
use tollgate_gate::Evaluator;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::asking::Asking;
use super::checked_files;
use super::judging::{self, Judging};
use crate::cli::check::{Check, FixScope};
use crate::configuration::plugins::{Lock, Shelf};
use crate::configuration::reader::{Reader, Tree};
use crate::configuration::{Failures, builtin};
use crate::fixing::{Fixers, Mended, Mender};
use crate::invocation::Invocation;
use crate::wiring::{self, Lines};

/// Fixes, and says what is left to check: the same without fixing.
pub(super) fn run(invocation: &Invocation, arguments: &Check) -> Result<Check, Failures> {
    let (rules, rest) = scope(arguments).map_err(|failure| vec![failure])?;
    let sandbox = wiring::sandbox(invocation).map_err(|failure| vec![failure])?;
    let judging = judging::choose(invocation, &rest, None, &sandbox)?;
    let loaded = load(invocation, &judging, &sandbox)?;
    let invalid = |failure: Failure| vec![failure];
    let mut fixers = Fixers::of_policies(&loaded, &judging.policies)
        .map_err(|error| invalid(Failure::new(ExitCode::InvalidConfiguration, &error)))?;
    if let Some(rules) = rules {
        only(&mut fixers, &rules).map_err(invalid)?;
    }
    let asking = Asking::new(&rest, &judging, None);
    let (before, mended) = mend(invocation, &rest, &asking, &fixers)?;
    show::changes(&before, &mended);
    if !mended.files.is_empty() && write::is_wanted(arguments, mended.files.len()).map_err(invalid)? {
        write::all(judging.root.as_deref(), &before, &mended).map_err(invalid)?;
        show::written(&mended);
    }
    Ok(rest)
}

/// The rules to fix, where not all are, and the check without fixing.
fn scope(arguments: &Check) -> Result<(Option<Vec<RuleId>>, Check), Failure> {
    let mut rest = Check { fix: None, yes: false, dry_run: false, ..arguments.clone() };
    let only = arguments.fix == Some(FixScope::Only);
    if only && rest.paths.is_empty() {
        let failure = Failure::of_message(ExitCode::Usage, "`--fix=only` needs a rule");
        return Err(failure.with_hint("say `tollgate check --fix=only POLICY/RULE [PATH]…`"));
    }
    let rules = only.then(|| rest.paths.remove(0));
    if rest.paths.iter().any(|path| path == "-") {
        return Err(Failure::of_message(ExitCode::Usage, "standard input can't be fixed: there is no file to write to"));
    }
    let rule = |text: &str| {
        let (policy, rule) = text.split_once('/').unwrap_or((text, ""));
        RuleId::new(policy, rule)
    };
    Ok((rules.map(|rules| rules.as_str().split(',').map(rule).collect()), rest))
}

fn only(fixers: &mut Fixers, rules: &[RuleId]) -> Result<(), Failure> {
    let known: Vec<&RuleId> = fixers.rules().collect();
    if let Some(unknown) = rules.iter().find(|rule| !known.contains(rule)) {
        let shown = unknown.as_str().trim_end_matches('/');
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there are no fixes for a rule `{shown}`"));
        let known: Vec<String> = known.iter().map(|rule| format!("`{rule}`")).collect();
        let hint = if known.is_empty() {
            "no fixer is for what judges here".to_owned()
        } else {
            format!("there are for {}", known.join(", "))
        };
        return Err(failure.with_hint(hint));
    }
    fixers.only(rules);
    Ok(())
}

/// The fixers that the configuration names, else the built-in ones.
fn load(invocation: &Invocation, judging: &Judging, loader: &dyn LoadFixer) -> Result<Vec<Arc<dyn ProposeFix>>, Failures> {
    let configuration = &judging.configuration;
    let named: Vec<(PluginSource, Option<Location>)> = match &configuration.pipeline.fixers {
        Some(fixers) => fixers.iter().map(|fixer| (fixer.plugin.clone(), Some(fixer.location.clone()))).collect(),
        None => builtin::fixers().map(|name| (PluginSource::Builtin(name.to_owned()), None)).collect(),
    };
    let root = judging.root.clone().unwrap_or_else(|| invocation.directory.clone());
    let reader = Reader { tree: Tree::Directory(root), ledger: None };
    let shelf = Shelf { reader: &reader, ledger: None, lock: Lock::Optional };
    let (mut fixers, mut failures) = (Vec::new(), Failures::new());
    for (source, location) in named {
        let loaded = shelf.plugin(&source, configuration).and_then(|(digest, bytes)| load_fixer(loader, &source, digest, &bytes));
        match loaded {
            Ok(fixer) => fixers.push(fixer),
            Err(failure) => failures.push(location.iter().fold(failure, Failure::at)),
        }
    }
    if failures.is_empty() { Ok(fixers) } else { Err(failures) }
}

/// Loads a fixer, which is granted nothing but the log.
pub(in crate::commands) fn load_fixer(
    loader: &dyn LoadFixer,
    source: &PluginSource,
    digest: Digest,
    bytes: &Arc<[u8]>,
) -> Result<Arc<dyn ProposeFix>, Failure> {
    let (settings, grants, bytes) = (Value::Null, Grants::default(), Arc::clone(bytes));
    let binary = PolicyBinary { policy: source.to_string(), digest, bytes, settings, grants, limits: LimitClass::Native };
    loader.load_fixer(&binary).map_err(|error| {
        let failure = Failure::new(ExitCode::InvalidConfiguration, &error);
        let causes = [vec![failure.message], failure.causes].concat();
        Failure { causes, ..Failure::of_message(ExitCode::InvalidConfiguration, format!("fixer `{source}` can't be loaded")) }
    })
}

/// The files as they are, and what the fixers make of them. A policy that gives no answer is told by the check that follows.
fn mend(
    invocation: &Invocation,
    arguments: &Check,
    asking: &Asking<'_>,
    fixers: &Fixers,
) -> Result<(BTreeMap<String, Arc<SourceFile>>, Mended), Failures> {
    let mut checked = asking.all(checked_files::select(invocation, arguments, asking.judging, &wiring::render_tools(invocation))?);
    asking.waive(&mut checked);
    let evaluator = Evaluator {
        policies: asking.policies(),
        context: Context::check(),
        evaluation_time: crate::delivery::decide::seconds(Invocation::now()),
        cache: &Forgetful,
        locate: &Lines,
    };
    let found = checked.judgements.findings();
    let files = &checked.files.files;
    let mended = Mender::new(evaluator, fixers, files, &found).mend(&found);
    Ok((files.iter().map(|file| (file.path.clone(), Arc::clone(file))).collect(), mended))
}

/// Where a file is, by its path as reports show it.
fn real_path(root: Option<&camino::Utf8Path>, shown: &str) -> Utf8PathBuf {
    match root {
        Some(root) if root.join(shown).is_file() => root.join(shown),
        _ => Utf8PathBuf::from(shown),
    }
}
