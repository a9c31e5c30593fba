//! Values that know where they stand.

mod follow;
mod write;

use std::borrow::Cow;
use std::rc::Rc;

use crate::quantity::Quantity;
use crate::value::Value;

pub use follow::Followed;

/// A place in a document, and the value there, if any.
///
/// Nodes are had by walking from [`crate::Document::root`], so a node's pointer always leads to its value. Walking goes on past
/// what is missing: a finding about something that should be there points to where it should be.
///
/// `null` counts as missing in [`Node::exists`] and everything that reads, as it does for the Kubernetes API server.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    document: u32,
    value: Option<&'a Value<'a>>,
    /// How it was reached; nothing for the root.
    step: Option<Rc<Step<'a>>>,
}

#[derive(Debug)]
struct Step<'a> {
    before: Option<Rc<Self>>,
    token: Token<'a>,
    /// Whether there is something to take the step from.
    from_something: bool,
    /// Whether the document could have something there: a text has no members.
    could_be: bool,
}

#[derive(Clone, Copy, Debug)]
enum Token<'a> {
    Member(&'a str),
    Element(usize),
}

impl<'a> Node<'a> {
    pub(crate) const fn root(document: u32, value: &'a Value<'a>) -> Self {
        Self { document, value: Some(value), step: None }
    }

    /// The id of the document that it stands in.
    pub const fn document(&self) -> u32 {
        self.document
    }

    /// The member of an object.
    #[must_use]
    pub fn get(&self, key: &'a str) -> Self {
        self.step(Token::Member(key), self.value.and_then(|value| value.get(key)))
    }

    /// The element of a list.
    #[must_use]
    pub fn at(&self, index: usize) -> Self {
        self.step(Token::Element(index), self.value.and_then(|value| value.at(index)))
    }

    /// What a path of members leads to.
    #[must_use]
    pub fn walk(&self, keys: &[&'a str]) -> Self {
        keys.iter().fold(self.clone(), |node, key| node.get(key))
    }

    /// The elements of a list; none of anything else.
    pub fn elements(&self) -> impl Iterator<Item = Self> {
        let elements = match self.value {
            Some(Value::Array(elements)) => elements.as_slice(),
            _ => &[],
        };
        elements.iter().enumerate().map(|(index, value)| self.step(Token::Element(index), Some(value)))
    }

    /// The members of an object with their names; none of anything else.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, Self)> {
        let members = match self.value {
            Some(Value::Object(members)) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(|(name, value)| (name.as_ref(), self.step(Token::Member(name), Some(value))))
    }

    /// The value, `null` included.
    pub const fn value(&self) -> Option<&'a Value<'a>> {
        self.value
    }

    /// Whether there is a value other than `null`.
    pub const fn exists(&self) -> bool {
        !matches!(self.value, None | Some(Value::Null))
    }

    /// The text.
    pub fn as_str(&self) -> Option<&'a str> {
        self.value.and_then(Value::as_str)
    }

    /// The boolean.
    pub const fn as_bool(&self) -> Option<bool> {
        match self.value {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The whole number.
    pub const fn as_i64(&self) -> Option<i64> {
        match self.value {
            Some(Value::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// The quantity, written as a text or a number. Blanks around a text don't count, as they don't for the API server.
    pub fn as_quantity(&self) -> Option<Quantity> {
        match self.value? {
            Value::Text(text) => text.trim().parse().ok(),
            Value::Integer(number) => Some(Quantity::from(*number)),
            Value::Float(number) => number.to_string().parse().ok(),
            _ => None,
        }
    }

    /// Whether it is a list, even an empty one.
    pub const fn is_list(&self) -> bool {
        matches!(self.value, Some(Value::Array(_)))
    }

    /// Whether it is an object, even an empty one.
    pub const fn is_object(&self) -> bool {
        matches!(self.value, Some(Value::Object(_)))
    }

    /// The nodes that a path with wildcards leads to: a `*` stands for every member or element.
    pub fn select(&self, tokens: &[&'a str]) -> Vec<Self> {
        let Some((token, rest)) = tokens.split_first() else { return vec![self.clone()] };
        let elements =
            self.elements().enumerate().filter(|(index, _)| *token == "*" || *token == index.to_string()).map(|(_, node)| node);
        let members = self.members().filter(|(name, _)| *token == "*" || token == name).map(|(_, node)| node);
        elements.chain(members).flat_map(|node| node.select(rest)).collect()
    }

    /// Every value that fulfils a condition, this one included and at any depth, in the order of the source. Only these become
    /// nodes, so looking through a whole document costs little.
    pub fn find_all(&self, condition: &dyn Fn(&Value<'a>) -> bool) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some(value) = self.value {
            search(value, &Way::Start(self), &mut |value, way| found.extend(condition(value).then(|| way.walk(value))));
        }
        found
    }

    /// Every object whose members fulfil a condition, this one included and at any depth, in the order of the source. What is no
    /// object is not even asked about, so looking for one through a whole document costs a fraction of [`Self::find_all`].
    pub fn find_objects(&self, condition: impl Fn(&[(Cow<'a, str>, Value<'a>)]) -> bool) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some(value) = self.value {
            search_objects(value, &Way::Start(self), &condition, &mut found);
        }
        found
    }

    /// The JSON pointer (RFC 6901) to it.
    pub fn pointer(&self) -> String {
        let mut tokens = Vec::new();
        let mut step = self.step.as_deref();
        while let Some(Step { before, token, .. }) = step {
            tokens.push(*token);
            step = before.as_deref();
        }
        tokens.iter().rev().fold(String::new(), |pointer, token| token.append_to(pointer))
    }

    /// The same where the document could have it; else the last place on the way where it could. A finding about a member of
    /// what is no object is a finding about that.
    pub fn told_at(&self) -> String {
        let mut steps = Vec::new();
        let mut step = self.step.as_deref();
        while let Some(one) = step {
            steps.push(one);
            step = one.before.as_deref();
        }
        let steps = steps.iter().rev().take_while(|step| step.could_be);
        steps.fold(String::new(), |pointer, step| step.token.append_to(pointer))
    }

    fn step(&self, token: Token<'a>, value: Option<&'a Value<'a>>) -> Self {
        let could_be = match (self.value, token) {
            _ if value.is_some() => true,
            (None | Some(Value::Null), _) | (Some(Value::Object(_)), Token::Member(_)) => true,
            (Some(Value::Array(elements)), Token::Element(index)) => index < elements.len(),
            (Some(_), _) => false,
        };
        let step = Step { before: self.step.clone(), token, from_something: self.exists(), could_be };
        Self { document: self.document, value, step: Some(Rc::new(step)) }
    }
}

/// How a value was reached from a node, without a node for each step.
enum Way<'a, 'way> {
    Start(&'way Node<'a>),
    Step(&'way Self, Token<'a>),
}

impl<'a> Way<'a, '_> {
    fn walk(&self, value: &'a Value<'a>) -> Node<'a> {
        match self {
            Self::Start(node) => (*node).clone(),
            Self::Step(before, token) => before.walk(value).step(*token, Some(value)),
        }
    }
}

/// Visits a value and all below it. How deep that can go is bounded by the reader of JSON.
fn search<'a>(value: &'a Value<'a>, way: &Way<'a, '_>, visit: &mut dyn FnMut(&'a Value<'a>, &Way<'a, '_>)) {
    visit(value, way);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| search(member, &Way::Step(way, Token::Member(name)), visit));
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| search(element, &Way::Step(way, Token::Element(index)), visit));
        }
        _ => {}
    }
}

/// Visits the objects of a value. How deep that can go is bounded by the reader of JSON.
fn search_objects<'a>(
    value: &'a Value<'a>,
    way: &Way<'a, '_>,
    condition: &impl Fn(&[(Cow<'a, str>, Value<'a>)]) -> bool,
    found: &mut Vec<Node<'a>>,
) {
    match value {
        Value::Object(members) => {
            found.extend(condition(members).then(|| way.walk(value)));
            for (name, member) in members.iter().filter(|(_, member)| member.holds_values()) {
                search_objects(member, &Way::Step(way, Token::Member(name)), condition, found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate().filter(|(_, element)| element.holds_values()) {
                search_objects(element, &Way::Step(way, Token::Element(index)), condition, found);
            }
        }
        _ => {}
    }
}

impl Token<'_> {
    fn append_to(self, mut pointer: String) -> String {
        pointer.push('/');
        match self {
            Self::Element(index) => pointer.push_str(&index.to_string()),
            Self::Member(name) if name.contains(['~', '/']) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Self::Member(name) => pointer.push_str(name),
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &[u8] = br#"{"a": {"b/c": [1, {"~": "x"}], "none": null}, "flag": true}"#;

    #[test]
    fn pointers_lead_to_what_was_walked_to() {
        let value = Value::read(BODY).unwrap();
        let deep = Node::root(3, &value).get("a").get("b/c").at(1).get("~");
        assert_eq!(deep.pointer(), "/a/b~1c/1/~0");
        assert_eq!((deep.as_str(), deep.document()), (Some("x"), 3));
        assert_eq!(Node::root(3, &value).pointer(), "");
    }

    #[test]
    fn walking_goes_on_past_what_is_missing() {
        let value = Value::read(BODY).unwrap();
        let missing = Node::root(0, &value).walk(&["a", "x"]).at(2).get("y");
        assert_eq!((missing.pointer().as_str(), missing.exists(), missing.value()), ("/a/x/2/y", false, None));
    }

    #[test]
    fn a_place_is_no_further_in_than_the_document_could_have_it() {
        let value = Value::read(BODY).unwrap();
        let root = Node::root(0, &value);
        assert_eq!(root.get("flag").get("x").get("y").told_at(), "/flag");
        assert_eq!(root.walk(&["a", "b/c"]).get("name").get("x").told_at(), "/a/b~1c");
        assert_eq!(
            (root.get("a").at(0).told_at(), root.walk(&["a", "b/c"]).at(9).told_at()),
            ("/a".to_owned(), "/a/b~1c".to_owned())
        );
        assert_eq!(root.walk(&["a", "none"]).get("x").told_at(), "/a/none/x");
        assert_eq!(root.walk(&["a", "x"]).at(2).get("y").told_at(), "/a/x/2/y");
    }

    #[test]
    fn null_is_there_but_does_not_exist() {
        let value = Value::read(BODY).unwrap();
        let null = Node::root(0, &value).walk(&["a", "none"]);
        assert_eq!((null.exists(), null.value()), (false, Some(&Value::Null)));
    }

    #[test]
    fn a_star_selects_every_member_and_element() {
        let value = Value::read(BODY).unwrap();
        let pointers =
            |tokens: &[&'static str]| -> Vec<String> { Node::root(0, &value).select(tokens).iter().map(Node::pointer).collect() };
        assert_eq!(pointers(&["a", "*", "*"]), ["/a/b~1c/0", "/a/b~1c/1"]);
        assert_eq!(pointers(&["a", "b/c", "1", "~"]), ["/a/b~1c/1/~0"]);
        assert_eq!(pointers(&["a", "nothing"]), Vec::<String>::new());
    }

    #[test]
    fn what_is_found_at_any_depth_knows_its_place() {
        let value = Value::read(BODY).unwrap();
        let found = Node::root(7, &value).get("a").find_all(&|value| matches!(value, Value::Array(_) | Value::Text(_)));
        let summary: Vec<_> = found.iter().map(|node| (node.pointer(), node.document(), node.is_list())).collect();
        assert_eq!(summary, [("/a/b~1c".to_owned(), 7, true), ("/a/b~1c/1/~0".to_owned(), 7, false)]);
        assert!(Node::root(7, &value).get("missing").find_all(&|_| true).is_empty());
    }

    #[test]
    fn objects_are_found_at_any_depth_and_nothing_else_is() {
        let value = Value::read(br#"{"a": [{"x": 1}, [{"x": {"x": null}}], "x"], "x": 2, "b": {"y": 1}}"#).unwrap();
        let found = Node::root(7, &value).find_objects(|members| members.iter().any(|(name, _)| name == "x"));
        let pointers: Vec<_> = found.iter().map(Node::pointer).collect();
        assert_eq!(pointers, ["", "/a/0", "/a/1/0", "/a/1/0/x"]);
        assert_eq!(Node::root(7, &value).get("a").find_objects(|_| true).len(), 3);
        assert!(Node::root(7, &value).get("missing").find_objects(|_| true).is_empty());
    }

    fn all<'a>(node: &Node<'a>, found: &mut Vec<Node<'a>>) {
        found.push(node.clone());
        let children: Vec<_> = node.elements().chain(node.members().map(|(_, node)| node)).collect();
        children.iter().for_each(|child| all(child, found));
    }

    proptest! {
        #[test]
        fn every_pointer_resolves_to_its_value(keys in prop::collection::vec("[a~/0 ]{0,3}", 1..6)) {
            let mut body = serde_json::json!([1, "x"]);
            for key in &keys {
                body = serde_json::json!({ key.as_str(): body, "list": [body] });
            }
            let bytes = serde_json::to_vec(&body).unwrap();
            let value = Value::read(&bytes).unwrap();
            let mut nodes = Vec::new();
            all(&Node::root(0, &value), &mut nodes);
            let found = Node::root(0, &value).find_all(&|_| true);
            prop_assert_eq!(
                found.iter().map(Node::pointer).collect::<Vec<_>>(),
                nodes.iter().map(Node::pointer).collect::<Vec<_>>()
            );
            nodes.extend(found);
            for node in nodes {
                let found = body.pointer(&node.pointer()).unwrap();
                let bytes = serde_json::to_vec(found).unwrap();
                prop_assert_eq!(node.value().unwrap(), &Value::read(&bytes).unwrap());
            }
        }
    }

    #[test]
    fn each_reader_reads_its_own_type_and_nothing_else() {
        let value =
            Value::read(br#"{"text": "1", "true": true, "number": 1, "float": 1.0, "list": [], "object": {}, "null": null}"#)
                .unwrap();
        let root = Node::root(0, &value);
        let read = |key| {
            let node: Node<'_> = root.get(key);
            (node.as_str().is_some(), node.as_bool().is_some(), node.as_i64().is_some(), node.is_list(), node.is_object())
        };
        assert_eq!(read("text"), (true, false, false, false, false));
        assert_eq!(read("true"), (false, true, false, false, false));
        assert_eq!(read("number"), (false, false, true, false, false));
        assert_eq!(read("list"), (false, false, false, true, false));
        assert_eq!(read("object"), (false, false, false, false, true));
        for key in ["float", "null", "missing"] {
            assert_eq!(read(key), (false, false, false, false, false), "{key}");
        }
    }

    #[test]
    fn a_quantity_is_read_from_a_text_or_a_number() {
        let value =
            Value::read(br#"{"text": " 1Gi ", "integer": 2, "float": 0.5, "word": "lots", "flag": true, "null": null}"#).unwrap();
        let root = Node::root(0, &value);
        let read = |key: &'static str| root.get(key).as_quantity().map(|quantity| quantity.to_string());
        assert_eq!(["text", "integer", "float"].map(read), ["1Gi", "2", "500m"].map(|text| Some(text.to_owned())));
        assert_eq!(["word", "flag", "null", "missing"].map(read), [None, None, None, None]);
    }

    #[test]
    fn a_number_selects_from_lists_and_a_name_from_objects_alone() {
        let value = Value::read(br#"{"list": ["a", "b"], "object": {"0": "c", "*": "d"}}"#).unwrap();
        let select = |tokens: &[&'static str]| -> Vec<String> {
            Node::root(0, &value).select(tokens).iter().map(|node| node.as_str().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!((select(&["list", "1"]), select(&["object", "0"])), (vec!["b".to_owned()], vec!["c".to_owned()]));
        assert_eq!(select(&["object", "*"]), ["c", "d"]);
        for nothing in [["list", "01"], ["list", "2"], ["list", "-"], ["object", "1"], ["missing", "*"]] {
            assert!(select(&nothing).is_empty(), "{nothing:?}");
        }
        assert_eq!(Node::root(0, &value).select(&[]).len(), 1);
    }

    proptest! {
        #[test]
        fn walking_in_two_goes_leads_where_walking_in_one_does(keys in prop::collection::vec("[a-c~/]{0,2}", 0..6), cut: prop::sample::Index) {
            let value = Value::read(BODY).unwrap();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let (first, second) = keys.split_at(cut.index(keys.len() + 1));
            let root = Node::root(0, &value);
            prop_assert_eq!(root.walk(first).walk(second).pointer(), root.walk(&keys).pointer());
            prop_assert_eq!(root.walk(first).walk(second).value(), root.walk(&keys).value());
        }
    }
}
