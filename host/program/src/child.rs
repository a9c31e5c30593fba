//! Child processes that end, whatever they do.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

/// How much of what a child complains of is kept.
const COMPLAINT: u64 = 64 * 1024;

/// How long output may be waited for once the child is gone.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What a child may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may run.
    pub deadline: Duration,
    /// How many bytes it may write to its output.
    pub output: u64,
    /// How long it may take to stop by itself, once it is asked to (SIGTERM) after the deadline; nothing: it is killed at once.
    pub grace: Option<Duration>,
}

/// How a child ended.
#[derive(Debug)]
pub enum Ended {
    /// By itself.
    Exited { status: ExitStatus, output: Vec<u8>, complaint: Vec<u8> },
    /// It wrote more than it may.
    TooMuch,
    /// It took longer than it may.
    TooLate,
}

/// Runs a command, and everything that it starts, until it ends, has written too much or takes too long. Nothing of it is left.
///
/// # Errors
/// When it can't be started.
pub fn run(command: &mut Command, bounds: &Bounds) -> io::Result<Ended> {
    run_as(command.process_group(0), bounds, Kin::Group)
}

/// The same for a command that stays in the caller's group, so that what it starts may ask whoever sits at the terminal. Only the
/// command itself is ended when it takes too long; whatever it has started finds its pipes closed.
///
/// # Errors
/// When it can't be started.
pub fn run_attached(command: &mut Command, bounds: &Bounds) -> io::Result<Ended> {
    run_as(command, bounds, Kin::Alone)
}

/// What ends with a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kin {
    /// Its whole group, which is its own.
    Group,
    /// Nothing else.
    Alone,
}

fn run_as(command: &mut Command, bounds: &Bounds, kin: Kin) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let output = drain(child.stdout.take(), bounds.output);
    let complaint = drain(child.stderr.take(), COMPLAINT);
    let mut running = Running { child, kin, ended: false };
    let mut written = None;
    if let Some(ended) = running.watch(bounds, &output, &mut written)? {
        return Ok(ended);
    }
    let status = running.end()?;
    let Some(written) = written.or_else(|| output.recv_timeout(AFTERWARDS).ok()) else { return Ok(Ended::TooLate) };
    let complaint = complaint.recv_timeout(AFTERWARDS).map(|complaint| complaint.bytes).unwrap_or_default();
    Ok(if written.is_over { Ended::TooMuch } else { Ended::Exited { status, output: written.bytes, complaint } })
}

/// What came out of a pipe.
struct Written {
    bytes: Vec<u8>,
    is_over: bool,
}

/// Reads to the end, or to the limit; whatever follows is thrown away, so that nobody waits for a full pipe.
fn drain(pipe: Option<impl Read + Send + 'static>, limit: u64) -> Receiver<Written> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut bytes = Vec::new();
        // What can't be read is as good as not written: the status says why.
        let _ = pipe.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        let is_over = bytes.len() as u64 > limit;
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let _ = sender.send(Written { bytes, is_over });
        let _ = io::copy(&mut pipe, &mut io::sink());
    });
    receiver
}

/// A child that is killed with its kin when nobody waits for it any more.
struct Running {
    child: Child,
    kin: Kin,
    ended: bool,
}

impl Running {
    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Leaves it as it is, so that its group keeps its number until it is killed.
    fn has_exited(&self) -> io::Result<bool> {
        let Some(pid) = self.pid() else { return Ok(true) };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        Ok(waitid(WaitId::Pid(pid), options)?.is_some())
    }

    /// Waits until it has exited; else says why it is waited for no longer.
    fn watch(&mut self, bounds: &Bounds, output: &Receiver<Written>, written: &mut Option<Written>) -> io::Result<Option<Ended>> {
        let mut until = Instant::now() + bounds.deadline;
        let mut grace = bounds.grace;
        while !self.has_exited()? {
            *written = written.take().or_else(|| output.try_recv().ok());
            if written.as_ref().is_some_and(|written| written.is_over) {
                return Ok(Some(Ended::TooMuch));
            }
            if Instant::now() >= until {
                let Some(grace) = grace.take() else { return Ok(Some(Ended::TooLate)) };
                self.interrupt();
                until = Instant::now() + grace;
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(if grace.is_none() && bounds.grace.is_some() { Some(Ended::TooLate) } else { None })
    }

    /// Asks it to stop. It may be gone already.
    fn interrupt(&self) {
        let _ = self.pid().map(|pid| kill_process(pid, Signal::TERM));
    }

    fn end(&mut self) -> io::Result<ExitStatus> {
        self.ended = true;
        // It may be gone already, and nobody else with it.
        let _ = match self.kin {
            Kin::Group => self.pid().map(|pid| kill_process_group(pid, Signal::KILL)),
            Kin::Alone => self.pid().map(|pid| kill_process(pid, Signal::KILL)),
        };
        self.child.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, deadline: Duration, limit: u64) -> Ended {
        shell_with(script, &Bounds { deadline, output: limit, grace: None })
    }

    fn shell_with(script: &str, bounds: &Bounds) -> Ended {
        run(Command::new("/bin/sh").args(["-c", script]), bounds).unwrap()
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn output_and_complaints_are_told_apart() {
        let Ended::Exited { status, output, complaint } = shell("echo a; echo b >&2; exit 3", LONG, 100) else { panic!() };
        assert_eq!((status.code(), output.as_slice(), complaint.as_slice()), (Some(3), &b"a\n"[..], &b"b\n"[..]));
    }

    #[test]
    fn a_child_that_hangs_is_ended_with_all_that_it_started() {
        let started = Instant::now();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("alive");
        let script = format!("(sleep 1; touch {}) & sleep 60", file.display());
        assert!(matches!(shell(&script, Duration::from_millis(200), 100), Ended::TooLate));
        assert!(started.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(1500));
        assert!(!file.exists());
    }

    #[test]
    fn a_child_that_takes_too_long_may_be_asked_to_stop_first() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("saved");
        let script = format!("trap 'touch {}; exit 0' TERM; while :; do sleep 0.05; done", file.display());
        let bounds = Bounds { deadline: Duration::from_millis(300), output: 100, grace: Some(LONG) };
        assert!(matches!(shell_with(&script, &bounds), Ended::TooLate));
        assert!(file.exists());
    }

    #[test]
    fn a_child_that_does_not_stop_when_asked_is_killed() {
        let bounds = Bounds { deadline: Duration::from_millis(100), output: 100, grace: Some(Duration::from_millis(100)) };
        assert!(matches!(shell_with("trap '' TERM; while :; do sleep 0.05; done", &bounds), Ended::TooLate));
    }

    #[test]
    fn a_child_that_writes_without_end_is_ended() {
        assert!(matches!(shell("while :; do echo yes; done", LONG, 10_000), Ended::TooMuch));
        assert!(matches!(shell("head -c 101 /dev/zero", LONG, 100), Ended::TooMuch));
        assert!(matches!(shell("head -c 100 /dev/zero", LONG, 100), Ended::Exited { .. }));
    }

    #[test]
    fn a_child_that_complains_without_end_is_heard_in_part() {
        let Ended::Exited { complaint, .. } = shell("head -c 1000000 /dev/zero >&2", LONG, 100) else { panic!() };
        assert_eq!(complaint.len() as u64, COMPLAINT);
    }

    #[test]
    fn an_attached_child_is_of_the_callers_group_and_ends_in_time_too() {
        let bounds = Bounds { deadline: LONG, output: 100, grace: None };
        let group = |pid: &str| format!("ps -o pgid= -p {pid}");
        let asked = run_attached(Command::new("/bin/sh").args(["-c", &group("$$")]), &bounds).unwrap();
        let Ended::Exited { output, .. } = asked else { panic!("{asked:?}") };
        let own = Command::new("/bin/sh").args(["-c", &group(&std::process::id().to_string())]).output().unwrap().stdout;
        assert_eq!(String::from_utf8_lossy(&output).trim(), String::from_utf8_lossy(&own).trim());
        let started = Instant::now();
        let bounds = Bounds { deadline: Duration::from_millis(200), ..bounds };
        let late = run_attached(Command::new("/bin/sh").args(["-c", "exec sleep 60"]), &bounds).unwrap();
        assert!(matches!(late, Ended::TooLate) && started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_a_child_leaves_behind_ends_with_it() {
        let started = Instant::now();
        let Ended::Exited { output, .. } = shell("sleep 50 & echo done", LONG, 100) else { panic!() };
        assert_eq!(output, b"done\n");
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
