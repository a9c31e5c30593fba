//! What is different between an object and its approved document.

mod equal;
mod excuse;
mod list;
mod secret;

use tollgate_sdk::Value;

pub(crate) use equal::same;
pub(crate) use excuse::Excuses;

use crate::place::{Moment, Place, Sides, Step};
use crate::shape::{Field, Holds};

/// What a comparison has to know beside the two objects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'s, 'v> {
    pub(crate) moment: Moment<'v>,
    /// Whether an autoscaler sets its `spec.replicas`.
    pub(crate) is_autoscaled: bool,
    pub(crate) excuses: &'s Excuses<'s>,
}

/// One thing that is different, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference<'v> {
    pub(crate) steps: Vec<Step<'v>>,
    pub(crate) what: What<'v>,
}

/// What is different.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What<'v> {
    /// Another value than was approved, or none.
    Other { approved: &'v Value<'v>, found: Option<&'v Value<'v>> },
    /// An element is not in the list.
    Missing(&'v Value<'v>),
    /// Something that was not approved.
    Extra(&'v Value<'v>),
}

/// All that is different, in the order of the approved document, and at each place what is extra last.
pub(crate) fn compare<'v>(field: &'static Field, sides: Sides<'v>, circumstances: Circumstances<'_, 'v>) -> Vec<Difference<'v>> {
    let place = Place::new(circumstances.moment);
    let mut comparison = Comparison { place, circumstances, differences: Vec::new() };
    comparison.field(field, sides);
    comparison.secret(sides);
    comparison.differences
}

struct Comparison<'s, 'v> {
    place: Place<'v>,
    circumstances: Circumstances<'s, 'v>,
    differences: Vec<Difference<'v>>,
}

impl<'v> Comparison<'_, 'v> {
    fn field(&mut self, field: &'static Field, sides: Sides<'v>) {
        if self.is_unseen(field) {
            return;
        }
        match (said(field, sides.approved), said(field, sides.found)) {
            (None, None) => {}
            (None, Some(found)) => self.extra(field, found),
            (Some(approved), None) => self.missing(field, approved),
            (Some(approved), Some(found)) => self.both(field, approved, found),
        }
    }

    fn is_unseen(&self, field: &Field) -> bool {
        let is_replicas = || self.place.steps() == [Step::Member("spec"), Step::Member("replicas")];
        matches!(field.holds, Holds::Unseen) || self.circumstances.is_autoscaled && is_replicas()
    }

    fn both(&mut self, field: &'static Field, approved: &'v Value<'v>, found: &'v Value<'v>) {
        let sides = Sides { approved: Some(approved), found: Some(found) };
        let is_same = match (&field.holds, approved, found) {
            (Holds::Amount, ..) => equal::same_amount(approved, found),
            (Holds::Version, ..) => equal::same_group(approved, found),
            (_, Value::Object(_), Value::Object(_)) => return self.members(field, sides),
            (Holds::List(list), Value::Array(elements), Value::Array(others)) => {
                return self.elements(list, sides, elements, others);
            }
            (_, Value::Array(elements), Value::Array(others)) if elements.len() == others.len() => {
                return self.sequence(field.element(), sides, elements, others);
            }
            _ => same(approved, found),
        };
        if !is_same {
            self.add(What::Other { approved, found: Some(found) });
        }
    }

    fn members(&mut self, field: &'static Field, sides: Sides<'v>) {
        for (name, approved) in members(sides.approved) {
            let found = sides.found.and_then(|object| object.get(name));
            self.step(Step::Member(name), sides, |comparison| {
                comparison.field(field.member(name), Sides { approved: Some(approved), found });
            });
        }
        for (name, found) in members(sides.found) {
            if sides.approved.and_then(|object| object.get(name)).is_none() {
                self.step(Step::Member(name), sides, |comparison| {
                    comparison.field(field.member(name), Sides { approved: None, found: Some(found) });
                });
            }
        }
    }

    /// An object that is not there is told by what it should hold.
    fn missing(&mut self, field: &'static Field, approved: &'v Value<'v>) {
        match approved {
            Value::Object(members) if !members.is_empty() && !is_whole(field) => {
                self.members(field, Sides { approved: Some(approved), found: None });
            }
            _ => self.add(What::Other { approved, found: None }),
        }
    }

    /// Of an object that is extra, what it holds is: some of that may be excused.
    fn extra(&mut self, field: &'static Field, found: &'v Value<'v>) {
        if self.is_excused(field, found) {
            return;
        }
        let sides = Sides { approved: None, found: Some(found) };
        match (&field.holds, found) {
            (_, Value::Object(members)) if !members.is_empty() && !is_whole(field) => self.members(field, sides),
            (Holds::List(list), Value::Array(elements)) => self.elements(list, sides, &[], elements),
            _ => self.add(What::Extra(found)),
        }
    }

    fn is_excused(&self, field: &Field, found: &Value<'_>) -> bool {
        field.added.allows(&self.place, found) || self.circumstances.excuses.excuse(&self.place, found)
    }

    fn step(&mut self, step: Step<'v>, from: Sides<'v>, look: impl FnOnce(&mut Self)) {
        self.place.enter(step, from);
        look(self);
        self.place.leave();
    }

    fn add(&mut self, what: What<'v>) {
        self.differences.push(Difference { steps: self.place.steps().to_vec(), what });
    }
}

/// Whether an object says something by being there.
const fn is_whole(field: &Field) -> bool {
    field.is_kept && matches!(field.holds, Holds::Object(_))
}

/// A value, unless it says as little as none.
fn said<'v>(field: &Field, value: Option<&'v Value<'v>>) -> Option<&'v Value<'v>> {
    value.filter(|value| !equal::is_nothing(value, field.is_kept))
}

fn members<'v>(object: Option<&'v Value<'v>>) -> impl Iterator<Item = (&'v str, &'v Value<'v>)> {
    let members = match object {
        Some(Value::Object(members)) => members.as_slice(),
        _ => &[],
    };
    members.iter().map(|(name, value)| (name.as_ref(), value))
}
