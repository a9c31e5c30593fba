//! The report: a table for people, and the same as JSON.

use std::fmt::{self, Write as _};
use std::time::Duration;

use serde::Serialize;

use super::contest::{Asked, Contest, Workload};
use crate::bench::machine::Machine;
use crate::bench::words::milliseconds;

/// All that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) machine: Machine,
    /// What plans and applies.
    pub(super) program: String,
    pub(super) runs: usize,
    pub(super) contests: Vec<Contest>,
}

impl Report {
    /// The table.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("{}; {}\n", self.machine, self.program);
        // A String takes whatever is written.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        writeln!(
            text,
            "\nComponents of Terraform, one target; beside `promote`, the script plans and applies; medians of {} runs\n",
            self.runs
        )?;
        writeln!(text, "| what is done | tollgate | in terraform, calls | in git | own | script, what changed | script, all |")?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        for Contest { workload, plan, apply } in &self.contests {
            row(text, "plan", *workload, plan)?;
            apply.as_ref().map_or(Ok(()), |apply| row(text, "promote", *workload, apply))?;
        }
        Ok(())
    }
}

fn row(text: &mut String, verb: &str, Workload { components, changed }: Workload, asked: &Asked) -> fmt::Result {
    let told = asked.tollgate;
    let [wall, terraform, git, own] = [told.wall, told.terraform, told.git, told.own].map(milliseconds);
    let [of_changed, all] = [asked.changed, asked.all].map(|time: Option<Duration>| time.map_or("-".to_owned(), milliseconds));
    let calls = told.calls;
    writeln!(
        text,
        "| `{verb}`, {changed} of {components} changed | {wall} | {terraform}, {calls} | {git} | {own} | {of_changed} | {all} |"
    )
}

#[cfg(test)]
mod tests {
    use super::super::contest::Told;
    use super::*;
    use crate::bench::machine;

    #[test]
    fn each_workload_has_a_row_for_what_was_done_with_it() {
        let time = Duration::from_millis;
        let mk_asked = |changed, all| {
            let tollgate = Told { wall: time(400), terraform: time(300), calls: 5, git: time(20), own: time(80) };
            Asked { tollgate, changed, all }
        };
        let contests = vec![
            Contest { workload: Workload { components: 50, changed: 0 }, plan: mk_asked(None, Some(time(9000))), apply: None },
            Contest {
                workload: Workload { components: 1, changed: 1 },
                plan: mk_asked(Some(time(200)), None),
                apply: Some(mk_asked(Some(time(250)), None)),
            },
        ];
        let text = Report { machine: machine::describe(), program: "Terraform v1.2.3".to_owned(), runs: 3, contests }.markdown();
        for line in [
            "| `plan`, 0 of 50 changed | 400.0 ms | 300.0 ms, 5 | 20.0 ms | 80.0 ms | - | 9000.0 ms |",
            "| `plan`, 1 of 1 changed | 400.0 ms | 300.0 ms, 5 | 20.0 ms | 80.0 ms | 200.0 ms | - |",
            "| `promote`, 1 of 1 changed | 400.0 ms | 300.0 ms, 5 | 20.0 ms | 80.0 ms | 250.0 ms | - |",
        ] {
            assert!(text.lines().any(|said| said == line), "`{line}` is not in:\n{text}");
        }
    }
}
