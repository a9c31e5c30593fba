//! Plan digests: equal exactly when the same would be done.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tollgate_core::digest::Digest;
use tollgate_core::ports::ApplyPlan as _;
use tollgate_core::render::Rendered;

use super::support::{Place, config, mk_document, mk_place, recipe};

/// Whether an object is a Secret, and its data.
type Object = (bool, Option<BTreeMap<String, String>>);

/// Objects by name.
type Model = BTreeMap<String, Object>;

fn any_model() -> impl Strategy<Value = Model> {
    let data = prop::option::of(prop::collection::btree_map("[ab]", "[xy]", 0..3));
    prop::collection::btree_map("[cd]", (any::<bool>(), data), 0..3)
}

fn render(model: &Model) -> Rendered {
    let document = |(name, (secret, data)): (&String, &Object)| {
        let rest = data.as_ref().map_or(json!({}), |data| json!({ "data": data }));
        mk_document(&format!("services/{name}/all.yaml"), if *secret { "Secret" } else { "ConfigMap" }, name, &rest)
    };
    Rendered::new(model.iter().map(document).collect())
}

fn digest(place: &Place, rendered: &Rendered) -> Digest {
    let plan = place.target_with_key().plan(recipe(rendered), rendered).unwrap();
    assert_eq!(plan.conflicts, []);
    plan.digest().unwrap()
}

fn at(before: &Model) -> Place {
    let place = mk_place();
    place.promote_to(&place.target_with_key(), &render(before)).unwrap();
    place
}

/// The same value with its members in another order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().rev().map(|(key, member)| (key.clone(), reversed(member))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn two_recipes_have_one_digest_exactly_when_they_are_the_same(before in any_model(), one in any_model(), other in any_model()) {
        let place = at(&before);
        prop_assert_eq!(digest(&place, &render(&one)) == digest(&place, &render(&other)), one == other);
    }

    #[test]
    fn the_order_of_keys_and_of_documents_is_not_in_the_digest(before in any_model(), wanted in any_model()) {
        let place = at(&before);
        let mut documents = render(&wanted).documents().to_vec();
        documents.reverse();
        for document in &mut documents {
            document.body = reversed(&document.body);
        }
        prop_assert_eq!(digest(&place, &render(&wanted)), digest(&place, &Rendered::new(documents)));
    }

    #[test]
    fn the_digest_is_the_same_wherever_the_same_is_live(before in any_model(), wanted in any_model()) {
        prop_assert_eq!(digest(&at(&before), &render(&wanted)), digest(&at(&before), &render(&wanted)));
    }

    #[test]
    fn what_is_planned_to_change_is_what_changes(before in any_model(), wanted in any_model()) {
        let place = at(&before);
        let plan = place.target_with_key().plan(recipe(&render(&wanted)), &render(&wanted)).unwrap();
        let differing = before.keys().chain(wanted.keys()).collect::<std::collections::BTreeSet<_>>().into_iter();
        // An object that becomes another kind is deleted and created.
        let count = |name: &String| match (before.get(name), wanted.get(name)) {
            (Some((was, _)), Some((is, _))) if was != is => 2,
            (was, is) => usize::from(was != is),
        };
        prop_assert_eq!(plan.actions.len(), differing.map(count).sum::<usize>());
        let sorted = plan.actions.windows(2).all(|pair| pair[0].object < pair[1].object);
        prop_assert!(sorted);
        for action in &plan.actions {
            let sorted = action.changes.windows(2).all(|pair| pair[0].path < pair[1].path);
            prop_assert!(sorted && !action.changes.is_empty());
        }
    }
}
