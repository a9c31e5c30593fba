//! What `service add` did, and what comes next.

use serde::Serialize;
use tollgate_core::finding::Level;
use tollgate_report::finding::FindingReport;

use crate::cli::service::Add;

/// The report; one version of it for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Added {
    version: u32,
    service: String,
    /// The directory in the repository.
    path: String,
    files: Vec<String>,
    /// The entry of tollgate.yaml that takes the service in; nothing: one was added.
    covered_by: Option<String>,
    /// What `tollgate check` denies as long as it is not filled in.
    to_fill_in: Vec<ToFillIn>,
    next: Vec<String>,
}

/// A place of a new file that a policy denies.
#[derive(Debug, Serialize)]
pub(super) struct ToFillIn {
    file: String,
    line: u32,
    column: u32,
    rule: String,
    message: String,
    remediation: Option<String>,
}

impl ToFillIn {
    /// The place of a finding, where it denies.
    pub(super) fn of(finding: &FindingReport) -> Option<Self> {
        (finding.level == Level::Deny && finding.blocks).then(|| Self {
            file: finding.file.clone().unwrap_or_default(),
            line: finding.line.unwrap_or_default(),
            column: finding.column.unwrap_or_default(),
            rule: finding.rule.clone(),
            message: finding.message.clone(),
            remediation: finding.remediation.clone(),
        })
    }
}

impl Added {
    pub(super) fn new(
        arguments: &Add,
        path: &str,
        files: Vec<String>,
        covered_by: Option<String>,
        to_fill_in: Vec<ToFillIn>,
    ) -> Self {
        let name = &arguments.name;
        let is_new_entry = covered_by.is_none();
        let changed = if is_new_entry { format!("{path} tollgate.yaml") } else { path.to_owned() };
        let mut next =
            vec![format!("git add {changed} && git commit -m \"add {name}\", on a branch of its own; open a pull request")];
        if is_new_entry {
            next.push("once it is merged: tollgate policy accept COMMIT, because tollgate.yaml has changed".to_owned());
        }
        next.push(format!("in the service's own CI, after the push of the image: tollgate service sync {name} --image IMAGE:COMMIT --branch BRANCH"));
        Self { version: 1, service: name.clone(), path: path.to_owned(), files, covered_by, to_fill_in, next }
    }

    /// For people.
    pub(super) fn to_text(&self) -> String {
        let mut text: String = self.files.iter().map(|file| format!("wrote {file}\n")).collect();
        match &self.covered_by {
            Some(pattern) => text.push_str(&format!("`{pattern}` of tollgate.yaml takes it in\n")),
            None => text.push_str(&format!("tollgate.yaml has the component `{}` now\n", self.path)),
        }
        match self.to_fill_in.as_slice() {
            [] => text.push_str("check: approved\n"),
            places => {
                text.push_str("to fill in, until `tollgate check` approves:\n");
                for ToFillIn { file, line, column, rule, message, remediation } in places {
                    text.push_str(&format!("  {file}:{line}:{column} {rule}: {message}\n"));
                    text.extend(remediation.iter().map(|remediation| format!("    {remediation}\n")));
                }
            }
        }
        text.push_str("next:\n");
        text.extend(self.next.iter().map(|next| format!("  {next}\n")));
        text
    }
}
