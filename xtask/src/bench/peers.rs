//! The tools that tollgate is measured beside, built once from the Go module proxy.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::BenchError;
use crate::process;

/// A tool with its pinned version.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) kind: PeerKind,
    pub(super) version: &'static str,
    pub(super) binary: Utf8PathBuf,
}

/// Which tool it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeerKind {
    Conftest,
    Opa,
    Gator,
    Kyverno,
}

impl PeerKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Conftest => "conftest",
            Self::Opa => "opa",
            Self::Gator => "gator",
            Self::Kyverno => "kyverno",
        }
    }
}

/// Where a tool is built from.
struct Source {
    kind: PeerKind,
    module: &'static str,
    version: &'static str,
    /// The directory of its program in the module.
    package: &'static str,
}

const SOURCES: [Source; 4] = [
    source(PeerKind::Conftest, "github.com/open-policy-agent/conftest", "v0.71.1", "."),
    source(PeerKind::Opa, "github.com/open-policy-agent/opa", "v1.22.2", "."),
    source(PeerKind::Gator, "github.com/open-policy-agent/gatekeeper/v3", "v3.23.1", "./cmd/gator"),
    source(PeerKind::Kyverno, "github.com/kyverno/kyverno", "v1.19.1", "./cmd/cli/kubectl-kyverno"),
];

const fn source(kind: PeerKind, module: &'static str, version: &'static str, package: &'static str) -> Source {
    Source { kind, module, version, package }
}

/// Builds what is not there yet. It stays in the user's cache directory.
pub(super) fn build() -> Result<Vec<Peer>, BenchError> {
    let cache = cache_directory().ok_or(BenchError::NoCache)?;
    let peer = |source: &Source| {
        let Source { kind, version, .. } = *source;
        let directory = cache.join(format!("tollgate/peers/{}-{version}", kind.name()));
        let binary = directory.join(kind.name());
        if !binary.is_file() {
            fs_err::create_dir_all(&directory)?;
            source.build(&binary)?;
        }
        Ok(Peer { kind, version, binary })
    };
    SOURCES.iter().map(peer).collect()
}

/// What `go mod download -json` says of a module.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: Utf8PathBuf,
}

impl Source {
    /// Builds in the module's own directory, because `go install` refuses a module that replaces another, as Kyverno does.
    fn build(&self, binary: &Utf8Path) -> Result<(), BenchError> {
        let module = format!("{}@{}", self.module, self.version);
        let answer = process::output(Command::new("go").args(["mod", "download", "-json", &module]))?;
        let Downloaded { dir } =
            serde_json::from_str(&answer).map_err(|source| BenchError::Answer { tool: "go mod download".to_owned(), source })?;
        Ok(process::succeed(Command::new("go").args(["build", "-o", binary.as_str(), self.package]).current_dir(dir))?)
    }
}

fn cache_directory() -> Option<Utf8PathBuf> {
    let variable = |name: &str| std::env::var(name).ok().map(Utf8PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
}
