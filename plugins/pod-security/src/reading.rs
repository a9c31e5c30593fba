//! What stands at a place, read as a certain type, so that nothing of another type is taken for nothing.

use tollgate_sdk::Node;

/// A value of the type that Kubernetes defines for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading<T> {
    /// Nothing, or null, which Kubernetes takes for nothing.
    Missing,
    Known(T),
    /// Something of another type. Nobody knows what it would do.
    Unknown,
}

/// Reads a node as one of the types of the Kubernetes API.
pub(crate) trait Read<'a> {
    fn object(&self) -> Reading<()>;
    fn list(&self) -> Reading<()>;
    fn flag(&self) -> Reading<bool>;
    fn text(&self) -> Reading<&'a str>;
    /// A whole number. One that is written as a fraction is unknown: Kubernetes refuses it.
    fn integer(&self) -> Reading<i64>;
}

impl<'a> Read<'a> for Node<'a> {
    fn object(&self) -> Reading<()> {
        reading(self, self.is_object().then_some(()))
    }

    fn list(&self) -> Reading<()> {
        reading(self, self.is_list().then_some(()))
    }

    fn flag(&self) -> Reading<bool> {
        reading(self, self.as_bool())
    }

    fn text(&self) -> Reading<&'a str> {
        reading(self, self.as_str())
    }

    fn integer(&self) -> Reading<i64> {
        reading(self, self.as_i64())
    }
}

fn reading<T>(node: &Node<'_>, value: Option<T>) -> Reading<T> {
    match value {
        Some(value) => Reading::Known(value),
        None if node.exists() => Reading::Unknown,
        None => Reading::Missing,
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::Document;

    use super::*;

    const BODY: &[u8] = br#"{"text": "true", "fraction": 0.0, "minus": -0, "flag": true, "huge": 18446744073709551615, "null": null, "object": {}, "list": [], "one": 1}"#;

    fn read<T>(key: &str, read: impl FnOnce(Node<'_>) -> T) -> T {
        let document = Document::read(0, "", BODY).unwrap();
        read(document.root().get(key))
    }

    #[test]
    fn values_of_the_right_type_are_known() {
        assert_eq!(read("flag", |node| node.flag()), Reading::Known(true));
        assert_eq!(read("one", |node| node.integer()), Reading::Known(1));
        assert_eq!(read("object", |node| node.object()), Reading::Known(()));
        assert_eq!(read("list", |node| node.list()), Reading::Known(()));
        assert!(read("text", |node| node.text() == Reading::Known("true")));
    }

    #[test]
    fn null_and_nothing_are_missing() {
        for key in ["null", "gone"] {
            assert_eq!(read(key, |node| node.flag()), Reading::Missing);
            assert_eq!(read(key, |node| node.object()), Reading::Missing);
        }
    }

    #[test]
    fn other_types_are_unknown() {
        assert_eq!(read("text", |node| node.flag()), Reading::Unknown);
        for number in ["fraction", "minus", "huge"] {
            assert_eq!(read(number, |node| node.integer()), Reading::Unknown);
        }
        assert!(read("flag", |node| node.text() == Reading::Unknown));
        assert_eq!(read("object", |node| node.list()), Reading::Unknown);
        assert_eq!(read("list", |node| node.object()), Reading::Unknown);
    }
}
