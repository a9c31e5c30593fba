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
        // Warnings stand before it.
        Diagnostic::of_words(said.split_once("Error: ").map_or(said.as_str(), |(_, error)| error))
    }

    fn ended(&self) -> String {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("it ended with status {code} and did not say why"),
            (None, Some(signal)) => format!("it was ended by signal {signal}"),
            (None, None) => "it ended and did not say why".to_owned(),
        }
    }

    /// The JSON object that the output is; empty where there is none.
    pub(super) fn object(&self) -> &[u8] {
        object(&self.output)
    }

    /// The same as a value; nothing where it is none.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.object()).ok()
    }
}

/// The JSON object in output; empty where there is none. Warnings about the program's own configuration stand before it.
pub(super) fn object(output: &[u8]) -> &[u8] {
    let mut starts = std::iter::once(0).chain(line_starts(output));
    let start = starts.find(|start| output.get(*start) == Some(&b'{'));
    start.map_or(&[][..], |start| &output[start..])
}

/// Where lines begin, but for the first.
fn line_starts(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_answer(output: &str) -> Answer {
        Answer { status: ExitStatus::from_raw(0), output: output.as_bytes().to_vec(), complaint: Vec::new() }
    }

    #[test]
    fn an_object_is_found_behind_warnings() {
        let warned = mk_answer("\nWarning: no configuration {at all}\n\n{\n  \"serial\": 1\n}\n");
        assert_eq!(warned.json(), Some(serde_json::json!({"serial": 1})));
        assert_eq!(mk_answer("{}").json(), Some(serde_json::json!({})));
        for output in ["", "\n", "Warning: {no}\n", "[{}]"] {
            assert_eq!(mk_answer(output).object(), b"", "{output}");
        }
    }
}
