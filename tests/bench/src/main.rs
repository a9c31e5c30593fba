//! One document judged by `workload-limits`: in a fresh instance each time, in one that lives on, and natively; on one
//! thread and on two. `cargo xtask bench` runs it.
//!
//! `tollgate-bench PLUGIN.wasm DOCUMENT.yaml` writes JSON to standard output. `tollgate-bench ledger` fills a long ledger and
//! appends to it, `patch`, `count`, `requests` and `remove` ask an API server, `ask` asks a webhook, `timed` runs another program.

mod asking;
mod judges;
mod ledger;
mod native;
mod rounds;
mod timed;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use asking::{AskError, Load};
use camino::Utf8Path;
use judges::{Judges, Question};
use ledger::AppendCost;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error(
        "usage: `tollgate-bench PLUGIN.wasm DOCUMENT.yaml`, `ledger fill|append CLONE STATE KEY NUMBER`, \
         `patch KUBECONFIG DIRECTORY NAMESPACE AT-ONCE`, `count KUBECONFIG NAMESPACE TEXT`, `requests KUBECONFIG`, \
         `remove KUBECONFIG NAMESPACE`, `ask URL DIRECTORY CONNECTIONS SECONDS [RATE]` or `timed LOG PROGRAM ARGUMENT…`"
    )]
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
    Asking(#[from] AskError),
    #[error(transparent)]
    LongLedger(#[from] ledger::LongLedgerError),
    #[error("the plugin is no validator")]
    NoValidator,
    #[error("the fresh instance found {fresh}, the live one {live}, native code {native}")]
    OtherFindings { fresh: usize, live: usize, native: usize },
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            // Nobody is left to tell when stderr is closed.
            drop(writeln!(std::io::stderr(), "error: {error}{cause}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, BenchError> {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = all.iter().map(String::as_str).collect();
    let answer = match words.as_slice() {
        ["ledger", rest @ ..] => return long_ledger(rest).map(|()| ExitCode::SUCCESS),
        ["timed", log, program, rest @ ..] => return Ok(timed::run(log, program, rest)?.into()),
        ["patch", kubeconfig, directory, namespace, at_once] => {
            asking::patch(Utf8Path::new(kubeconfig), Utf8Path::new(directory), namespace, number(at_once)?)?
        }
        ["count", kubeconfig, namespace, mark] => asking::count(Utf8Path::new(kubeconfig), namespace, mark)?,
        ["requests", kubeconfig] => asking::requests(Utf8Path::new(kubeconfig))?,
        ["remove", kubeconfig, namespace] => {
            asking::remove(Utf8Path::new(kubeconfig), namespace)?;
            return Ok(ExitCode::SUCCESS);
        }
        ["ask", url, directory, connections, seconds, rate @ ..] if rate.len() < 2 => {
            let rate = rate.first().map(|rate| number(rate)).transpose()?;
            let load = Load { connections: number(connections)?, seconds: number(seconds)?, rate };
            asking::ask(url, Utf8Path::new(directory), load)?
        }
        [plugin, document] => judged(plugin, document)?,
        _ => return Err(BenchError::Usage),
    };
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(ExitCode::SUCCESS)
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, AskError> {
    text.parse().map_err(|_| AskError::Number(text.to_owned()))
}

fn judged(plugin: &str, document: &str) -> Result<serde_json::Value, BenchError> {
    let value: serde_json::Value = serde_yaml::from_slice(&fs_err::read(document)?)?;
    let question = Question { file: document.to_owned(), body: serde_json::to_vec(&value)?.into() };
    let judges = Judges::load(Arc::from(fs_err::read(plugin)?))?;
    judges.agree(&question)?;
    let measured = [1, 2].map(|threads| rounds::measure(&judges, &question, threads));
    Ok(measured.into_iter().collect::<Result<Vec<_>, _>>()?.into())
}

fn long_ledger(arguments: &[&str]) -> Result<(), BenchError> {
    let [what, clone, state, key, number] = *arguments else { return Err(BenchError::Usage) };
    let number: usize = number.parse().map_err(|_| ledger::LongLedgerError::Number(number.to_owned()))?;
    let (clone, state) = (Utf8Path::new(clone), Utf8Path::new(state));
    match what {
        "fill" => Ok(ledger::fill(clone, state, key, number as u64)?),
        "append" => {
            let AppendCost { entries, own, whole } = ledger::append(clone, state, key, number)?;
            let answer = serde_json::json!({"entries": entries, "own": own, "whole": whole});
            Ok(writeln!(std::io::stdout(), "{answer}")?)
        }
        _ => Err(BenchError::Usage),
    }
}
