//! Asking policies: what goes in, what comes out, and the ports through which it goes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::context::{Context, PlaceOfEvaluation};
pub use crate::deciding::PromotionTarget;
use crate::deciding::{GateAnswer, GateNeeds, GateRequest};
use crate::digest::Digest;
use crate::document::Document;
use crate::finding::Level;
use crate::pointer::Pointer;
use crate::policy::{Description, Grants, LimitClass, SettingsError, ValidatorNeeds};

/// Bumped whenever the host changes what a plugin sees or how its answer counts. Part of every verdict's key.
pub const HOST_SEMANTICS: u32 = 1;

/// A plugin with its configuration, to be loaded.
#[derive(Clone, Debug)]
pub struct PolicyBinary {
    /// Name of the policy, for messages.
    pub policy: String,
    pub digest: Digest,
    pub bytes: Arc<[u8]>,
    pub settings: Value,
    pub grants: Grants,
    pub limits: LimitClass,
}

/// Why a plugin was refused before it judged anything. Exit code 12.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("plugin is `{actual}`, but `{expected}` was asked for")]
    DigestMismatch { expected: Digest, actual: Digest },
    #[error("plugin has {size} bytes, more than the {limit} that are allowed")]
    TooBig { size: u64, limit: u64 },
    #[error("plugin is not a WebAssembly component: {reason}")]
    NotAComponent { reason: String },
    #[error("plugin is of generation `{found}`, but this tollgate knows {known}")]
    UnknownGeneration { found: String, known: String },
    #[error("plugin exports no world of `tollgate:gate`: it must export one of `validation`, `deciding` and `fixing`")]
    NoWorld,
    #[error("plugin is a fixer, which judges nothing; name it in `fixers` instead of `policies`")]
    FixerAsPolicy,
    #[error("plugin is no fixer: it does not export `fixing`; name it in `policies` instead of `fixers`")]
    NotAFixer,
    #[error("plugin imports `{interface}`, which no plugin can be granted")]
    ForbiddenImport { interface: String },
    #[error("plugin imports `{interface}`, which it was not granted; add `{grant}` to the policy's `grants`")]
    MissingGrant { interface: String, grant: String },
    #[error("plugin took more than {limit} to compile")]
    TooSlowToCompile { limit: String },
    #[error("plugin could not be compiled: {reason}")]
    Compile { reason: String },
    #[error("plugin failed in `{function}`")]
    Failed {
        function: &'static str,
        #[source]
        source: EvaluationError,
    },
    #[error("plugin refused its settings")]
    Settings { errors: Vec<SettingsError> },
    #[error("plugin wants Secret values, which it was not granted; add `secretValues: true` to the policy's `grants`")]
    SecretValues,
}

/// Why a plugin gave no verdict. Exit code 11.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EvaluationError {
    #[error("plugin used up its fuel of {budget}")]
    OutOfFuel { budget: u64 },
    /// Depends on the machine, so it is never kept.
    #[error("plugin ran past its deadline of {milliseconds} ms")]
    Deadline { milliseconds: u64 },
    #[error("plugin wanted more than {limit} bytes of memory")]
    OutOfMemory { limit: u64 },
    #[error("plugin wanted a table of more than {limit} elements")]
    TableTooLarge { limit: u64 },
    #[error("plugin overflowed its stack")]
    StackOverflow,
    #[error("plugin panicked: {message}")]
    Panicked { message: String },
    #[error("plugin trapped: {reason}")]
    Trapped { reason: String },
    #[error("input has {size} bytes, more than the {limit} that a plugin is given")]
    InputTooLarge { size: u64, limit: u64 },
    #[error("plugin returned {size} {what}, more than the {limit} that are allowed")]
    OutputTooLarge { what: String, size: u64, limit: u64 },
    #[error("plugin made more than {limit} calls to the host")]
    TooManyHostCalls { limit: u64 },
    #[error("plugin returned something invalid: {reason}")]
    InvalidOutput { reason: String },
    #[error("plugin could not judge: {reason}")]
    Plugin { reason: String },
    /// The machine could not run the plugin just now, so it is never kept.
    #[error("plugin could not be run: {reason}")]
    Host { reason: String },
}

impl EvaluationError {
    /// Whether the same input gives the same error everywhere, so that it may be kept.
    pub const fn is_deterministic(&self) -> bool {
        !matches!(self, Self::Deadline { .. } | Self::Host { .. })
    }
}

/// A line that a plugin logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub level: LogLevel,
    pub message: String,
}

/// How a plugin ranks a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// A call that a plugin made, for replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCall {
    /// `data.read`
    pub function: String,
    /// As JSON.
    pub argument: Value,
    /// Digest of the answer's bytes.
    pub answer: Digest,
}

/// An answer with what it cost.
#[derive(Clone, Debug)]
pub struct Evaluation<T> {
    pub outcome: Result<T, EvaluationError>,
    pub log: Vec<LogLine>,
    pub host_calls: Vec<HostCall>,
    /// Units of wasmtime fuel.
    pub fuel: u64,
    /// Peak linear memory in bytes.
    pub memory: u64,
}

/// What a validator is asked. Its documents have their Secret values withheld unless needed and granted.
#[derive(Debug)]
pub struct CheckRequest<'a> {
    pub context: &'a Context,
    /// One for scope `document`; findings name documents by their position here.
    pub documents: &'a [VisibleDocument],
    /// What `clock` answers, in seconds since the Unix epoch.
    pub evaluation_time: u64,
}

/// A document as a plugin sees it.
#[derive(Clone, Debug)]
pub struct VisibleDocument {
    pub file: String,
    pub body: Arc<[u8]>,
}

impl VisibleDocument {
    /// A document with nothing withheld.
    pub fn whole(document: &Document) -> Self {
        Self { file: document.source.path.clone(), body: Arc::clone(&document.body) }
    }
}

/// What a validator says, before levels of config, waivers and lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFinding {
    /// Id of one of the plugin's rules; the sandbox has checked that it exists.
    pub rule: String,
    pub message: String,
    /// Position in [`CheckRequest::documents`]; the sandbox has checked that it exists.
    pub document: usize,
    /// Leads to a value, or to something missing in a value that exists; the sandbox has checked that.
    pub pointer: Pointer,
    pub remediation: Option<String>,
    pub level: Option<Level>,
}

/// Loads plugins into the sandbox.
pub trait LoadPolicy: Send + Sync {
    /// Compiles the plugin (or takes its compiled code from the cache), asks it for its description, configures it.
    ///
    /// # Errors
    /// When the plugin is not what the policy says, can't be granted what it imports, or refuses its settings.
    fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError>;
}

/// A policy that is ready to judge.
#[derive(Clone)]
pub enum LoadedPolicy {
    Validator(Arc<dyn EvaluateDocuments>),
    Promotion(Arc<dyn DecidePromotion>),
}

impl LoadedPolicy {
    /// What the plugin says of itself.
    pub fn description(&self) -> &Description {
        match self {
            Self::Validator(policy) => policy.description(),
            Self::Promotion(policy) => policy.description(),
        }
    }
}

impl std::fmt::Debug for LoadedPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LoadedPolicy").field(&self.description().name).finish()
    }
}

/// A configured validator. May be called from many threads at once; no call sees another.
pub trait EvaluateDocuments: Send + Sync {
    /// What the plugin says of itself.
    fn description(&self) -> &Description;
    /// What it needs with these settings.
    fn needs(&self) -> &ValidatorNeeds;
    /// Whether its verdicts may depend on the evaluation time.
    fn uses_clock(&self) -> bool;
    /// Judges documents in a fresh instance.
    fn check(&self, request: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>>;
}

/// A configured promotion gate. May be called from many threads at once; no call sees another.
pub trait DecidePromotion: Send + Sync {
    /// What the plugin says of itself.
    fn description(&self) -> &Description;
    /// What it needs with these settings.
    fn needs(&self) -> GateNeeds;
    /// Whether its verdicts may depend on the evaluation time.
    fn uses_clock(&self) -> bool;
    /// Judges a promotion in a fresh instance.
    fn decide(&self, request: &GateRequest) -> Evaluation<GateAnswer>;
}
