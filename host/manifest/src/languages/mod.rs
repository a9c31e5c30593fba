//! Languages beyond YAML and JSON: from a text to documents whose values have their places.

mod dockerfile;
mod dotenv;
mod hcl;
mod toml;

use tollgate_core::document::SourceFile;

use crate::language::{FileLanguage, language};
use crate::lines::Lines;
use crate::placed::PlacedDocument;
use crate::source::{SourceFinding, Strictness, check_text, strip_byte_order_mark};

/// The documents of a file, or all that is wrong with it: what is only half understood is not judged.
pub(crate) type PlacedReading = Result<Vec<PlacedDocument>, Vec<SourceFinding>>;

/// Reads a file; nothing for YAML and JSON, which are read without a tree.
pub(crate) fn read_placed(source: &SourceFile) -> Option<PlacedReading> {
    let reader = match language(&source.path) {
        FileLanguage::Json | FileLanguage::Yaml => return None,
        FileLanguage::Terraform => hcl::read_configuration,
        FileLanguage::TerraformVariables => hcl::read_variables,
        FileLanguage::Hcl => hcl::read_other,
        FileLanguage::Toml => toml::read,
        FileLanguage::Dockerfile => dockerfile::read,
        FileLanguage::Dotenv => dotenv::read,
    };
    let text = check_text(strip_byte_order_mark(&source.bytes), 1, Strictness::Json);
    Some(match text {
        Ok(text) => reader(&source.path, &Lines::new(text, 1)),
        Err(finding) => Err(vec![*finding]),
    })
}

#[cfg(test)]
mod testing;
