//! The tools that apply, and how each is run.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use tollgate_servers::{HELM, NotBuilt};

use super::site::Site;
use crate::bench::BenchError;
use crate::bench::measure::{self, Cost};

/// How many requests the bare client has under way at the same time.
const AT_ONCE: &str = "8";

/// A way to bring objects into a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Tollgate,
    Program(Program),
}

/// A program that applies the files of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// A bare client: one request for each object, and nothing else.
    Bare,
    Kapp(Utf8PathBuf),
    Kubectl(Utf8PathBuf),
    Helm(Utf8PathBuf),
}

/// The tools that there are, and the names of those that there are not.
pub(super) struct FoundTools {
    pub(super) tools: Vec<Tool>,
    pub(super) absent: Vec<String>,
}

/// Looks for the tools, and builds what can be built.
pub(super) fn find(kapp: Option<&Utf8Path>, with_peers: bool) -> Result<FoundTools, BenchError> {
    let mut found = FoundTools { tools: vec![Tool::Program(Program::Bare), Tool::Tollgate], absent: Vec::new() };
    if !with_peers {
        return Ok(found);
    }
    let kapp = kapp.map(camino::absolute_utf8).transpose()?.or_else(|| in_path("kapp"));
    for (name, program, tool) in [("kapp", kapp, Program::Kapp as fn(_) -> _), ("kubectl", in_path("kubectl"), Program::Kubectl)] {
        match program {
            Some(program) => found.tools.push(Tool::Program(tool(program))),
            None => found.absent.push(name.to_owned()),
        }
    }
    match HELM.path() {
        Ok(program) => found.tools.push(Tool::Program(Program::Helm(program))),
        Err(NotBuilt::NoGo) => found.absent.push("helm".to_owned()),
        Err(error) => return Err(error.into()),
    }
    Ok(found)
}

fn in_path(name: &str) -> Option<Utf8PathBuf> {
    let path = std::env::var("PATH").ok()?;
    path.split(':').map(|directory| Utf8Path::new(directory).join(name)).find(|file| file.is_file())
}

/// What the bare client says.
#[derive(Deserialize)]
struct Patched {
    seconds: f64,
}

impl Tool {
    /// As the report calls it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Tollgate => "tollgate promote",
            Self::Program(program) => program.name(),
        }
    }

    /// As namespaces call it.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Tollgate => "tollgate",
            Self::Program(program) => program.word(),
        }
    }
}

impl Program {
    const fn name(&self) -> &'static str {
        match self {
            Self::Bare => "8 workers that patch, nothing else",
            Self::Kapp(_) => "kapp deploy --wait=false",
            Self::Kubectl(_) => "kubectl apply --server-side",
            Self::Helm(_) => "helm upgrade --install",
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Kapp(_) => "kapp",
            Self::Kubectl(_) => "kubectl",
            Self::Helm(_) => "helm",
        }
    }

    /// Applies the files once.
    pub(super) fn run(&self, site: &Site<'_>, objects: &Utf8Path) -> Result<Cost, BenchError> {
        let output = site.directory.join("answer");
        let cost = measure::run(&mut self.command(site, objects), &output, &[0])?;
        if *self != Self::Bare {
            return Ok(cost);
        }
        let Patched { seconds } = serde_json::from_str(&fs_err::read_to_string(&output)?)
            .map_err(|source| BenchError::Answer { tool: "tollgate-bench".to_owned(), source })?;
        // Without the time in which it read the files.
        Ok(Cost { wall: std::time::Duration::from_secs_f64(seconds), ..cost })
    }

    fn command(&self, site: &Site<'_>, objects: &Utf8Path) -> Command {
        let (kubeconfig, namespace) = (site.kubeconfig.as_str(), site.namespace.as_str());
        let at = ["--kubeconfig", kubeconfig, "--namespace", namespace];
        let mut command = match self {
            Self::Bare => site.place.bench(),
            Self::Kapp(program) | Self::Kubectl(program) | Self::Helm(program) => Command::new(program),
        };
        // Nothing of the user's own is used or changed.
        command.env("HOME", &site.directory).env("XDG_CACHE_HOME", site.directory.join("cache")).current_dir(&site.directory);
        match self {
            Self::Bare => command.args(["patch", kubeconfig]).arg(objects).args([namespace, AT_ONCE]),
            Self::Kapp(_) => {
                command.args(["deploy", "--app", "bench", "--wait=false", "--yes"]).args(at).arg("--file").arg(objects)
            }
            Self::Kubectl(_) => command.args(["apply", "--server-side", "--recursive"]).args(at).arg("--filename").arg(objects),
            Self::Helm(_) => command.args(["upgrade", "--install", "bench"]).arg(site.directory.join("chart")).args(at),
        };
        command
    }

    /// Where it wants its files, with what has to lie beside them.
    pub(super) fn objects(&self, site: &Site<'_>) -> Result<Utf8PathBuf, BenchError> {
        if !matches!(self, Self::Helm(_)) {
            return Ok(site.directory.join("objects"));
        }
        let chart = site.directory.join("chart");
        fs_err::create_dir_all(&chart)?;
        fs_err::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: bench\nversion: 1.0.0\n")?;
        Ok(chart.join("templates"))
    }
}
