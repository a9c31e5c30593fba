//! One document judged by `workload-limits`: in a fresh instance each time, in one that lives on, and natively; on one
//! thread and on two. `cargo xtask bench` runs it.
//!
//! `tollgate-bench PLUGIN.wasm DOCUMENT.yaml` writes JSON to standard output. `tollgate-bench ledger` fills a long ledger and
//! appends to it.

mod judges;
mod ledger;
mod native;
mod rounds;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use camino::Utf8Path;
use judges::{Judges, Question};
use ledger::AppendCost;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("usage: `tollgate-bench PLUGIN.wasm DOCUMENT.yaml`, or `tollgate-bench ledger fill|append CLONE STATE KEY NUMBER`")]
    Usage,
    #[error("failed to read or write")]
    Io(#[from] std::io::Error),
    #[error("the document is no YAML")]
    Yaml(#[from] serde_yaml::Error),
    #[error("failed to write JSON")]
    Json(#[from] serde_json::Error),
    #[error("there is no sandbox")]
    Sandbox(#[from] tollgate_sandbox::SandboxError),
    #[error("the plugin can't be loaded")]
    Load(#[from] tollgate_core::evaluate::LoadError),
    #[error(transparent)]
    LongLedger(#[from] ledger::LongLedgerError),
    #[error("the plugin is no validator")]
    NoValidator,
    #[error("the fresh instance found {fresh}, the live one {live}, native code {native}")]
    OtherFindings { fresh: usize, live: usize, native: usize },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            // Nobody is left to tell when stderr is closed.
            drop(writeln!(std::io::stderr(), "error: {error}{cause}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), BenchError> {
    let all: Vec<String> = std::env::args().skip(1).collect();
    if let [word, rest @ ..] = all.as_slice()
        && word == "ledger"
    {
        return long_ledger(rest);
    }
    let mut arguments = all.into_iter();
    let (Some(plugin), Some(document)) = (arguments.next(), arguments.next()) else { return Err(BenchError::Usage) };
    let value: serde_json::Value = serde_yaml::from_slice(&fs_err::read(&document)?)?;
    let question = Question { file: document, body: serde_json::to_vec(&value)?.into() };
    let judges = Judges::load(Arc::from(fs_err::read(&plugin)?))?;
    judges.agree(&question)?;
    let measured = [1, 2].map(|threads| rounds::measure(&judges, &question, threads));
    let measured = measured.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(writeln!(std::io::stdout(), "{}", serde_json::Value::from(measured))?)
}

fn long_ledger(arguments: &[String]) -> Result<(), BenchError> {
    let [what, clone, state, key, number] = arguments else { return Err(BenchError::Usage) };
    let number: usize = number.parse().map_err(|_| ledger::LongLedgerError::Number(number.clone()))?;
    let (clone, state) = (Utf8Path::new(clone), Utf8Path::new(state));
    match what.as_str() {
        "fill" => Ok(ledger::fill(clone, state, key, number as u64)?),
        "append" => {
            let AppendCost { entries, own, whole } = ledger::append(clone, state, key, number)?;
            let answer = serde_json::json!({"entries": entries, "own": own, "whole": whole});
            Ok(writeln!(std::io::stdout(), "{answer}")?)
        }
        _ => Err(BenchError::Usage),
    }
}
