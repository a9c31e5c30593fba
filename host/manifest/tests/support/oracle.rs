//! The reading of the Kubernetes API server, from its own library: a small Go program, built once for each of its versions.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tollgate_servers::YAML_ORACLE;

/// The running program.
pub(crate) struct Oracle {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Answer {
    documents: Option<Vec<Value>>,
    error: Option<String>,
}

impl Oracle {
    /// Starts the program. Nothing where Go is missing, which is said loudly; with `CI` set it is a failure.
    pub(crate) fn start() -> Option<Self> {
        let program = YAML_ORACLE.or_skip("the API server's library")?;
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the oracle starts");
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Some(Self { child, requests, answers })
    }

    /// The JSON of one document, or why there is none.
    pub(crate) fn document(&mut self, text: &[u8]) -> Result<Value, String> {
        self.ask("yaml", text).map(|mut documents| documents.remove(0))
    }

    /// The documents of a file, as `kubectl` finds them.
    pub(crate) fn stream(&mut self, text: &[u8]) -> Result<Vec<Value>, String> {
        self.ask("stream", text)
    }

    fn ask(&mut self, mode: &str, text: &[u8]) -> Result<Vec<Value>, String> {
        let request = json!({"mode": mode, "text": base64::engine::general_purpose::STANDARD.encode(text)});
        let requests = self.requests.as_mut().expect("the oracle is not stopped");
        writeln!(requests, "{request}").expect("the oracle takes requests");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the oracle answers");
        let answer: Answer = serde_json::from_str(&line).map_err(|error| format!("answer is no JSON: {error}"))?;
        match answer.error {
            Some(error) => Err(error),
            None => Ok(answer.documents.unwrap_or_default()),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The end of its input ends the program.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
