//! The program, and what surrounds it.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::terraform::{PassedVariable, TerraformProgram};
use tollgate_program::{Bounds, Ended, run};

use super::answer::Answer;
use super::failure::TerraformError;

/// How much of an answer is read: plans of large states are long.
const OUTPUT: u64 = 256 * 1024 * 1024;

/// How long a child that was asked to stop may take: what it has begun is brought to an end, and the state saved.
const GRACE: Duration = Duration::from_secs(60);

/// Variables that every child gets, where they are set: how programs, certificates and proxies are found, and where the operator
/// says how providers are installed.
const ALWAYS: [&str; 17] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "TF_CLI_CONFIG_FILE",
    "TF_PLUGIN_CACHE_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

/// The environment that tollgate itself runs in.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// By name.
    pub variables: BTreeMap<String, String>,
}

/// A program that understands Terraform's language.
#[derive(Clone, Debug)]
pub struct Program {
    pub kind: TerraformProgram,
    /// Without links.
    pub path: Utf8PathBuf,
    pub surroundings: Surroundings,
}

/// What a child is given beside what every child gets.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    variables: BTreeMap<String, String>,
}

impl Given {
    /// Values that must not be told to anybody: all that was passed on.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.variables.values().map(String::as_str)
    }
}

/// How long, and what for.
pub(super) struct Asked<'a> {
    pub(super) component: &'a str,
    /// The first word of the question: `plan`.
    pub(super) verb: &'static str,
    pub(super) deadline: Duration,
    /// Whether it writes, so that it is asked to stop before it is killed.
    pub(super) writes: bool,
}

impl Program {
    /// What is passed on to a child.
    ///
    /// # Errors
    /// When a variable that the target passes on is not set.
    pub(super) fn given(&self, passed: &[PassedVariable]) -> Result<Given, TerraformError> {
        let mut variables = BTreeMap::new();
        for variable in passed {
            let value = self.surroundings.variables.get(&variable.from);
            let value = value.ok_or_else(|| TerraformError::Variable { name: variable.from.clone() })?;
            variables.insert(variable.name.clone(), value.clone());
        }
        Ok(Given { variables })
    }

    /// Runs it in a directory, for a workspace. `init` is for none: it refuses one that is not there yet.
    ///
    /// # Errors
    /// When it can't be started, takes too long or writes too much.
    pub(super) fn ask(
        &self,
        directory: &Utf8Path,
        workspace: Option<&str>,
        given: &Given,
        arguments: &[String],
        asked: &Asked<'_>,
    ) -> Result<Answer, TerraformError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).current_dir(directory).env_clear();
        let always = ALWAYS.iter().filter_map(|name| Some((*name, self.surroundings.variables.get(*name)?)));
        command.envs(always).envs(&given.variables);
        command.env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0").env("CHECKPOINT_DISABLE", "1");
        command.envs(workspace.map(|workspace| ("TF_WORKSPACE", workspace)));
        let bounds = Bounds { deadline: asked.deadline, output: OUTPUT, grace: asked.writes.then_some(GRACE) };
        let component = || asked.component.to_owned();
        let failed = |source| TerraformError::Io { path: self.path.to_string(), source };
        match run(&mut command, &bounds).map_err(failed)? {
            Ended::Exited { status, output, complaint } => Ok(Answer { status, output, complaint }),
            Ended::TooMuch => Err(TerraformError::TooMuch { component: component(), verb: asked.verb, limit: OUTPUT }),
            Ended::TooLate => {
                let seconds = asked.deadline.as_secs();
                Err(TerraformError::TooLate { component: component(), verb: asked.verb, seconds, wrote: asked.writes })
            }
        }
    }
}
