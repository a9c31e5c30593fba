//! The graph as a Mermaid flowchart, which forges draw in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::edges::{Start, edges};
use super::{EnvironmentNode, GraphReport, TargetNode, TriggerNode};
use crate::clean;

impl GraphReport {
    /// A Mermaid flowchart.
    pub fn to_mermaid(&self) -> String {
        let mut text = format!("%% policy revision: {}\nflowchart LR\n", clean::line(&self.policy_revision));
        let triggers = self.triggers();
        for (index, trigger) in triggers.iter().enumerate() {
            line(&mut text, &format!("  on{index}([\"{}\"])", quoted(&trigger.phrase())));
        }
        let ids: BTreeMap<&str, String> =
            self.targets().enumerate().map(|(index, (_, target))| (target.name.as_str(), format!("t{index}"))).collect();
        for (index, environment) in self.environments.iter().enumerate() {
            subgraph(&mut text, index, environment, &ids);
        }
        for edge in edges(self) {
            let Some(from) = start(edge.from, &triggers, &ids) else { continue };
            let label = edge.kind.label();
            let label = if label.is_empty() { label } else { format!("|\"{}\"|", quoted(&label)) };
            let arrow = if edge.kind.is_dashed() { "-.->" } else { "-->" };
            line(&mut text, &format!("  {from} {arrow}{label} {}", ids.get(edge.to).map_or("", String::as_str)));
        }
        text
    }
}

fn subgraph(text: &mut String, index: usize, environment: &EnvironmentNode, ids: &BTreeMap<&str, String>) {
    let what = if environment.promotable { "" } else { ": nothing is promoted from here" };
    line(text, &format!("  subgraph e{index}[\"{}{what}\"]", quoted(&environment.name)));
    for target in &environment.targets {
        let id = ids.get(target.name.as_str()).map_or("", String::as_str);
        line(text, &format!("    {id}[\"{}\"]", node(target)));
    }
    line(text, "  end");
}

fn node(target: &TargetNode) -> String {
    target.lines().iter().map(|line| quoted(line)).collect::<Vec<_>>().join("<br/>")
}

fn start(from: Start<'_>, triggers: &[&TriggerNode], ids: &BTreeMap<&str, String>) -> Option<String> {
    match from {
        Start::Trigger(trigger) => triggers.iter().position(|other| *other == trigger).map(|index| format!("on{index}")),
        Start::Target(name) => ids.get(name).cloned(),
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a text can't fail.
    let _ = writeln!(text, "{line}");
}

/// As Mermaid takes it between quotation marks: what means something to it, or to HTML, by its code.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for character in clean::line(text).chars() {
        match character {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' => quoted.push_str(&format!("#{};", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted
}
