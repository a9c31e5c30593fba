//! Languages beyond YAML and JSON, and the groups that their documents have.
//!
//! A document that is no Kubernetes object has an `apiVersion` whose group ends in `.tollgate`. Such documents are judged and
//! never applied, and only policies that name their group see them.

use std::fmt;

/// What the groups of all documents end in that are no Kubernetes objects.
pub const OWN_GROUPS: &str = ".tollgate";

/// Blocks of `.tf` files, variables of `.tfvars` files and the changes of a plan.
pub const TERRAFORM: &str = "terraform.tollgate/v1";
/// Any other file in the language of HashiCorp.
pub const HCL: &str = "hcl.tollgate/v1";
/// TOML files.
pub const TOML: &str = "toml.tollgate/v1";
/// Dockerfiles and Containerfiles.
pub const DOCKERFILE: &str = "dockerfile.tollgate/v1";
/// Files of environment variables.
pub const DOTENV: &str = "dotenv.tollgate/v1";

/// A language that a repository may ask for with `languages` of tollgate.yaml.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// `*.tf`, `*.tfvars` and `*.hcl`.
    Terraform,
    /// `*.toml`.
    Toml,
    /// `Dockerfile`, `Dockerfile.*`, `*.Dockerfile` and `Containerfile`.
    Dockerfile,
    /// `.env`, `.env.*` and `*.env`.
    Dotenv,
}

impl Language {
    /// All, in the order of the docs.
    pub const ALL: [Self; 4] = [Self::Terraform, Self::Toml, Self::Dockerfile, Self::Dotenv];

    /// The word for it in tollgate.yaml.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Toml => "toml",
            Self::Dockerfile => "dockerfile",
            Self::Dotenv => "dotenv",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
