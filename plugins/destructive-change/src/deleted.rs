//! What a plan deletes.

use tollgate_sdk::PluginError;
use tollgate_sdk::promotion::{Action, Plan, Verb};

use crate::Settings;

/// How many objects are named.
const NAMED: usize = 10;

/// What of the plan is destructive, in words; nothing: nothing is.
///
/// # Errors
/// When the plan does not name what it deletes: then nobody can say what it is.
pub(crate) fn destructive(plan: &Plan, settings: &Settings) -> Result<Option<String>, PluginError> {
    let deleted: Vec<&Action> = plan.actions.iter().filter(|action| action.verb == Verb::Delete).collect();
    if deleted.len() != plan.deletes as usize {
        let message = format!("the plan deletes {} objects, but names {}", plan.deletes, deleted.len());
        return Err(PluginError::BadInput(message));
    }
    let of_kinds: Vec<&Action> = deleted.iter().copied().filter(|action| settings.kinds.contains(&action.kind)).collect();
    let all = objects(plan);
    let is_much = is_more_than(plan.deletes, all, settings.share);
    Ok(match (of_kinds.is_empty(), is_much) {
        (true, false) => None,
        (_, true) => Some(format!("the plan deletes {} of {all} objects: {}", plan.deletes, names(&deleted))),
        (false, false) => Some(format!("the plan deletes {}", names(&of_kinds))),
    })
}

/// How many objects are on the target.
fn objects(plan: &Plan) -> u64 {
    u64::from(plan.deletes) + u64::from(plan.changes) + u64::from(plan.unchanged)
}

/// Whether a part is more than a share. Nothing of nothing is not.
#[allow(clippy::cast_precision_loss, reason = "three counts of 32 bits fit into 53 bits")]
fn is_more_than(part: u32, all: u64, share: f64) -> bool {
    all > 0 && f64::from(part) / all as f64 > share
}

fn names(actions: &[&Action]) -> String {
    let shown = actions.iter().take(NAMED).map(|action| {
        let namespace = action.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("`{} {namespace}{}`", action.kind, action.name)
    });
    let more = actions.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tollgate_sdk::testing::promotions::{action, digest};

    use super::*;

    /// A plan that deletes so many ConfigMaps.
    fn plan(deletes: u32, changes: u32, unchanged: u32) -> Plan {
        let actions = (0..deletes).map(|number| action(Verb::Delete, "ConfigMap", &format!("c{number}"))).collect();
        Plan { digest: digest(0), creates: 5, changes, deletes, unchanged, actions }
    }

    fn share(share: f64) -> Settings {
        Settings { share, ..Settings::default() }
    }

    #[test]
    fn a_plan_that_does_not_name_what_it_deletes_gets_no_answer() {
        let unnamed = Plan { actions: Vec::new(), ..plan(1, 0, 9) };
        assert!(matches!(destructive(&unnamed, &Settings::default()), Err(PluginError::BadInput(_))));
        let too_many = Plan { deletes: 0, ..plan(1, 0, 9) };
        assert!(matches!(destructive(&too_many, &Settings::default()), Err(PluginError::BadInput(_))));
    }

    #[test]
    fn a_share_is_passed_and_not_reached() {
        assert_eq!(destructive(&plan(2, 4, 4), &share(0.2)), Ok(None));
        let much = destructive(&plan(3, 3, 4), &share(0.2)).unwrap().unwrap();
        assert_eq!(much, "the plan deletes 3 of 10 objects: `ConfigMap shop/c0`, `ConfigMap shop/c1`, `ConfigMap shop/c2`");
    }

    #[test]
    fn what_is_created_is_not_on_the_target_yet() {
        assert!(destructive(&plan(1, 0, 3), &share(0.2)).unwrap().is_some());
        assert!(destructive(&plan(1, 0, 4), &share(0.2)).unwrap().is_none());
    }

    #[test]
    fn ten_objects_are_named_and_the_rest_is_counted() {
        let ten = destructive(&plan(10, 0, 0), &share(0.2)).unwrap().unwrap();
        assert!(ten.ends_with("`ConfigMap shop/c9`"), "{ten}");
        let twelve = destructive(&plan(12, 0, 0), &share(0.2)).unwrap().unwrap();
        assert!(twelve.ends_with("`ConfigMap shop/c9` and 2 more"), "{twelve}");
    }

    #[test]
    fn an_object_without_namespace_is_named_without_one() {
        let namespace = Action { namespace: None, ..action(Verb::Delete, "Namespace", "shop") };
        let plan = Plan { actions: vec![namespace], deletes: 1, ..plan(0, 0, 99) };
        assert_eq!(destructive(&plan, &share(1.0)).unwrap().unwrap(), "the plan deletes `Namespace shop`");
    }

    proptest! {
        /// In whole numbers: deletes / all > percent / 100.
        #[test]
        fn a_share_is_what_whole_numbers_say(deletes in 0_u32..60, changes in 0_u32..60, unchanged in 0_u32..60, percent in 0_u32..=100) {
            let is_hit = destructive(&plan(deletes, changes, unchanged), &share(f64::from(percent) / 100.0)).unwrap().is_some();
            prop_assert_eq!(is_hit, deletes * 100 > percent * (deletes + changes + unchanged));
        }

        #[test]
        fn without_any_deletion_nothing_is_destructive(changes: u32, unchanged: u32, part in 0.0_f64..=1.0) {
            prop_assert_eq!(destructive(&plan(0, changes, unchanged), &share(part)), Ok(None));
        }
    }
}
