//! What the operator lets be in an object although it is in no recipe.

use std::borrow::Cow;

use tollgate_sdk::workload::Pod;
use tollgate_sdk::{Document, Value};

use crate::globs::any_fits;
use crate::place::{Place, Step};
use crate::settings::{Injector, Settings};

/// What is excused in one object.
#[derive(Debug, Default)]
pub(crate) struct Excuses<'s> {
    /// Pointers with wildcards.
    paths: Vec<Vec<Cow<'s, str>>>,
    /// What has put a container into a pod of the object.
    injectors: Vec<&'s Injector>,
}

impl<'s> Excuses<'s> {
    /// Those of an object with these pods.
    pub(crate) fn of(settings: &'s Settings, document: &Document<'_>, pods: &[Pod<'_>]) -> Self {
        let is_of_kind = |kind: &String| {
            let (name, group) = kind.split_once('.').unwrap_or((kind, ""));
            (group, name) == (document.group(), document.kind())
        };
        let fields = settings.extra_fields.iter().filter(|field| field.kinds.is_empty() || field.kinds.iter().any(is_of_kind));
        let is_in = |injector: &&Injector| pods.iter().flat_map(Pod::containers).any(|one| owns(injector, one.node().value()));
        Self {
            paths: fields.map(|field| field.path.split('/').skip(1).map(unescape).collect()).collect(),
            injectors: settings.injectors.iter().filter(is_in).collect(),
        }
    }

    /// Whether a value may be at a place where nothing was approved.
    pub(crate) fn excuse(&self, place: &Place<'_>, value: &Value<'_>) -> bool {
        self.paths.iter().any(|path| fits(path, place.steps())) || self.injectors.iter().any(|one| is_of(one, place.steps(), value))
    }
}

fn unescape(step: &str) -> Cow<'_, str> {
    if step.contains('~') { Cow::Owned(step.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(step) }
}

/// Whether a path with wildcards leads along these steps.
fn fits(path: &[Cow<'_, str>], steps: &[Step<'_>]) -> bool {
    match (path.split_first(), steps.split_first()) {
        (None, None) => true,
        (Some((wildcard, rest)), _) if wildcard == "**" => {
            fits(rest, steps) || steps.split_first().is_some_and(|(_, steps)| fits(path, steps))
        }
        (Some((step, path)), Some((taken, steps))) => (step == "*" || is(taken, step)) && fits(path, steps),
        _ => false,
    }
}

fn is(taken: &Step<'_>, step: &str) -> bool {
    match taken {
        Step::Member(name) => *name == step,
        Step::Element(index) => step.parse() == Ok(*index),
    }
}

/// Whether something belongs to an injector: a container, a volume, a label or an annotation.
fn is_of(injector: &Injector, steps: &[Step<'_>], value: &Value<'_>) -> bool {
    match steps {
        [.., Step::Member("containers" | "initContainers"), Step::Element(_)] => owns(injector, Some(value)),
        [.., Step::Member("volumes"), Step::Element(_)] => {
            value.get("name").and_then(Value::as_str).is_some_and(|name| any_fits(&injector.volumes, name))
        }
        [.., Step::Member("metadata"), Step::Member("labels" | "annotations"), Step::Member(name)] => {
            any_fits(&injector.metadata, name)
        }
        _ => false,
    }
}

/// Whether a container is the one that an injector injects.
fn owns(injector: &Injector, container: Option<&Value<'_>>) -> bool {
    let text = |name| container?.get(name).and_then(Value::as_str);
    text("name").zip(text("image")).is_some_and(|(name, image)| injector.owns(name, image))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(pattern: &str, steps: &[Step<'_>]) -> bool {
        let path: Vec<_> = pattern.split('/').skip(1).map(unescape).collect();
        fits(&path, steps)
    }

    #[test]
    fn a_star_is_one_step_and_two_are_any_number() {
        let steps = [Step::Member("spec"), Step::Member("a/b"), Step::Element(3), Step::Member("c")];
        for pattern in ["/spec/a~1b/3/c", "/spec/*/*/c", "/**", "/**/c", "/spec/**/c", "/spec/**/a~1b/**", "/*/*/*/*"] {
            assert!(leads(pattern, &steps), "{pattern}");
        }
        for pattern in ["/spec", "/*/*/*", "/spec/a~1b/4/c", "/**/d", "/spec/a~1b/03/d", "/*/*/*/*/*"] {
            assert!(!leads(pattern, &steps), "{pattern}");
        }
    }

    #[test]
    fn an_injector_has_its_own_container_volumes_and_metadata_and_nothing_else() {
        let injector = Injector {
            container: "proxy".into(),
            image: "r.example.com/proxy@*".into(),
            volumes: vec!["proxy-*".into()],
            metadata: vec!["proxy.example.com/*".into()],
        };
        let of = |steps: &[Step<'_>], json: &str| is_of(&injector, steps, &Value::read(json.as_bytes()).unwrap());
        let element = |list| [Step::Member("spec"), Step::Member(list), Step::Element(0)];
        let container = r#"{"name": "proxy", "image": "r.example.com/proxy@sha256:a"}"#;
        assert!(of(&element("containers"), container) && of(&element("initContainers"), container));
        assert!(!of(&element("ephemeralContainers"), container) && !of(&element("containers"), r#"{"name": "proxy"}"#));
        assert!(of(&element("volumes"), r#"{"name": "proxy-a"}"#) && !of(&element("volumes"), r#"{"name": "a"}"#));
        let label = |list, name| [Step::Member("metadata"), Step::Member(list), Step::Member(name)];
        assert!(of(&label("labels", "proxy.example.com/a"), "1") && !of(&label("labels", "app"), "1"));
        assert!(!of(&label("finalizers", "proxy.example.com/a"), "1"));
    }
}
