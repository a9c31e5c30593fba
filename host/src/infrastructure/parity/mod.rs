//! How an Ops target differs from its Apps twin: what is written for both, what is planned or rendered for both, and whether Ops
//! is as it was left.

mod causes;
mod objects;
mod values;
mod variables;

#[cfg(test)]
mod tests;

use tollgate_core::pair::{Pair, PairDifference, on_purpose};
use tollgate_core::pipeline::{PairSpec, Target};
use tollgate_core::plan::Plan;
use tollgate_core::ports::ApplyError;
use tollgate_core::render::Rendered;

use super::written::Written;
use causes::Causes;
pub(crate) use objects::SideObjects;

/// One target of a pair: what it would be, and what it would take to make it that.
pub(crate) struct PairSide<'a> {
    pub(crate) target: &'a Target,
    pub(crate) written: Written<'a>,
    pub(crate) rendered: &'a Rendered,
    /// Where all of it was looked at; else why it was not.
    pub(crate) plan: Result<&'a Plan, &'a ApplyError>,
}

/// Compares a pair.
pub(crate) fn compare(spec: &PairSpec, ops: &PairSide<'_>, apps: &PairSide<'_>) -> Pair {
    let mut differences = variables::compare(ops, apps);
    for difference in &mut differences {
        difference.on_purpose = on_purpose(&spec.differ, &difference.path).map(ToString::to_string);
    }
    let causes = Causes::of(apps.written, &differences);
    let mut unseen = Vec::new();
    match (SideObjects::of(ops), SideObjects::of(apps)) {
        (Ok(in_ops), Ok(in_apps)) => {
            let deferred = deferred(&[ops, apps]);
            let (in_ops, in_apps) = (in_ops.without(&deferred), in_apps.without(&deferred));
            differences.extend(objects::compare(&in_ops, &in_apps, spec, &causes));
        }
        (in_ops, in_apps) => unseen.extend([in_ops.err(), in_apps.err()].into_iter().flatten()),
    }
    match ops.plan {
        Ok(plan) => differences.extend(drifted(plan, spec)),
        Err(error) => unseen.push(format!("`{}` can't be looked at: {error}", ops.target.name)),
    }
    differences.sort_by(|a, b| (&a.component, &a.path).cmp(&(&b.component, &b.path)));
    Pair { ops: ops.target.name.clone(), apps: apps.target.name.clone(), differences, unseen }
}

/// Components that are planned once others are applied: they are compared when they are.
fn deferred<'s>(sides: &[&'s PairSide<'_>]) -> Vec<&'s str> {
    let plans = sides.iter().filter_map(|side| side.plan.ok());
    plans.flat_map(|plan| plan.components.deferred.iter().map(String::as_str)).collect()
}

/// What it would take to make Ops what it should be.
fn drifted(plan: &Plan, spec: &PairSpec) -> Vec<PairDifference> {
    let mut differences = Vec::new();
    for action in &plan.actions {
        let at = objects::path("live", &action.object.identity);
        for change in &action.changes {
            let path = at.join(&change.path);
            differences.push(PairDifference {
                component: action.object.component.clone(),
                on_purpose: on_purpose(&spec.differ, &path).map(ToString::to_string),
                ops: change.before.as_ref().map(values::planned),
                apps: change.after.as_ref().map(values::planned),
                path,
            });
        }
    }
    differences
}
