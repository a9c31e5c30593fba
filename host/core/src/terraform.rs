//! Terraform: what its components, targets and programs are told.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{Location, ObjectIdentity};
use crate::glob::Glob;
use crate::language::TERRAFORM;
use crate::plan_key::PlanKey;
use crate::rendering::TargetText;

/// Address of the provider that is built into the program.
pub const BUILTIN_PROVIDER: &str = "terraform.io/builtin/terraform";

/// Name of the file in which Terraform locks its providers.
pub const LOCK_FILE: &str = ".terraform.lock.hcl";

/// The name of a target's own workspace where it has no other.
pub const DEFAULT_WORKSPACE: &str = "default";

/// A program that understands Terraform's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TerraformProgram {
    Terraform,
    #[serde(rename = "tofu")]
    OpenTofu,
}

impl TerraformProgram {
    /// Both, in the order in which they are looked for.
    pub const ALL: [Self; 2] = [Self::Terraform, Self::OpenTofu];

    /// What the program's file is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }
}

impl fmt::Display for TerraformProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What Terraform may execute, whoever wrote the configuration: a pull request is code of somebody else's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TerraformSpec {
    /// Nothing: whichever is found first.
    pub program: Option<TerraformProgram>,
    /// Patterns of provider addresses, `registry.terraform.io/hashicorp/aws`. The built-in one is always allowed.
    pub providers: Vec<Glob>,
    /// Patterns of module sources. Those of the repository itself are always allowed.
    pub modules: Vec<Glob>,
    /// Patterns of types of data sources that run programs or fetch from elsewhere, and are allowed all the same.
    pub data: Vec<Glob>,
    /// Whether resources may run programs when they are made or destroyed.
    pub provisioners: bool,
}

impl TerraformSpec {
    /// Whether a provider may be executed, by its full address.
    pub fn allows_provider(&self, address: &str) -> bool {
        address == BUILTIN_PROVIDER || matches_any(&self.providers, address)
    }

    /// Whether a module from elsewhere may be used.
    pub fn allows_module(&self, source: &str) -> bool {
        matches_any(&self.modules, source)
    }

    /// Whether a data source may be read although it runs a program or fetches from elsewhere.
    pub fn allows_data(&self, kind: &str) -> bool {
        matches_any(&self.data, kind)
    }
}

fn matches_any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}

/// A component that is planned and applied by Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerraformComponent {
    /// Files of variables, relative to its directory, of which later ones win.
    pub var_files: Vec<TargetText>,
    /// Paths of components that must be as planned before this one is planned.
    pub depends_on: Vec<String>,
    /// Where in `tollgate.yaml` it is said.
    pub location: Location,
}

/// What Terraform is told for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerraformTarget {
    pub workspace: String,
    /// What the backend is told beside what the configuration says; `{component}` stands for the component's name.
    pub backend_config: BTreeMap<String, String>,
    /// Variables of the environment that plans get.
    pub plan_environment: Vec<PassedVariable>,
    /// Variables of the environment that applies get.
    pub apply_environment: Vec<PassedVariable>,
    /// How long somebody else's lock of a state is waited for, in seconds.
    pub lock_timeout: u64,
    /// How long one plan may take, in seconds.
    pub plan_timeout: u64,
    /// How long one apply may take, in seconds.
    pub apply_timeout: u64,
    /// How many components are planned at a time.
    pub parallel: usize,
    pub plan_key: Option<PlanKey>,
}

impl TerraformTarget {
    /// What is said of a target where nothing is said but its workspace.
    pub fn in_workspace(workspace: &str) -> Self {
        Self {
            workspace: workspace.to_owned(),
            backend_config: BTreeMap::new(),
            plan_environment: Vec::new(),
            apply_environment: Vec::new(),
            lock_timeout: 60,
            plan_timeout: 900,
            apply_timeout: 3_600,
            parallel: 4,
            plan_key: None,
        }
    }
}

/// A variable of the environment that a child process gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassedVariable {
    /// What the child knows it as.
    pub name: String,
    /// Where its value is taken from.
    pub from: String,
}

/// How a component is planned, as it is part of a recipe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecipeTerraform {
    /// Digest of the lock file; nothing where no provider is locked.
    pub lock: Option<crate::digest::Digest>,
    /// Directories of the repository, beside its own, that modules of it are in. Sorted by path.
    pub modules: Vec<LocalModules>,
    pub var_files: Vec<TargetText>,
    /// Names of components that come before it.
    pub depends_on: Vec<String>,
}

/// A directory of the repository with modules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LocalModules {
    pub path: String,
    /// Git hash of the directory.
    pub tree: String,
}

/// The files of a component as Terraform reads them, for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerraformRoot {
    pub component: String,
    /// Path of its directory in the repository.
    pub path: String,
    /// Contents by path in the repository: those of the component, and of modules beside it.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Paths in the repository, of which later ones win.
    pub var_files: Vec<String>,
    /// Names of components that come before it.
    pub depends_on: Vec<String>,
    /// How the target's state was left last; nothing where that is not known.
    pub left: Option<LeftState>,
    /// Values that must not be told to anybody, whatever Terraform says.
    pub secrets: Vec<String>,
}

/// The state of a component at a target, as Terraform counts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownState {
    /// Made once for each state.
    pub lineage: String,
    /// Greater each time the state changes.
    pub serial: u64,
}

/// A state as tollgate left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftState {
    pub state: KnownState,
    /// Whether it was left by the very component that is looked at, as it is now.
    pub is_of_same: bool,
}

/// A resource of a plan (`resource_changes`, `resource_drift`) by its type, its module and the rest of its address; nothing where it
/// lacks one of them.
///
/// After Terraform's [JSON output format](https://developer.hashicorp.com/terraform/internals/json-format).
pub fn resource_identity(resource: &Value) -> Option<ObjectIdentity> {
    let text = |key: &str| resource.get(key).and_then(Value::as_str);
    let (address, kind) = (text("address")?, text("type")?);
    let module = text("module_address");
    let rest = module.and_then(|module| address.strip_prefix(module)?.strip_prefix('.')).unwrap_or(address);
    let name = rest.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')).unwrap_or(rest);
    Some(ObjectIdentity {
        api_version: TERRAFORM.to_owned(),
        kind: kind.to_owned(),
        namespace: module.map(ToOwned::to_owned),
        name: text("deposed").map_or_else(|| name.to_owned(), |deposed| format!("{name} (deposed {deposed})")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_resource_is_named_by_type_module_and_rest() {
        let name = |resource: &Value| {
            let identity = resource_identity(resource)?;
            Some((identity.kind, identity.namespace.unwrap_or_default(), identity.name))
        };
        let told = |kind: &str, module: &str, name: &str| Some((kind.to_owned(), module.to_owned(), name.to_owned()));
        assert_eq!(name(&json!({"address": "lab_file.a[0]", "type": "lab_file"})), told("lab_file", "", "a[0]"));
        let inside = json!({"address": "module.m[\"x.y\"].lab_file.a", "type": "lab_file", "module_address": "module.m[\"x.y\"]"});
        assert_eq!(name(&inside), told("lab_file", "module.m[\"x.y\"]", "a"));
        let old = json!({"address": "lab_file.a", "type": "lab_file", "deposed": "0a1b"});
        assert_eq!(name(&old), told("lab_file", "", "a (deposed 0a1b)"));
        assert_eq!(name(&json!({"address": "lab_file.a"})), None);
    }
}
