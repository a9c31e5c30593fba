//! Where a comparison is, and what is around it.

use tollgate_sdk::{Node, Value};

/// A step into an object or a list, as the object found has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'v> {
    Member(&'v str),
    Element(usize),
}

/// The same place in the approved document and in the object found; nothing where one has nothing there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides<'v> {
    pub(crate) approved: Option<&'v Value<'v>>,
    pub(crate) found: Option<&'v Value<'v>>,
}

/// When and by whom the object came to be as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment<'v> {
    pub(crate) is_update: bool,
    /// Whether one of those asks who make objects on behalf of others.
    pub(crate) by_controller: bool,
    /// The object as it was.
    pub(crate) old: Option<&'v Value<'v>>,
}

/// Where a comparison is.
#[derive(Debug)]
pub(crate) struct Place<'v> {
    steps: Vec<Step<'v>>,
    /// What each of the steps was taken from.
    above: Vec<Sides<'v>>,
    pub(crate) moment: Moment<'v>,
}

impl<'v> Sides<'v> {
    /// A member of both.
    pub(crate) fn member(self, name: &str) -> Self {
        Self { approved: self.approved.and_then(|value| value.get(name)), found: self.found.and_then(|value| value.get(name)) }
    }
}

impl<'v> Place<'v> {
    /// At the root.
    pub(crate) const fn new(moment: Moment<'v>) -> Self {
        Self { steps: Vec::new(), above: Vec::new(), moment }
    }

    /// Takes a step.
    pub(crate) fn enter(&mut self, step: Step<'v>, from: Sides<'v>) {
        self.steps.push(step);
        self.above.push(from);
    }

    /// Takes it back.
    pub(crate) fn leave(&mut self) {
        self.steps.pop();
        self.above.pop();
    }

    /// The steps from the root.
    pub(crate) fn steps(&self) -> &[Step<'v>] {
        &self.steps
    }

    /// What the last step was taken from, or so many steps before it.
    pub(crate) fn above(&self, before: usize) -> Sides<'v> {
        let index = self.above.len().checked_sub(before + 1);
        index.and_then(|index| self.above.get(index)).copied().unwrap_or(Sides { approved: None, found: None })
    }

    /// Both objects as a whole.
    pub(crate) fn root(&self) -> Sides<'v> {
        self.above.first().copied().unwrap_or(Sides { approved: None, found: None })
    }

    /// The name of the last step; empty where that was into a list.
    pub(crate) fn name(&self) -> &'v str {
        match self.steps.last() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    /// What stands here in the object as it was.
    pub(crate) fn old(&self) -> Option<&'v Value<'v>> {
        self.steps.iter().try_fold(self.moment.old?, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Element(index) => value.at(*index),
        })
    }
}

/// The node that steps lead to.
pub(crate) fn walk<'a>(root: &Node<'a>, steps: &[Step<'a>]) -> Node<'a> {
    steps.iter().fold(root.clone(), |node, step| match step {
        Step::Member(name) => node.get(name),
        Step::Element(index) => node.at(*index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::Document;

    #[test]
    fn a_place_knows_what_is_around_it_and_what_was_there() {
        let [approved, found, old] = [r#"{"a": [{"b": 1, "c": 2}]}"#, r#"{"a": [{"b": 3}]}"#, r#"{"a": [{"b": 4}]}"#]
            .map(|text| Value::read(text.as_bytes()).unwrap());
        let root = Sides { approved: Some(&approved), found: Some(&found) };
        let mut place = Place::new(Moment { old: Some(&old), ..Moment::default() });
        let list = root.member("a");
        let element = Sides { approved: list.approved.and_then(|list| list.at(0)), found: list.found.and_then(|list| list.at(0)) };
        place.enter(Step::Member("a"), root);
        place.enter(Step::Element(0), list);
        place.enter(Step::Member("b"), element);
        assert_eq!((place.name(), place.steps().len()), ("b", 3));
        assert_eq!(place.above(0).member("c").approved, Some(&Value::Integer(2)));
        assert_eq!(place.above(2).approved, place.root().approved);
        assert!(place.above(3).approved.is_none());
        assert_eq!(place.old(), Some(&Value::Integer(4)));
        place.leave();
        assert_eq!((place.name(), place.steps().len()), ("", 2));
    }

    #[test]
    fn steps_lead_to_nodes_even_where_nothing_is() {
        let document = Document::read(0, "", br#"{"a": [{}]}"#).unwrap();
        let node = walk(&document.root(), &[Step::Member("a"), Step::Element(0), Step::Member("b/c")]);
        assert_eq!((node.pointer().as_str(), node.exists()), ("/a/0/b~1c", false));
    }
}
