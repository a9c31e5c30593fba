//! A repository of components that Terraform plans, and one target.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::clock::{Clock, Ran};
use crate::bench::BenchError;
use crate::bench::measure::{self, Cost};
use crate::bench::place::Place;
use crate::bench::repository::BenchRepository;

/// The workspace and the target.
pub(super) const WORKSPACE: &str = "lab";

/// How many resources a component has.
const RESOURCES: usize = 5;

/// The repository. States are beside its clone: those of tollgate in `states/tollgate`.
pub(super) struct Estate<'a> {
    repository: BenchRepository,
    clock: &'a Clock,
    pub(super) names: Vec<String>,
}

impl<'a> Estate<'a> {
    /// Makes it with so many components, and applies them once.
    pub(super) fn set_up(place: &Place, clock: &'a Clock, components: usize) -> Result<Self, BenchError> {
        let name = format!("terraform-{components}");
        let states = place.directory.join(&name).join("states/tollgate");
        let repository = BenchRepository::make(place, &name, &pipeline(&states))?;
        let estate = Self { repository, clock, names: (0..components).map(|number| format!("component-{number:02}")).collect() };
        estate.names.iter().try_for_each(|name| estate.write(name, 0))?;
        estate.repository.begin()?;
        estate.run(&["promote", "master"])?;
        Ok(estate)
    }

    /// Brings another version of some components to master.
    pub(super) fn change(&self, names: &[String], version: usize) -> Result<(), BenchError> {
        names.iter().try_for_each(|name| self.write(name, version))?;
        self.repository.deliver(&format!("version {version}"))
    }

    /// Runs tollgate, and says what that cost, and which programs ran meanwhile.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<(Cost, Ran), BenchError> {
        let mut command = self.repository.tollgate(arguments);
        self.clock.enclose(&mut command);
        self.clock.reset()?;
        let cost = measure::run(&mut command, &self.repository.answer(), &[0])?;
        Ok((cost, self.clock.read()?))
    }

    /// Makes sure that the last command said something.
    pub(super) fn said(&self, text: &str) -> Result<(), BenchError> {
        let answer = self.repository.answer();
        let is_said = fs_err::read_to_string(&answer)?.contains(text);
        if is_said { Ok(()) } else { Err(BenchError::Unsaid { text: text.to_owned(), output: answer }) }
    }

    /// Where the components are, as files.
    pub(super) fn components(&self) -> Utf8PathBuf {
        self.repository.clone().join("components")
    }

    /// A directory or file beside the clone.
    pub(super) fn beside(&self, name: &str) -> Utf8PathBuf {
        self.repository.clone().with_file_name(name)
    }

    /// Makes sure that the states of components have this version.
    pub(super) fn look(&self, tool: &str, names: &[String], version: usize) -> Result<(), BenchError> {
        for name in names {
            let state = self.beside("states").join(tool).join(name).join(WORKSPACE).join("terraform.tfstate");
            let found = fs_err::read_to_string(&state)?.matches(&format!("\"value\": \"version {version}\"")).count();
            if found < RESOURCES {
                return Err(BenchError::OtherState { tool: tool.to_owned(), component: name.clone() });
            }
        }
        Ok(())
    }

    fn write(&self, name: &str, version: usize) -> Result<(), BenchError> {
        let directory = self.components().join(name);
        fs_err::create_dir_all(&directory)?;
        Ok(fs_err::write(directory.join("main.tf"), configuration(version))?)
    }
}

/// The same environment for Terraform as tollgate gives it.
pub(super) fn quietly(command: &mut Command) {
    command.env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0").env("CHECKPOINT_DISABLE", "1");
}

fn pipeline(states: &Utf8Path) -> String {
    format!(
        "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents:\n  - {{path: components/*, type: terraform}}\n\
         environments:\n  - name: bench\n    targets:\n      - name: {WORKSPACE}\n        role: apps\n        on: {{branch: master}}\n        \
         terraform: {{workspace: {WORKSPACE}, backendConfig: {{workspace_dir: \"{states}/{{component}}\"}}}}\n\
         gates:\n  - {{name: terraform-plan, policy: builtin:terraform-plan}}\n\
         people: {{signers: .tollgate/allowed_signers}}\n"
    )
}

fn configuration(version: usize) -> String {
    format!(
        "terraform {{\n  required_version = \"~> 1.4\"\n\n  backend \"local\" {{}}\n}}\n\nresource \"terraform_data\" \"part\" {{\n  \
         count = {RESOURCES}\n  input = \"version {version}\"\n}}\n\noutput \"parts\" {{\n  value = terraform_data.part[*].output\n}}\n"
    )
}
