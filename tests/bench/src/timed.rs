//! Running a program of others in the place of itself, and writing down from when to when it ran.

use std::io::Write as _;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Runs it with what it was given, and adds a line to the log: nanoseconds since 1970 at its start and at its end. Returns its exit
/// code.
pub(crate) fn run(log: &str, program: &str, arguments: &[&str]) -> std::io::Result<u8> {
    let start = now();
    let status = Command::new(program).args(arguments).status()?;
    let line = format!("{start} {}\n", now());
    // In one write, so that lines of programs that run at the same time don't get into each other.
    fs_err::OpenOptions::new().append(true).create(true).open(log)?.write_all(line.as_bytes())?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_exits_as_the_program_did_and_says_how_long_that_took() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        for code in [3, 0] {
            assert_eq!(run(log.to_str().unwrap(), "sh", &["-c", &format!("exit {code}")]).unwrap(), code);
        }
        let text = fs_err::read_to_string(&log).unwrap();
        let lines: Vec<(u128, u128)> = text
            .lines()
            .map(|line| line.split_once(' ').map(|(start, end)| (start.parse().unwrap(), end.parse().unwrap())).unwrap())
            .collect();
        assert!(lines.len() == 2 && lines[0].0 < lines[0].1 && lines[0].1 < lines[1].0, "{lines:?}");
    }
}
