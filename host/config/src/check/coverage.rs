//! Whether a gate stands before every target.

use tollgate_core::pipeline::Pipeline;

use crate::problem::ConfigProblem;

/// A target that nothing stands before would take anything, so it is refused.
pub(crate) fn check(pipeline: &Pipeline, problems: &mut Vec<ConfigProblem>) {
    for target in pipeline.targets().filter(|target| pipeline.gates_to(target).all(|gate| gate.is_implied)) {
        let problem = ConfigProblem::new(target.location.clone(), format!("no gate stands before target `{}`", target.name));
        problems.push(problem.hint("add a gate that matches it, or a pack"));
    }
}
