//! One component, asked about in a directory of its own.

use std::time::Duration;

use camino::Utf8PathBuf;
use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, Span};
use tollgate_core::plan::Refused;
use tollgate_core::terraform::{KnownState, LOCK_FILE, TerraformRoot, TerraformSpec, TerraformTarget};

use super::answer::Answer;
use super::diagnostic::Diagnostic;
use super::failure::TerraformError;
use super::modules;
use super::place::Place;
use super::program::{Asked, Given, Program};
use super::state;
use super::veil::Veil;

/// How long what neither plans nor applies may take: fetching providers and modules is the longest of it.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where Terraform writes down which modules it has fetched.
const MODULES: &str = ".terraform/modules/modules.json";

/// Shorter values of the environment are words like others.
const TELLING: usize = 8;

/// What Terraform is asked with.
#[derive(Clone, Copy)]
pub(super) struct Workshop<'a> {
    pub(super) program: &'a Program,
    pub(super) place: &'a TerraformTarget,
    pub(super) spec: &'a TerraformSpec,
}

/// A component in its directory, initialised.
pub(super) struct Job<'a> {
    workshop: Workshop<'a>,
    pub(super) root: &'a TerraformRoot,
    directory: Place,
    given: Given,
    veil: Veil,
    /// Digest of the plan's file as it was judged.
    planned: Option<Digest>,
}

/// How something went that the configuration itself may be to blame for.
pub(super) enum Went<T> {
    Well(T),
    /// The configuration is wrong, and where.
    Wrong(Vec<Refused>),
}

/// Whether the lock of the state is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// Only looks, so that it needs no right to write and keeps nobody waiting.
    None,
    Taken,
}

impl<'a> Job<'a> {
    /// Writes the files down, and lets Terraform fetch what it needs. Nothing of what is fetched is run.
    ///
    /// # Errors
    /// When Terraform gives no answer, or has fetched a module that is not allowed.
    pub(super) fn begin(workshop: Workshop<'a>, root: &'a TerraformRoot) -> Result<Went<Self>, TerraformError> {
        let given = workshop.program.given(&workshop.place.plan_environment)?;
        let telling = given.values().filter(|value| value.len() >= TELLING).map(ToOwned::to_owned);
        let veil = Veil::of(telling.chain(root.secrets.iter().cloned()));
        let job = Self { workshop, root, directory: Place::with(root)?, given, veil, planned: None };
        let answer = job.ask("init", &job.init_arguments(), PATIENCE)?;
        if !answer.is_done() {
            let wrong = job.wrong(&answer.diagnostics());
            return wrong.map(Went::Wrong).ok_or_else(|| job.refused("init", &answer));
        }
        job.check_modules()?;
        Ok(Went::Well(job))
    }

    fn init_arguments(&self) -> Vec<String> {
        let backend = self.workshop.place.backend_config.iter();
        let backend =
            backend.map(|(key, value)| format!("-backend-config={key}={}", value.replace("{component}", &self.root.component)));
        words(&["init", "-input=false", "-json", "-lockfile=readonly"]).chain(backend).collect()
    }

    fn check_modules(&self) -> Result<(), TerraformError> {
        let path = self.directory.component().join(MODULES);
        let manifest = match fs_err::read(&path) {
            Ok(manifest) => manifest,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(TerraformError::Io { path: path.to_string(), source }),
        };
        match modules::forbidden(&manifest, self.workshop.spec) {
            Ok(None) => Ok(()),
            Ok(Some(source)) => Err(TerraformError::Module { component: self.root.component.clone(), source_of: source }),
            Err(what) => Err(self.not_understood("init", what)),
        }
    }

    /// The state as the backend has it; nothing where there is none.
    ///
    /// # Errors
    /// When Terraform gives no answer.
    pub(super) fn state(&self) -> Result<Option<KnownState>, TerraformError> {
        let answer = self.ask("state pull", &words(&["state", "pull"]).collect::<Vec<_>>(), PATIENCE)?;
        if !answer.is_done() {
            return Err(self.refused("state pull", &answer));
        }
        state::known(answer.object()).map_err(|what| self.not_understood("state pull", what))
    }

    /// What applying it would do, as Terraform tells it; what is to be applied is in [`Job::plan_file`] afterwards.
    ///
    /// # Errors
    /// When Terraform gives no answer.
    pub(super) fn plan(&mut self, lock: Lock) -> Result<Went<Value>, TerraformError> {
        let deadline = Duration::from_secs(self.workshop.place.plan_timeout);
        let answer = self.ask("plan", &self.plan_arguments(lock), deadline)?;
        if !answer.is_done() {
            let wrong = self.validate()?;
            return wrong.map(Went::Wrong).ok_or_else(|| self.refused("plan", &answer));
        }
        let file = self.plan_file().into_string();
        let answer = self.ask("show", &words(&["show", "-json", "-no-color"]).chain([file]).collect::<Vec<_>>(), PATIENCE)?;
        if !answer.is_done() {
            return Err(self.refused("show", &answer));
        }
        let plan = answer.json().ok_or_else(|| self.not_understood("show", "it is no JSON"))?;
        self.veil.add_plan(&plan);
        self.planned = Some(self.digest()?);
        Ok(Went::Well(plan))
    }

    fn plan_arguments(&self, lock: Lock) -> Vec<String> {
        let lock = match lock {
            Lock::None => "-lock=false".to_owned(),
            Lock::Taken => format!("-lock-timeout={}s", self.workshop.place.lock_timeout),
        };
        let out = format!("-out={}", self.plan_file());
        let files = self.root.var_files.iter().map(|path| format!("-var-file={}", self.directory.file(path)));
        words(&["plan", "-input=false", "-json", "-detailed-exitcode"]).chain([lock, out]).chain(files).collect()
    }

    /// What is wrong with the configuration by itself; nothing where that is not to blame.
    fn validate(&self) -> Result<Option<Vec<Refused>>, TerraformError> {
        let answer = self.ask("validate", &words(&["validate", "-json"]).collect::<Vec<_>>(), PATIENCE)?;
        let Some(told) = answer.json() else { return Ok(None) };
        let diagnostics = told.get("diagnostics").and_then(Value::as_array).into_iter().flatten();
        let diagnostics = diagnostics.filter_map(|told| serde_json::from_value::<Diagnostic>(told.clone()).ok());
        Ok(self.wrong(&diagnostics.filter(Diagnostic::is_error).collect::<Vec<_>>()))
    }

    fn digest(&self) -> Result<Digest, TerraformError> {
        let path = self.plan_file();
        fs_err::read(&path)
            .map(|bytes| Digest::of(&bytes))
            .map_err(|source| TerraformError::Io { path: path.into_string(), source })
    }

    /// Applies the plan that was made, with what applies are given.
    ///
    /// # Errors
    /// When Terraform did not get to the end of it, or the plan's file is not the one that was judged.
    pub(super) fn apply(&self) -> Result<(), TerraformError> {
        if self.planned != Some(self.digest()?) {
            return Err(TerraformError::OtherPlan { component: self.root.component.clone() });
        }
        let place = self.workshop.place;
        let given = self.workshop.program.given(&place.apply_environment)?;
        let telling = given.values().filter(|value| value.len() >= TELLING).map(ToOwned::to_owned);
        let veil = self.veil.clone().and(telling);
        let lock = format!("-lock-timeout={}s", place.lock_timeout);
        let words = words(&["apply", "-input=false", "-json"]).chain([lock, self.plan_file().into_string()]);
        let asked = Asked {
            component: &self.root.component,
            verb: "apply",
            deadline: Duration::from_secs(place.apply_timeout),
            writes: true,
        };
        let arguments: Vec<String> = words.collect();
        let answer = self.workshop.program.ask(self.directory.component(), Some(&place.workspace), &given, &arguments, &asked)?;
        if answer.is_done() { Ok(()) } else { Err(self.refused_behind("apply", &answer, &veil)) }
    }

    /// Where the plan's file is.
    pub(super) fn plan_file(&self) -> Utf8PathBuf {
        self.directory.plan_file()
    }

    fn ask(&self, verb: &'static str, arguments: &[String], deadline: Duration) -> Result<Answer, TerraformError> {
        let asked = Asked { component: &self.root.component, verb, deadline, writes: false };
        let workspace = (verb != "init").then_some(self.workshop.place.workspace.as_str());
        self.workshop.program.ask(self.directory.component(), workspace, &self.given, arguments, &asked)
    }

    /// What is wrong, where all of it is in files of the repository, or in the lock that is one of them.
    fn wrong(&self, diagnostics: &[Diagnostic]) -> Option<Vec<Refused>> {
        let refused = |diagnostic: &Diagnostic| {
            let message = self.veil.withhold(&diagnostic.sentence());
            let location = diagnostic.location(&self.root.path).or_else(|| self.of_lock(diagnostic))?;
            Some(Refused { component: self.root.component.clone(), location: Some(location), message })
        };
        let wrong: Option<Vec<Refused>> = diagnostics.iter().map(refused).collect();
        wrong.filter(|wrong| !wrong.is_empty())
    }

    fn of_lock(&self, diagnostic: &Diagnostic) -> Option<Location> {
        let file = format!("{}/{LOCK_FILE}", self.root.path);
        diagnostic.is_of_lock().then_some(Location { file, span: Span::START })
    }

    fn refused(&self, verb: &'static str, answer: &Answer) -> TerraformError {
        self.refused_behind(verb, answer, &self.veil)
    }

    fn refused_behind(&self, verb: &'static str, answer: &Answer, veil: &Veil) -> TerraformError {
        let told = answer.diagnostics().iter().map(|diagnostic| veil.withhold(&diagnostic.told(&self.root.path))).collect();
        TerraformError::Refused { component: self.root.component.clone(), verb, told }
    }

    fn not_understood(&self, verb: &'static str, what: &'static str) -> TerraformError {
        TerraformError::NotUnderstood { component: self.root.component.clone(), verb, what }
    }
}

fn words<'w>(words: &'w [&'w str]) -> impl Iterator<Item = String> + 'w {
    words.iter().map(|word| (*word).to_owned())
}
