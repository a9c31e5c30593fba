//! The file that evidence comes from, as a statement in an envelope.

use std::io::Read as _;

use camino::Utf8Path;
use tollgate_core::act::EvidenceSubject;
use tollgate_core::document::{Location, Span};
use tollgate_core::signature::SignBytes;
use tollgate_ledger::evidence::Unreadable;
use tollgate_ledger::evidence::dsse::{Dsse, STATEMENT_TYPE};
use tollgate_ledger::evidence::made::{self, ResultKind};
use tollgate_ledger::evidence::statement::{MAX_STATEMENT_BYTES, Statement};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::invocation::Invocation;

/// The largest file: an envelope holds its statement in base64, which makes four bytes of three.
const MAX_FILE_BYTES: usize = MAX_STATEMENT_BYTES / 3 * 4 + 64 * 1024;

/// A file as it was read.
pub(super) struct Source {
    /// As people know it.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// A statement on its way into the ledger.
pub(super) struct Enveloped {
    pub(super) statement: Statement,
    pub(super) envelope: Dsse,
    /// The envelope, on one line.
    pub(super) line: String,
    pub(super) notices: Vec<String>,
}

impl Source {
    /// Reads a file, or standard input.
    pub(super) fn read(invocation: &Invocation, path: &Utf8Path) -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| Failure::new(ExitCode::SourceUnreadable, &error);
        let mut bytes = Vec::new();
        let limit = MAX_FILE_BYTES as u64 + 1;
        let name = if path == "-" {
            std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
            "standard input".to_owned()
        } else {
            let file = fs_err::File::open(invocation.at_start(path)).map_err(unreadable)?;
            file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
            path.to_string()
        };
        if bytes.len() > MAX_FILE_BYTES {
            let message = format!("`{name}` is too large: a statement has at most {MAX_STATEMENT_BYTES} bytes");
            return Err(Failure::of_message(ExitCode::SourceUnreadable, message));
        }
        Ok(Self { name, bytes })
    }

    /// The statement that the file is, or that it is made into. What is not in an envelope yet is signed.
    pub(super) fn enveloped(
        &self,
        kind: Option<&ResultKind>,
        subjects: &[EvidenceSubject],
        key: Option<&dyn SignBytes>,
    ) -> Result<Enveloped, Failure> {
        match kind {
            Some(kind) => {
                let made = made::statement(kind, &self.bytes, &self.name, subjects).map_err(|error| self.bad(&error))?;
                self.sealed(made, key)
            }
            None if self.is_envelope() => self.opened(),
            None => self.sealed(self.bytes.clone(), key),
        }
    }

    fn is_envelope(&self) -> bool {
        let value: serde_json::Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        value.get("payloadType").is_some()
    }

    /// Whatever it holds beside statement and signatures stays in it: others may know what to do with it.
    fn opened(&self) -> Result<Enveloped, Failure> {
        let envelope = Dsse::read(&self.bytes).map_err(|error| self.bad(&error))?;
        if envelope.payload_type != STATEMENT_TYPE {
            let reason = format!("its payload is of the type `{}`, not `{STATEMENT_TYPE}`", envelope.payload_type);
            return Err(self.failure(&reason));
        }
        let inside = |error: Unreadable| match error.at {
            Some((line, column)) => self.failure(&format!("in its payload, line {line}, column {column}: {error}")),
            None => self.bad(&error),
        };
        let statement = Statement::read(&envelope.payload).map_err(inside)?;
        let value: serde_json::Value = serde_json::from_slice(&self.bytes).map_err(|error| self.bad(&error.into()))?;
        Ok(Enveloped { statement, envelope, line: value.to_string(), notices: Vec::new() })
    }

    fn sealed(&self, statement: Vec<u8>, key: Option<&dyn SignBytes>) -> Result<Enveloped, Failure> {
        let read = Statement::read(&statement).map_err(|error| self.bad(&error))?;
        let unexpected = |error: &(dyn std::error::Error + 'static)| Failure::new(ExitCode::Unexpected, error);
        let (envelope, why_not) = match key {
            Some(key) => {
                Dsse::sign(STATEMENT_TYPE, statement, key).map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?
            }
            None => (Dsse { payload_type: STATEMENT_TYPE.to_owned(), payload: statement, signatures: Vec::new() }, None),
        };
        let line = envelope.write().map_err(|error| unexpected(&error))?;
        let notices = why_not.map(|error| format!("{error}; ordinary verifiers of DSSE can't check this statement"));
        Ok(Enveloped { statement: read, envelope, line, notices: notices.into_iter().collect() })
    }

    fn failure(&self, reason: &str) -> Failure {
        Failure::of_message(ExitCode::SourceUnreadable, format!("`{}` is no evidence: {reason}", self.name))
    }

    fn bad(&self, error: &Unreadable) -> Failure {
        let failure = self.failure(&error.reason);
        match error.at {
            Some((line, column)) => failure.at(&Location { file: self.name.clone(), span: Span::point(line, column) }),
            None => failure,
        }
    }
}
