//! From a plugin to code that runs: from memory, from the cache, or compiled now.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::Utf8PathBuf;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::LoadError;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache::{Cache, CacheKey, Lookup};
use crate::child::{self, CompileJob, CompileLimits};
use crate::engine::AddressSpace;
use crate::notice::Notice;

/// Where plugins are compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Compiler {
    /// Here, without limits of time and memory: for plugins that the caller trusts, and for tests.
    #[default]
    InProcess,
    /// In a child process of the same binary, which has to call [`crate::compile_stdin_to_stdout`].
    Child { program: Utf8PathBuf, arguments: Vec<String>, limits: CompileLimits },
}

/// Compiles plugins, each once.
pub(crate) struct Compilation {
    engine: Engine,
    address_space: AddressSpace,
    compiler: Compiler,
    cache: Option<Cache>,
    /// What is loaded already: several policies may share a plugin.
    loaded: Mutex<HashMap<Digest, Component>>,
    notices: Mutex<Vec<Notice>>,
}

impl Compilation {
    pub(crate) fn new(engine: Engine, address_space: AddressSpace, compiler: Compiler, cache: Option<Cache>) -> Self {
        let (loaded, notices) = (Mutex::default(), Mutex::default());
        Self { engine, address_space, compiler, cache, loaded, notices }
    }

    /// What was noticed since the last call.
    pub(crate) fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The component of a plugin whose digest has been checked.
    ///
    /// # Errors
    /// When it can't be compiled, or not within the limits.
    pub(crate) fn component(&self, plugin: Digest, bytes: &[u8]) -> Result<Component, LoadError> {
        if let Some(component) = self.loaded().get(&plugin) {
            return Ok(component.clone());
        }
        // Without the lock, so that several plugins are compiled at once; two threads may do the same work.
        let component = self.cached_or_compiled(plugin, bytes)?;
        Ok(self.loaded().entry(plugin).or_insert(component).clone())
    }

    fn loaded(&self) -> MutexGuard<'_, HashMap<Digest, Component>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached_or_compiled(&self, plugin: Digest, bytes: &[u8]) -> Result<Component, LoadError> {
        let Some(cache) = &self.cache else { return self.component_of(&self.compile(bytes)?) };
        let key = CacheKey::new(plugin, &self.engine);
        match cache.read(&key) {
            Lookup::Found(code) => match self.component_of(&code) {
                Ok(component) => return Ok(component),
                Err(_) => self.notice(Notice::CacheEntryReplaced { plugin }),
            },
            Lookup::Damaged => self.notice(Notice::CacheEntryReplaced { plugin }),
            Lookup::Missing => {}
        }
        let code = self.compile(bytes)?;
        if let Err(error) = cache.write(&key, &code) {
            self.notice(Notice::CacheNotWritten { plugin, reason: error.to_string() });
        }
        self.component_of(&code)
    }

    fn compile(&self, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
        match &self.compiler {
            Compiler::InProcess => child::compile(&self.engine, bytes),
            Compiler::Child { program, arguments, limits } => {
                let job = CompileJob { address_space: self.address_space, limits: *limits };
                child::compile_in_child(program, arguments, &job, bytes)
            }
        }
    }

    fn component_of(&self, code: &[u8]) -> Result<Component, LoadError> {
        #[expect(
            unsafe_code,
            reason = "the code comes from our own compiler: now, or out of a directory that is ours alone, sealed for this plugin and engine"
        )]
        // SAFETY: see the reason above; wasmtime itself refuses code of another version or configuration.
        let component = unsafe { Component::deserialize(&self.engine, code) };
        component.map_err(|error| LoadError::Compile { reason: format!("{error:#}") })
    }

    /// Keeps a notice for whoever asks.
    pub(crate) fn notice(&self, notice: Notice) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}
