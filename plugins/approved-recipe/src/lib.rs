//! `approved-recipe`: in a cluster runs what was let through, and nothing else.
//!
//! It judges at admission, by what the host tells it of the recipes that were approved for the target. An object that is in them
//! must be as it is written there, apart from what the API server adds; an object that a controller makes is left to that
//! controller, and its images are looked at all the same.

mod admission;
mod change;
mod compare;
mod exempt;
mod globs;
mod images;
mod judge;
mod ownership;
mod place;
mod recipe;
mod report;
mod rules;
mod settings;
mod shape;
mod shown;
#[cfg(test)]
mod tests;

use tollgate_sdk::{Check, Description, Finding, Findings, Level, Needs, PluginError, Validator, Value, export_validator};

use admission::Request;
use settings::Settings;

struct ApprovedRecipe;

impl Validator for ApprovedRecipe {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "approved-recipe", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    /// Every kind: what may run is decided for all of them.
    fn needs(_: &Settings) -> Needs {
        Needs::document()
    }

    fn check(check: &Check<'_, Settings>, findings: &mut Findings) -> Result<(), PluginError> {
        let context = check.context.read()?;
        if context.get("place").and_then(Value::as_str) != Some("admission") {
            return Ok(());
        }
        let request = Request::read(&context)?;
        for document in check.documents {
            let found = judge::judge(document, &request, check.settings);
            findings.extend(found.into_iter().map(|finding| if request.dry_run { told_only(finding) } else { finding }));
        }
        Ok(())
    }
}

/// A dry run writes nothing, and a plan is one that nobody can have approved yet: tollgate asks the cluster what would become of a
/// recipe before the gates judge it.
fn told_only(finding: Finding) -> Finding {
    if finding.level() == Level::Deny { finding.at_level(Level::Warn) } else { finding }
}

export_validator!(ApprovedRecipe);
