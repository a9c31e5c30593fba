//! Drawing the promotion graph.

use clap::{Args, ValueEnum};

use super::Trust;

/// Show the promotion graph: what moves which target, after what, past which gates
#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Form of the graph
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: GraphFormat,
}

/// Forms of the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For people
    #[default]
    Text,
    /// A Mermaid flowchart, which forges draw in Markdown
    Mermaid,
    /// For Graphviz
    Dot,
    /// An image
    Svg,
    /// For programs
    Json,
}
