//! One document judged in a fresh instance, in a live one and natively.

use std::process::Command;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::BenchError;
use crate::process;
use crate::workspaces::Repository;

/// Microseconds for a document on so many threads, each by the best of several rounds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Instances {
    pub(super) threads: usize,
    pub(super) fresh: f64,
    pub(super) live: f64,
    pub(super) native: f64,
}

/// Runs `tollgate-bench`, which stands beside the binary and measures inside of one process.
pub(super) fn measure(repository: &Repository, tollgate: &Utf8Path, document: &Utf8Path) -> Result<Vec<Instances>, BenchError> {
    let mut command = Command::new(tollgate.with_file_name("tollgate-bench"));
    command.arg(repository.root.join("target/plugins/workload-limits.wasm")).arg(document);
    let answer = process::output(&mut command)?;
    serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })
}
