//! Running a program once, and what that cost.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use serde::Serialize;
use wait4::Wait4 as _;

use super::BenchError;
use crate::process;

/// What a run cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Cost {
    pub(super) wall: Duration,
    /// User and system time of all threads.
    pub(super) cpu: Duration,
    /// Bytes of memory at the most.
    pub(super) peak_memory: u64,
}

/// Runs a program, its output into a file.
///
/// # Errors
/// When it does not start, or exits with a code that is not among these.
pub(super) fn run(command: &mut Command, output: &Utf8Path, codes: &[i32]) -> Result<Cost, BenchError> {
    let file = fs_err::File::create(output)?;
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(file.into_file())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|source| process::start_error(command, source))?;
    let ended = child.wait4()?;
    let wall = start.elapsed();
    let code = ended.status.code();
    if !code.is_some_and(|code| codes.contains(&code)) {
        return Err(BenchError::OtherExit { command: process::describe(command), code, output: output.to_owned() });
    }
    Ok(Cost { wall, cpu: ended.rusage.utime + ended.rusage.stime, peak_memory: ended.rusage.maxrss })
}

/// The median of each cost by itself.
pub(super) fn median(costs: &[Cost]) -> Cost {
    fn middle<T: Ord + Copy + Default>(costs: &[Cost], of: impl Fn(&Cost) -> T) -> T {
        let mut sorted: Vec<T> = costs.iter().map(of).collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
    Cost {
        wall: middle(costs, |cost| cost.wall),
        cpu: middle(costs, |cost| cost.cpu),
        peak_memory: middle(costs, |cost| cost.peak_memory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_output() -> (tempfile::TempDir, camino::Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let output = Utf8Path::from_path(directory.path()).unwrap().join("output");
        (directory, output)
    }

    #[test]
    fn a_run_is_measured_and_its_output_is_kept() {
        let (_directory, output) = mk_output();
        let cost = run(Command::new("sh").args(["-c", "echo found; exit 10"]), &output, &[0, 10]).unwrap();
        assert_eq!(fs_err::read_to_string(&output).unwrap(), "found\n");
        assert!(cost.wall > Duration::ZERO && cost.peak_memory > 100_000, "{cost:?}");
    }

    #[test]
    fn another_exit_code_than_expected_ends_the_bench() {
        let (_directory, output) = mk_output();
        let error = run(Command::new("sh").args(["-c", "exit 3"]), &output, &[0]).unwrap_err();
        assert!(matches!(error, BenchError::OtherExit { code: Some(3), .. }));
    }

    #[test]
    fn the_median_is_taken_of_each_cost_by_itself() {
        let mk_cost = |wall, peak_memory| Cost { wall: Duration::from_millis(wall), cpu: Duration::ZERO, peak_memory };
        let median = median(&[mk_cost(9, 1), mk_cost(1, 3), mk_cost(5, 2)]);
        assert_eq!((median.wall, median.peak_memory), (Duration::from_millis(5), 2));
    }
}
