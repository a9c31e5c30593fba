//! What the operator can set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tollgate_sdk::{Node, SettingsError, is_glob};

/// The settings.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Repositories (globs) of the organisation's own images.
    own: Vec<String>,
    /// Where images stand beside containers and volumes, in objects of every kind.
    pointers: Vec<Pointer>,
    /// The same for one kind: `Tool.example.com`, or `Tool` in the core group.
    pointers_by_kind: BTreeMap<String, Vec<Pointer>>,
}

/// Whose an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ownership {
    Own,
    ThirdParty,
    /// Nobody has said which images are the organisation's own.
    Unknown,
}

/// A JSON pointer (RFC 6901) in which a `*` step stands for every member or element.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Pointer(Vec<String>);

impl Settings {
    /// Whose the images of a repository are.
    pub(crate) fn ownership(&self, repository: &str) -> Ownership {
        if self.own.is_empty() {
            Ownership::Unknown
        } else if self.own.iter().any(|glob| fast_glob::glob_match(glob, repository)) {
            Ownership::Own
        } else {
            Ownership::ThirdParty
        }
    }

    /// The configured pointers for a kind.
    pub(crate) fn pointers_for(&self, group: &str, kind: &str) -> impl Iterator<Item = &Pointer> {
        let of_kind = self.pointers_by_kind.iter().filter(move |(name, _)| {
            let (name_kind, name_group) = name.split_once('.').unwrap_or((name, ""));
            (name_group, name_kind) == (group, kind)
        });
        self.pointers.iter().chain(of_kind.flat_map(|(_, pointers)| pointers))
    }
}

impl Pointer {
    /// What it leads to.
    pub(crate) fn select<'a>(&'a self, root: &Node<'a>) -> Vec<Node<'a>> {
        let steps: Vec<&str> = self.0.iter().map(String::as_str).collect();
        root.select(&steps)
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let escapes_well = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        match text.strip_prefix('/') {
            Some(steps) if escapes_well => Ok(Self(steps.split('/').map(unescape).collect())),
            _ => Err(format!("`{text}` is not a JSON pointer: it must start with `/`, and `~` is written `~0` or `~1`")),
        }
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
    }
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

impl tollgate_sdk::Settings for Settings {
    fn schema() -> String {
        include_str!("settings.schema.json").to_owned()
    }

    fn problems(&self) -> Vec<SettingsError> {
        let broken = self.own.iter().enumerate().filter(|(_, glob)| !is_glob(glob));
        let message = |glob: &str| format!("`{glob}` must be a glob of repositories, such as `registry.example.com/*`");
        broken.map(|(index, glob)| SettingsError { pointer: format!("/own/{index}"), message: message(glob) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImagePinned;
    use tollgate_sdk::testing;

    fn refused(settings: &str) -> Vec<(String, String)> {
        let errors = testing::configure::<ImagePinned>(settings).unwrap_err();
        errors.into_iter().map(|error| (error.pointer, error.message)).collect()
    }

    #[test]
    fn a_star_stays_within_a_path_component() {
        let settings = Settings { own: vec!["registry.example.com/*".to_owned()], ..Settings::default() };
        assert_eq!(settings.ownership("registry.example.com/cart"), Ownership::Own);
        assert_eq!(settings.ownership("registry.example.com/shop/cart"), Ownership::ThirdParty);
        assert_eq!(settings.ownership("registry.example.com.evil.example/cart"), Ownership::ThirdParty);
        assert_eq!(Settings::default().ownership("registry.example.com/cart"), Ownership::Unknown);
    }

    #[test]
    fn pointers_of_a_kind_are_its_own() {
        let settings: Settings =
            testing::settings(r#"{"pointers": ["/a"], "pointersByKind": {"Tool.example.com": ["/b"], "Tool": ["/c"]}}"#);
        let pointers = |group, kind| settings.pointers_for(group, kind).cloned().map(String::from).collect::<Vec<_>>();
        assert_eq!(pointers("example.com", "Tool"), ["/a", "/b"]);
        assert_eq!(pointers("", "Tool"), ["/a", "/c"]);
        assert_eq!(pointers("other.example.com", "Tool"), ["/a"]);
    }

    #[test]
    fn settings_that_could_never_match_are_refused_at_their_place() {
        assert_eq!(refused(r#"{"own": ["ok/*", "a[b"]}"#)[0].0, "/own/1");
        assert_eq!(refused(r#"{"own": ["!a"]}"#)[0].0, "/own/0");
        assert_eq!(refused(r#"{"pointers": ["/a", "b"]}"#)[0].0, "/pointers/1");
        assert_eq!(refused(r#"{"pointersByKind": {"Tool": ["/a~2"]}}"#)[0].0, "/pointersByKind/Tool/0");
        assert_eq!(refused(r#"{"owns": []}"#)[0].0, "/owns");
    }
}
