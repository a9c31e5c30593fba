//! The transparency log of Go's checksum database: a small Go program over that library, built once for each of its versions.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use tollgate_servers::TRANSPARENCY;

/// The running program.
pub(crate) struct Oracle {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What it says; what was not asked for is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Answer {
    error: Option<String>,
    pub(crate) root: Option<String>,
    pub(crate) old_root: Option<String>,
    pub(crate) inclusion: Vec<String>,
    pub(crate) consistency: Vec<String>,
    pub(crate) private: String,
    pub(crate) public: String,
    pub(crate) text: String,
    /// In base64.
    pub(crate) note: String,
    pub(crate) verified: usize,
    pub(crate) unverified: usize,
}

impl Oracle {
    /// Starts the program. Nothing where Go is missing, which is said loudly; with `CI` set it is a failure.
    pub(crate) fn start() -> Option<Self> {
        let program = TRANSPARENCY.or_skip("Go's transparency log")?;
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the oracle starts");
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Some(Self { child, requests, answers })
    }

    /// Its answer, or why it refuses.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<Answer, String> {
        let requests = self.requests.as_mut().expect("the oracle is not stopped");
        writeln!(requests, "{request}").expect("the oracle takes requests");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the oracle answers");
        let answer: Answer = serde_json::from_str(&line).expect("answers are JSON");
        // A mistake in the request must not pass for a refusal.
        assert!(!line.contains("unknown operation") && !line.contains("no such file"), "{line}");
        answer.error.map_or(Ok(Answer { error: None, ..answer }), Err)
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The end of its input ends the program.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
