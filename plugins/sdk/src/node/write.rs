//! Where a value would have to be written so that a node has it.

use super::{Node, Token};

/// The outermost value that is missing on the way to a node, or the node itself where nothing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// JSON pointer (RFC 6901).
    pub(crate) pointer: String,
    /// Whether the last step is into a list, in which adding would move what is there.
    pub(crate) is_element: bool,
    /// The members that are missing below it, outermost first.
    pub(crate) missing: Vec<String>,
}

impl Node<'_> {
    /// Where to write, so that this node has a value: not all that leads to it has to be there.
    pub(crate) fn place(&self) -> Place {
        let mut tokens = Vec::new();
        let mut step = self.step.as_deref();
        while let Some(current) = step {
            tokens.push((current.token, current.from_something));
            step = current.before.as_deref();
        }
        tokens.reverse();
        // From the root, all steps are taken from something until the first that is not.
        let there = tokens.iter().take_while(|(_, from_something)| *from_something).count();
        let (written, missing) = tokens.split_at(there);
        let missing = missing.iter().map(|(token, _)| match token {
            Token::Member(name) => (*name).to_owned(),
            Token::Element(index) => index.to_string(),
        });
        Place {
            pointer: written.iter().fold(String::new(), |pointer, (token, _)| token.append_to(pointer)),
            is_element: matches!(written.last(), Some((Token::Element(_), _))),
            missing: missing.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn place(walk: impl for<'a> Fn(Node<'a>) -> Node<'a>) -> (String, Vec<String>) {
        let value = Value::read(br#"{"a": {"b": null}, "list": [{}]}"#).unwrap();
        let Place { pointer, missing, .. } = walk(Node::root(0, &value)).place();
        (pointer, missing)
    }

    #[test]
    fn what_is_there_is_written_where_it_is_and_the_rest_below_the_outermost_gap() {
        let none: Vec<String> = Vec::new();
        assert_eq!(place(|root| root), (String::new(), none.clone()));
        assert_eq!(place(|root| root.get("a")), ("/a".to_owned(), none.clone()));
        assert_eq!(place(|root| root.walk(&["a", "c"])), ("/a/c".to_owned(), none));
        assert_eq!(place(|root| root.walk(&["a", "b", "c", "d"])), ("/a/b".to_owned(), vec!["c".to_owned(), "d".to_owned()]));
        assert_eq!(place(|root| root.get("list").at(0).walk(&["x", "y"])), ("/list/0/x".to_owned(), vec!["y".to_owned()]));
    }
}
