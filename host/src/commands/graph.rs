//! `tollgate graph`: which reference moves which target, after what, past which gates. Asks nobody and reads no ledger, but
//! for the revision in force where that judges.

use tollgate_report::exit_code::ExitCode;
use tollgate_report::graph::GraphReport;

use super::Outcome;
use super::judging;
use crate::cli::check::Check;
use crate::cli::graph::{Graph, GraphFormat};
use crate::invocation::Invocation;
use crate::{output, wiring};

pub(crate) fn run(invocation: &Invocation, arguments: &Graph) -> Outcome {
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let judging = judging::choose(invocation, &Check::default(), None, &loader)?;
    let report = GraphReport::new(&judging.configuration.pipeline, &judging.revision, &judging.notices);
    let text = match arguments.output {
        GraphFormat::Text => report.to_text(invocation.style()),
        GraphFormat::Mermaid => report.to_mermaid(),
        GraphFormat::Dot => report.to_dot(),
        GraphFormat::Svg => report.to_svg(),
        GraphFormat::Json => output::json(&report).map_err(|failure| vec![failure])?,
    };
    output::print(&text).map_err(|failure| vec![failure])?;
    Ok(ExitCode::Approved)
}
