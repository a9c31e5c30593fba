//! Lists.

use tollgate_sdk::Value;

use super::{Comparison, What};
use crate::place::{Sides, Step};
use crate::shape::{Field, List};

impl<'v> Comparison<'_, 'v> {
    /// Elements that are known by something in them, each by the first that is left of those like it: one that is there twice must
    /// have been approved twice.
    pub(super) fn elements(&mut self, list: &'static List, sides: Sides<'v>, approved: &'v [Value<'v>], found: &'v [Value<'v>]) {
        let mut left: Vec<Option<&'v Value<'v>>> = approved.iter().map(Some).collect();
        for (index, element) in found.iter().enumerate() {
            let twin = left.iter_mut().find(|one| one.is_some_and(|one| is_twin(list.key, one, element))).and_then(Option::take);
            self.step(Step::Element(index), sides, |comparison| match twin {
                Some(twin) => comparison.both(&list.element, twin, element),
                None if comparison.is_excused(&list.element, element) => {}
                None => comparison.add(What::Extra(element)),
            });
        }
        left.into_iter().flatten().for_each(|element| self.add(What::Missing(element)));
    }

    /// As many elements, each compared with the one in its position.
    pub(super) fn sequence(&mut self, field: &'static Field, sides: Sides<'v>, approved: &'v [Value<'v>], found: &'v [Value<'v>]) {
        for (index, (approved, found)) in approved.iter().zip(found).enumerate() {
            self.step(Step::Element(index), sides, |comparison| comparison.both(field, approved, found));
        }
    }
}

fn is_twin(key: &[(&str, &str)], one: &Value<'_>, other: &Value<'_>) -> bool {
    key.iter().all(|member| part(one, member) == part(other, member))
}

/// What tells one element from another. What is left out is what it is by default.
#[derive(PartialEq)]
enum Part<'v> {
    Text(&'v str),
    Other(&'v Value<'v>),
}

fn part<'v>(element: &'v Value<'v>, (name, default): &(&str, &'v str)) -> Part<'v> {
    match element.get(name) {
        None | Some(Value::Null) => Part::Text(default),
        Some(Value::Text(text)) if text.is_empty() => Part::Text(default),
        Some(Value::Text(text)) => Part::Text(text),
        Some(other) => Part::Other(other),
    }
}
