//! The composition root: the only file that names the adapters behind the ports.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_apply::directory::Directory;
use tollgate_apply::git::Git;
use tollgate_apply::kubernetes::{AnyCluster, Kubernetes};
use tollgate_apply::terraform::{Installed, Surroundings, Terraform};
use tollgate_config::{PIPELINE_FILE, UseOfLock, read_pipeline};
use tollgate_core::branch::{BranchError, KeepBranch as _};
use tollgate_core::digest::{Digest, InvalidDigest};
use tollgate_core::document::{Location, Place, SourceFile, Span};
use tollgate_core::evaluate::LoadPolicy;
use tollgate_core::forge::ForgeSpec;
use tollgate_core::gist::Gist;
use tollgate_core::people::SignersFile;
use tollgate_core::pipeline::{LedgerSpec, Pipeline, RegistrySpec, Target, TargetKind};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::{
    ApplyError, ApplyPlan, LedgerError, LocateValue, NeedAccess, ReadCluster, ReadForge, ReadLedger as _, ReadRepository as _,
    ReadSigners as _, RenderComponent, ResolveDigest, SignBytes, VerifySignature, WriteForge,
};
use tollgate_forge::Credential;
use tollgate_ledger::{GitLedger, Keys, LogKeyFile, TrustBasis, Witness};
use tollgate_registry::{HttpRegistries, Limits, OciLayouts, credential_files};
use tollgate_render::{Programs, RenderLimits, Tools};
use tollgate_repo::{GitBranch, GitLeases, GitRepository, Guards, PublishedBranch};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_sandbox::{CacheError, CompileLimits, Compiler, Sandbox, SandboxError, SandboxOptions, open_cache};
use tollgate_sign::{SshSigners, open_key};

use crate::configuration::Failures;
use crate::configuration::in_force::{self, InForce};
use crate::configuration::reader::{Reader, Tree};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::kept::Kept;
use crate::recalled::LateLoader;
use crate::rendering::KeptRenderings;

/// Finds lines by reading the source once more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines;

impl LocateValue for Lines {
    fn locate(&self, source: &SourceFile, place: &Place, pointers: &[Pointer]) -> Vec<Span> {
        tollgate_manifest::locate(source, place.stream, &place.base, pointers)
    }

    fn locate_rendered(&self, source: &SourceFile, place: &Place, body: &[u8], pointers: &[Pointer]) -> Vec<Span> {
        tollgate_manifest::locate_rendered(source, place, body, pointers)
    }
}

/// The sandbox, with compiled code kept for the user.
pub(crate) fn sandbox(invocation: &Invocation) -> Result<Sandbox, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    let program = Utf8PathBuf::try_from(program).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    let compiler = Compiler::Child { program, arguments: vec!["__compile".to_owned()], limits: CompileLimits::default() };
    let options = SandboxOptions { cache_directory: compiled_code(invocation), compiler, ..SandboxOptions::default() };
    Sandbox::new(options).map_err(|error| match &error {
        SandboxError::Cache(error) => cache_failure(error),
        SandboxError::Engine(_) => Failure::new(ExitCode::Unexpected, &error),
    })
}

fn compiled_code(invocation: &Invocation) -> Option<Utf8PathBuf> {
    invocation.cache_directory().map(|directory| directory.join("compiled"))
}

fn cache_failure(error: &CacheError) -> Failure {
    Failure::new(ExitCode::InvalidConfiguration, error).with_hint("another can be named with `--cache-dir`")
}

/// Loads policies as late as can be, by what is kept of them. That there is no place for compiled code is said at once,
/// and once.
pub(crate) fn late_loader(invocation: &Invocation, kept: Option<Arc<Kept>>) -> Result<LateLoader<Sandbox>, Failure> {
    compiled_code(invocation).map_or(Ok(()), |directory| open_cache(&directory)).map_err(|error| cache_failure(&error))?;
    let invocation = invocation.clone();
    Ok(LateLoader::new(kept, move || sandbox(&invocation).map_err(|failure| failure.message)))
}

/// The child process in which a plugin is compiled.
pub(crate) fn compile_child() -> Result<(), Failure> {
    tollgate_sandbox::compile_stdin_to_stdout().map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))
}

/// The clone that the command was started in.
pub(crate) fn repository(invocation: &Invocation) -> Result<GitRepository, Failure> {
    GitRepository::discover(&invocation.directory, &invocation.global.remote).map_err(fail)
}

/// The deployment repository, with its objects in the clone of a service: what is given, else where the ledger is.
pub(crate) fn deployment(invocation: &Invocation, given: Option<&str>) -> Result<GitRepository, Failure> {
    let (remote, _) = ledger_place(invocation);
    GitRepository::discover(&invocation.directory, given.unwrap_or(&remote)).map_err(fail)
}

/// The ledger with what was read of it.
pub(crate) struct OpenedLedger {
    pub(crate) ledger: GitLedger,
    pub(crate) history: Arc<Gist>,
    pub(crate) notices: Vec<String>,
}

/// Remote and branch of the ledger, as the command line has them.
fn ledger_place(invocation: &Invocation) -> (String, String) {
    let spec = LedgerSpec::default();
    let given = invocation.global.ledger.as_deref().unwrap_or_default();
    let (remote, branch) = given.split_once('#').unwrap_or((given, ""));
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    (or(remote, &invocation.global.remote), or(branch, &spec.branch))
}

/// The ledger, not read yet.
pub(crate) fn ledger(invocation: &Invocation, clone: &GitRepository) -> Result<GitLedger, Failure> {
    let (remote, branch) = ledger_place(invocation);
    let branch = GitBranch::in_clone(clone, &remote, &branch).map_err(|error| Failure::new(ExitCode::LedgerUnavailable, &error))?;
    let log = LogKeyFile::new(&state_directory(invocation)?.join("log.key"));
    let keys = Keys { signers: Arc::new(SshSigners), own: own_key(invocation, clone)?, log };
    Ok(GitLedger::new(Arc::new(branch), witness(invocation)?, keys))
}

/// The key of whoever runs the command. One that is named must be there; git's own is taken where it can be: what needs a key
/// says so when it writes.
pub(crate) fn own_key(invocation: &Invocation, clone: &GitRepository) -> Result<Option<Arc<dyn SignBytes>>, Failure> {
    let agent = std::env::var("SSH_AUTH_SOCK").ok().filter(|path| !path.is_empty()).map(Utf8PathBuf::from);
    let open = |spec: &str| open_key(spec, agent.as_deref()).map(Arc::from);
    if let Some(spec) = &invocation.global.key {
        return open(spec).map(Some).map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error));
    }
    let configured = clone.signing_key().map_err(fail)?;
    Ok(configured.and_then(|spec| open(&spec).ok()))
}

fn witness(invocation: &Invocation) -> Result<Witness, Failure> {
    let trust = invocation.trust.as_deref().map(str::parse).transpose();
    let trust =
        trust.map_err(|error: InvalidDigest| Failure::new(ExitCode::Usage, &error).with_hint("`init --trust` prints it"))?;
    Ok(Witness::new(&state_directory(invocation)?.join("ledgers"), trust))
}

fn state_directory(invocation: &Invocation) -> Result<Utf8PathBuf, Failure> {
    invocation.state_directory().ok_or_else(|| {
        Failure::of_message(ExitCode::InvalidConfiguration, "there is no place to remember ledgers; set `TOLLGATE_STATE_DIR`")
    })
}

/// The ledger as the remote has it now. Where nobody said what to trust, the first sight counts, and people are told.
pub(crate) fn read_ledger(invocation: &Invocation, clone: &GitRepository) -> Result<OpenedLedger, Failure> {
    let ledger = ledger(invocation, clone)?;
    let history = ledger.gist().map_err(fail)?;
    let notices = first_seen(&ledger).into_iter().collect();
    Ok(OpenedLedger { ledger, history, notices })
}

/// The ledger for those who only read it. Where `--ledger` says a place, no clone is needed: its objects lie in the cache.
pub(crate) fn audited_ledger(invocation: &Invocation) -> Result<GitLedger, Failure> {
    let (remote, _) = ledger_place(invocation);
    if is_remote_name(&remote) {
        return ledger(invocation, &repository(invocation)?);
    }
    let log = LogKeyFile::new(&state_directory(invocation)?.join("log.key"));
    let keys = Keys { signers: Arc::new(SshSigners), own: None, log };
    Ok(GitLedger::new(Arc::new(audited_branch(invocation)?), witness(invocation)?, keys))
}

/// What the ledger's remote does when somebody forces or deletes a branch.
pub(crate) fn guards(invocation: &Invocation, try_push: bool) -> Result<Guards, Failure> {
    let branch = audited_branch(invocation)?;
    if !try_push {
        return Ok(branch.configured_guards());
    }
    branch.try_guards().map_err(|error| Failure::new(ExitCode::LedgerUnavailable, &error))
}

fn is_remote_name(remote: &str) -> bool {
    !remote.contains(['/', ':']) && !remote.starts_with('.')
}

fn audited_branch(invocation: &Invocation) -> Result<GitBranch, Failure> {
    let (remote, branch) = ledger_place(invocation);
    let failed = |error: BranchError| Failure::new(ExitCode::LedgerUnavailable, &error);
    if is_remote_name(&remote) {
        return GitBranch::in_clone(&repository(invocation)?, &remote, &branch).map_err(failed);
    }
    let local = invocation.directory.join(&remote);
    let remote = local.canonicalize_utf8().map_or(remote, Utf8PathBuf::into_string);
    let cache = invocation.cache_directory().ok_or_else(|| {
        Failure::of_message(ExitCode::InvalidConfiguration, "there is no place for a copy of the ledger; set `TOLLGATE_CACHE_DIR`")
    })?;
    let directory = cache.join("ledgers").join(format!("{}.git", Digest::of(remote.as_bytes()).hex()));
    let made = fs_err::create_dir_all(cache.join("ledgers"));
    made.map_err(|error| Failure::new(ExitCode::LedgerUnavailable, &error))?;
    GitBranch::in_cache(&directory, &remote, &branch).map_err(failed)
}

/// What to tell people who have never seen this ledger before.
pub(crate) fn first_seen(ledger: &GitLedger) -> Option<String> {
    let digest = ledger.trust_digest()?;
    (ledger.trust_basis() == Some(TrustBasis::FirstSeen)).then(|| {
        format!(
            "this machine saw the ledger for the first time and trusts it from now on; compare its entry 0 with what `init --trust` printed: {digest}"
        )
    })
}

/// The revision in force, where there is a ledger at all; `check` can do without.
pub(crate) fn in_force(invocation: &Invocation, loader: &dyn LoadPolicy) -> Result<Option<(InForce, Vec<String>)>, Failures> {
    let clone = match repository(invocation) {
        Ok(clone) => clone,
        Err(_) if invocation.global.ledger.is_none() => return Ok(None),
        Err(failure) => return Err(vec![failure]),
    };
    let ledger = ledger(invocation, &clone).map_err(|failure| vec![failure]);
    let ledger = match ledger {
        Err(_) if invocation.global.ledger.is_none() && invocation.trust.is_none() && clone.remote_url().is_err() => {
            return Ok(None);
        }
        other => other?,
    };
    match ledger.gist() {
        Ok(history) => in_force::read(&history, &clone, &ledger, loader).map(|in_force| Some((in_force, Vec::new()))),
        Err(LedgerError::Missing { .. }) if invocation.trust.is_none() => Ok(None),
        Err(error) => Err(vec![fail(error)]),
    }
}

/// Everything that a command on the way from a commit to a target needs.
pub(crate) struct Delivery {
    pub(crate) repository: GitRepository,
    pub(crate) ledger: GitLedger,
    /// Beside the ledger, at the same remote.
    pub(crate) leases: GitLeases,
    pub(crate) in_force: InForce,
    pub(crate) resolver: Box<dyn ResolveDigest>,
    pub(crate) tools: Box<dyn RenderComponent>,
    pub(crate) terraform: Installed,
    /// Of whoever runs the command: what is published on branches is signed with it.
    pub(crate) key: Option<Arc<dyn SignBytes>>,
    /// Relative paths of the configuration start here.
    pub(crate) root: Utf8PathBuf,
    pub(crate) notices: Vec<String>,
}

/// Opens repository and ledger, and reads the revision in force.
pub(crate) fn delivery(invocation: &Invocation) -> Result<Delivery, Failures> {
    delivery_by(invocation, &sandbox(invocation).map_err(|failure| vec![failure])?)
}

/// The same for who only looks at what would be: what was rendered before is not rendered again.
pub(crate) fn delivery_to_look(invocation: &Invocation, kept: Option<Arc<Kept>>) -> Result<Delivery, Failures> {
    Ok(Delivery { tools: looking_tools(invocation, kept), ..delivery(invocation)? })
}

/// The same with a sandbox that outlives it, for who reads again and again.
pub(crate) fn delivery_by(invocation: &Invocation, loader: &dyn LoadPolicy) -> Result<Delivery, Failures> {
    let (delivery, _, _) = open_delivery(invocation, &|OpenedLedger { ledger, history, .. }, repository| {
        Ok((in_force::read(history, repository, ledger, loader)?, Failures::new()))
    })?;
    Ok(delivery)
}

/// Clones the deployment repository into the directory, unless there is a clone already.
pub(crate) fn clone_into(invocation: &Invocation, url: &str) -> Result<(), Failure> {
    if GitRepository::discover(&invocation.directory, &invocation.global.remote).is_ok() {
        return Ok(());
    }
    GitRepository::clone_into(url, &invocation.directory, &invocation.global.remote).map_err(fail)
}

/// The same for people who go back to a policy that judged before, where the one in force can't be loaded. With why it can't.
pub(crate) fn delivery_to_recover(invocation: &Invocation) -> Result<(Delivery, Failures), Failures> {
    let sandbox = sandbox(invocation).map_err(|failure| vec![failure])?;
    let (delivery, _, failures) = open_delivery(invocation, &|OpenedLedger { ledger, history, .. }, repository| {
        in_force::read_to_recover(history, repository, ledger, &sandbox)
    })?;
    Ok((delivery, failures))
}

/// The same for commands that only tell, with what the ledger said. No policy is loaded, so none can be asked.
pub(crate) fn delivery_to_tell(invocation: &Invocation) -> Result<(Delivery, Arc<Gist>), Failures> {
    let (delivery, history, _) = open_delivery(invocation, &|OpenedLedger { ledger, history, .. }, repository| {
        Ok((in_force::unasked(history, repository, ledger)?, Failures::new()))
    })?;
    Ok((delivery, history))
}

/// Reads what is in force of a ledger, with why a part of it can't be read.
type ReadInForce<'a> = dyn Fn(&OpenedLedger, &GitRepository) -> Result<(InForce, Failures), Failures> + 'a;

fn open_delivery(invocation: &Invocation, read: &ReadInForce<'_>) -> Result<(Delivery, Arc<Gist>, Failures), Failures> {
    let one = |failure: Failure| vec![failure];
    let repository = repository(invocation).map_err(one)?;
    let opened = read_ledger(invocation, &repository).map_err(one)?;
    let (in_force, failures) = read(&opened, &repository)?;
    let OpenedLedger { ledger, history, mut notices } = opened;
    let pipeline = &in_force.configuration.pipeline;
    agree_on_ledger(invocation, &repository, &ledger, pipeline).map_err(one)?;
    agree_on_policy_ref(invocation, &history).map_err(one)?;
    notices.extend(in_force.configuration.warnings.iter().map(ToString::to_string));
    let root = repository.root().map_or_else(|| invocation.directory.clone(), ToOwned::to_owned);
    let resolver = resolver(invocation, &pipeline.registry, &root).map_err(one)?;
    let leases = GitLeases::in_clone(&repository, &ledger_place(invocation).0);
    let leases = leases.map_err(|error| one(Failure::new(ExitCode::LedgerUnavailable, &error)))?;
    let key = own_key(invocation, &repository).map_err(one)?;
    let tools = Box::new(render_tools(invocation));
    let terraform = Installed::new(surroundings());
    Ok((Delivery { repository, ledger, leases, in_force, resolver, tools, terraform, key, root, notices }, history, failures))
}

/// `ledger` of tollgate.yaml must be the ledger that is used: otherwise two places would each hold half of the truth.
fn agree_on_ledger(invocation: &Invocation, clone: &GitRepository, ledger: &GitLedger, pipeline: &Pipeline) -> Result<(), Failure> {
    let spec = &pipeline.ledger;
    let configured = GitBranch::in_clone(clone, &spec.remote, &spec.branch);
    let configured = configured.map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?;
    let (_, branch) = ledger_place(invocation);
    if configured.remote() == ledger.remote() && spec.branch == branch {
        return Ok(());
    }
    let message = format!(
        "`ledger` of tollgate.yaml is branch `{}` of `{}`, but branch `{branch}` of `{}` is used",
        spec.branch,
        configured.remote(),
        ledger.remote()
    );
    Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("pass the right one with `--ledger`"))
}

/// The policy ref is what entry 0 says; somebody who expects another one must know.
fn agree_on_policy_ref(invocation: &Invocation, history: &Gist) -> Result<(), Failure> {
    let trusted = history.trust().map(|(_, trust)| trust.policy_ref.as_str());
    match (invocation.global.policy_ref.as_deref(), trusted) {
        (Some(given), Some(trusted)) if given != trusted => {
            let message = format!("policies are read from `{trusted}`, as entry 0 of the ledger says, and not from `{given}`");
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message))
        }
        _ => Ok(()),
    }
}

/// Where tags are resolved: what the command line says, else the configuration.
pub(crate) fn resolver(
    invocation: &Invocation,
    configured: &RegistrySpec,
    root: &Utf8Path,
) -> Result<Box<dyn ResolveDigest>, Failure> {
    let given = invocation.global.registry.as_ref().map(|path| invocation.directory.join(path));
    match (given, configured) {
        (Some(directory), _) => layouts(&directory),
        (None, RegistrySpec::Layout(path)) => layouts(&root.join(path)),
        (None, RegistrySpec::Http(spec)) => {
            let files = credential_files(|name| std::env::var_os(name));
            Ok(Box::new(HttpRegistries::new(spec.clone(), files, Limits::default())))
        }
    }
}

fn layouts(directory: &Utf8Path) -> Result<Box<dyn ResolveDigest>, Failure> {
    Ok(Box::new(OciLayouts::open(directory).map_err(fail)?))
}

/// The programs that render components: those that the command line names, else those in the path.
pub(crate) fn render_tools(invocation: &Invocation) -> Tools {
    let given = |path: &Option<Utf8PathBuf>| path.as_ref().map(|path| invocation.directory.join(path));
    let (kustomize, helm) = (given(&invocation.global.kustomize), given(&invocation.global.helm));
    let programs = Programs { kustomize, helm, search: std::env::var_os("PATH") };
    let deadline = std::time::Duration::from_secs(invocation.global.render_timeout);
    Tools::new(programs, RenderLimits { deadline, ..RenderLimits::default() })
}

/// What surrounds this process. What is not valid text is nobody's to pass on.
fn surroundings() -> Surroundings {
    let valid =
        |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    Surroundings { variables: std::env::vars_os().filter_map(valid).collect() }
}

/// The same for who only looks: with what they rendered before, where that is kept.
pub(crate) fn looking_tools(invocation: &Invocation, kept: Option<Arc<Kept>>) -> Box<dyn RenderComponent> {
    let tools = Box::new(render_tools(invocation));
    match kept {
        Some(kept) => Box::new(KeptRenderings::new(tools, kept)),
        None => tools,
    }
}

/// What is kept from before for the user, where there is a place for it.
pub(crate) fn kept(invocation: &Invocation) -> Option<Arc<Kept>> {
    invocation.cache_directory().and_then(|directory| Kept::open(&directory)).map(Arc::new)
}

/// Who is asked what a forge knows. The token is the operator's, in a variable.
pub(crate) fn forge_reader(spec: &ForgeSpec) -> Box<dyn ReadForge> {
    tollgate_forge::reader(spec, credential(spec), Limits::default())
}

/// Who writes statuses and comments, where there is a token for it.
pub(crate) fn forge_writer(spec: &ForgeSpec) -> Option<Box<dyn WriteForge>> {
    token(spec.token.as_ref()?)?;
    Some(tollgate_forge::writer(spec, credential(spec), Limits::default()))
}

fn credential(spec: &ForgeSpec) -> Credential {
    spec.token.as_ref().map_or_else(Credential::nobody, |name| Credential::of_variable(name, token(name)))
}

fn token(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// The cluster of a context, or the current one.
pub(crate) fn any_cluster(context: Option<String>) -> Box<dyn ReadCluster> {
    Box::new(AnyCluster::new(context))
}

/// The adapter for a target.
pub(crate) fn target(delivery: &Delivery, target: &Target) -> Result<Box<dyn ApplyPlan>, Failure> {
    let root = &delivery.root;
    Ok(match &target.kind {
        TargetKind::Kubernetes(kubernetes) => Box::new(Kubernetes::new(&target.name, kubernetes, root)),
        TargetKind::Directory(directory) => Box::new(Directory::new(&target.name, directory, root)),
        TargetKind::Terraform(place) => {
            let spec = &delivery.in_force.configuration.pipeline.terraform;
            let program = delivery.terraform.program(spec.program);
            let program = program.map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?;
            Box::new(Terraform::new(&target.name, place, spec, program, root))
        }
        TargetKind::Git(git) => {
            let branch = PublishedBranch::in_clone(&delivery.repository, git, delivery.key.clone());
            let branch = branch.map_err(|source| fail(ApplyError::Branch { target: target.name.clone(), source }))?;
            Box::new(Git::new(&target.name, git.plan_key.clone(), root, Box::new(branch)))
        }
    })
}

/// The same as what has to be allowed in a cluster; nothing where it is none.
pub(crate) fn cluster(delivery: &Delivery, target: &Target) -> Option<Box<dyn NeedAccess>> {
    match &target.kind {
        TargetKind::Kubernetes(kubernetes) => Some(Box::new(Kubernetes::new(&target.name, kubernetes, &delivery.root))),
        TargetKind::Directory(_) | TargetKind::Git(_) | TargetKind::Terraform(_) => None,
    }
}

/// In CI nothing is remembered from before, so a promotion there has to be told what to trust.
pub(crate) fn require_trust(invocation: &Invocation) -> Result<(), Failure> {
    if !invocation.ci || invocation.trust.is_some() {
        return Ok(());
    }
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, "in CI a promotion needs `--trust`, or `TOLLGATE_TRUST`");
    Err(failure.with_hint("it is the digest that `tollgate init --trust` printed"))
}

/// Who may sign, by the text of a file of signers.
pub(crate) fn signers(file: &SignersFile) -> Result<Arc<dyn VerifySignature>, Failure> {
    SshSigners.signers(&file.text).map_err(|error| {
        let at = Location { file: file.path.clone(), span: Span::point(error.line, 1) };
        Failure::of_message(ExitCode::InvalidConfiguration, error.reason).at(&at)
    })
}

/// Who may sign, by a file that the command line names.
pub(crate) fn signers_of_file(path: &Utf8Path, text: &str) -> Result<Arc<dyn VerifySignature>, Failure> {
    signers(&SignersFile { path: path.to_string(), text: text.to_owned() })
}

/// The policy digest of a commit; nothing when its configuration can't be read.
pub(crate) fn policy_digest(delivery: &Delivery, commit: &str) -> Option<Digest> {
    let reader = Reader { tree: Tree::Commit { repository: &delivery.repository, commit }, ledger: Some(&delivery.ledger) };
    read_pipeline(&reader, PIPELINE_FILE, UseOfLock::Obey).ok().map(|configuration| configuration.policy_digest)
}
