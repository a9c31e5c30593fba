//! Following a README: its commands are typed one after the other, and must print what stands below them.

use std::process::{Command, Stdio};

use camino::Utf8PathBuf;

use crate::binary;
use crate::world::World;

/// What stands for whatever is not the same each time: alone on a line for any lines, in a line for any text.
const ANYTHING: &str = "…";

/// The commands of a README, with what it says that they print.
#[derive(Debug)]
pub struct Readme {
    steps: Vec<Step>,
}

#[derive(Debug, Default, PartialEq)]
struct Step {
    command: String,
    expected: Vec<String>,
}

impl Readme {
    /// Reads the blocks of type `console`: commands begin with `$ `.
    pub fn read(text: &str) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        let mut is_console = false;
        for line in text.lines() {
            if line.starts_with("```") {
                is_console = line == "```console";
            } else if !is_console {
                continue;
            } else if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.to_owned(), expected: Vec::new() });
            } else if let Some(step) = steps.last_mut() {
                step.expected.push(line.to_owned());
            }
        }
        Self { steps }
    }

    /// Types all of it in a world, in a shell that has the binary in its `PATH`. The first command is typed at `start`; variables
    /// are added to those of the world.
    ///
    /// # Panics
    /// When a command prints something else.
    pub fn follow(&self, world: &World, start: Utf8PathBuf, variables: &[(&str, &str)]) {
        let mut directory = start;
        for step in &self.steps {
            let (printed, next) = step.run(world, &directory, variables);
            assert!(matches(&step.expected, &printed.lines().collect::<Vec<_>>()), "`{}` printed:\n{printed}", step.command);
            directory = next;
        }
    }
}

impl Step {
    /// What the command prints, and where the shell is then.
    fn run(&self, world: &World, directory: &Utf8PathBuf, variables: &[(&str, &str)]) -> (String, Utf8PathBuf) {
        let place = world.path("shell-is-at");
        let script = format!("exec 2>&1\n{}\npwd > {place}", self.command);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(directory).env_clear().stdin(Stdio::null());
        let path = std::env::var("PATH").unwrap_or_default();
        shell.env("PATH", format!("{}:{path}", binary::path().parent().unwrap())).env("NO_COLOR", "1").env("COLUMNS", "120");
        world.enclose(&mut shell);
        let output = shell.envs(variables.iter().copied()).output().unwrap();
        let next = fs_err::read_to_string(place).unwrap();
        (String::from_utf8(output.stdout).unwrap(), next.trim().into())
    }
}

/// Whether lines are as expected.
fn matches(expected: &[String], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first == ANYTHING => (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..])),
        Some((first, rest)) => lines.split_first().is_some_and(|(line, lines)| is_like(first, line) && matches(rest, lines)),
    }
}

fn is_like(expected: &str, line: &str) -> bool {
    match expected.split_once(ANYTHING) {
        None => expected == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(start, _)| start).chain([rest.len()]);
            starts.into_iter().any(|start| is_like(after, &rest[start..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_what_stands_below_them_and_nothing_else_is() {
        let text = "# A\n$ no\n```console\n$ one\n$ two\nsays\n\nmore\n```\nrest\n```yaml\na: b\n```\n";
        let mk_step = |command: &str, expected: &[&str]| Step {
            command: command.to_owned(),
            expected: expected.iter().map(|line| (*line).to_owned()).collect(),
        };
        assert_eq!(Readme::read(text).steps, [mk_step("one", &[]), mk_step("two", &["says", "", "more"])]);
    }

    #[test]
    fn what_is_left_out_may_be_anything_and_all_else_must_be_there() {
        let expected = |text: &str| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
        for (text, printed, expects) in [
            ("", "", true),
            ("", "a", false),
            ("…", "", true),
            ("…\nlast", "one\ntwo\nlast", true),
            ("…\nlast", "one\nlast\ntwo", false),
            ("…\nlast\n…", "one\nlast\ntwo", true),
            ("P-… of … is done", "P-1 of 2 is done", true),
            ("P-… of … is done", "P-1 of 2 is not done", false),
            ("a …", "a ", true),
        ] {
            assert_eq!(matches(&expected(text), &printed.lines().collect::<Vec<_>>()), expects, "{text:?} and {printed:?}");
        }
    }
}
