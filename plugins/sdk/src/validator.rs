//! Validators: they judge documents as written.

use std::marker::PhantomData;

use crate::bindings::validator::exports::tollgate::gate::validation::{self, Guest};
use crate::bindings::validator::tollgate::gate::types;
use crate::context::Context;
use crate::describe::{Description, PluginError};
use crate::document::{Document, read_all};
use crate::finding::{Finding, Findings};
use crate::panic;
use crate::settings::{self, Settings, SettingsError};

pub use types::{KindFilter, Needs, Scope};

/// A plugin that judges documents.
pub trait Validator {
    /// What the operator can set.
    type Settings: Settings;

    /// What the plugin says of itself.
    const DESCRIPTION: Description;

    /// What it needs with these settings.
    fn needs(settings: &Self::Settings) -> Needs;

    /// Judges. Must be a pure function of what is asked and of what [`crate::host`] answers.
    ///
    /// # Errors
    /// When it can't judge; never as a way to say no.
    fn check(check: &Check<'_, Self::Settings>, findings: &mut Findings) -> Result<(), PluginError>;
}

/// What the function under [`crate::validator`] may answer: one finding or none, several, or that it can't judge.
pub trait Judged {
    /// The findings.
    ///
    /// # Errors
    /// When it could not judge.
    fn findings(self) -> Result<Vec<Finding>, PluginError>;
}

impl Judged for Vec<Finding> {
    fn findings(self) -> Result<Vec<Finding>, PluginError> {
        Ok(self)
    }
}

impl Judged for Option<Finding> {
    fn findings(self) -> Result<Vec<Finding>, PluginError> {
        Ok(self.into_iter().collect())
    }
}

impl<T: Judged> Judged for Result<T, PluginError> {
    fn findings(self) -> Result<Vec<Finding>, PluginError> {
        self.and_then(Judged::findings)
    }
}

/// What a validator is asked.
#[derive(Debug)]
pub struct Check<'a, S> {
    pub settings: &'a S,
    pub context: Context<'a>,
    /// Exactly one for scope `document`, all of them for scope `set`.
    pub documents: &'a [Document<'a>],
}

impl Needs {
    /// Each document by itself, of every kind.
    pub const fn document() -> Self {
        Self { scope: Scope::Document, kinds: Vec::new(), secret_values: false }
    }

    /// All documents that go to one target, together.
    pub const fn set() -> Self {
        Self { scope: Scope::Set, kinds: Vec::new(), secret_values: false }
    }

    /// Documents of this group and kind as well; `*` matches all.
    #[must_use]
    pub fn of(mut self, group: &str, kind: &str) -> Self {
        self.kinds.push(KindFilter { group: group.to_owned(), kind: kind.to_owned() });
        self
    }
}

/// Judges from bytes, as the host asks.
pub(crate) fn check<V: Validator>(request: &validation::Request) -> Result<Vec<Finding>, PluginError> {
    let settings: V::Settings = settings::accepted(&request.settings)?;
    let documents = read_all(&request.documents)?;
    let mut findings = Findings::default();
    let check = Check { settings: &settings, context: Context::new(&request.context), documents: &documents };
    V::check(&check, &mut findings)?;
    Ok(findings.into_vec())
}

/// Puts a validator behind the contract's functions.
#[doc(hidden)]
#[derive(Debug)]
pub struct ValidatorExport<V>(PhantomData<V>);

impl<V: Validator> Guest for ValidatorExport<V> {
    fn describe() -> types::Description {
        panic::report();
        V::DESCRIPTION.with::<V::Settings>()
    }

    fn configure(bytes: types::Json) -> Result<Needs, Vec<SettingsError>> {
        panic::report();
        settings::configure(&bytes).map(|settings| V::needs(&settings))
    }

    fn check(request: validation::Request) -> Result<Vec<validation::Finding>, PluginError> {
        panic::report();
        check::<V>(&request).map(|findings| findings.into_iter().map(Into::into).collect())
    }
}

/// Makes a type that implements [`Validator`] the plugin's export.
#[macro_export]
macro_rules! export_validator {
    ($validator:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "the contract's functions are exported under names that Rust can't check")]
        const _: () = {
            type Exported = $crate::ValidatorExport<$validator>;
    $crate::bindings::validator::export_validator_world!(Exported with_types_in $crate::bindings::validator);
        };
        // Natively nothing is exported, but the type must fit all the same.
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::Description = <$validator as $crate::Validator>::DESCRIPTION;
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, NoSettings, Rule, Severity};

    static COUNTED: Rule =
        Rule { id: "counted", title: "Counts", help: "", level: Level::Note, severity: Severity::Info, controls: &["C-1"] };

    /// Says of each document how many it was asked about, and where the question came from.
    struct Counts;

    impl Validator for Counts {
        type Settings = NoSettings;
        const DESCRIPTION: Description = Description { name: "counts", version: "1.2.3", rules: &[&COUNTED] };

        fn needs(_: &NoSettings) -> Needs {
            Needs::set().of("", "Pod").of("apps", "*")
        }

        fn check(check: &Check<'_, NoSettings>, findings: &mut Findings) -> Result<(), PluginError> {
            let context = check.context.read()?;
            let place = context.get("place").and_then(crate::Value::as_str).unwrap_or_default().to_owned();
            let message = format!("{} at {place}", check.documents.len());
            findings.extend(check.documents.iter().map(|document| COUNTED.at(&document.root(), message.as_str())));
            Ok(())
        }
    }

    type Export = ValidatorExport<Counts>;

    fn request(settings: &str, context: &str, bodies: &[&str]) -> validation::Request {
        let document =
            |(id, body): (u32, &&str)| validation::Document { id, file: format!("{id}.yaml"), body: body.as_bytes().to_vec() };
        validation::Request {
            settings: settings.as_bytes().to_vec(),
            context: context.as_bytes().to_vec(),
            documents: (5..).zip(bodies).map(document).collect(),
        }
    }

    #[test]
    fn a_request_becomes_typed_and_its_findings_name_its_documents() {
        let found = Export::check(request("{}", r#"{"place": "admission", "new": 1}"#, &["{}", "[1]"])).unwrap();
        let found: Vec<_> =
            found.into_iter().map(|finding| (finding.rule, finding.document, finding.pointer, finding.message)).collect();
        let expected = [5, 6].map(|id| ("counted".to_owned(), id, String::new(), "2 at admission".to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn what_the_contract_does_not_promise_is_bad_input_and_no_answer() {
        for (request, named) in [
            (request("{}", "{}", &["{}", "{"]), "document 6 of `6.yaml`"),
            (request("{}", "{}", &[r#"{"a": 1, "a": 2}"#]), "document 5 of `5.yaml`"),
            (request("{", "{}", &["{}"]), "settings"),
            (request(r#"{"unknown": 1}"#, "{}", &["{}"]), "settings"),
            (request("{}", "", &["{}"]), "context"),
        ] {
            let error = Export::check(request).unwrap_err();
            assert!(matches!(&error, PluginError::BadInput(reason) if reason.contains(named)), "{error:?} names {named}");
        }
    }

    #[test]
    fn what_it_needs_and_says_of_itself_crosses_whole() {
        let needs = Export::configure(b"{}".to_vec()).unwrap();
        let kinds: Vec<_> = needs.kinds.iter().map(|filter| (filter.group.as_str(), filter.kind.as_str())).collect();
        assert_eq!((needs.scope, kinds, needs.secret_values), (Scope::Set, vec![("", "Pod"), ("apps", "*")], false));
        assert_eq!(Export::configure(br#"{"x": 1}"#.to_vec()).unwrap_err()[0].pointer, "/x");
        let description = Export::describe();
        assert_eq!((description.name.as_str(), description.version.as_str()), ("counts", "1.2.3"));
        assert_eq!(description.settings_schema, NoSettings::schema().as_bytes());
        let [rule] = description.rules.as_slice() else { panic!("{:?}", description.rules) };
        assert_eq!((rule.id.as_str(), rule.level, rule.severity), ("counted", Level::Note, Severity::Info));
        assert_eq!(rule.controls, ["C-1"]);
    }

    #[test]
    fn tests_ask_as_the_host_does_about_the_kinds_that_are_needed_and_all_at_once() {
        let yaml = "{apiVersion: v1, kind: Pod}\n---\n{apiVersion: v1, kind: Service}\n---\n{apiVersion: apps/v1, kind: Any}\n---\n{apiVersion: example.com/v1, kind: Pod}";
        let found = crate::testing::check::<Counts>("{}", yaml);
        let found: Vec<_> = found.iter().map(|finding| (finding.document(), finding.message())).collect();
        assert_eq!(found, [(0, "2 at check"), (2, "2 at check")]);
    }
}
