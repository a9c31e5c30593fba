//! The tools as the domain asks them.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::{Mutex, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use tollgate_core::ports::{ComponentFile, RenderAnswer, RenderComponent, RenderToolError};
use tollgate_core::recipe::Renderer;
use tollgate_core::rendering::{RenderTool, Rendering};
use tollgate_program::{Ended, run};

use crate::limits::RenderLimits;
use crate::place::Place;
use crate::program::{Program, Stamp, digest, locate};
use crate::{helm, kustomize};

/// How much of what a tool complains of is told.
const TOLD: usize = 2000;

/// Where programs are looked for.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    pub kustomize: Option<Utf8PathBuf>,
    pub helm: Option<Utf8PathBuf>,
    /// Directories for those that are not named, as `PATH` has them.
    pub search: Option<OsString>,
}

/// kustomize and Helm. Each is looked for when it is asked for the first time.
#[derive(Debug)]
pub struct Tools {
    programs: Programs,
    limits: RenderLimits,
    kustomize: OnceLock<Program>,
    helm: OnceLock<Program>,
    /// Digests of files that nobody has touched since.
    digests: Mutex<Vec<(Stamp, Digest)>>,
}

impl Tools {
    /// Tools that are at these places.
    pub const fn new(programs: Programs, limits: RenderLimits) -> Self {
        let digests = Mutex::new(Vec::new());
        Self { programs, limits, kustomize: OnceLock::new(), helm: OnceLock::new(), digests }
    }

    const fn given(&self, tool: RenderTool) -> Option<&Utf8PathBuf> {
        match tool {
            RenderTool::Kustomize => self.programs.kustomize.as_ref(),
            RenderTool::Helm => self.programs.helm.as_ref(),
        }
    }

    /// The program, which was asked for its version.
    fn started(&self, tool: RenderTool) -> Result<&Program, RenderToolError> {
        let known = match tool {
            RenderTool::Kustomize => &self.kustomize,
            RenderTool::Helm => &self.helm,
        };
        if let Some(program) = known.get() {
            return Ok(program);
        }
        let given = self.given(tool).map(Utf8PathBuf::as_path);
        let found = Program::find(tool, given, self.programs.search.as_deref(), &self.limits)?;
        Ok(known.get_or_init(|| found))
    }

    fn digest(&self, path: &Utf8Path) -> Result<Digest, RenderToolError> {
        let stamp = Stamp::of(path)?;
        // Whoever panicked with it in hand had read or added one whole entry.
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, digest)) = digests.iter().find(|(known, _)| *known == stamp) {
            return Ok(*digest);
        }
        let digest = digest(path)?;
        digests.push((stamp, digest));
        Ok(digest)
    }
}

impl RenderComponent for Tools {
    fn program(&self, tool: RenderTool) -> Result<Digest, RenderToolError> {
        let given = self.given(tool).map(Utf8PathBuf::as_path);
        self.digest(&locate(tool, given, self.programs.search.as_deref())?)
    }

    fn renderer(&self, tool: RenderTool) -> Result<Renderer, RenderToolError> {
        self.started(tool)?.renderer()
    }

    fn render(&self, files: &[ComponentFile<'_>], rendering: &Rendering) -> Result<RenderAnswer, RenderToolError> {
        let tool = rendering.tool();
        let program = self.started(tool)?;
        let place = Place::with(files)?;
        let mut command = program.command(&place, &self.limits);
        match rendering {
            Rendering::Kustomize { path } => kustomize::ask(&mut command, &place, path)?,
            Rendering::Helm(asked) => helm::ask(&mut command, &place, asked),
        }
        let failed = |source| RenderToolError::Io { path: program.path.to_string(), source };
        match run(&mut command, &self.limits.bounds(self.limits.output)).map_err(failed)? {
            Ended::TooMuch => Ok(RenderAnswer::TooLarge { limit: self.limits.output }),
            Ended::TooLate => Err(RenderToolError::TooSlow { tool, seconds: self.limits.deadline.as_secs() }),
            Ended::Exited { status, output, .. } if status.success() => Ok(RenderAnswer::Manifests(output)),
            Ended::Exited { status, complaint, .. } => {
                let said = cut(&place.without_root(&complaint));
                // Both end with 1 where the files are to blame; with anything else they did not get to judge them.
                if status.code() == Some(1) { Ok(RenderAnswer::Refused { said }) } else { Err(crashed(tool, status, &said)) }
            }
        }
    }
}

fn crashed(tool: RenderTool, status: ExitStatus, said: &str) -> RenderToolError {
    let status = match status.signal() {
        Some(signal) => format!("signal {signal}"),
        None => format!("status {}", status.code().unwrap_or_default()),
    };
    // A crash of the runtime tells nothing of the files; a panic might.
    let is_of_runtime = |line: &&str| line.starts_with("fatal error:") || line.starts_with("runtime:");
    let said = said.lines().find(is_of_runtime).unwrap_or("it did not say why").to_owned();
    RenderToolError::Crashed { tool, status, said }
}

/// The beginning of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
