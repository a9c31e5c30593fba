//! The three ways to judge a document.

use std::sync::Arc;

use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{
    CheckRequest, Context, EvaluateDocuments, LoadPolicy as _, LoadedPolicy, PolicyBinary, VisibleDocument,
};
use tollgate_core::policy::{Grants, LimitClass};
use tollgate_sandbox::{LiveValidator, Sandbox, SandboxOptions};

use crate::{BenchError, native};

/// A document that is to be judged.
pub(crate) struct Question {
    pub(crate) file: String,
    /// JSON.
    pub(crate) body: Arc<[u8]>,
}

/// A loaded plugin.
pub(crate) struct Judges {
    sandbox: Sandbox,
    binary: PolicyBinary,
    fresh: Arc<dyn EvaluateDocuments>,
}

/// Judges a document and says how many findings there are.
pub(crate) type Judge<'a> = Box<dyn FnMut() -> usize + Send + 'a>;

static CONTEXT: Context = Context::check();

impl Judges {
    /// Compiles the plugin.
    pub(crate) fn load(bytes: Arc<[u8]>) -> Result<Self, BenchError> {
        let sandbox = Sandbox::new(SandboxOptions::default())?;
        let binary = PolicyBinary {
            policy: "bench".to_owned(),
            digest: Digest::of(&bytes),
            bytes,
            settings: serde_json::json!({}),
            grants: Grants::default(),
            limits: LimitClass::Native,
        };
        match sandbox.load(&binary)? {
            LoadedPolicy::Validator(fresh) => Ok(Self { sandbox, binary, fresh }),
            LoadedPolicy::Promotion(_) => Err(BenchError::NoValidator),
        }
    }

    /// In an instance that is made for each document.
    pub(crate) fn fresh<'a>(&'a self, question: &'a Question) -> Judge<'a> {
        Box::new(move || {
            let documents = [visible(question)];
            let evaluation = self.fresh.check(&request(&documents));
            evaluation.outcome.map_or(usize::MAX, |findings| findings.len())
        })
    }

    /// In one instance for all documents.
    pub(crate) fn live<'a>(&self, question: &'a Question) -> Result<Judge<'a>, BenchError> {
        let mut live: LiveValidator = self.sandbox.load_live(&self.binary)?;
        Ok(Box::new(move || live.judge(&request(&[visible(question)])).unwrap_or(usize::MAX)))
    }

    /// Without WebAssembly.
    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(crate) fn native<'a>(&self, question: &'a Question) -> Judge<'a> {
        Box::new(|| native::judge(&question.file, &question.body))
    }

    /// Makes sure that all three find the same.
    pub(crate) fn agree(&self, question: &Question) -> Result<(), BenchError> {
        let (fresh, live, native) = (self.fresh(question)(), self.live(question)?(), self.native(question)());
        if fresh == live && live == native { Ok(()) } else { Err(BenchError::OtherFindings { fresh, live, native }) }
    }
}

fn visible(question: &Question) -> VisibleDocument {
    VisibleDocument { file: question.file.clone(), body: Arc::clone(&question.body) }
}

fn request(documents: &[VisibleDocument]) -> CheckRequest<'_> {
    CheckRequest { context: &CONTEXT, documents, evaluation_time: 0 }
}
