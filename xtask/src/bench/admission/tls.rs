//! The certificate that webhooks show.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::bench::BenchError;
use crate::process;

/// A certificate of this machine alone, with its key.
pub(super) struct Certificate {
    pub(super) certificate: Utf8PathBuf,
    pub(super) key: Utf8PathBuf,
}

impl Certificate {
    /// Makes one.
    pub(super) fn make(directory: &Utf8Path) -> Result<Self, BenchError> {
        let made = Self { certificate: directory.join("tls.crt"), key: directory.join("tls.key") };
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-nodes", "-days", "30", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
        command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        command.arg("-keyout").arg(&made.key).arg("-out").arg(&made.certificate);
        // It tells its progress on standard error.
        let output = command.output().map_err(|source| process::start_error(&command, source))?;
        if output.status.success() {
            return Ok(made);
        }
        Err(process::ProcessError::Failed { command: String::from_utf8_lossy(&output.stderr).into_owned() }.into())
    }
}
