//! The graph in DOT, the language of Graphviz.

use std::fmt::Write as _;

use super::edges::{Edge, Start, edges};
use super::{EnvironmentNode, GraphReport};
use crate::clean;

impl GraphReport {
    /// A digraph in DOT.
    pub fn to_dot(&self) -> String {
        let revision = quoted(&[format!("policy revision: {}", self.policy_revision)]);
        let mut text = format!("digraph promotion {{\n  rankdir=LR;\n  label={revision};\n  node [shape=box];\n");
        for trigger in self.triggers() {
            let name = quoted(&[trigger.phrase()]);
            line(&mut text, &format!("  {name} [shape=ellipse];"));
        }
        for (index, environment) in self.environments.iter().enumerate() {
            cluster(&mut text, index, environment);
        }
        for edge in edges(self) {
            line(&mut text, &arrow(&edge));
        }
        text.push_str("}\n");
        text
    }
}

fn cluster(text: &mut String, index: usize, environment: &EnvironmentNode) {
    let what = if environment.promotable { "" } else { ": nothing is promoted from here" };
    line(text, &format!("  subgraph cluster_{index} {{"));
    line(text, &format!("    label={};", quoted(&[format!("{}{what}", environment.name)])));
    for target in &environment.targets {
        line(text, &format!("    {} [label={}];", quoted(std::slice::from_ref(&target.name)), quoted(&target.lines())));
    }
    line(text, "  }");
}

fn arrow(edge: &Edge<'_>) -> String {
    let from = match edge.from {
        Start::Trigger(trigger) => trigger.phrase(),
        Start::Target(name) => name.to_owned(),
    };
    let label = edge.kind.label();
    let label = (!label.is_empty()).then(|| format!("label={}", quoted(&[label])));
    let style = edge.kind.is_dashed().then(|| "style=dashed".to_owned());
    let attributes: Vec<String> = label.into_iter().chain(style).collect();
    let attributes = if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
    format!("  {} -> {}{attributes};", quoted(&[from]), quoted(&[edge.to.to_owned()]))
}

fn line(text: &mut String, line: &str) {
    // Writing to a text can't fail.
    let _ = writeln!(text, "{line}");
}

/// Lines as one quoted text.
fn quoted(lines: &[String]) -> String {
    let escape = |line: &String| clean::line(line).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", lines.iter().map(escape).collect::<Vec<_>>().join("\\n"))
}
