//! `tollgate.yaml` as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admission::Admission;
use super::api_version::ApiVersion;
use super::gate::Gate;
use super::language::Language;
use super::people::{Overrides, People, Queue};
pub(crate) use super::plan_key::PlanKey;
use super::policy::Policy;
use super::rendering::Render;
use super::role::Role;
use super::terraform::{Pairs, Terraform, TerraformTarget};
use super::text::{
    DurationText, GlobText, MirrorText, Name, OneOrMany, PackText, PathText, PluginText, PointerText, RegistryText, Text,
};
use super::waivers::Waivers;
use super::window::Window;

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum PipelineKind {
    Pipeline,
}

/// The pipeline of a repository: what is delivered, where to, in which order, past which gates. It is `tollgate.yaml`
/// at the repository's root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pipeline {
    /// The version of the file's form.
    #[schemars(extend("examples" = ["tollgate.dev/v1alpha1"]))]
    pub(crate) api_version: ApiVersion,
    /// What the file is.
    #[schemars(extend("examples" = ["Pipeline"]))]
    pub(crate) kind: PipelineKind,
    /// What is delivered.
    #[schemars(length(min = 1), extend("examples" = [[{"path": "services/*", "type": "kubernetes"}]]))]
    pub(crate) components: Vec<Component>,
    /// Patterns of paths, relative to the repository's root, that are no manifests although they lie in a component.
    #[serde(default)]
    #[schemars(extend("examples" = [["services/*/values.yaml"]]))]
    pub(crate) ignore: Vec<GlobText>,
    /// Languages beyond YAML and JSON whose files are judged, too, wherever they lie in a component: by policies that name
    /// their group. They are never applied.
    #[serde(default)]
    #[schemars(extend("examples" = [["terraform", "dockerfile"]]))]
    pub(crate) languages: Vec<Language>,
    /// The environments that recipes are promoted through. Without any, the repository can be checked, but nothing can
    /// be promoted.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"name": "preprod", "targets": [{"name": "preprod-apps", "role": "apps", "on": {"branch": "master"}, "directory": {"path": "/srv/preprod"}}]}]]))]
    pub(crate) environments: Vec<Environment>,
    /// Packs whose policies apply. Each policy of a pack becomes a policy and an overridable gate of its name, which
    /// entries of `gates` and `policies` with that name adjust.
    #[serde(default)]
    #[schemars(extend("examples" = [["builtin:recommended", "./policies/house-rules"]]))]
    pub(crate) packs: Vec<PackText>,
    /// Policies that gates name. An entry without `policy` adjusts a pack's policy of that name.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"name": "restricted", "policy": "builtin:pod-security", "settings": {"level": "restricted"}}]]))]
    pub(crate) policies: Vec<Policy>,
    /// Plugins that propose fixes for what policies find, to `check --fix` alone; they never judge. Without this key, the
    /// built-in ones are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [["builtin:workloads-fixer", "./plugins/cost-centre-fixer.wasm"]]))]
    pub(crate) fixers: Option<Vec<PluginText>>,
    /// The gates on the way to the targets. An entry without `policy`, `all` and `any` adjusts a pack's gate of that
    /// name.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"name": "same-image", "policy": "builtin:same-image", "enforcement": "mandatory"}]]))]
    pub(crate) gates: Vec<Gate>,
    /// Where the ledger lives.
    #[serde(default)]
    #[schemars(extend("examples" = [{"remote": "origin", "branch": "tollgate/ledger"}]))]
    pub(crate) ledger: Ledger,
    /// Where the digests of image tags are looked up. Without this key, at the registries that images name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"layout": "/srv/images"}]))]
    pub(crate) registry: Option<Registry>,
    /// Which known findings are accepted for a time.
    #[serde(default)]
    #[schemars(extend("examples" = [{"files": ["waivers.yaml"]}]))]
    pub(crate) waivers: Waivers,
    /// Who signs, and who belongs to which team.
    #[serde(default)]
    #[schemars(extend("examples" = [{"signers": ".tollgate/allowed_signers", "teams": {"platform": ["platform-lead@example.com"]}}]))]
    pub(crate) people: People,
    /// Stop and go by calendar. A gate of the plugin `builtin:change-window` with these windows stands before the targets that
    /// they match; nobody has to write it.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"name": "year-end", "deny": {"from": "2026-12-20", "to": "2027-01-03", "timeZone": "Europe/Oslo"}, "match": {"environment": "prod"}}]]))]
    pub(crate) windows: Vec<Window>,
    /// On which terms break-glass lets named gates be passed. Without this key it does not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"by": ["platform"], "approvals": 2, "maxDuration": "4h", "reviewWithin": "24h", "require": ["reason", "ticket"]}]))]
    pub(crate) overrides: Option<Overrides>,
    /// How promotions to one target wait for each other.
    #[serde(default)]
    #[schemars(extend("examples" = [{"supersede": true, "lease": "60s"}]))]
    pub(crate) queue: Queue,
    /// How clusters are answered that ask `tollgate serve`.
    #[serde(default)]
    #[schemars(extend("examples" = [{"staleness": "1h", "whenStale": "deny", "exempt": ["kube-system"]}]))]
    pub(crate) admission: Admission,
    /// What Terraform may execute, for components of type `terraform`.
    #[serde(default)]
    #[schemars(extend("examples" = [{"providers": ["registry.terraform.io/hashicorp/*"]}]))]
    pub(crate) terraform: Terraform,
    /// How the Ops and Apps targets of a pair may differ.
    #[serde(default)]
    #[schemars(extend("examples" = [{"differ": ["/variables/node_count"]}]))]
    pub(crate) pairs: Pairs,
}

/// How a component is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ComponentType {
    /// Kubernetes manifests.
    Kubernetes,
    /// A root configuration of Terraform.
    Terraform,
}

/// A unit that is delivered: a directory of manifests, or a pattern that stands for several such directories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Component {
    /// The directory, or a pattern: each directory that matches is a component, named by its last step. No directory
    /// may belong to two components.
    #[schemars(extend("examples" = ["services/*"]))]
    pub(crate) path: GlobText,
    /// How it is delivered.
    #[serde(rename = "type")]
    #[schemars(extend("examples" = ["kubernetes"]))]
    pub(crate) kind: ComponentType,
    /// Its images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"own": "registry.example.com/*", "tag": "commit-sha"}]))]
    pub(crate) image: Option<Image>,
    /// Where its own images are built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"repo": "https://git.example.com/{component}", "branch": "master"}]))]
    pub(crate) source: Option<Source>,
    /// How its files become manifests. Without this key, they are manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"kustomize": "overlays/{environment}"}]))]
    pub(crate) render: Option<Render>,
    /// Of a component of type `terraform`: files of variables, relative to its directory, of which later ones win. `{environment}`,
    /// `{target}` and `{role}` stand for those of the target. What Terraform reads by itself (`*.auto.tfvars`) needs no entry.
    #[serde(default)]
    #[schemars(extend("examples" = [["vars/{environment}.tfvars", "vars/{target}.tfvars"]]))]
    pub(crate) var_files: Vec<PathText>,
    /// Of a component of type `terraform`: paths of components that must be as planned before this one is planned.
    #[serde(default)]
    #[schemars(extend("examples" = [["components/network"]]))]
    pub(crate) depends_on: Vec<PathText>,
}

/// What the tags of own images say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TagScheme {
    /// The tag is the full commit id, 40 hex digits, that the image was built from.
    CommitSha,
}

/// Which images of a component are the organisation's own, and where images stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Image {
    /// Patterns of the repositories of own images, without tag and digest. All other images are third-party ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["registry.example.com/*"]))]
    pub(crate) own: Option<OneOrMany<GlobText>>,
    /// What the tags of own images say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "commit-sha", "examples" = ["commit-sha"]))]
    pub(crate) tag: Option<TagScheme>,
    /// Where images stand in custom kinds, besides the places that are known: `containers`, `initContainers`,
    /// `ephemeralContainers` and image `volumes`, at any depth.
    #[serde(default)]
    #[schemars(extend("examples" = [["/spec/agent/image"]]))]
    pub(crate) pointers: Vec<PointerText>,
}

/// The service's own repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Source {
    /// URL or path of the repository. `{component}` stands for the component's name.
    #[schemars(extend("examples" = ["https://git.example.com/{component}"]))]
    pub(crate) repo: Text,
    /// The branch that images must be built from before they are promoted.
    #[schemars(extend("examples" = ["master"]))]
    pub(crate) branch: Text,
}

/// A node of the promotion graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Environment {
    /// Unique among environments and targets.
    #[schemars(extend("examples" = ["preprod"]))]
    pub(crate) name: Name,
    /// Whether something may be promoted from here. What runs in an unpromotable environment proves nothing.
    #[serde(default = "yes")]
    #[schemars(extend("examples" = [false]))]
    pub(crate) promotable: bool,
    /// What must have proven the recipe before it may go to any target of this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"all": ["preprod"]}]))]
    pub(crate) after: Option<After>,
    /// The places to apply to.
    #[schemars(length(min = 1), extend("examples" = [[{"name": "prod-apps", "role": "apps", "on": {"tag": "v*"}, "directory": {"path": "/srv/prod"}}]]))]
    pub(crate) targets: Vec<Target>,
}

const fn yes() -> bool {
    true
}

/// What must have proven the recipe before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct After {
    /// Names of targets and environments, all of which must have proven the very same recipe. An environment's name
    /// means all its `apps` targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1), extend("examples" = [["preprod"]]))]
    pub(crate) all: Vec<Name>,
    /// Names of targets and environments, one of which must have proven the very same recipe. An environment's name means
    /// all its `apps` targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1), extend("examples" = [["preprod-eu", "preprod-us"]]))]
    pub(crate) any: Vec<Name>,
    /// How long it must have stood there without a break.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["24h"]))]
    pub(crate) soak: Option<DurationText>,
}

/// One place to apply to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Target {
    /// Unique among environments and targets.
    #[schemars(extend("examples" = ["prod-apps"]))]
    pub(crate) name: Name,
    /// `ops` is the shadow that a change is proven on; `apps` runs the applications.
    #[schemars(extend("examples" = ["apps"]))]
    pub(crate) role: Role,
    /// What moves a recipe here.
    #[schemars(extend("examples" = [{"tag": "v*"}]))]
    pub(crate) on: On,
    /// Names of `ops` targets that must have proven the very same recipe before: the Ops twin.
    #[serde(default)]
    #[schemars(extend("examples" = [["prod-ops"]]))]
    pub(crate) requires: Vec<Name>,
    /// What must have proven the recipe before, besides what the environment says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"all": ["preprod-apps"]}]))]
    pub(crate) after: Option<After>,
    /// Applies to a directory: every release is kept, and a link leads to the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"path": "/srv/prod", "planKey": {"env": "PROD_PLAN_KEY"}}]))]
    pub(crate) directory: Option<Directory>,
    /// Applies to a branch: rendered manifests as a commit, for an agent that deploys from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"remote": "https://git.example.com/deployed", "branch": "prod", "path": "apps"}]))]
    pub(crate) git: Option<Git>,
    /// Applies to a Kubernetes cluster, by server-side apply, and waits until all is healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"context": "prod", "namespace": "shop"}]))]
    pub(crate) kubernetes: Option<Kubernetes>,
    /// Applies to a workspace of Terraform. A target has one of `directory`, `git`, `kubernetes` and `terraform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"workspace": "prod-apps"}]))]
    pub(crate) terraform: Option<TerraformTarget>,
}

/// What moves a recipe to a target: branches, tags, or `manual`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum On {
    Word(Manual),
    References(References),
}

/// Only a commit that is named by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Manual {
    Manual,
}

/// Branches and tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct References {
    /// Patterns of branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["feature/**"]))]
    pub(crate) branch: Option<OneOrMany<GlobText>>,
    /// Patterns of tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["v*"]))]
    pub(crate) tag: Option<OneOrMany<GlobText>>,
}

/// A directory with releases and a `current` link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Directory {
    /// Absolute, or relative to the repository's root. No two targets share one.
    #[schemars(extend("examples" = ["/srv/prod"]))]
    pub(crate) path: PathText,
    /// The key under which secret values enter plan digests. Plans that hold Secrets can't be promoted without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"env": "PROD_PLAN_KEY"}]))]
    pub(crate) plan_key: Option<PlanKey>,
}

/// A directory on a branch, which nobody else writes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Git {
    /// Name or URL of a git remote.
    #[serde(default = "origin")]
    #[schemars(extend("examples" = ["https://git.example.com/deployed"]))]
    pub(crate) remote: Text,
    /// The branch. It is made when it is not there.
    #[schemars(extend("examples" = ["deploy/prod"]))]
    pub(crate) branch: Text,
    /// The directory, relative to the root of the branch; without this key, the root. All below it is the target's, and no two
    /// targets share any of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["clusters/prod"]))]
    pub(crate) path: Option<PathText>,
    /// The key under which secret values enter plan digests. Plans that hold Secrets can't be promoted without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"env": "PROD_PLAN_KEY"}]))]
    pub(crate) plan_key: Option<PlanKey>,
}

/// A cluster, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Kubernetes {
    /// An absolute path of a kubeconfig. Without it, those that `kubectl` finds, or the pod's own account within a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["/etc/tollgate/kubeconfig"]))]
    pub(crate) kubeconfig: Option<PathText>,
    /// A context of the kubeconfig; without it, the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["prod-apps"]))]
    pub(crate) context: Option<Text>,
    /// Where objects go that name no namespace, and where the target's inventory is. It is made when it is not there.
    #[schemars(extend("examples" = ["shop"]))]
    pub(crate) namespace: Name,
    /// How long everything may take to be healthy. With `0s` nobody waits: what was accepted counts as applied.
    #[serde(default = "five_minutes")]
    #[schemars(extend("examples" = ["10m"]))]
    pub(crate) wait: DurationText,
    /// Objects of a recipe that are there already, and that no inventory has, become the target's. Without it they are conflicts. Fields
    /// that others have set to something else stay conflicts.
    #[serde(default)]
    #[schemars(extend("examples" = [true]))]
    pub(crate) adopt: bool,
    /// Fields that are taken over from whoever has set them. All others that somebody else has set to something else are conflicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [[{"kind": "Deployment", "name": "cart", "fields": [".spec.replicas"]}]]))]
    pub(crate) force_conflicts: Vec<ForcedFields>,
    /// Kinds that hold data. A plan that deletes an object of one of them is let through only with its digest, by
    /// `--confirm-deletes`. Set it to `[]` where the gate `destructive-change` asks people for it.
    #[serde(default = "kinds_with_data")]
    #[schemars(extend("examples" = [["PersistentVolumeClaim", "Namespace"]]))]
    pub(crate) confirm_deletes: Vec<Text>,
    /// When objects of custom kinds are healthy, where their status has no condition `Ready` that says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("examples" = [[{"apiVersion": "example.com/v1", "kind": "Database", "current": "status.phase == 'Running'"}]]))]
    pub(crate) health: Vec<HealthRule>,
    /// How many requests a second the API server is sent at most. Without it, eight are under way at a time, and what the server's own
    /// fairness sends back (429) is tried again later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [50]))]
    pub(crate) requests_per_second: Option<std::num::NonZeroU32>,
    /// The key under which secret values enter plan digests. Plans that hold Secrets can't be promoted without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"env": "PROD_PLAN_KEY"}]))]
    pub(crate) plan_key: Option<PlanKey>,
}

/// Fields of objects of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ForcedFields {
    /// A kind of object.
    #[schemars(extend("examples" = ["Deployment"]))]
    pub(crate) kind: Text,
    /// The name of one; without it, all of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["cart"]))]
    pub(crate) name: Option<Text>,
    /// A namespace; without it, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["shop"]))]
    pub(crate) namespace: Option<Text>,
    /// Paths as conflicts name them. Each stands for all below it.
    #[schemars(length(min = 1))]
    #[schemars(extend("examples" = [[".spec.replicas", ".metadata.labels.team"]]))]
    pub(crate) fields: Vec<Text>,
}

/// When objects of one kind are healthy: expressions in CEL over the fields of an object, such as `status` and `spec`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HealthRule {
    /// `group/version` of the kind.
    #[schemars(extend("examples" = ["example.com/v1"]))]
    pub(crate) api_version: Text,
    /// The kind.
    #[schemars(extend("examples" = ["Database"]))]
    pub(crate) kind: Text,
    /// Where it is true, an object is as it is meant to be. Where it is not, or can't be told, it is waited for.
    #[schemars(extend("examples" = ["status.phase == 'Running'"]))]
    pub(crate) current: Text,
    /// Where it is true, an object is on its way, whatever `current` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["status.phase == 'Restoring'"]))]
    pub(crate) in_progress: Option<Text>,
    /// Where it is true, an object will not get there by itself, and nothing is waited for any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["status.phase == 'Broken'"]))]
    pub(crate) failed: Option<Text>,
}

fn kinds_with_data() -> Vec<Text> {
    tollgate_core::pipeline::KINDS_WITH_DATA.map(|kind| Text(kind.to_owned())).to_vec()
}

fn five_minutes() -> DurationText {
    DurationText("5m".to_owned())
}

fn origin() -> Text {
    Text(tollgate_core::pipeline::LedgerSpec::default().remote)
}

/// Where the ledger lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Ledger {
    /// Name or URL of a git remote.
    #[schemars(extend("examples" = ["origin"]))]
    pub(crate) remote: Text,
    /// The branch.
    #[schemars(extend("examples" = ["tollgate/ledger"]))]
    pub(crate) branch: Text,
}

impl Default for Ledger {
    fn default() -> Self {
        let tollgate_core::pipeline::LedgerSpec { remote, branch } = tollgate_core::pipeline::LedgerSpec::default();
        Self { remote: Text(remote), branch: Text(branch) }
    }
}

/// Where the digests of image tags are looked up: in `layout`, or, without it, at the registries that images name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Registry {
    /// A directory of OCI image layouts, absolute or relative to the repository's root. No registry is asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["/srv/images"]))]
    pub(crate) layout: Option<PathText>,
    /// Who is asked, in this order, where a registry is out of reach.
    #[serde(default)]
    #[schemars(extend("examples" = [[{"of": "registry.example.com", "at": "mirror.example.com/proxy"}]]))]
    pub(crate) mirrors: Vec<Mirror>,
    /// Registries that are spoken to without TLS. Those of this machine need not be named.
    #[serde(default)]
    #[schemars(extend("examples" = [["registry.internal.example.com:5000"]]))]
    pub(crate) insecure: Vec<RegistryText>,
}

/// A place that holds copies of a registry's images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Mirror {
    /// The registry.
    #[schemars(extend("examples" = ["registry.example.com"]))]
    pub(crate) of: RegistryText,
    /// The mirror, with the path below which it has the registry's repositories.
    #[schemars(extend("examples" = ["mirror.example.com/proxy"]))]
    pub(crate) at: MirrorText,
    /// Whether its word counts for tags. A mirror may know an older image for a tag than the registry does; for digests its
    /// word is not needed.
    #[serde(default)]
    #[schemars(extend("examples" = [true]))]
    pub(crate) tags: bool,
}
