//! What a call of the binary came to.

use std::process::Output;

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::normal;

/// Exit code and output of one call.
#[derive(Clone, Debug)]
pub struct Answer {
    command: String,
    /// The exit code.
    pub exit: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    root: Option<Utf8PathBuf>,
}

impl Answer {
    pub(crate) fn new(command: String, output: &Output, root: Option<Utf8PathBuf>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let Some(exit) = output.status.code() else { panic!("`{command}` was ended by {}:\n{stderr}", output.status) };
        Self { command, exit, stdout, stderr, root }
    }

    /// Fails the test unless the exit code is this one. A command that panicked never passes.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        let Self { command, exit, stdout, stderr, .. } = &self;
        assert!(*exit == code, "`{command}` exited with {exit}, not {code}\n{stdout}\n--- stderr\n{stderr}");
        let panicked = stderr.lines().any(|line| line.starts_with("thread '") && line.contains("panicked at"));
        assert!(!panicked, "`{command}` panicked\n{stderr}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("`{}`: no JSON ({error}):\n{}\n{}", self.command, self.stdout, self.stderr))
    }

    /// Both outputs, one after the other, as they are.
    pub fn raw(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Fails the test unless both outputs together hold all of these.
    #[track_caller]
    pub fn says(&self, texts: &[&str]) -> &Self {
        let raw = self.raw();
        // Lines may be wrapped anywhere: what is said counts, not where the lines end.
        let flat = raw.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
        for text in texts {
            assert!(flat.contains(text) || raw.contains(text), "`{}` does not say `{text}`:\n{raw}", self.command);
        }
        self
    }

    /// Command, exit code and both outputs, with all that differs from run to run made the same: for snapshots.
    pub fn snapshot(&self) -> String {
        let mut text = format!("$ {}\nexit {}\n", self.command, self.exit);
        for (name, output) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !output.is_empty() {
                text.push_str(&format!("--- {name}\n{}\n", output.trim_end()));
            }
        }
        normal::form(&text, self.root.as_deref())
    }

    /// All findings of a report in JSON: those of `check`, or those of all targets.
    #[track_caller]
    pub fn findings(&self) -> Vec<Value> {
        let json = self.json();
        let list = |value: &Value| value["findings"].as_array().cloned().unwrap_or_default();
        let of_target = |target: &Value| [list(target), list(&target["verdicts"])].concat();
        let of_targets = json["targets"].as_array().into_iter().flatten().flat_map(of_target);
        list(&json).into_iter().chain(of_targets).collect()
    }

    /// Rules of all findings that deny, in order, each once.
    #[track_caller]
    pub fn denials(&self) -> Vec<String> {
        let findings = self.findings();
        let denying = findings.iter().filter(|finding| finding["level"] == "deny");
        let mut rules: Vec<String> = denying.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        rules.sort();
        rules.dedup();
        rules
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        let json = self.json();
        let text = json.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
        text.unwrap_or_else(|| panic!("`{}` has no text at `{pointer}`: {json:#}", self.command))
    }
}
