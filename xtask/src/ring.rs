//! A ring of tests: run, and told of afterwards.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{self, ProcessError};

/// One ring.
pub(crate) struct Ring {
    pub(crate) name: String,
    pub(crate) command: Command,
}

/// Why it is not known what came of a ring.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RingError {
    #[error("failed to read or write")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Process(#[from] ProcessError),
}

/// What came of a ring.
pub(crate) struct RingResult {
    name: String,
    pub(crate) passed: bool,
    /// The runners' own closing lines, and the tests that failed.
    closing: Vec<String>,
    /// What it said of its failures; of a ring that failed without a word of them, its last lines.
    failures: Vec<String>,
    time: Duration,
}

/// Runs a ring, passing on what it writes.
pub(crate) fn run_ring(mut ring: Ring, to: &mut dyn io::Write) -> Result<RingResult, RingError> {
    writeln!(to, "== {}: {}", ring.name, process::describe(&ring.command))?;
    let start = Instant::now();
    let mut child = ring.command.stdout(Stdio::piped()).spawn().map_err(|source| process::start_error(&ring.command, source))?;
    let mut closing = Vec::new();
    let mut told = Told::default();
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line)? > 0 {
            to.write_all(&line)?;
            let text = String::from_utf8_lossy(&line);
            closing.extend(closing_line(&text));
            told.line(text.trim_end());
            line.clear();
        }
    }
    let passed = child.wait()?.success();
    let failures = if passed { Vec::new() } else { told.failures() };
    Ok(RingResult { name: ring.name, passed, closing, failures, time: start.elapsed() })
}

/// A line with which a test program ends, unless it had nothing to run, or one that names a test that failed.
fn closing_line(line: &str) -> Option<String> {
    let line = line.trim_end();
    let is_failed = line.starts_with("test ") && line.ends_with(" ... FAILED");
    let is_empty = line.contains(" 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    (is_failed || line.starts_with("test result:") && !is_empty).then(|| line.to_owned())
}

/// What is printed once more of each ring that failed, because the last lines are all that many people see.
const LINES_AGAIN: usize = 60;

/// What a ring has said so far, as far as it is printed once more if the ring fails.
#[derive(Default)]
struct Told {
    last: VecDeque<String>,
    failures: Vec<String>,
    is_of_failures: bool,
}

impl Told {
    fn line(&mut self, line: &str) {
        self.is_of_failures = (self.is_of_failures || line == "failures:") && !line.starts_with("test result:");
        if self.is_of_failures && self.failures.len() < LINES_AGAIN {
            self.failures.push(line.to_owned());
        }
        if self.last.len() == LINES_AGAIN / 3 {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
    }

    fn failures(self) -> Vec<String> {
        if self.failures.is_empty() { self.last.into() } else { self.failures }
    }
}

/// The rings with their minutes and closing lines, and in the end what the failed ones said.
pub(crate) fn write_summary(to: &mut dyn io::Write, results: &[RingResult]) -> io::Result<()> {
    writeln!(to)?;
    for result in results {
        let verdict = if result.passed { "ok" } else { "FAILED" };
        writeln!(to, "{:24} {verdict:6} {:6.1} min", result.name, result.time.as_secs_f64() / 60.0)?;
        for line in &result.closing {
            writeln!(to, "    {line}")?;
        }
    }
    for result in results.iter().filter(|result| !result.passed) {
        writeln!(to, "\n{} FAILED:", result.name)?;
        for line in &result.failures {
            writeln!(to, "    {line}")?;
        }
    }
    to.flush()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn mk_ring(name: &str, script: &str) -> Ring {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Ring { name: name.to_owned(), command }
    }

    const CLOSING: &str = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
    const NOTHING: &str = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s";

    #[test]
    fn a_ring_fails_when_its_program_does_and_keeps_its_closing_lines() {
        let script =
            format!("echo one; echo 'test one ... ok'; echo 'test two ... FAILED'; echo '{CLOSING}'; echo '{NOTHING}'; exit 101");
        let result = run_ring(mk_ring("units", &script), &mut io::sink()).unwrap();
        assert!(!result.passed);
        assert_eq!(result.closing, ["test two ... FAILED", CLOSING]);
        assert!(run_ring(mk_ring("units", "true"), &mut io::sink()).unwrap().passed);
    }

    #[test]
    fn the_summary_has_each_ring_with_its_lines_and_minutes() {
        let result = |name: &str, passed| RingResult {
            name: name.to_owned(),
            passed,
            closing: vec![CLOSING.to_owned()],
            failures: vec!["---- one::is_two stdout ----".to_owned()],
            time: Duration::from_secs(90),
        };
        let mut text = Vec::new();
        write_summary(&mut text, &[result("units", true), result("e2e", false)]).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("units                    ok        1.5 min\n    test result: ok. 2 passed"), "{text}");
        assert!(text.contains("e2e                      FAILED    1.5 min"), "{text}");
        assert!(text.ends_with("\n\ne2e FAILED:\n    ---- one::is_two stdout ----\n"), "{text}");
        assert!(!text.contains("units FAILED:"), "{text}");
    }

    #[test]
    fn what_a_failed_ring_said_of_its_failures_is_kept_and_nothing_of_one_that_passed() {
        let script = "echo test one ... ok; echo failures:; echo; echo ---- two stdout ----; echo why; echo failures:; echo '    two'; \
                      echo 'test result: FAILED. 1 passed; 1 failed'; echo afterwards";
        let failures = |end: &str| run_ring(mk_ring("units", &format!("{script}; {end}")), &mut io::sink()).unwrap().failures;
        assert_eq!(failures("exit 101"), ["failures:", "", "---- two stdout ----", "why", "failures:", "    two"]);
        assert_eq!(failures("true"), [""; 0]);
    }

    #[test]
    fn of_a_ring_that_failed_without_a_word_of_failures_the_last_lines_are_kept() {
        let failures = run_ring(mk_ring("demo", "seq 1 90; exit 1"), &mut io::sink()).unwrap().failures;
        assert_eq!((failures.len(), failures[0].as_str(), failures[19].as_str()), (20, "71", "90"));
        let many = run_ring(mk_ring("units", "echo failures:; seq 1 90; exit 1"), &mut io::sink()).unwrap().failures;
        assert_eq!((many.len(), many[59].as_str()), (60, "59"));
    }
}
