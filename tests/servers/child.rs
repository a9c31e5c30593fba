//! A program that runs until its value is gone, or its process.

use std::fs::File;
use std::io;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::user::User;

/// Starts what it is told, ends when that ends, and signals it to end when its own input ends, which it does when the process ends
/// that holds the other side. A program that has just begun may not hear of an interrupt yet, so it is told again, and killed in the
/// end. What it is told to of a server that nobody has ended properly is then removed.
///
/// Whoever tells is gone before the number of what has ended can be anybody else's: numbers of processes and of threads come round
/// within a minute where many are started, and a signal that comes late kills a stranger.
const KEEPER: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
exec 2>/dev/null
{
    read -r _ <&3
    kill -"$SIGNAL" "$child"
    told=1
    while [ "$SIGNAL" != KILL ]; do
        sleep 0.1
        told=$((told + 1))
        [ "$told" -lt 100 ] || SIGNAL=KILL
        kill -"$SIGNAL" "$child"
    done
} &
teller=$!
wait "$child"
kill "$teller"
wait "$teller"
[ -z "$LEFT" ] || { sleep 1; rm -rf -- "$LEFT"; } 3<&- &
"#;

/// A running program.
#[derive(Debug)]
pub(crate) struct Child {
    part: &'static str,
    keeper: std::process::Child,
    log: Utf8PathBuf,
}

impl Child {
    /// Starts a program; what it says goes into a file beside its data.
    pub(crate) fn start(part: &'static str, program: &Utf8Path, arguments: &[String], directory: &Utf8Path) -> io::Result<Self> {
        let mut command = kept(program, directory);
        command.args(arguments);
        Self::spawn(part, command, directory)
    }

    /// The same for a program that cleans up when it is interrupted, and is waited for; it runs as that user.
    pub(crate) fn start_as(
        user: Option<User>,
        part: &'static str,
        program: &Utf8Path,
        arguments: &[String],
        directory: &Utf8Path,
    ) -> io::Result<Self> {
        let mut command = kept(program, directory);
        command.args(arguments).env("SIGNAL", "INT");
        if let Some(user) = user {
            user.run(&mut command);
        }
        Self::spawn(part, command, directory)
    }

    /// Does nothing, and removes the directory in the end.
    pub(crate) fn remover(directory: &Utf8Path) -> io::Result<Self> {
        let mut command = kept(Utf8Path::new("sleep"), directory);
        command.arg("infinity").env("LEFT", directory);
        Self::spawn("remover", command, directory)
    }

    fn spawn(part: &'static str, mut command: Command, directory: &Utf8Path) -> io::Result<Self> {
        let log = directory.join(format!("{part}.log"));
        let out = File::options().create(true).append(true).open(&log)?;
        let keeper = command.stdin(Stdio::piped()).stdout(out.try_clone()?).stderr(out).spawn()?;
        Ok(Self { part, keeper, log })
    }

    pub(crate) const fn part(&self) -> &'static str {
        self.part
    }

    /// Whether it has not ended by itself.
    pub(crate) fn is_running(&mut self) -> bool {
        self.keeper.try_wait().is_ok_and(|ended| ended.is_none())
    }

    /// The last that it said.
    pub(crate) fn said(&self) -> String {
        let text = fs_err::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// What keeps the program, which is killed in the end.
fn kept(program: &Utf8Path, directory: &Utf8Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "sh"]).arg(program).current_dir(directory);
    command.env("SIGNAL", "KILL").env("LEFT", "");
    command
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn mk_directory() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap().to_owned();
        (directory, path)
    }

    #[test]
    fn a_program_is_killed_with_its_value() {
        let (_directory, path) = mk_directory();
        let mut child = Child::start("sleep", Utf8Path::new("sleep"), &["600".to_owned()], &path).unwrap();
        assert!(child.is_running());
        drop(child);
    }

    #[test]
    fn a_program_that_hears_no_interrupt_is_killed() {
        let (_directory, path) = mk_directory();
        let deaf = ["-c".to_owned(), "trap '' INT; echo $$ >process; exec sleep 600".to_owned()];
        let child = Child::start_as(None, "sh", Utf8Path::new("sh"), &deaf, &path).unwrap();
        while fs_err::read_to_string(path.join("process")).unwrap_or_default().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        drop(child);
        let process = fs_err::read_to_string(path.join("process")).unwrap();
        let asked = Command::new("kill").args(["-0", process.trim()]).output().unwrap();
        assert!(!asked.status.success(), "{process}");
    }

    #[test]
    fn nobody_is_left_to_signal_a_program_that_has_ended_by_itself() {
        let (_directory, path) = mk_directory();
        let mut child = Child::start("true", Utf8Path::new("true"), &[], &path).unwrap();
        while child.is_running() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let told = child.keeper.stdin.as_mut().unwrap().write_all(b"end\n");
        assert_eq!(told.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn what_a_program_said_last_is_known() {
        let (_directory, path) = mk_directory();
        let mut child = Child::start("sh", Utf8Path::new("sh"), &["-c".to_owned(), "seq 30".to_owned()], &path).unwrap();
        while child.is_running() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(child.said().starts_with("11\n12\n") && child.said().ends_with("\n30"), "{}", child.said());
    }
}
