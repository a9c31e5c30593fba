//! Objects that nobody has thought of.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

/// JSON of any shape, made of the keys and words that a plugin looks at, so that it gets past the first question now and
/// then. Whatever it is, a plugin must judge it without a panic.
pub fn anything(keys: &'static [&'static str], words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(words).prop_map(Value::from),
        "\\PC{0,100}".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 128, 8, move |inner| {
        let members = btree_map(prop::sample::select(keys).prop_map(ToOwned::to_owned), inner.clone(), 0..8);
        prop_oneof![
            vec(inner, 0..5).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}
