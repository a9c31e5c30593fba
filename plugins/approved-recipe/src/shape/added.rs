//! What the API server and the cluster's controllers add.

use tollgate_sdk::Value;

use crate::place::Place;

/// What may be there although nothing is written.
#[derive(Debug)]
pub(crate) enum Added {
    Never,
    /// One of these.
    Is(&'static [Literal]),
    /// Whatever it is.
    Always,
    /// Whatever it is when the object is created, and what it was ever since.
    AtCreation,
    /// What a controller writes into the object later.
    Later,
    /// What fits its surroundings.
    When(fn(&Place<'_>, &Value<'_>) -> bool),
}

/// A value as a table has it.
#[derive(Debug)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Text(&'static str),
    List(&'static [Self]),
    Object(&'static [(&'static str, Self)]),
}

impl Added {
    /// Whether a value may stand at a place where nothing is written.
    pub(crate) fn allows(&self, place: &Place<'_>, value: &Value<'_>) -> bool {
        match self {
            Self::Never => false,
            Self::Is(literals) => literals.iter().any(|literal| literal.is(value)),
            Self::Always => true,
            Self::AtCreation => !place.moment.is_update || place.moment.by_controller || place.old() == Some(value),
            Self::Later => place.moment.by_controller || place.moment.is_update && place.old() == Some(value),
            Self::When(fits) => fits(place, value),
        }
    }
}

impl Literal {
    /// As JSON.
    #[cfg(test)]
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Text(text) => (*text).into(),
            Self::List(literals) => literals.iter().map(Self::json).collect(),
            Self::Object(members) => members.iter().map(|(name, literal)| (*name, literal.json())).collect(),
        }
    }

    /// Whether a value is this, and nothing beside it.
    pub(crate) fn is(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Bool(literal), Value::Bool(value)) => literal == value,
            (Self::Int(literal), Value::Integer(value)) => literal == value,
            (Self::Text(literal), Value::Text(value)) => literal == value,
            (Self::List(literals), Value::Array(values)) => {
                literals.len() == values.len() && literals.iter().zip(values).all(|(literal, value)| literal.is(value))
            }
            (Self::Object(literals), Value::Object(members)) => {
                let has = |(name, literal): &(&str, Self)| value.get(name).is_some_and(|member| literal.is(member));
                literals.len() == members.len() && literals.iter().all(has)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Moment, Sides, Step};

    fn is(literal: &Literal, json: &str) -> bool {
        literal.is(&Value::read(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_literal_is_the_whole_value() {
        let literal = Literal::Object(&[("a", Literal::Int(1)), ("b", Literal::List(&[Literal::Text("x"), Literal::Bool(true)]))]);
        assert!(is(&literal, r#"{"b": ["x", true], "a": 1}"#));
        for other in [
            r#"{"a": 1}"#,
            r#"{"a": 1, "b": ["x"]}"#,
            r#"{"a": 1, "b": ["x", true], "c": 1}"#,
            "[]",
            r#"{"a": 2, "b": ["x", true]}"#,
        ] {
            assert!(!is(&literal, other), "{other}");
        }
    }

    /// Whether `"x"` may stand at `/a`.
    fn allows(added: &Added, is_update: bool, by_controller: bool, old: Option<&str>) -> bool {
        let old = old.map(|text| Value::read(text.as_bytes()).unwrap());
        let mut place = Place::new(Moment { is_update, by_controller, old: old.as_ref() });
        place.enter(Step::Member("a"), Sides { approved: None, found: None });
        added.allows(&place, &Value::Text("x".into()))
    }

    #[test]
    fn what_is_set_at_creation_stays_as_it_is() {
        assert!(allows(&Added::AtCreation, false, false, None));
        assert!(allows(&Added::AtCreation, true, false, Some(r#"{"a": "x"}"#)));
        assert!(allows(&Added::AtCreation, true, true, None));
        for old in [None, Some("{}"), Some(r#"{"a": "y"}"#)] {
            assert!(!allows(&Added::AtCreation, true, false, old), "{old:?}");
        }
    }

    #[test]
    fn what_comes_later_comes_from_a_controller() {
        assert!(allows(&Added::Later, true, true, None));
        assert!(allows(&Added::Later, true, false, Some(r#"{"a": "x"}"#)));
        assert!(!allows(&Added::Later, false, false, None) && !allows(&Added::Later, true, false, Some(r#"{"a": "y"}"#)));
    }
}
