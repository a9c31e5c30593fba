//! Which files may be shown in part, to people who look at a finding.

use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::language::TERRAFORM;

use crate::language::{FileLanguage, language};
use crate::limits::ReadLimits;
use crate::read::read;
use crate::render::packed::is_packed_chart;

/// Whether lines of a file may be shown around a finding. Never those of a file that is nothing but secrets, nor those of a
/// plan, whose sensitive values stand in it as they are; a plan that is cut off or broken counts as one. A packed chart has no lines.
pub fn may_be_shown(source: &Arc<SourceFile>) -> bool {
    match language(&source.path) {
        _ if is_packed_chart(&source.path) => false,
        FileLanguage::Dotenv | FileLanguage::TerraformVariables => false,
        FileLanguage::Json | FileLanguage::Yaml => !may_be_plan(source),
        FileLanguage::Terraform | FileLanguage::Hcl | FileLanguage::Toml | FileLanguage::Dockerfile => true,
    }
}

/// A key may be written with escapes, so that only reading tells.
fn may_be_plan(source: &Arc<SourceFile>) -> bool {
    let names = |key: &str| memchr::memmem::find(&source.bytes, key.as_bytes()).is_some();
    let has_escapes = || memchr::memchr(b'\\', &source.bytes).is_some();
    let holds_plan = || read(source, &ReadLimits::default()).documents.iter().any(|found| found.identity.api_version == TERRAFORM);
    names("resource_changes") || names("terraform_version") || has_escapes() && holds_plan()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> bool {
        may_be_shown(&Arc::new(SourceFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }))
    }

    #[test]
    fn files_of_secrets_and_plans_are_never_shown() {
        let plan = r#"{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": []}"#;
        for (path, text) in [
            (".env", "A=b"),
            ("charts/redis-1.2.3.tgz", "\u{1f}\u{8b}"),
            ("prod.tfvars", "a = 1"),
            ("plan.json", plan),
            ("plan.yaml", plan),
            ("plan.json", &plan[..70]),
            ("plan.json", &plan.replace("_changes", "\\u005fchanges").replace("_version", "\\u005fversion")),
        ] {
            assert!(!shown(path, text), "{path}: {text}");
        }
    }

    #[test]
    fn other_files_are_shown() {
        for (path, text) in [("a.yaml", "kind: Pod\nname: \"a\\tb\""), ("main.tf", "resource_changes {}"), ("Dockerfile", "FROM a")]
        {
            assert!(shown(path, text), "{path}: {text}");
        }
    }
}
