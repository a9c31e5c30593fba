//! Objects, and their fields.

use super::added::{Added, Literal};

/// The members of an object.
#[derive(Debug)]
pub(crate) struct Shape {
    /// By name; a name that ends in `*` stands for all that begin so.
    members: &'static [(&'static str, Field)],
    /// What else it may have.
    base: Option<&'static Self>,
    /// All other members.
    other: &'static Field,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) holds: Holds,
    pub(crate) added: Added,
    /// Whether `false`, `0`, an empty text, list or object says something else than nothing. Elsewhere the API server drops them.
    pub(crate) is_kept: bool,
}

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Holds {
    /// Whatever it is.
    Anything,
    Object(&'static Shape),
    /// Members with names that people choose, none of which is dropped.
    Map(&'static Field),
    /// Elements that are known by something in them.
    List(&'static List),
    /// Elements that are known by their position.
    Sequence(&'static Field),
    /// A quantity.
    Amount,
    /// An `apiVersion`: the API server converts between those of a group.
    Version,
    /// What nobody compares.
    Unseen,
}

/// A list whose elements are known by something in them.
#[derive(Debug)]
pub(crate) struct List {
    /// The members of an element that tell it from the others, each with what it is where it is left out.
    pub(crate) key: &'static [(&'static str, &'static str)],
    pub(crate) element: Field,
}

/// A field of which nothing is known, in an object that the API server knows.
pub(crate) static ANYTHING: Field = Field::new(Holds::Anything);
/// A field of which nothing is known, in an object that the API server keeps as it is.
pub(crate) static EXACTLY: Field = Field::new(Holds::Anything).kept();
/// A quantity in a map of them.
static AMOUNT: Field = Field::new(Holds::Amount).kept();

/// A field of which nothing is known but its default.
pub(crate) const PLAIN: Field = Field::new(Holds::Anything);
/// A map of texts.
pub(crate) const MAP: Field = Field::new(Holds::Map(&EXACTLY));
/// A map of quantities.
pub(crate) const AMOUNTS: Field = Field::new(Holds::Map(&AMOUNT));

/// Elements that are known by their `name`.
pub(crate) static BY_NAME: List = List { key: &[("name", "")], element: PLAIN };

impl Shape {
    /// An object that the API server knows.
    pub(crate) const fn new(members: &'static [(&'static str, Field)]) -> Self {
        Self { members, base: None, other: &ANYTHING }
    }

    /// An object that has all that another one has, too; its own members come first.
    pub(crate) const fn like(mut self, base: &'static Self) -> Self {
        self.base = Some(base);
        self
    }

    /// An object of whose other members none is dropped.
    pub(crate) const fn open(mut self) -> Self {
        self.other = &EXACTLY;
        self
    }

    /// Members with what the API server writes where nothing is written, as far as that is always the same.
    #[cfg(test)]
    pub(crate) fn defaults(&'static self) -> Vec<(&'static str, serde_json::Value)> {
        let own = self.members.iter().filter_map(|(name, field)| match field.added {
            Added::Is([literal, ..]) => Some((*name, literal.json())),
            _ => None,
        });
        own.chain(self.base.map(Self::defaults).unwrap_or_default()).collect()
    }

    fn member(&'static self, name: &str) -> &'static Field {
        self.find(name).unwrap_or(self.other)
    }

    fn find(&'static self, name: &str) -> Option<&'static Field> {
        let fits = |pattern: &str| pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start));
        let own = self.members.iter().find(|(pattern, _)| fits(pattern)).map(|(_, field)| field);
        own.or_else(|| self.base?.find(name))
    }
}

impl Field {
    pub(crate) const fn new(holds: Holds) -> Self {
        Self { holds, added: Added::Never, is_kept: false }
    }

    /// A field that holds an object.
    pub(crate) const fn object(shape: &'static Shape) -> Self {
        Self::new(Holds::Object(shape))
    }

    /// A field that holds elements that are known by their position.
    pub(crate) const fn sequence(element: &'static Self) -> Self {
        Self::new(Holds::Sequence(element))
    }

    /// A field that holds elements that are known by something in them.
    pub(crate) const fn list(list: &'static List) -> Self {
        Self::new(Holds::List(list))
    }

    /// A field that is one of these where nothing is written.
    pub(crate) const fn is(self, literals: &'static [Literal]) -> Self {
        self.added(Added::Is(literals))
    }

    /// A field that may be there although nothing is written.
    pub(crate) const fn added(mut self, added: Added) -> Self {
        self.added = added;
        self
    }

    /// A field in which `false`, `0` and emptiness say something else than nothing.
    pub(crate) const fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// What is known of a member.
    pub(crate) fn member(&'static self, name: &str) -> &'static Self {
        match self.holds {
            Holds::Object(shape) => shape.member(name),
            Holds::Map(each) => each,
            _ => self.inner(),
        }
    }

    /// What is known of an element.
    pub(crate) fn element(&'static self) -> &'static Self {
        match self.holds {
            Holds::Sequence(element) => element,
            Holds::List(list) => &list.element,
            _ => self.inner(),
        }
    }

    const fn inner(&self) -> &'static Self {
        if self.is_kept { &EXACTLY } else { &ANYTHING }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static BASE: Shape = Shape::new(&[("a", PLAIN), ("b", MAP)]);
    static SHAPE: Shape = Shape::new(&[("a", AMOUNTS), ("pv.*", PLAIN.added(Added::Always))]).like(&BASE).open();
    static FIELD: Field = Field::object(&SHAPE);

    #[test]
    fn a_members_own_description_comes_before_that_of_the_base() {
        assert!(matches!(FIELD.member("a").holds, Holds::Map(each) if matches!(each.holds, Holds::Amount)));
        assert!(matches!(FIELD.member("b").holds, Holds::Map(each) if each.is_kept));
        assert!(FIELD.member("c").is_kept);
    }

    #[test]
    fn a_star_stands_for_all_that_begin_so() {
        assert!(matches!(FIELD.member("pv.x").added, Added::Always));
        assert!(matches!(FIELD.member("pv").added, Added::Never));
    }

    #[test]
    fn what_is_below_something_unknown_is_as_unknown() {
        assert!(EXACTLY.member("x").element().is_kept);
        assert!(!ANYTHING.member("x").element().is_kept);
    }
}
