//! Secrets: their values are withheld, so their keys are compared, and the host marks values that are other ones.

use tollgate_sdk::Value;

use super::{Comparison, What, members};
use crate::place::{Sides, Step};

impl<'v> Comparison<'_, 'v> {
    /// The keys of a Secret. What is written as `stringData` is `data` as soon as the API server has it.
    pub(super) fn secret(&mut self, sides: Sides<'v>) {
        let is_secret = |value: &Value<'_>| {
            let text = |name| value.get(name).and_then(Value::as_str);
            text("kind") == Some("Secret") && text("apiVersion").is_some_and(|version| !version.contains('/'))
        };
        if !sides.found.is_some_and(is_secret) {
            return;
        }
        for list in LISTS {
            self.step(Step::Member(list), sides, |comparison| comparison.keys(sides.member(list)));
        }
        for (list, name, value) in entries(sides.approved).filter(|(_, name, _)| !has(sides.found, name)) {
            self.key(list, name, sides, |comparison| comparison.add(What::Other { approved: value, found: None }));
        }
        for (list, name, value) in entries(sides.approved).filter(|(_, name, value)| has(sides.found, name) && is_another(value)) {
            self.key(list, name, sides, |comparison| comparison.add(What::Other { approved: value, found: Some(value) }));
        }
        for (list, name, value) in entries(sides.found).filter(|(_, name, _)| !has(sides.approved, name)) {
            self.key(list, name, sides, |comparison| {
                if !comparison.is_token(sides) && !comparison.circumstances.excuses.excuse(&comparison.place, value) {
                    comparison.add(What::Extra(value));
                }
            });
        }
    }

    /// What is no map of keys has none that could be compared.
    fn keys(&mut self, sides: Sides<'v>) {
        match sides.found {
            None | Some(Value::Null | Value::Object(_)) => {}
            Some(found) => self.add(What::Extra(found)),
        }
    }

    fn key(&mut self, list: &'v str, name: &'v str, sides: Sides<'v>, look: impl FnOnce(&mut Self)) {
        self.step(Step::Member(list), sides, |comparison| {
            comparison.step(Step::Member(name), sides.member(list), look);
        });
    }

    /// Whether a controller writes its token into it: the keys that it had, or that a controller gives it.
    fn is_token(&self, sides: Sides<'v>) -> bool {
        let kind = sides.member("type").approved.and_then(Value::as_str);
        let moment = self.place.moment;
        kind == Some("kubernetes.io/service-account-token")
            && (moment.by_controller || moment.is_update && self.place.old().is_some())
    }
}

/// Whether the host, which knows the values, says that the one that comes is another one.
fn is_another(value: &Value<'_>) -> bool {
    value.as_str() == Some("withheld: another value than the one that comes")
}

const LISTS: [&str; 2] = ["data", "stringData"];

fn entries<'v>(secret: Option<&'v Value<'v>>) -> impl Iterator<Item = (&'static str, &'v str, &'v Value<'v>)> {
    LISTS
        .into_iter()
        .flat_map(move |list| members(secret.and_then(|secret| secret.get(list))).map(move |(name, value)| (list, name, value)))
}

fn has(secret: Option<&Value<'_>>, name: &str) -> bool {
    LISTS.iter().any(|list| secret.and_then(|secret| secret.get(list)?.get(name)).is_some())
}
