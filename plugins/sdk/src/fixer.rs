//! Fixers: they propose how what a validator found could be fixed.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::bindings::fixer::exports::tollgate::gate::fixing::{self, Guest};
use crate::describe::PluginError;
use crate::document::Document;
use crate::fix::Fix;
use crate::node::Node;
use crate::panic;
use crate::settings::accepted;

/// What a fixer says of itself.
#[derive(Clone, Copy, Debug)]
pub struct FixerDescription {
    /// Kebab-case.
    pub name: &'static str,
    /// A semantic version.
    pub version: &'static str,
    /// Name of the validator plugin whose findings it fixes.
    pub validator: &'static str,
    /// Ids of those rules of the validator that there are fixes for.
    pub rules: &'static [&'static str],
}

/// A plugin that proposes fixes. [`crate::fixer`] implements it for a function.
pub trait Fixer {
    /// The settings of the validator's policy, or a part of them.
    type Settings: DeserializeOwned;

    /// What the plugin says of itself.
    const DESCRIPTION: FixerDescription;

    /// Proposes fixes of one finding, the best first; none for what no machine should change.
    ///
    /// # Errors
    /// When it can't say.
    fn propose(found: &Found<'_>, settings: &Self::Settings) -> Result<Vec<Fix>, PluginError>;
}

/// What a fixer proposes: one fix or none, several, or that it can't say.
pub trait Proposed {
    /// The fixes.
    ///
    /// # Errors
    /// When it could not say.
    fn fixes(self) -> Result<Vec<Fix>, PluginError>;
}

impl Proposed for Option<Fix> {
    fn fixes(self) -> Result<Vec<Fix>, PluginError> {
        Ok(self.into_iter().collect())
    }
}

impl Proposed for Vec<Fix> {
    fn fixes(self) -> Result<Vec<Fix>, PluginError> {
        Ok(self)
    }
}

impl<T: Proposed> Proposed for Result<T, PluginError> {
    fn fixes(self) -> Result<Vec<Fix>, PluginError> {
        self.and_then(Proposed::fixes)
    }
}

/// One finding of the validator, with the document that it is about.
#[derive(Debug)]
pub struct Found<'a> {
    document: &'a Document<'a>,
    rule: &'a str,
    message: &'a str,
    /// Of the pointer, unescaped.
    steps: Vec<String>,
}

impl<'a> Found<'a> {
    fn new(document: &'a Document<'a>, finding: &'a fixing::Finding) -> Self {
        let unescape = |token: &str| token.replace("~1", "/").replace("~0", "~");
        let steps = finding.pointer.split('/').skip(1).map(unescape).collect();
        Self { document, rule: &finding.rule, message: &finding.message, steps }
    }

    /// The id of the rule.
    pub const fn rule(&self) -> &'a str {
        self.rule
    }

    /// The sentence.
    pub const fn message(&self) -> &'a str {
        self.message
    }

    /// The document.
    pub const fn document(&self) -> &'a Document<'a> {
        self.document
    }

    /// The place that the finding points to, which may be missing.
    pub fn node(&self) -> Node<'_> {
        self.up(0)
    }

    /// The place so many steps above it: `up(1)` of `/spec/hostPID` is `/spec`.
    pub fn up(&self, steps: usize) -> Node<'_> {
        let kept = self.steps.len().saturating_sub(steps);
        self.steps[..kept].iter().fold(self.document.root(), |node, step| match step.parse() {
            Ok(index) if node.is_list() => node.at(index),
            _ => node.get(step),
        })
    }
}

/// Everything that a fixer proposes, with the position of the finding that each is for.
pub type Fixes = Vec<(usize, Fix)>;

/// Proposes from bytes, as the host asks.
pub(crate) fn patch<F: Fixer>(request: &fixing::Request) -> Result<Fixes, PluginError> {
    let settings: F::Settings = accepted(&request.settings)?;
    let document = Document::read(0, &request.file, &request.document)?;
    let mut fixes = Fixes::new();
    for (position, finding) in request.findings.iter().enumerate() {
        let proposed = F::propose(&Found::new(&document, finding), &settings)?;
        fixes.extend(proposed.into_iter().map(|fix| (position, fix)));
    }
    Ok(fixes)
}

/// Puts a fixer behind the contract's functions.
#[doc(hidden)]
#[derive(Debug)]
pub struct FixerExport<F>(PhantomData<F>);

impl<F: Fixer> Guest for FixerExport<F> {
    fn describe() -> fixing::Description {
        panic::report();
        fixing::Description {
            name: F::DESCRIPTION.name.to_owned(),
            version: F::DESCRIPTION.version.to_owned(),
            validator: F::DESCRIPTION.validator.to_owned(),
            rules: F::DESCRIPTION.rules.iter().map(|&rule| rule.to_owned()).collect(),
        }
    }

    fn patch(request: fixing::Request) -> Result<Vec<fixing::Fix>, PluginError> {
        panic::report();
        let fixes = patch::<F>(&request)?;
        let crossing = |(position, fix): (usize, Fix)| fix.crossing(u32::try_from(position).unwrap_or(u32::MAX));
        Ok(fixes.into_iter().map(crossing).collect())
    }
}

/// Makes a type that implements [`Fixer`] the plugin's export.
#[macro_export]
macro_rules! export_fixer {
    ($fixer:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "the contract's functions are exported under names that Rust can't check")]
        const _: () = {
            type Exported = $crate::FixerExport<$fixer>;
    $crate::bindings::fixer::export_fixer_world!(Exported with_types_in $crate::bindings::fixer);
        };
        // Natively nothing is exported, but the type must fit all the same.
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::FixerDescription = <$fixer as $crate::Fixer>::DESCRIPTION;
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets what was found to be wrong to the number of the settings.
    struct Sets;

    #[derive(serde::Deserialize)]
    struct Settings {
        to: i64,
    }

    impl Fixer for Sets {
        type Settings = Settings;
        const DESCRIPTION: FixerDescription =
            FixerDescription { name: "sets", version: "1.2.3", validator: "counts", rules: &["counted"] };

        fn propose(found: &Found<'_>, settings: &Settings) -> Result<Vec<Fix>, PluginError> {
            if found.rule() != "counted" {
                return Ok(Vec::new());
            }
            Some(Fix::new(found.message()).set(&found.node(), settings.to)).fixes()
        }
    }

    type Export = FixerExport<Sets>;

    fn request(settings: &str, document: &str, findings: &[(&str, &str)]) -> fixing::Request {
        let finding = |(rule, pointer): &(&str, &str)| fixing::Finding {
            rule: (*rule).to_owned(),
            message: "wrong".to_owned(),
            pointer: (*pointer).to_owned(),
        };
        fixing::Request {
            settings: settings.as_bytes().to_vec(),
            context: b"{}".to_vec(),
            file: "a.yaml".to_owned(),
            document: document.as_bytes().to_vec(),
            findings: findings.iter().map(finding).collect(),
        }
    }

    #[test]
    fn each_finding_is_asked_about_with_its_place_and_the_policys_settings() {
        let asked =
            request(r#"{"to": 3, "other": 1}"#, r#"{"a/b": [0, 1]}"#, &[("else", ""), ("counted", "/a~1b/1"), ("counted", "/x/y")]);
        let fixes = Export::patch(asked).unwrap();
        let fixes: Vec<_> = fixes.into_iter().map(|fix| (fix.finding, fix.title, String::from_utf8(fix.patch).unwrap())).collect();
        let expected = [
            (1, "wrong".to_owned(), r#"[{"op":"replace","path":"/a~1b/1","value":3}]"#.to_owned()),
            (2, "wrong".to_owned(), r#"[{"op":"add","path":"/x","value":{"y":3}}]"#.to_owned()),
        ];
        assert_eq!(fixes, expected);
    }

    #[test]
    fn what_the_contract_does_not_promise_is_bad_input() {
        for asked in [request("{", "{}", &[]), request("{}", "{}", &[]), request(r#"{"to": 1}"#, "{", &[])] {
            assert!(matches!(Export::patch(asked), Err(PluginError::BadInput(_))));
        }
    }

    #[test]
    fn what_it_says_of_itself_crosses_whole() {
        let described = Export::describe();
        assert_eq!((described.name.as_str(), described.version.as_str()), ("sets", "1.2.3"));
        assert_eq!((described.validator.as_str(), described.rules), ("counts", vec!["counted".to_owned()]));
    }

    #[test]
    fn the_places_above_a_finding_can_be_reached() {
        let document = Document::read(0, "", br#"{"list": [{"x": 1}]}"#).unwrap();
        let finding = fixing::Finding { rule: String::new(), message: String::new(), pointer: "/list/0/x".to_owned() };
        let found = Found::new(&document, &finding);
        let pointers: Vec<String> = (0..5).map(|steps| found.up(steps).pointer()).collect();
        assert_eq!(pointers, ["/list/0/x", "/list/0", "/list", "", ""]);
    }
}
