//! The pipeline: what is delivered, where to, in which order, past which gates.
//!
//! These are checked types. They are made by `tollgate-config`, which refuses what does not fit together.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::broken_glass::BreakGlassTerms;
use crate::document::Location;
use crate::finding::Level;
pub use crate::glob::{Glob, InvalidGlob};
use crate::image::ImageReference;
use crate::language::Language;
use crate::people::{OverrideTerms, People};
pub use crate::plan_key::PlanKey;
use crate::pointer::Pointer;
use crate::policy::{Enforcement, Grants, LimitClass};
use crate::rendering::{Render, TargetNames};
use crate::terraform::{TerraformComponent, TerraformSpec, TerraformTarget};
use crate::waiver::Waiver;

/// All of `tollgate.yaml`, checked, with its packs taken in.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    pub components: Vec<ComponentSpec>,
    /// Paths (globs) below the components' paths that are not manifests.
    pub ignore: Vec<Glob>,
    /// Languages beyond YAML and JSON whose files are judged.
    pub languages: Vec<Language>,
    pub environments: Vec<Environment>,
    pub policies: Vec<PolicySpec>,
    /// What proposes fixes to authors; nothing: the built-in ones do. They never judge.
    pub fixers: Option<Vec<FixerSpec>>,
    pub gates: Vec<Gate>,
    pub ledger: LedgerSpec,
    /// Known findings that are accepted for a time.
    pub waivers: Vec<Waiver>,
    /// Whether waivers in objects' annotations count as well.
    pub inline_waivers: bool,
    pub registry: RegistrySpec,
    /// Who signs, and who belongs to which team.
    pub people: People,
    /// On which terms break-glass is there; nothing: it is not.
    pub overrides: Option<OverrideTerms>,
    /// How promotions to one target wait for each other.
    pub queue: QueueSpec,
    /// How clusters are answered.
    pub admission: AdmissionSpec,
    /// What Terraform may execute.
    pub terraform: TerraformSpec,
    /// How the Ops and Apps targets of a pair may differ.
    pub pairs: PairSpec,
}

/// How the Ops and Apps targets of a pair may differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairSpec {
    /// Pointers to what is different on purpose, each with all below it. A step `*` is any step.
    pub differ: Vec<Pointer>,
}

/// How promotions to one target wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueSpec {
    /// A newer promotion of the same reference takes the place of one that waits.
    pub supersede: bool,
    /// How long a worker may be silent before another takes over, in seconds.
    pub lease: u64,
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self { supersede: false, lease: 60 }
    }
}

/// Which files of a repository are read, of those that nobody names.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileChoice<'a> {
    /// Paths that are left out.
    pub ignore: &'a [Glob],
    /// Languages beyond YAML and JSON.
    pub languages: &'a [Language],
}

impl FileChoice<'_> {
    /// Whether a path is left out.
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.iter().any(|glob| glob.matches(path))
    }
}

/// A plugin that proposes fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixerSpec {
    pub plugin: PluginSource,
    /// Where it is configured.
    pub location: Location,
}

impl Pipeline {
    /// Which files are read.
    pub fn file_choice(&self) -> FileChoice<'_> {
        FileChoice { ignore: &self.ignore, languages: &self.languages }
    }
}

/// One entry of `components`: a directory, or a glob that stands for several.
#[derive(Clone, Debug)]
pub struct ComponentSpec {
    /// `services/*`. Each directory that matches is a component, named by its last step.
    pub path: Glob,
    /// Repositories (globs) of the organisation's own images.
    pub own_images: Vec<Glob>,
    /// Where images stand in custom kinds.
    pub image_pointers: Vec<Pointer>,
    /// The service's own repository.
    pub source: Option<SourceSpec>,
    /// How its files become manifests; nothing: they are manifests.
    pub render: Option<RenderSpec>,
    /// How it is planned by Terraform; nothing: it is delivered as manifests.
    pub terraform: Option<TerraformComponent>,
}

/// How a component is rendered.
#[derive(Clone, Debug)]
pub struct RenderSpec {
    pub how: Render,
    /// Where in `tollgate.yaml` it is said.
    pub location: Location,
}

impl ComponentSpec {
    /// Whether an image is built by the organisation itself.
    pub fn owns(&self, image: &ImageReference) -> bool {
        self.own_images.iter().any(|glob| glob.matches(image.repository()))
    }
}

/// Where a component's own images must be built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSpec {
    /// `{component}` stands for the component's name.
    pub repository: String,
    pub branch: String,
}

/// A node of the promotion graph.
#[derive(Clone, Debug)]
pub struct Environment {
    pub name: String,
    /// False: nothing is promoted from it.
    pub promotable: bool,
    pub targets: Vec<Target>,
}

/// `ops` is the shadow that a change is proven on; `apps` runs the applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Ops,
    Apps,
}

/// One place to apply to.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub environment: String,
    pub role: Role,
    pub promotable: bool,
    pub on: Vec<Trigger>,
    /// Names of targets that must have proven the recipe before: the Ops twin.
    pub requires: Vec<String>,
    /// Names of targets that must have proven the recipe before: the environments before, resolved to their targets.
    pub after: Vec<String>,
    /// Groups of names of targets: of each group, one must have proven the recipe before.
    pub after_any: Vec<Vec<String>>,
    /// How long the recipe must have stood on those targets without a break, in seconds.
    pub soak: Option<u64>,
    pub kind: TargetKind,
    /// Where in `tollgate.yaml` it is defined.
    pub location: Location,
}

impl Target {
    /// What it is called where something is rendered for it.
    pub fn names(&self) -> TargetNames<'_> {
        let role = match self.role {
            Role::Ops => "ops",
            Role::Apps => "apps",
        };
        TargetNames { environment: &self.environment, target: &self.name, role }
    }

    /// All targets that must have proven the recipe before, and those of which one must.
    pub fn predecessors(&self) -> impl Iterator<Item = &str> {
        self.requires.iter().chain(&self.after).chain(self.after_any.iter().flatten()).map(String::as_str)
    }
}

/// How a target is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetKind {
    Directory(DirectoryTarget),
    Git(GitTarget),
    Kubernetes(KubernetesTarget),
    Terraform(TerraformTarget),
}

/// A directory with releases and a `current` link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryTarget {
    /// Absolute, or relative to the repository's root.
    pub path: String,
    pub plan_key: Option<PlanKey>,
}

/// A directory on a branch, which an agent of somebody else's deploys from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitTarget {
    /// Name of a remote, URL or path.
    pub remote: String,
    pub branch: String,
    /// Relative to the branch's root; nothing: the root.
    pub path: Option<String>,
    pub plan_key: Option<PlanKey>,
}

/// A cluster, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesTarget {
    /// Path of the file that says where the cluster is; nothing: as `kubectl` finds it, or from within a cluster.
    pub kubeconfig: Option<String>,
    /// Nothing: the current one.
    pub context: Option<String>,
    /// Where objects go that name no namespace, and where the inventory is.
    pub namespace: String,
    /// How long everything may take to be healthy, in seconds; 0: nothing is waited for.
    pub wait: u64,
    /// Objects that are there already, and that no inventory has, become the target's.
    pub adopt: bool,
    /// What is taken over from whoever has set it.
    pub force: Vec<ForcedFields>,
    /// Kinds that hold data: an object of them is deleted only by a plan whose digest was confirmed.
    pub confirm_deletes: Vec<String>,
    /// When objects of some kinds are healthy, where their status does not say it as others do.
    pub health: Vec<HealthRule>,
    /// How many requests a second it is asked at most; nothing: as many as it answers.
    pub requests_per_second: Option<NonZeroU32>,
    pub plan_key: Option<PlanKey>,
}

/// When objects of one kind are healthy, as CEL expressions over the fields of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthRule {
    pub api_version: String,
    pub kind: String,
    /// True: it is as it is meant to be.
    pub current: String,
    /// True: it is on its way, whatever `current` says.
    pub in_progress: Option<String>,
    /// True: it will not get there by itself, whatever the others say.
    pub failed: Option<String>,
}

impl Target {
    /// Kinds that hold data there, and whose objects are deleted only by a plan that was confirmed.
    pub fn confirm_deletes(&self) -> &[String] {
        match &self.kind {
            TargetKind::Kubernetes(cluster) => &cluster.confirm_deletes,
            TargetKind::Directory(_) | TargetKind::Git(_) | TargetKind::Terraform(_) => &[],
        }
    }
}

impl KubernetesTarget {
    /// What is said of a cluster where nothing is said: a namespace alone, which is waited for five minutes.
    pub fn in_namespace(namespace: &str) -> Self {
        Self {
            kubeconfig: None,
            context: None,
            namespace: namespace.to_owned(),
            wait: 300,
            adopt: false,
            force: Vec::new(),
            confirm_deletes: KINDS_WITH_DATA.map(str::to_owned).to_vec(),
            health: Vec::new(),
            requests_per_second: None,
            plan_key: None,
        }
    }
}

/// Kinds whose objects take data with them when they are deleted.
pub const KINDS_WITH_DATA: [&str; 5] =
    ["Namespace", "PersistentVolumeClaim", "PersistentVolume", "CustomResourceDefinition", "StatefulSet"];

/// Fields of objects of one kind that are taken over from whoever has set them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForcedFields {
    pub kind: String,
    /// Nothing: objects of any name.
    pub name: Option<String>,
    /// Nothing: objects of any namespace.
    pub namespace: Option<String>,
    /// As the API server names them, each with all below it: `.spec.replicas`.
    pub fields: Vec<String>,
}

/// What moves a recipe to a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    Branch(Glob),
    Tag(Glob),
    /// A bare commit, by hand.
    Manual,
}

/// What a promotion was asked for, as resolved at the remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GitReference {
    Branch(String),
    Tag(String),
    Commit(String),
}

impl std::fmt::Display for GitReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Branch(name) => write!(f, "branch {name}"),
            Self::Tag(name) => write!(f, "tag {name}"),
            Self::Commit(id) => write!(f, "commit {id}"),
        }
    }
}

impl Trigger {
    /// Whether a reference pulls this trigger.
    pub fn matches(&self, reference: &GitReference) -> bool {
        match (self, reference) {
            (Self::Branch(glob), GitReference::Branch(name)) | (Self::Tag(glob), GitReference::Tag(name)) => glob.matches(name),
            (Self::Manual, GitReference::Commit(_)) => true,
            _ => false,
        }
    }
}

/// A configured plugin.
#[derive(Clone, Debug)]
pub struct PolicySpec {
    /// Unique; findings are `<name>/<rule>`.
    pub name: String,
    pub plugin: PluginSource,
    pub settings: serde_json::Value,
    /// Levels that config sets for rules (by id without the policy's name); `None` turns a rule off.
    pub levels: BTreeMap<String, Option<Level>>,
    pub grants: Grants,
    pub limits: LimitClass,
    /// Where it is configured, and its settings with it.
    pub location: Location,
    /// Locations of single settings, by pointer, where known.
    pub setting_locations: BTreeMap<Pointer, Location>,
}

/// Where the bytes of a plugin come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PluginSource {
    /// `builtin:NAME`
    Builtin(String),
    /// A `.wasm` file, relative to the repository's root.
    File(String),
}

impl std::fmt::Display for PluginSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin(name) => write!(f, "builtin:{name}"),
            Self::File(path) => f.write_str(path),
        }
    }
}

/// A named requirement on the way to a target.
#[derive(Clone, Debug)]
pub struct Gate {
    pub name: String,
    pub requirement: Requirement,
    pub enforcement: Enforcement,
    pub matches: GateMatch,
    /// What it does in the cluster.
    pub admission: GateAdmission,
    /// Nobody wrote it: it comes from `windows`, `overrides`, `soak` or from the design itself.
    pub is_implied: bool,
    pub location: Location,
}

/// What a gate does with what a cluster asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AdmissionMode {
    /// As on the way to a target: what it fails does not pass.
    #[default]
    Deny,
    /// What it fails passes with a warning.
    Warn,
    /// It is not asked.
    Off,
}

/// What a gate does in the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GateAdmission {
    pub mode: AdmissionMode,
    /// It is asked about objects that go, too.
    pub deletes: bool,
}

/// How clusters are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionSpec {
    /// How old what is known of the ledger may be, in seconds.
    pub staleness: u64,
    /// What becomes of questions that rest on the ledger once it is older.
    pub when_stale: AdmissionMode,
    /// Namespaces that clusters don't ask about, so that nothing keeps a cluster from mending itself.
    pub exempt: Vec<String>,
    /// On which terms an annotation lets an object pass; nothing: none does.
    pub break_glass: Option<BreakGlassTerms>,
}

impl Default for AdmissionSpec {
    fn default() -> Self {
        let exempt = ["kube-node-lease", "kube-public", "kube-system"].map(ToOwned::to_owned).to_vec();
        Self { staleness: 3_600, when_stale: AdmissionMode::Deny, exempt, break_glass: None }
    }
}

/// One policy, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The name of a policy.
    Policy(String),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Requirement {
    /// The names of all policies in it.
    pub fn policies(&self) -> Vec<&str> {
        match self {
            Self::Policy(name) => vec![name],
            Self::All(members) | Self::Any(members) => members.iter().flat_map(Self::policies).collect(),
        }
    }
}

/// What a gate stands in the way of. Empty lists match everything.
#[derive(Clone, Debug, Default)]
pub struct GateMatch {
    pub environments: Vec<Glob>,
    pub targets: Vec<Glob>,
    pub roles: Vec<Role>,
    /// Components whose documents are judged.
    pub components: Vec<Glob>,
    pub change: Change,
}

/// What kind of change a gate judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// A recipe that moves to a target.
    #[default]
    Recipe,
    /// A policy revision that is to come into force.
    Policy,
}

impl GateMatch {
    /// Whether the gate stands on the way of a recipe to a target.
    pub fn target(&self, target: &Target) -> bool {
        let any = |globs: &[Glob], text: &str| globs.is_empty() || globs.iter().any(|glob| glob.matches(text));
        self.change == Change::Recipe
            && any(&self.environments, &target.environment)
            && any(&self.targets, &target.name)
            && (self.roles.is_empty() || self.roles.contains(&target.role))
    }

    /// Whether documents of a component are judged.
    pub fn component(&self, component: &str) -> bool {
        self.components.is_empty() || self.components.iter().any(|glob| glob.matches(component))
    }
}

/// Where the ledger lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerSpec {
    /// Name or URL of a git remote.
    pub remote: String,
    pub branch: String,
}

impl Default for LedgerSpec {
    fn default() -> Self {
        Self { remote: "origin".to_owned(), branch: "tollgate/ledger".to_owned() }
    }
}

/// Where tags are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrySpec {
    /// In a directory of OCI image layouts, relative to the repository's root.
    Layout(String),
    /// In the registries that references name.
    Http(HttpRegistrySpec),
}

impl Default for RegistrySpec {
    fn default() -> Self {
        Self::Http(HttpRegistrySpec::default())
    }
}

/// What is to be known about registries that are asked over the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRegistrySpec {
    /// Asked in this order where a registry is out of reach.
    pub mirrors: Vec<MirrorSpec>,
    /// Registries, `host` or `host:port`, that are spoken to without TLS.
    pub insecure: Vec<String>,
}

/// A place that holds copies of a registry's images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorSpec {
    /// The registry, `host` or `host:port`.
    pub of: String,
    /// Host of the mirror, and the path below which it has the repositories.
    pub at: String,
    /// Whether its word counts for tags. For digests the bytes count, whoever sends them.
    pub tags: bool,
}

impl Pipeline {
    /// All targets, in the order of the file.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.environments.iter().flat_map(|environment| &environment.targets)
    }

    /// The component that a path of the repository belongs to: its directory, and how it is delivered.
    pub fn component_at<'q>(&self, path: &'q str) -> Option<(&'q str, &ComponentSpec)> {
        let mut directories = path.match_indices('/').map(|(end, _)| &path[..end]);
        directories.find_map(|directory| {
            let spec = self.components.iter().find(|spec| spec.path.matches(directory))?;
            Some((directory, spec))
        })
    }

    /// The target with this name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets().find(|target| target.name == name)
    }

    /// The policy with this name.
    pub fn policy(&self, name: &str) -> Option<&PolicySpec> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// The gates on the way to a target.
    pub fn gates_to<'a>(&'a self, target: &'a Target) -> impl Iterator<Item = &'a Gate> {
        self.gates.iter().filter(|gate| gate.matches.target(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_pulled_by_its_own_kind_of_reference_only() {
        let branch = Trigger::Branch(Glob::new("v*").unwrap());
        assert!(branch.matches(&GitReference::Branch("v1".to_owned())));
        assert!(!branch.matches(&GitReference::Tag("v1".to_owned())));
        assert!(!branch.matches(&GitReference::Commit("v1".to_owned())));
        assert!(Trigger::Manual.matches(&GitReference::Commit("v1".to_owned())));
        assert!(!Trigger::Manual.matches(&GitReference::Branch("v1".to_owned())));
    }
}
