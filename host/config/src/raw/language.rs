//! Languages as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language beyond YAML and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// `*.tf`, `*.tfvars` and `*.hcl`.
    Terraform,
    /// `*.toml`.
    Toml,
    /// `Dockerfile`, `Dockerfile.*`, `*.Dockerfile` and `Containerfile`.
    Dockerfile,
    /// `.env`, `.env.*` and `*.env`.
    Dotenv,
}

impl From<Language> for tollgate_core::language::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::Terraform => Self::Terraform,
            Language::Toml => Self::Toml,
            Language::Dockerfile => Self::Dockerfile,
            Language::Dotenv => Self::Dotenv,
        }
    }
}
