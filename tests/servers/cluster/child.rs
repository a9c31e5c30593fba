//! A program that runs until its value is gone, or its process.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

/// Starts what it is told, ends when that ends, and kills it when its own input ends, which it does when the process ends that holds
/// the other side. It then removes what it is told to, of a cluster that nobody has ended properly.
const KEEPER: &str = r#"exec 3<&0; "$@" </dev/null 3<&- & child=$!; { read -r _ <&3; kill -9 "$child"; [ -z "$LEFT" ] || { sleep 1; rm -rf -- "$LEFT"; }; } & wait "$child""#;

/// A running part of a cluster.
#[derive(Debug)]
pub(super) struct Child {
    part: &'static str,
    keeper: std::process::Child,
    log: Utf8PathBuf,
}

impl Child {
    /// Starts a program; what it says goes into a file beside its data.
    pub(super) fn start(part: &'static str, program: &Utf8Path, arguments: &[String], directory: &Utf8Path) -> io::Result<Self> {
        Self::start_and_remove(part, program, arguments, directory, "")
    }

    /// Does nothing, and removes the directory in the end.
    pub(super) fn remover(directory: &Utf8Path) -> io::Result<Self> {
        Self::start_and_remove("remover", Utf8Path::new("sleep"), &["infinity".to_owned()], directory, directory.as_str())
    }

    fn start_and_remove(
        part: &'static str,
        program: &Utf8Path,
        arguments: &[String],
        directory: &Utf8Path,
        left: &str,
    ) -> io::Result<Self> {
        let log = directory.join(format!("{part}.log"));
        let out = File::options().create(true).append(true).open(&log)?;
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(program).args(arguments).current_dir(directory);
        command.env("LEFT", left);
        let keeper = command.stdin(Stdio::piped()).stdout(out.try_clone()?).stderr(out).spawn()?;
        Ok(Self { part, keeper, log })
    }

    pub(super) const fn part(&self) -> &'static str {
        self.part
    }

    /// Whether it has not ended by itself.
    pub(super) fn is_running(&mut self) -> bool {
        self.keeper.try_wait().is_ok_and(|ended| ended.is_none())
    }

    /// The last that it said.
    pub(super) fn said(&self) -> String {
        let text = fs_err::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
