//! How long the programs take that tollgate runs: each is started through a wrapper that writes down from when to when it ran.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::bench::BenchError;
use crate::bench::place::Place;
use crate::process;

/// Wrappers of Terraform and git, and what they have written.
pub(super) struct Clock {
    directory: Utf8PathBuf,
    /// Terraform itself.
    pub(super) terraform: Utf8PathBuf,
}

/// From when to when programs ran, in nanoseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<(u64, u64)>);

/// Programs that ran.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) terraform: Spans,
    pub(super) git: Spans,
}

impl Clock {
    /// Writes the wrappers.
    pub(super) fn make(place: &Place) -> Result<Self, BenchError> {
        let directory = place.directory.join("wrappers");
        fs_err::create_dir_all(directory.join("bin"))?;
        let clock = Self { directory, terraform: tollgate_servers::terraform()? };
        let git = process::output(Command::new("sh").args(["-c", "command -v git"]))?;
        clock.wrap(place, "terraform", &clock.terraform)?;
        clock.wrap(place, "git", Utf8Path::new(git.trim()))?;
        Ok(clock)
    }

    fn wrap(&self, place: &Place, name: &str, program: &Utf8Path) -> Result<(), BenchError> {
        let (wrapper, log) = (self.wrapper(name), self.log(name));
        let bench = place.bench();
        let bench = bench.get_program().to_string_lossy();
        fs_err::write(&wrapper, format!("#!/bin/sh\nexec '{bench}' timed '{log}' '{program}' \"$@\"\n"))?;
        Ok(fs_err::set_permissions(wrapper, std::fs::Permissions::from_mode(0o755))?)
    }

    /// Lets a command run Terraform and git through the wrappers.
    pub(super) fn enclose(&self, command: &mut Command) {
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("TOLLGATE_TERRAFORM", self.wrapper("terraform"));
        command.env("PATH", format!("{}:{path}", self.directory.join("bin")));
    }

    /// Forgets what ran so far.
    pub(super) fn reset(&self) -> Result<(), BenchError> {
        ["terraform", "git"].iter().try_for_each(|name| Ok(fs_err::write(self.log(name), "")?))
    }

    /// What ran since then.
    pub(super) fn read(&self) -> Result<Ran, BenchError> {
        let spans = |name| Ok::<_, BenchError>(Spans::read(&fs_err::read_to_string(self.log(name))?));
        Ok(Ran { terraform: spans("terraform")?, git: spans("git")? })
    }

    /// What Terraform calls itself.
    pub(super) fn version(&self) -> Result<String, BenchError> {
        let mut command = Command::new(&self.terraform);
        command.arg("version").env("CHECKPOINT_DISABLE", "1");
        // What it complains of is not ours.
        let output = command.output().map_err(|source| process::start_error(&command, source))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(said.lines().find(|line| line.contains(" v")).unwrap_or_default().to_owned())
    }

    fn wrapper(&self, name: &str) -> Utf8PathBuf {
        self.directory.join("bin").join(name)
    }

    fn log(&self, name: &str) -> Utf8PathBuf {
        self.directory.join(format!("{name}.log"))
    }
}

impl Ran {
    /// How long any of them ran.
    pub(super) fn together(&self) -> Duration {
        Spans([self.terraform.0.as_slice(), &self.git.0].concat()).length()
    }
}

impl Spans {
    fn read(text: &str) -> Self {
        let of_line = |line: &str| {
            let (start, end) = line.split_once(' ')?;
            Some((start.parse().ok()?, end.parse().ok()?))
        };
        Self(text.lines().filter_map(of_line).collect())
    }

    pub(super) const fn count(&self) -> usize {
        self.0.len()
    }

    /// How long any of them lasted: a time in which several did counts once.
    pub(super) fn length(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let (mut length, mut until) = (0, 0);
        for (start, end) in sorted {
            length += end.saturating_sub(start.max(until));
            until = until.max(end);
        }
        Duration::from_nanos(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_in_which_several_programs_ran_counts_once() {
        let spans = Spans::read("10 20\n15 30\n16 18\n40 45\n");
        assert_eq!((spans.count(), spans.length()), (4, Duration::from_nanos(25)));
        let ran = Ran { terraform: spans, git: Spans::read("44 50\n") };
        assert_eq!(ran.together(), Duration::from_nanos(30));
        assert_eq!(Spans::read("").length(), Duration::ZERO);
    }
}
