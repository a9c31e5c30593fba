//! Following a path through values, without a node for each step.

use super::{Node, Token, Way};
use crate::value::Value;

/// Where a path leads.
#[derive(Clone, Debug, Default)]
pub struct Followed<'a> {
    /// What it leads to, in the order of the source.
    pub found: Vec<Node<'a>>,
    /// What stands on the way and is neither the object nor the list that the path needs there.
    pub unreadable: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    /// Where a path of members leads; a `*` stands for every element of a list. What is missing on the way leads nowhere, and so
    /// does `null`, except as an element of a list, where it hides something. Only what is returned becomes a node.
    pub fn follow(&self, path: &[&'a str]) -> Followed<'a> {
        let mut followed = Followed::default();
        if let Some(value) = self.value.filter(|_| self.exists()) {
            follow(value, &Way::Start(self), path, &mut followed);
        }
        followed
    }
}

fn follow<'a>(value: &'a Value<'a>, way: &Way<'a, '_>, path: &[&'a str], followed: &mut Followed<'a>) {
    let Some((step, rest)) = path.split_first() else { return followed.found.push(way.walk(value)) };
    match (*step, value) {
        ("*", Value::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                let way = Way::Step(way, Token::Element(index));
                match element {
                    Value::Null => followed.unreadable.push(way.walk(element)),
                    element => follow(element, &way, rest, followed),
                }
            }
        }
        (key, Value::Object(_)) if key != "*" => {
            if let Some(member) = value.get(key).filter(|member| **member != Value::Null) {
                follow(member, &Way::Step(way, Token::Member(key)), rest, followed);
            }
        }
        _ => followed.unreadable.push(way.walk(value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::anything;

    const BODY: &[u8] = br#"{"list": [{"name": "a"}, {}, {"name": null}, null, "x", {"name": ["b"]}], "none": null, "text": "x"}"#;

    fn pointers(nodes: &[Node<'_>]) -> Vec<String> {
        nodes.iter().map(Node::pointer).collect()
    }

    #[test]
    fn what_is_missing_leads_nowhere_and_what_is_something_else_is_told() {
        let value = Value::read(BODY).unwrap();
        let root = Node::root(0, &value);
        let followed = root.follow(&["list", "*", "name"]);
        assert_eq!(pointers(&followed.found), ["/list/0/name", "/list/5/name"]);
        assert_eq!(pointers(&followed.unreadable), ["/list/3", "/list/4"]);
        for path in [&["none", "*"][..], &["gone", "x"], &["none"]] {
            let followed = root.follow(path);
            assert!(followed.found.is_empty() && followed.unreadable.is_empty(), "{path:?}");
        }
        assert_eq!(pointers(&root.follow(&["text", "*"]).unreadable), ["/text"]);
        assert_eq!(pointers(&root.follow(&["*"]).unreadable), [""]);
        assert_eq!(pointers(&root.get("list").follow(&["x"]).unreadable), ["/list"]);
        assert_eq!(pointers(&root.follow(&[]).found), [""]);
        assert!(root.get("gone").follow(&[]).found.is_empty());
    }

    /// The same, by a node for each step.
    fn slowly<'a>(node: &Node<'a>, path: &[&'a str], followed: &mut Followed<'a>) {
        match path.split_first() {
            None => followed.found.push(node.clone()),
            Some((&"*", rest)) if node.is_list() => node.elements().for_each(|element| {
                if element.exists() { slowly(&element, rest, followed) } else { followed.unreadable.push(element) }
            }),
            Some((&key, rest)) if key != "*" && node.is_object() => {
                if node.get(key).exists() {
                    slowly(&node.get(key), rest, followed);
                }
            }
            Some(_) => followed.unreadable.push(node.clone()),
        }
    }

    proptest! {
        #[test]
        fn it_leads_where_going_step_by_step_does(
            body in anything(&["a", "b", "c"], &["x"]),
            path in prop::collection::vec(prop::sample::select(vec!["a", "b", "*"]), 0..4),
        ) {
            let bytes = body.to_string();
            let value = Value::read(bytes.as_bytes()).unwrap();
            let root = Node::root(0, &value);
            let (fast, mut slow) = (root.follow(&path), Followed::default());
            if root.exists() {
                slowly(&root, &path, &mut slow);
            }
            prop_assert_eq!(pointers(&fast.found), pointers(&slow.found));
            prop_assert_eq!(pointers(&fast.unreadable), pointers(&slow.unreadable));
            prop_assert!(fast.found.iter().zip(&slow.found).all(|(fast, slow)| fast.value() == slow.value()));
        }
    }
}
