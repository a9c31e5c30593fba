//! The tools that tollgate is measured beside, built once from the Go module proxy.

use std::process::Command;

use camino::Utf8PathBuf;

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
}

impl PeerKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Conftest => "conftest",
            Self::Opa => "opa",
        }
    }
}

const PEERS: [(PeerKind, &str, &str); 2] = [
    (PeerKind::Conftest, "v0.71.1", "github.com/open-policy-agent/conftest"),
    (PeerKind::Opa, "v1.22.2", "github.com/open-policy-agent/opa"),
];

/// Builds what is not there yet. It stays in the user's cache directory.
pub(super) fn build() -> Result<Vec<Peer>, BenchError> {
    let cache = cache_directory().ok_or(BenchError::NoCache)?;
    let build = |(kind, version, module): &(PeerKind, &'static str, &str)| {
        let directory = cache.join(format!("tollgate/peers/{}-{version}", kind.name()));
        let binary = directory.join(kind.name());
        if !binary.is_file() {
            fs_err::create_dir_all(&directory)?;
            process::succeed(Command::new("go").args(["install", &format!("{module}@{version}")]).env("GOBIN", &directory))?;
        }
        Ok(Peer { kind: *kind, version, binary })
    };
    PEERS.iter().map(build).collect()
}

fn cache_directory() -> Option<Utf8PathBuf> {
    let variable = |name: &str| std::env::var(name).ok().map(Utf8PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
}
