//! Where the story plays: running git and tollgate in a world of their own, and telling people what happens.

use std::io::Write as _;
use std::process::{Command, Output};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::DemoError;
use crate::process::{describe, output, start_error};

/// The directory of the demo and everything that was told.
pub(super) struct Stage {
    binary: Utf8PathBuf,
    pub(super) directory: Utf8PathBuf,
    told: String,
    /// Seconds that commits are apart, so that their ids are the same each time.
    commits: u32,
    /// Whose key signs what is written.
    acting: Option<&'static str>,
    /// What tollgate gets beside that.
    variables: Vec<(&'static str, String)>,
}

/// What tollgate answered.
pub(super) struct Answer {
    command: String,
    pub(super) json: Value,
}

impl Stage {
    pub(super) fn new(binary: Utf8PathBuf, directory: Utf8PathBuf) -> Self {
        Self { binary, directory, told: String::new(), commits: 0, acting: None, variables: Vec::new() }
    }

    /// Everything that was told so far, with what differs from run to run left out.
    pub(super) fn told(&self) -> String {
        self.told.replace(self.directory.as_str(), "DIR")
    }

    /// Tells a line.
    pub(super) fn say(&mut self, line: &str) {
        self.told.push_str(line);
        self.told.push('\n');
        // Nobody is left to tell when stdout is closed.
        drop(writeln!(std::io::stdout().lock(), "{line}"));
    }

    /// Begins a chapter.
    pub(super) fn chapter(&mut self, title: &str) {
        self.say(&format!("\n{title}"));
    }

    /// From now on this person types.
    pub(super) fn acts(&mut self, person: &'static str) {
        self.acting = Some(person);
    }

    /// From now on this variable of the environment is set.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.variables.push((name, value));
    }

    /// Where the key of a person is.
    pub(super) fn key(&self, person: &str) -> Utf8PathBuf {
        self.directory.join("keys").join(person)
    }

    /// Runs git.
    pub(super) fn git(&mut self, directory: &Utf8Path, arguments: &[&str]) -> Result<String, DemoError> {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(directory);
        self.commits += 1;
        let date = format!("2026-01-01T12:{:02}:{:02}Z", self.commits / 60 % 60, self.commits % 60);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        self.enclose(&mut command);
        Ok(output(&mut command)?.trim().to_owned())
    }

    /// Runs tollgate, shows what was typed, and expects an exit code. The answer is JSON.
    pub(super) fn tollgate(&mut self, directory: &Utf8Path, arguments: &[&str], expected: i32) -> Result<Answer, DemoError> {
        let who = self.acting.map(|person| format!("   # {person}")).unwrap_or_default();
        self.say(&format!("  $ tollgate {}{who}", arguments.join(" ")));
        self.quietly(directory, arguments, expected)
    }

    /// Runs tollgate without showing it.
    pub(super) fn quietly(&mut self, directory: &Utf8Path, arguments: &[&str], expected: i32) -> Result<Answer, DemoError> {
        let mut command = Command::new(&self.binary);
        command.args(arguments).args(["-o", "json"]).current_dir(directory);
        self.enclose(&mut command);
        let output = command.output().map_err(|source| start_error(&command, source))?;
        if output.status.code() != Some(expected) {
            return Err(other_end(&command, expected, &output));
        }
        let command = describe(&command);
        if output.stdout.is_empty() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Ok(Answer { command, json: Value::String(text) });
        }
        match serde_json::from_slice(&output.stdout) {
            Ok(json) => Ok(Answer { command, json }),
            Err(source) => Err(DemoError::Json { command, source }),
        }
    }

    /// Runs tollgate for its text.
    pub(super) fn text(&mut self, directory: &Utf8Path, arguments: &[&str]) -> Result<String, DemoError> {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(directory);
        self.enclose(&mut command);
        Ok(output(&mut command)?)
    }

    /// The same for everyone: no configuration of the user's, nobody's memory, no CI.
    fn enclose(&self, command: &mut Command) {
        let variables = std::env::vars().filter(|(name, _)| name.starts_with("GIT_") || name.starts_with("TOLLGATE_"));
        variables.for_each(|(name, _)| {
            command.env_remove(name);
        });
        command.env_remove("CI").env("NO_COLOR", "1").env("COLUMNS", "120");
        command.env("GIT_CONFIG_GLOBAL", self.directory.join("gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("TOLLGATE_STATE_DIR", self.directory.join("state"));
        if let Some(person) = self.acting {
            command.env("TOLLGATE_KEY", self.key(person));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let cache = std::env::var_os("TOLLGATE_CACHE_DIR");
        command
            .env("TOLLGATE_CACHE_DIR", cache.unwrap_or_else(|| self.directory.join("cache").into_std_path_buf().into_os_string()));
    }
}

fn other_end(command: &Command, expected: i32, output: &Output) -> DemoError {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let output_text = String::from_utf8_lossy(&text).into_owned();
    DemoError::OtherEnd { command: describe(command), expected, actual: output.status.code(), output: output_text }
}

impl Answer {
    /// What stands at a JSON pointer, as text.
    pub(super) fn text(&self, pointer: &'static str) -> Result<&str, DemoError> {
        let value = self.json.pointer(pointer).and_then(Value::as_str);
        value.ok_or_else(|| DemoError::Lacks { command: self.command.clone(), member: pointer })
    }

    /// All denials: where, which rule, what.
    pub(super) fn denials(&self) -> Vec<String> {
        let findings = |value: &Value| value.get("findings").and_then(Value::as_array).cloned().unwrap_or_default();
        let of_targets = self.json.get("targets").and_then(Value::as_array).into_iter().flatten().flat_map(findings);
        let mut all = findings(&self.json).into_iter().chain(of_targets).collect::<Vec<_>>();
        all.retain(|finding| finding["level"] == "deny" && finding["enforcement"] != "advisory");
        // What the structure says first: it is the shortest way to say why.
        all.sort_by_key(|finding| finding["policy"] != "structure");
        all.iter().map(line).collect()
    }
}

fn line(finding: &Value) -> String {
    let text = |member: &str| finding[member].as_str().unwrap_or_default().to_owned();
    let place = match (finding["file"].as_str(), finding["line"].as_u64(), finding["column"].as_u64()) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: "),
        _ => String::new(),
    };
    format!("{place}{}: {}", text("rule"), text("message"))
}
