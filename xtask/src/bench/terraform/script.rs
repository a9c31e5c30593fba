//! What people would type otherwise, and what servers for Terraform type for them: one component after the other.

use std::process::Command;
use std::time::Duration;

use camino::Utf8PathBuf;

use super::clock::Clock;
use super::estate::{Estate, WORKSPACE, quietly};
use crate::bench::BenchError;
use crate::bench::measure;

/// The first argument is the verb, the others are components.
const TEXT: &str = r#"#!/bin/sh
set -e
verb=$1
shift
for component in "$@"; do
  cd "$WORK/$component"
  if [ "$verb" = plan ]; then
    "$TERRAFORM" init -input=false -no-color -backend-config="workspace_dir=$STATES/$component"
    TF_WORKSPACE=$WORKSPACE "$TERRAFORM" plan -input=false -no-color -out=plan
    TF_WORKSPACE=$WORKSPACE "$TERRAFORM" show -json plan > plan.json
  else
    TF_WORKSPACE=$WORKSPACE "$TERRAFORM" apply -input=false -no-color plan
  fi
done
"#;

/// The script, with states of its own.
pub(super) struct Script<'a> {
    estate: &'a Estate<'a>,
    clock: &'a Clock,
}

impl<'a> Script<'a> {
    /// Writes it, and applies all components once.
    pub(super) fn set_up(estate: &'a Estate<'a>, clock: &'a Clock) -> Result<Self, BenchError> {
        let script = Self { estate, clock };
        fs_err::write(script.file(), TEXT)?;
        script.plan(&estate.names)?;
        script.apply(&estate.names)?;
        Ok(script)
    }

    /// Plans components from files as they are now, in directories that are made anew, as a job of CI has them. Making these is not
    /// measured.
    pub(super) fn plan(&self, components: &[String]) -> Result<Duration, BenchError> {
        let work = self.work();
        if work.exists() {
            fs_err::remove_dir_all(&work)?;
        }
        for component in components {
            fs_err::create_dir_all(work.join(component))?;
            fs_err::copy(self.estate.components().join(component).join("main.tf"), work.join(component).join("main.tf"))?;
        }
        self.run("plan", components)
    }

    /// Applies what was planned last.
    pub(super) fn apply(&self, components: &[String]) -> Result<Duration, BenchError> {
        self.run("apply", components)
    }

    fn run(&self, verb: &str, components: &[String]) -> Result<Duration, BenchError> {
        let mut command = Command::new("sh");
        command.arg(self.file()).arg(verb).args(components);
        command.env("WORK", self.work()).env("STATES", self.estate.beside("states/script"));
        command.env("TERRAFORM", &self.clock.terraform).env("WORKSPACE", WORKSPACE);
        quietly(&mut command);
        Ok(measure::run(&mut command, &self.estate.beside("script-answer"), &[0])?.wall)
    }

    fn file(&self) -> Utf8PathBuf {
        self.estate.beside("script.sh")
    }

    fn work(&self) -> Utf8PathBuf {
        self.estate.beside("work")
    }
}
