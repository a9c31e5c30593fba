//! Where checks read values, and put what they find. A value of another type is reported by whoever reads it.

use tollgate_sdk::{Finding, Findings, Node, Rule, Value};

/// Something of another type than the API defines, which is reported by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unknown;

/// How a check ends.
pub(crate) type Judged = Result<(), Unknown>;

/// What one check finds.
#[derive(Debug)]
pub(crate) struct Report<'r> {
    rule: &'static Rule,
    findings: &'r mut Findings,
}

impl<'r> Report<'r> {
    pub(crate) const fn new(rule: &'static Rule, findings: &'r mut Findings) -> Self {
        Self { rule, findings }
    }

    /// Reports what is at a place, or that it is missing there.
    pub(crate) fn find(&mut self, node: &Node<'_>, message: impl Into<String>, remediation: impl Into<String>) {
        self.add(self.rule.at(node, message).fix(remediation));
    }

    /// A finding that has more to say than [`Report::find`] can.
    pub(crate) fn add(&mut self, finding: Finding) {
        self.findings.add(finding);
    }

    /// The rule whose findings these are.
    pub(crate) const fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Reports a value that the Kubernetes API would refuse.
    pub(crate) fn unknown(&mut self, node: &Node<'_>) -> Unknown {
        let pointer = node.pointer();
        let name = pointer.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("document");
        let kind = node.value().map_or("nothing", Value::kind);
        let message = format!("`{name}` holds what the Kubernetes API does not allow there ({kind}), so it can't be judged");
        self.find(node, message, "Write the value as the Kubernetes API defines it");
        Unknown
    }

    /// What a path of members leads to. What stands on the way must be objects.
    pub(crate) fn walk<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Node<'a>, Unknown> {
        let mut node = node.clone();
        for key in keys {
            if node.exists() && !node.is_object() {
                return Err(self.unknown(&node));
            }
            node = node.get(key);
        }
        Ok(node)
    }

    /// The text at the end of a path; nothing where it is missing.
    pub(crate) fn text<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Option<&'a str>, Unknown> {
        self.read(node, keys, Value::as_str)
    }

    /// The text at the end of a path, which must be there.
    pub(crate) fn needed_text<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<&'a str, Unknown> {
        match self.text(node, keys)? {
            Some(text) => Ok(text),
            None => Err(self.unknown(&node.walk(keys))),
        }
    }

    /// The boolean at the end of a path; nothing where it is missing.
    pub(crate) fn flag<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Option<bool>, Unknown> {
        self.read(node, keys, |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// The whole number at the end of a path, zero or more; nothing where it is missing.
    pub(crate) fn count<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Option<i64>, Unknown> {
        self.read(node, keys, |value| match value {
            Value::Integer(number) if *number >= 0 => Some(*number),
            _ => None,
        })
    }

    fn read<'a, T>(
        &mut self,
        node: &Node<'a>,
        keys: &[&'a str],
        read: impl FnOnce(&'a Value<'a>) -> Option<T>,
    ) -> Result<Option<T>, Unknown> {
        let Some(value) = self.value(node, keys)? else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.unknown(&node.walk(keys)))
    }

    /// The value at the end of a path; nothing where it is missing. Most of them are in order, and then no node is made on the way.
    fn value<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Option<&'a Value<'a>>, Unknown> {
        let mut value = node.value();
        for key in keys {
            match value {
                None | Some(Value::Null) => return Ok(None),
                Some(object @ Value::Object(_)) => value = object.get(key),
                // Goes the same way again, and says where it ends.
                Some(_) => return self.walk(node, keys).map(|_| None),
            }
        }
        Ok(value.filter(|value| !matches!(value, Value::Null)))
    }

    /// Whether there is an object at the end of a path.
    pub(crate) fn has_object<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<bool, Unknown> {
        Ok(self.read(node, keys, |value| matches!(value, Value::Object(_)).then_some(()))?.is_some())
    }

    /// The elements of the list at the end of a path, of whatever type; none where it is missing.
    pub(crate) fn elements<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Vec<Node<'a>>, Unknown> {
        match self.value(node, keys)? {
            None => Ok(Vec::new()),
            Some(Value::Array(_)) => Ok(node.walk(keys).elements().collect()),
            Some(_) => Err(self.unknown(&node.walk(keys))),
        }
    }

    /// Judges each element of the list of objects at the end of a path. One that is none, or in which something is unknown,
    /// keeps no other from being judged.
    pub(crate) fn each<'a>(
        &mut self,
        node: &Node<'a>,
        keys: &[&'a str],
        mut judge: impl FnMut(&mut Self, &Node<'a>) -> Judged,
    ) -> Judged {
        for element in self.elements(node, keys)? {
            if element.is_object() {
                let _ = judge(self, &element);
            } else {
                self.unknown(&element);
            }
        }
        Ok(())
    }

    /// The elements of the list of texts at the end of a path. What is no text is left out.
    pub(crate) fn texts<'a>(&mut self, node: &Node<'a>, keys: &[&'a str]) -> Result<Vec<(&'a str, Node<'a>)>, Unknown> {
        let mut texts = Vec::new();
        for element in self.elements(node, keys)? {
            match element.as_str() {
                Some(text) => texts.push((text, element)),
                None => {
                    self.unknown(&element);
                }
            }
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::Document;

    use super::*;
    use crate::checks::CHECKS;

    const BODY: &str = r#"{"text": "a", "flag": true, "one": 1, "minus": -1, "null": null, "list": ["a", 1, null, "b"],
        "objects": [{"x": 1}, 7, {"x": 2}], "deep": {"text": "b"}}"#;

    /// What was read, and the pointers of what was found.
    fn read<T>(read: impl FnOnce(&mut Report<'_>, &Node<'_>) -> T) -> (T, Vec<String>) {
        let document = Document::read(0, "", BODY.as_bytes()).unwrap();
        let mut findings = Findings::default();
        let value = read(&mut Report::new(&CHECKS[0].rule, &mut findings), &document.root());
        (value, findings.into_vec().iter().map(|finding| finding.pointer().to_owned()).collect())
    }

    #[test]
    fn values_of_the_right_type_are_read_and_missing_ones_are_nothing() {
        let (values, found) = read(|report, root| {
            assert_eq!(report.text(root, &["deep", "text"]), Ok(Some("b")));
            assert_eq!(report.text(root, &["null"]), Ok(None));
            assert_eq!(report.text(root, &["deep", "gone", "further"]), Ok(None));
            assert_eq!(report.has_object(root, &["deep"]), Ok(true));
            (report.flag(root, &["flag"]), report.count(root, &["one"]))
        });
        assert_eq!((values, found), ((Ok(Some(true)), Ok(Some(1))), vec![]));
    }

    #[test]
    fn values_of_other_types_are_reported_where_they_stand() {
        let (_, found) = read(|report, root| {
            assert_eq!(report.flag(root, &["text"]), Err(Unknown));
            assert_eq!(report.count(root, &["minus"]), Err(Unknown));
            assert_eq!(report.text(root, &["flag", "further"]), Err(Unknown));
            assert_eq!(report.has_object(root, &["list"]), Err(Unknown));
            assert_eq!(report.needed_text(root, &["deep", "gone"]), Err(Unknown));
        });
        assert_eq!(found, ["/text", "/minus", "/flag", "/list", "/deep/gone"]);
    }

    #[test]
    fn an_element_that_is_unknown_hides_no_other() {
        let (texts, found) = read(|report, root| {
            let texts = report.texts(root, &["list"]).unwrap();
            texts.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>()
        });
        assert_eq!((texts, found), (vec!["a".to_owned(), "b".to_owned()], vec!["/list/1".to_owned(), "/list/2".to_owned()]));
        let (count, found) = read(|report, root| {
            let mut count = 0;
            let judged = report.each(root, &["objects"], |report, element| {
                count += 1;
                report.text(element, &["x"]).map(drop)
            });
            assert_eq!(judged, Ok(()));
            count
        });
        assert_eq!((count, found), (2, ["/objects/0/x", "/objects/1", "/objects/2/x"].map(ToOwned::to_owned).to_vec()));
    }

    #[test]
    fn an_unknown_value_is_named_by_its_kind_alone() {
        let document = Document::read(0, "", br#"["hunter2"]"#).unwrap();
        let mut findings = Findings::default();
        Report::new(&CHECKS[0].rule, &mut findings).unknown(&document.root());
        let findings = findings.into_vec();
        let expected = "`document` holds what the Kubernetes API does not allow there (list), so it can't be judged";
        assert_eq!((findings[0].message(), findings[0].pointer()), (expected, ""));
    }
}
