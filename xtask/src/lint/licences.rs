//! Under which licences dependencies may be used: the whole graph of every workspace.

use std::collections::BTreeSet;

use cargo_metadata::MetadataCommand;
use spdx::{Expression, ParseMode};

use crate::lint::LintError;
use crate::lint::layers::{Licences, PATH, Rules};
use crate::workspaces::Repository;

/// Every package whose licence is not on the list.
pub(crate) fn check(repository: &Repository) -> Result<Vec<String>, LintError> {
    let licences = Rules::read(&repository.root)?.licences;
    let mut problems = BTreeSet::new();
    for workspace in repository.workspaces() {
        let metadata = MetadataCommand::new().manifest_path(workspace.manifest()).exec()?;
        problems
            .extend(metadata.packages.iter().filter_map(|package| problem(&licences, &package.name, package.license.as_deref())));
    }
    Ok(problems.into_iter().collect())
}

/// What is wrong with a package's licence. What the package says itself counts less than what we found out.
fn problem(licences: &Licences, package: &str, said: Option<&str>) -> Option<String> {
    let expression = licences.clarify.get(package).map(String::as_str).or(said);
    let Some(expression) = expression else {
        return Some(format!("`{package}` does not say under which licence it is; find out, and `clarify` it in {PATH}"));
    };
    match is_allowed(licences, expression) {
        Ok(true) => None,
        Ok(false) => Some(format!("`{package}` is under `{expression}`, which {PATH} does not allow")),
        Err(error) => Some(format!("`{package}` is under `{expression}`, which is no SPDX expression: {}", error.reason)),
    }
}

fn is_allowed(licences: &Licences, expression: &str) -> Result<bool, spdx::error::ParseError> {
    // Old packages write `MIT/Apache-2.0`.
    let mode = ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT };
    let expression = Expression::parse_mode(expression, mode)?;
    Ok(expression.evaluate(|requirement| licences.allow.contains(&requirement.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(said: Option<&str>) -> bool {
        let allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).to_vec();
        let clarify = [("clear".to_owned(), "MIT".to_owned())].into();
        problem(&Licences { allow, clarify }, "some", said).is_none()
    }

    #[test]
    fn one_of_a_choice_is_enough_and_all_of_a_sum_are_needed() {
        for said in ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "Apache-2.0 WITH LLVM-exception", "MIT AND Apache-2.0"] {
            assert!(is_fine(Some(said)), "{said}");
        }
        for said in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "Apache-2.0 WITH Classpath-exception-2.0", "see the file", ""] {
            assert!(!is_fine(Some(said)), "{said}");
        }
    }

    #[test]
    fn silence_is_not_permission() {
        assert!(!is_fine(None));
        let licences = Licences { allow: vec!["MIT".to_owned()], clarify: [("clear".to_owned(), "MIT".to_owned())].into() };
        assert_eq!(problem(&licences, "clear", None), None);
    }
}
