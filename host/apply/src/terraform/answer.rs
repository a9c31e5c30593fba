//! What the program answered.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use serde_json::Value;

use super::diagnostic::Diagnostic;

/// What came out of a child that ended by itself.
pub(super) struct Answer {
    pub(super) status: ExitStatus,
    pub(super) output: Vec<u8>,
    pub(super) complaint: Vec<u8>,
}

impl Answer {
    /// Whether it did what it was asked. With `-detailed-exitcode`, 2 says that there are changes.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.status.code(), Some(0 | 2))
    }

    /// What it found wrong, of output in lines of JSON; where it has none, the last that it complained of.
    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        let lines = self.output.split(|byte| *byte == b'\n');
        let told: Vec<Diagnostic> = lines.filter_map(Diagnostic::of_line).filter(Diagnostic::is_error).collect();
        if told.is_empty() { vec![self.complained()] } else { told }
    }

    fn complained(&self) -> Diagnostic {
        let text = String::from_utf8_lossy(&self.complaint);
        let words: Vec<&str> =
            text.lines().map(|line| line.trim_matches(['│', '╷', '╵', ' '])).filter(|line| !line.is_empty()).collect();
        let said = if words.is_empty() { self.ended() } else { words.join(" ") };
        Diagnostic::of_words(said.strip_prefix("Error: ").unwrap_or(&said))
    }

    fn ended(&self) -> String {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("it ended with status {code} and did not say why"),
            (None, Some(signal)) => format!("it was ended by signal {signal}"),
            (None, None) => "it ended and did not say why".to_owned(),
        }
    }

    /// The output as one JSON value; nothing where it is none.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.output).ok()
    }
}
