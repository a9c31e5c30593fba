//! What `service remove` found and did.

use serde::Serialize;

use super::pruning::Pruned;
use crate::cli::service::Remove;
use crate::services::departure::{Departure, MentionAt, Reference};

/// The report; one version of it for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Removed {
    version: u32,
    service: String,
    path: String,
    /// Whether it is gone from the work tree.
    removed: bool,
    files: Vec<String>,
    objects: Vec<String>,
    /// In the files of other services.
    references: Vec<ReferenceReport>,
    /// In tollgate.yaml and the files of waivers.
    configuration: Vec<MentionReport>,
    /// Where it runs, and what goes there.
    targets: Vec<Pruned>,
    /// For the commit of the removal, once it is written.
    commit_message: Option<String>,
    notices: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ReferenceReport {
    component: String,
    file: String,
    line: u32,
    column: u32,
    document: String,
    pointer: String,
    what: String,
}

#[derive(Debug, Serialize)]
struct MentionReport {
    file: String,
    line: u32,
    pointer: String,
    /// Whether `--write` takes it out.
    goes: bool,
}

impl From<&Reference> for ReferenceReport {
    fn from(reference: &Reference) -> Self {
        let Reference { component, location, document, pointer, what } = reference.clone();
        let (line, column) = (location.span.line, location.span.column);
        Self { component, file: location.file, line, column, document, pointer: pointer.as_str().to_owned(), what }
    }
}

impl From<&MentionAt> for MentionReport {
    fn from(at: &MentionAt) -> Self {
        Self {
            file: at.location.file.clone(),
            line: at.location.span.line,
            pointer: at.mention.pointer.as_str().to_owned(),
            goes: at.mention.goes,
        }
    }
}

impl ReferenceReport {
    fn line(&self) -> String {
        let Self { file, line, column, document, pointer, what, .. } = self;
        format!("{file}:{line}:{column} {document} {what} ({pointer})")
    }
}

impl Removed {
    pub(super) fn new(
        arguments: &Remove,
        departure: &Departure,
        is_removed: bool,
        targets: Vec<Pruned>,
        notices: Vec<String>,
    ) -> Self {
        let references: Vec<ReferenceReport> = departure.references.iter().map(ReferenceReport::from).collect();
        Self {
            version: 1,
            service: departure.name.clone(),
            path: departure.path.clone(),
            removed: is_removed,
            files: departure.files.clone(),
            objects: departure.objects.iter().map(ToString::to_string).collect(),
            configuration: departure.mentions().map(MentionReport::from).collect(),
            commit_message: is_removed.then(|| message(arguments, &references)),
            references,
            targets,
            notices,
        }
    }

    /// For people.
    pub(super) fn to_text(&self) -> String {
        let Self { service, path, files, objects, .. } = self;
        let mut text = format!("{service}: {path}, {} files, {} objects\n", files.len(), objects.len());
        list(&mut text, "others refer to it:", "no other service refers to it", self.references.iter().map(ReferenceReport::line));
        let mention = |mention: &MentionReport| {
            let fate = if mention.goes { "goes with it" } else { "stays; look whether it should" };
            format!("{}:{} {} {fate}", mention.file, mention.line, mention.pointer)
        };
        list(
            &mut text,
            "configuration speaks of it:",
            "no configuration speaks of it alone",
            self.configuration.iter().map(mention),
        );
        let target = |pruned: &Pruned| {
            let Pruned { target, environment, promotion, deletes, gates } = pruned;
            let gates = if gates.is_empty() { "none".to_owned() } else { gates.join(", ") };
            format!("{target} ({environment}, since {promotion}): {}\n    promotion gates there: {gates}", deletes.join(", "))
        };
        list(&mut text, "pruned, where it runs:", "it runs nowhere", self.targets.iter().map(target));
        text.push_str(&self.end());
        text.extend(self.notices.iter().map(|notice| format!("note: {notice}\n")));
        text
    }

    fn end(&self) -> String {
        let Some(message) = &self.commit_message else {
            return format!(
                "nothing is written; `tollgate service remove {} --write` removes it from the work tree\n",
                self.service
            );
        };
        let message: String = message.lines().map(|line| format!("  {line}\n")).collect();
        let message = message.replace("  \n", "\n");
        format!(
            "removed from the work tree; commit it with this message, on a branch of its own, and open a pull request:\n\n{message}"
        )
    }
}

fn list(text: &mut String, head: &str, none: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("  {line}\n")).collect();
    text.push_str(if lines.is_empty() { none } else { head });
    text.push('\n');
    text.extend(lines);
}

fn message(arguments: &Remove, references: &[ReferenceReport]) -> String {
    let name = &arguments.name;
    let mut message = format!("remove {name}\n");
    message.extend(arguments.reason.iter().map(|reason| format!("\n{reason}\n")));
    if !references.is_empty() {
        message.push_str("\nOthers still refer to it:\n");
        message.extend(references.iter().map(|reference| format!("- {}\n", reference.line())));
    }
    message.push_str(&format!("\nService: {name}\n"));
    message
}
