//! Which language a file is in.

use tollgate_core::language::Language;

/// The language of a file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileLanguage {
    Json,
    Yaml,
    /// Blocks of a Terraform configuration.
    Terraform,
    /// Values for the variables of a Terraform configuration.
    TerraformVariables,
    /// HCL of something else.
    Hcl,
    Toml,
    Dockerfile,
    Dotenv,
}

impl FileLanguage {
    /// What a repository has to ask for; nothing for YAML and JSON, which are always read.
    pub(crate) const fn asked_for(self) -> Option<Language> {
        match self {
            Self::Json | Self::Yaml => None,
            Self::Terraform | Self::TerraformVariables | Self::Hcl => Some(Language::Terraform),
            Self::Toml => Some(Language::Toml),
            Self::Dockerfile => Some(Language::Dockerfile),
            Self::Dotenv => Some(Language::Dotenv),
        }
    }
}

/// Goes by the name alone, upper and lower case alike. Where a name fits twice, its end counts: `Dockerfile.json` is JSON.
/// What has no language of its own is YAML.
pub(crate) fn language(path: &str) -> FileLanguage {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "json" => FileLanguage::Json,
        "yaml" | "yml" => FileLanguage::Yaml,
        "tf" => FileLanguage::Terraform,
        "tfvars" => FileLanguage::TerraformVariables,
        "hcl" => FileLanguage::Hcl,
        "toml" => FileLanguage::Toml,
        "dockerfile" => FileLanguage::Dockerfile,
        "env" => FileLanguage::Dotenv,
        // Says what a build leaves out. It stands beside its Dockerfile, under the same name.
        "dockerignore" => FileLanguage::Yaml,
        _ if name == "dockerfile" || name == "containerfile" || name.starts_with("dockerfile.") => FileLanguage::Dockerfile,
        _ if name.starts_with(".env.") => FileLanguage::Dotenv,
        _ => FileLanguage::Yaml,
    }
}

/// Whether a file is in a language of manifests, rather than in another one that is judged and never applied.
pub fn may_hold_manifests(path: &str) -> bool {
    matches!(language(path), FileLanguage::Json | FileLanguage::Yaml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_language() {
        for (path, expected) in [
            ("a/b.yaml", FileLanguage::Yaml),
            ("-", FileLanguage::Yaml),
            ("README.md", FileLanguage::Yaml),
            ("a.JSON", FileLanguage::Json),
            ("main.tf.json", FileLanguage::Json),
            ("prod.tfvars.json", FileLanguage::Json),
            ("main.tf", FileLanguage::Terraform),
            ("prod.auto.tfvars", FileLanguage::TerraformVariables),
            (".terraform.lock.hcl", FileLanguage::Hcl),
            ("Cargo.toml", FileLanguage::Toml),
            ("a/Dockerfile", FileLanguage::Dockerfile),
            ("Dockerfile.prod", FileLanguage::Dockerfile),
            ("api.Dockerfile", FileLanguage::Dockerfile),
            ("Containerfile", FileLanguage::Dockerfile),
            ("Dockerfile.dockerignore", FileLanguage::Yaml),
            ("Dockerfile.yaml", FileLanguage::Yaml),
            ("Dockerfiles", FileLanguage::Yaml),
            ("a/.env", FileLanguage::Dotenv),
            (".env.example", FileLanguage::Dotenv),
            ("prod.env", FileLanguage::Dotenv),
            (".envrc", FileLanguage::Yaml),
            (".env.yaml", FileLanguage::Yaml),
        ] {
            assert_eq!(language(path), expected, "{path}");
        }
    }
}
