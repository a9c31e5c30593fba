//! Label selectors, as the Kubernetes API defines them.

use std::borrow::Cow;
use std::fmt;

use super::Labels;
use crate::node::Node;

/// What an object must fulfil to be selected (Kubernetes API, `metav1.LabelSelector`). An empty one selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelSelector<'a> {
    labels: Labels<'a>,
    expressions: Vec<Expression<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Expression<'a> {
    pub(super) key: &'a str,
    pub(super) operator: Operator<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operator<'a> {
    In(Vec<&'a str>),
    NotIn(Vec<&'a str>),
    Exists,
    DoesNotExist,
}

impl<'a> LabelSelector<'a> {
    /// Reads `matchLabels` and `matchExpressions`. Nothing at all, and `null`, is an empty selector.
    ///
    /// # Errors
    /// The place of what the API would refuse or ignore: a value of another type, a member or an operator that it does not know,
    /// values where there must be none, or none where there must be some.
    pub fn read(node: &Node<'a>) -> Result<Self, Node<'a>> {
        members_known(node, &["matchLabels", "matchExpressions"])?;
        let labels = node.get("matchLabels");
        object(&labels)?;
        if let Some((_, other)) = labels.members().find(|(_, value)| value.as_str().is_none()) {
            return Err(other);
        }
        let expressions = list(&node.get("matchExpressions"))?.iter().map(Expression::read).collect::<Result<_, _>>()?;
        Ok(Self { labels: Labels::of(&labels), expressions })
    }

    /// Selects what has all of these labels, as the selector of a Service does.
    pub const fn having(labels: Labels<'a>) -> Self {
        Self { labels, expressions: Vec::new() }
    }

    /// Whether it asks for nothing, and so selects all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    /// Whether it selects what has these labels.
    pub fn selects(&self, labels: &Labels<'_>) -> bool {
        self.labels.are_among(labels) && self.expressions.iter().all(|expression| expression.fits(labels))
    }

    /// For each label without which nothing is selected, the values of which it must have one.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&'a str, Vec<Cow<'a, str>>)> {
        let labels = self.labels.iter().map(|(name, value)| (name, vec![value.clone()]));
        labels.chain(self.expressions.iter().filter_map(|expression| match &expression.operator {
            Operator::In(values) => Some((expression.key, values.iter().map(|value| Cow::Borrowed(*value)).collect())),
            _ => None,
        }))
    }
}

impl<'a> Expression<'a> {
    fn read(node: &Node<'a>) -> Result<Self, Node<'a>> {
        members_known(node, &["key", "operator", "values"])?;
        let (operator, place) = (node.get("operator"), node.get("values"));
        let mut values = list(&place)?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        values.sort_unstable();
        values.dedup();
        let operator = match (text(&operator)?, values.is_empty()) {
            ("In", false) => Operator::In(values),
            ("NotIn", false) => Operator::NotIn(values),
            ("Exists", true) => Operator::Exists,
            ("DoesNotExist", true) => Operator::DoesNotExist,
            ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => return Err(place),
            _ => return Err(operator),
        };
        Ok(Self { key: text(&node.get("key"))?, operator })
    }

    fn fits(&self, labels: &Labels<'_>) -> bool {
        let value = labels.get(self.key);
        match &self.operator {
            Operator::In(values) => value.is_some_and(|value| values.contains(&value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

fn object<'a>(node: &Node<'a>) -> Result<(), Node<'a>> {
    if node.exists() && !node.is_object() { Err(node.clone()) } else { Ok(()) }
}

fn members_known<'a>(node: &Node<'a>, known: &[&str]) -> Result<(), Node<'a>> {
    object(node)?;
    node.members().find(|(name, _)| !known.contains(name)).map_or(Ok(()), |(_, other)| Err(other))
}

fn list<'a>(node: &Node<'a>) -> Result<Vec<Node<'a>>, Node<'a>> {
    if node.exists() && !node.is_list() { Err(node.clone()) } else { Ok(node.elements().collect()) }
}

fn text<'a>(node: &Node<'a>) -> Result<&'a str, Node<'a>> {
    node.as_str().ok_or_else(|| node.clone())
}

/// As one types it on the command line: `` `app=cart, tier in (web, api), !canary` ``.
impl fmt::Display for LabelSelector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.labels.iter().map(|(name, value)| format!("{name}={value}"));
        let all: Vec<String> = labels.chain(self.expressions.iter().map(ToString::to_string)).collect();
        write!(f, "`{}`", all.join(", "))
    }
}

impl fmt::Display for Expression<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key;
        match &self.operator {
            Operator::In(values) => write!(f, "{key} in ({})", values.join(", ")),
            Operator::NotIn(values) => write!(f, "{key} notin ({})", values.join(", ")),
            Operator::Exists => write!(f, "{key}"),
            Operator::DoesNotExist => write!(f, "!{key}"),
        }
    }
}

#[cfg(test)]
#[path = "label_selector_tests.rs"]
mod tests;
