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
        V::DESCRIPTION.into()
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
