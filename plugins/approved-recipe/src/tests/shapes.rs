//! Whatever the API server makes of an approved document is accepted, and whatever somebody else makes of it is found.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tollgate_sdk::testing::pointers;

use super::samples;
use crate::compare::{Circumstances, Difference, Excuses, compare};
use crate::place::{Moment, Sides};
use crate::shape::{self, Field, Holds};

/// How many things are different.
fn differences(approved: &Value, found: &Value) -> Vec<String> {
    let (approved, found) = (approved.to_string(), found.to_string());
    let [approved, found] = [&approved, &found].map(|text| tollgate_sdk::Value::read(text.as_bytes()).unwrap());
    let text = |name| approved.get(name).and_then(tollgate_sdk::Value::as_str).unwrap();
    let group = text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    let excuses = Excuses::default();
    let circumstances = Circumstances { moment: Moment::default(), is_autoscaled: false, excuses: &excuses };
    let sides = Sides { approved: Some(&approved), found: Some(&found) };
    let differences = compare(shape::of(group, text("kind")), sides, circumstances);
    differences.iter().map(|one: &Difference<'_>| format!("{:?} {:?}", one.steps, one.what)).collect()
}

fn field_of(object: &Value) -> &'static Field {
    let text = |name: &str| object[name].as_str().unwrap();
    shape::of(text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group), text("kind"))
}

/// Choices, one after the other, from a few that were drawn.
#[derive(Debug)]
struct Choices {
    drawn: Vec<bool>,
    next: usize,
}

impl Choices {
    fn next(&mut self) -> bool {
        self.next += 1;
        self.drawn[self.next % self.drawn.len()]
    }
}

/// Adds some of what the table says is there where nothing is written, and writes quantities in another way.
fn serve(field: &'static Field, value: &mut Value, choices: &mut Choices) {
    if matches!(field.holds, Holds::Amount) && !value.is_null() && choices.next() {
        *value = rewritten(value);
    }
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, member)| serve(field.member(name), member, choices));
            add_defaults(field, members, choices);
            members.retain(|_, member| !member.is_null());
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| serve(field.element(), element, choices)),
        _ => {}
    }
}

fn add_defaults(field: &'static Field, members: &mut Map<String, Value>, choices: &mut Choices) {
    let Holds::Object(shape) = field.holds else { return };
    for (name, member) in shape.defaults() {
        // `null` is written as little as what is left out.
        if members.get(name).is_none_or(Value::is_null) && choices.next() {
            members.insert(name.to_owned(), member);
        }
    }
}

/// The same quantity, in thousandths.
fn rewritten(value: &Value) -> Value {
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let (number, unit) = text.split_at(text.find(|character: char| character.is_ascii_alphabetic()).unwrap_or(text.len()));
    let number: f64 = number.parse().unwrap();
    match unit {
        "Gi" => json!(format!("{}Mi", number * 1024.0)),
        "Mi" => json!(format!("{}Ki", number * 1024.0)),
        "m" => json!(number / 1000.0),
        _ => json!(format!("{}m", number * 1000.0)),
    }
}

fn sample() -> impl Strategy<Value = Value> {
    prop::sample::select(samples::all())
}

fn choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<bool>(), 1..64).prop_map(|drawn| Choices { drawn, next: 0 })
}

fn served(approved: &Value, choices: &mut Choices) -> Value {
    let mut found = approved.clone();
    serve(field_of(approved), &mut found, choices);
    found["metadata"]["uid"] = json!("u");
    found["status"] = json!({"phase": "Pending"});
    found
}

/// The pointers to what holds nothing.
fn leaves(value: &Value) -> Vec<String> {
    let is_leaf = |pointer: &String| !matches!(value.pointer(pointer), Some(Value::Object(_) | Value::Array(_)));
    pointers(value).into_iter().filter(is_leaf).collect()
}

/// Another value than a leaf has, whatever the API server makes of it.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_f64().unwrap() + 7.5),
        Value::String(text) => json!(format!("{text}/other")),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_as_written_is_accepted() {
    for sample in samples::all() {
        assert_eq!(differences(&sample, &sample), Vec::<String>::new());
    }
}

#[test]
fn what_has_all_defaults_is_accepted() {
    for sample in samples::all() {
        let found = served(&sample, &mut Choices { drawn: vec![true], next: 0 });
        assert_eq!(differences(&sample, &found), Vec::<String>::new(), "found {found}");
    }
}

#[test]
fn every_leaf_counts() {
    for sample in samples::all() {
        for leaf in leaves(&sample) {
            let mut found = sample.clone();
            let value = found.pointer_mut(&leaf).unwrap();
            *value = other(value);
            assert!(!differences(&sample, &found).is_empty(), "{leaf} of {sample}");
        }
    }
}

/// Members that may be left out because the API server drops them, or has them by default.
const DROPPED: [&str; 1] = ["/metadata/namespace"];

proptest! {
    #[test]
    fn what_the_api_server_makes_of_it_is_accepted(sample in sample(), mut choices in choices(), nulls in prop::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        let mut approved = sample;
        for null in nulls {
            let objects: Vec<String> = pointers(&approved).into_iter().filter(|pointer| approved.pointer(pointer).unwrap().is_object()).collect();
            approved.pointer_mut(null.get::<String>(&objects)).unwrap()["none"] = Value::Null;
        }
        let found = served(&approved, &mut choices);
        prop_assert_eq!(differences(&approved, &found), Vec::<String>::new());
    }

    #[test]
    fn any_other_value_is_found(approved in sample(), mut choices in choices(), at: prop::sample::Index) {
        let mut found = served(&approved, &mut choices);
        let all = leaves(&approved);
        let leaf = found.pointer_mut(at.get::<String>(&all)).unwrap();
        *leaf = other(leaf);
        prop_assert!(!differences(&approved, &found).is_empty());
    }

    #[test]
    fn whatever_is_gone_is_found(approved in sample(), mut choices in choices(), at: prop::sample::Index) {
        let mut found = served(&approved, &mut choices);
        let all: Vec<String> = leaves(&approved).into_iter().filter(|leaf| !DROPPED.contains(&leaf.as_str())).collect();
        let leaf = at.get::<String>(&all);
        let is_empty = [json!(""), json!(false), json!(0)].contains(approved.pointer(leaf).unwrap());
        let (holder, name) = leaf.rsplit_once('/').unwrap();
        match found.pointer_mut(holder).unwrap() {
            Value::Object(members) => drop(members.remove(&name.replace("~1", "/").replace("~0", "~"))),
            Value::Array(elements) => drop(elements.remove(name.parse().unwrap())),
            other => panic!("{other}"),
        }
        prop_assert!(is_empty || !differences(&approved, &found).is_empty(), "{} of {}", leaf, approved);
    }

    #[test]
    fn whatever_is_added_is_found(approved in sample(), mut choices in choices(), at: prop::sample::Index) {
        let mut found = served(&approved, &mut choices);
        let objects: Vec<String> = pointers(&approved).into_iter().filter(|pointer| approved.pointer(pointer).unwrap().is_object()).collect();
        found.pointer_mut(at.get::<String>(&objects)).unwrap()["added"] = json!("by hand");
        prop_assert!(!differences(&approved, &found).is_empty());
    }

    #[test]
    fn an_element_more_or_less_is_found(approved in sample(), mut choices in choices(), at: prop::sample::Index, more: bool) {
        let mut found = served(&approved, &mut choices);
        let lists: Vec<String> = pointers(&approved).into_iter().filter(|pointer| approved.pointer(pointer).unwrap().is_array()).collect();
        prop_assume!(!lists.is_empty());
        let list = found.pointer_mut(at.get::<String>(&lists)).unwrap().as_array_mut().unwrap();
        if more { list.push(list[0].clone()) } else { drop(list.remove(0)) }
        prop_assert!(!differences(&approved, &found).is_empty());
    }
}
