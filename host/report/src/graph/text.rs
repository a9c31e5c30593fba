//! The graph as text: a line for each target with all that leads to it, and the gates with where they stand.

use tollgate_core::policy::Enforcement;

use super::{EnvironmentNode, GraphReport, TargetNode, TriggerNode, length};
use crate::clean;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

impl GraphReport {
    /// The graph for people.
    pub fn to_text(&self, style: Style) -> String {
        let revision = style.paint(Tone::Quiet, format!("of: {}", clean::line(&self.policy_revision)));
        let notices = summary::notices(&self.notices, style);
        if self.targets().next().is_none() {
            return join(&["there are no environments, so nothing can be promoted".to_owned(), notices, revision]);
        }
        let header = ["environment", "target", "moved by", "proven before on"];
        let rows = self.targets().map(|(environment, target)| row(environment, target));
        join(&[table::with_header(&header, rows, style), self.gates(style), notices, revision])
    }

    /// The gates, each with the targets that it stands before.
    fn gates(&self, style: Style) -> String {
        let mut gates: Vec<(&str, Enforcement, Vec<&str>)> = Vec::new();
        for (_, target) in self.targets() {
            for gate in &target.gates {
                match gates.iter_mut().find(|(name, ..)| *name == gate.name) {
                    Some((.., targets)) => targets.push(&target.name),
                    None => gates.push((&gate.name, gate.enforcement, vec![&target.name])),
                }
            }
        }
        let count = self.targets().count();
        let row = |(name, enforcement, targets): (&str, Enforcement, Vec<&str>)| {
            let before = if targets.len() == count { "every target".to_owned() } else { targets.join(", ") };
            vec![name.to_owned(), summary::enforcement(enforcement).to_owned(), before]
        };
        let header = ["gate", "enforcement", "stands before"];
        if gates.is_empty() { String::new() } else { table::with_header(&header, gates.into_iter().map(row), style) }
    }
}

fn row(environment: &EnvironmentNode, target: &TargetNode) -> Vec<String> {
    let name = if environment.promotable { environment.name.clone() } else { format!("{} (a dead end)", environment.name) };
    let moved_by: Vec<String> = target.on.iter().map(TriggerNode::phrase).collect();
    vec![name, format!("{} ({})", target.name, target.role_word()), moved_by.join("\n"), proven_on(target)]
}

/// What must have proven a recipe, a line for each condition.
fn proven_on(target: &TargetNode) -> String {
    let all: Vec<&str> = target.requires.iter().chain(&target.after).map(String::as_str).collect();
    let all = (!all.is_empty()).then(|| all.join(" and "));
    let any = target.after_any.iter().map(|group| format!("one of {}", group.join(", ")));
    let soak = target.soak.map(|seconds| format!("for {}", length(seconds)));
    let conditions: Vec<String> = all.into_iter().chain(any).chain(soak).collect();
    if conditions.is_empty() { "nowhere".to_owned() } else { conditions.join("\n") }
}
