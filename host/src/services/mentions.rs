//! Where configuration speaks of a service, and what of that goes when the service goes.

use serde_json::{Value, json};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::pointer::Pointer;

/// A service that goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaving<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: &'a str,
    /// Its objects that no other service has as well.
    pub(crate) objects: &'a [ObjectIdentity],
}

/// A place of the configuration that speaks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) pointer: Pointer,
    /// Whether it goes with the service. What stays, people have to look at.
    pub(crate) goes: bool,
}

impl Leaving<'_> {
    /// What tollgate.yaml says of it.
    pub(crate) fn in_pipeline(&self, file: &Value) -> Vec<Mention> {
        self.mentions(file, &self.pipeline_lines(file))
    }

    /// What a file of waivers says of it.
    pub(crate) fn in_waivers(&self, file: &Value) -> Vec<Mention> {
        self.mentions(file, &self.waivers(file))
    }

    fn mentions(&self, file: &Value, going: &[Pointer]) -> Vec<Mention> {
        let mut found = Vec::new();
        self.collect(file, &Pointer::root(), &mut found);
        let goes = |pointer: &Pointer| going.iter().any(|gone| is_within(pointer, gone));
        let mut mentions: Vec<Mention> = going.iter().map(|pointer| Mention { pointer: pointer.clone(), goes: true }).collect();
        mentions.extend(found.into_iter().filter(|pointer| !goes(pointer)).map(|pointer| Mention { pointer, goes: false }));
        mentions
    }

    fn is_its(&self, text: &str) -> bool {
        text == self.name || self.is_its_path(text)
    }

    fn is_its_path(&self, text: &str) -> bool {
        let text = text.strip_prefix("./").unwrap_or(text);
        text.strip_prefix(self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Every text and key that is its name or a path in its directory.
    fn collect(&self, value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    if self.is_its(key) {
                        found.push(at.member(key));
                    } else {
                        self.collect(member, &at.member(key), found);
                    }
                }
            }
            Value::Array(elements) => {
                elements.iter().enumerate().for_each(|(index, element)| self.collect(element, &at.element(index), found));
            }
            Value::String(text) if self.is_its(text) => found.push(at.clone()),
            _ => {}
        }
    }

    /// What of tollgate.yaml is about nothing else: its own entry, ignored files of its directory, gates that match it alone,
    /// and its name where gates match it among others.
    fn pipeline_lines(&self, file: &Value) -> Vec<Pointer> {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        let mut going = elements(file, "components", |entry| text(entry, "path").as_deref() == Some(self.path));
        going.extend(elements(file, "ignore", |pattern| pattern.as_str().is_some_and(|pattern| self.is_its_path(pattern))));
        for (index, gate) in file.get("gates").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let at = Pointer::root().member("gates").element(index);
            match gate.pointer("/match/component") {
                Some(Value::String(one)) if one == self.name => going.push(at),
                Some(Value::Array(all)) if all.iter().all(|one| one == self.name) => going.push(at),
                Some(Value::Array(all)) => {
                    let list = at.member("match").member("component");
                    going.extend((0..all.len()).filter(|one| all[*one] == self.name).map(|one| list.element(one)));
                }
                _ => {}
            }
        }
        going
    }

    fn waivers(&self, file: &Value) -> Vec<Pointer> {
        elements(file, "waivers", |waiver| {
            let subject = &waiver["subject"];
            let text = |key: &str| subject.get(key).and_then(Value::as_str);
            let is_its = |object: &ObjectIdentity| {
                text("kind") == Some(&object.kind)
                    && text("name") == Some(&object.name)
                    && text("namespace") == object.namespace.as_deref()
            };
            match text("file") {
                Some(file) => self.is_its_path(file),
                None => self.objects.iter().any(is_its),
            }
        })
    }
}

/// The elements of a list that are meant.
fn elements(file: &Value, key: &str, is_meant: impl Fn(&Value) -> bool) -> Vec<Pointer> {
    let list = file.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let at = Pointer::root().member(key);
    list.iter().enumerate().filter(|(_, element)| is_meant(element)).map(|(index, _)| at.element(index)).collect()
}

fn is_within(pointer: &Pointer, whole: &Pointer) -> bool {
    pointer.as_str().strip_prefix(whole.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The patch (RFC 6902) that takes out what goes: from the end, so that positions stay right.
pub(crate) fn removal(mentions: &[Mention]) -> Value {
    let going = mentions.iter().filter(|mention| mention.goes);
    let operation = |mention: &Mention| json!({"op": "remove", "path": mention.pointer.as_str()});
    Value::Array(going.map(operation).rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_objects() -> Vec<ObjectIdentity> {
        let identity = |namespace: Option<&str>| ObjectIdentity {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            name: "redis-cart".to_owned(),
        };
        vec![identity(None)]
    }

    fn told(mentions: &[Mention]) -> Vec<(&str, bool)> {
        mentions.iter().map(|mention| (mention.pointer.as_str(), mention.goes)).collect()
    }

    #[test]
    fn what_is_about_the_service_alone_goes_and_the_rest_is_shown() {
        let file = json!({
            "components": [{"path": "services/mail"}, {"path": "services/cart"}],
            "ignore": ["services/cart/values.yaml", "services/carts/x", "**/README.yaml"],
            "gates": [
                {"name": "a", "match": {"component": "cart"}},
                {"name": "b", "match": {"component": ["mail", "cart"]}},
                {"name": "c", "match": {"component": ["cart"]}},
                {"name": "cart", "match": {"component": "c*"}},
            ],
            "people": {"teams": {"cart": ["dev@example.com"], "mail": []}},
        });
        let objects = mk_objects();
        let leaving = Leaving { name: "cart", path: "services/cart", objects: &objects };
        let mentions = leaving.in_pipeline(&file);
        let expected = [
            ("/components/1", true),
            ("/ignore/0", true),
            ("/gates/0", true),
            ("/gates/1/match/component/1", true),
            ("/gates/2", true),
            ("/gates/3/name", false),
            ("/people/teams/cart", false),
        ];
        assert_eq!(told(&mentions), expected);
        let patch: Vec<String> =
            removal(&mentions).as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect();
        assert_eq!(patch, ["/gates/2", "/gates/1/match/component/1", "/gates/0", "/ignore/0", "/components/1"]);
    }

    #[test]
    fn waivers_of_its_objects_and_files_go() {
        let waiver = |subject: Value| json!({"rule": "a/b", "subject": subject});
        let file = json!({"waivers": [
            waiver(json!({"kind": "Deployment", "name": "redis-cart"})),
            waiver(json!({"kind": "Deployment", "name": "redis-cart", "namespace": "shop"})),
            waiver(json!({"kind": "Deployment", "file": "services/cart/redis.yaml"})),
            waiver(json!({"kind": "Deployment", "name": "redis-cart", "file": "services/mail/redis.yaml"})),
        ]});
        let objects = mk_objects();
        let leaving = Leaving { name: "cart", path: "services/cart", objects: &objects };
        assert_eq!(told(&leaving.in_waivers(&file)), [("/waivers/0", true), ("/waivers/2", true)]);
    }
}
