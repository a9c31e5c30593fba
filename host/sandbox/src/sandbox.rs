//! The sandbox as a whole.

use std::sync::Arc;

use camino::Utf8PathBuf;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::{LoadError, LoadPolicy, LoadedPolicy, PolicyBinary};
use tollgate_core::fix::{LoadFixer, ProposeFix};
use tollgate_core::policy::World;
use wasmtime::Engine;

use crate::cache::{Cache, CacheError};
use crate::compile::{Compilation, Compiler};
use crate::engine::{self, Allocation, EngineError, Started};
use crate::fixer::Fixer;
use crate::inspect;
use crate::limits;
use crate::measure::LiveValidator;
use crate::notice::Notice;
use crate::plugin::Plugin;
use crate::promotion::Promotion;
use crate::validator::Validator;

/// How a sandbox is made.
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    /// Where compiled code is kept. It must be the user's own and closed to others; it is made where it is missing.
    /// Nothing: plugins are compiled in every process.
    pub cache_directory: Option<Utf8PathBuf>,
    /// Where plugins are compiled.
    pub compiler: Compiler,
    /// How instances are allocated.
    pub allocation: Allocation,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// Runs plugins. One for a process is enough; it may be used from many threads at once.
pub struct Sandbox {
    engine: Engine,
    compilation: Compilation,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Makes a sandbox.
    ///
    /// # Errors
    /// When WebAssembly can't be run here, or the cache directory is not safe to use.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let Started { engine, address_space, notices } = engine::start(options.allocation)?;
        let cache = options.cache_directory.as_deref().map(Cache::open).transpose()?;
        let compilation = Compilation::new(engine.clone(), address_space, options.compiler, cache);
        notices.into_iter().for_each(|notice| compilation.notice(notice));
        Ok(Self { engine, compilation })
    }

    /// What went otherwise than hoped since the last call. It changes no verdict; show it to people who look closely.
    pub fn take_notices(&self) -> Vec<Notice> {
        self.compilation.take_notices()
    }

    /// A validator that judges every document in one instance. **For measurements only**: what one document does
    /// reaches the next, and limits hold for all calls together.
    ///
    /// # Errors
    /// As [`LoadPolicy::load`]; also when the plugin is no validator or its instance can't be made.
    pub fn load_live(&self, binary: &PolicyBinary) -> Result<LiveValidator, LoadError> {
        match self.plugin(binary)? {
            (World::Validator, plugin) => LiveValidator::new(Validator::load(plugin, &binary.grants)?),
            (World::Promotion | World::Fixer, _) => Err(LoadError::NoWorld),
        }
    }

    /// Checks all that can be checked without running the plugin, and compiles it.
    fn plugin(&self, binary: &PolicyBinary) -> Result<(World, Plugin), LoadError> {
        let size = binary.bytes.len() as u64;
        if size > limits::PLUGIN_BYTES {
            return Err(LoadError::TooBig { size, limit: limits::PLUGIN_BYTES });
        }
        let actual = Digest::of(&binary.bytes);
        if actual != binary.digest {
            return Err(LoadError::DigestMismatch { expected: binary.digest, actual });
        }
        let inspection = inspect::inspect(&binary.bytes)?;
        inspection.require_limits(binary.limits)?;
        inspect::require_grants(&inspection.capabilities, &binary.grants)?;
        let component = self.compilation.component(actual, &binary.bytes)?;
        let plugin = Plugin::link(&self.engine, &component, inspection.capabilities, binary)
            .map_err(|error| LoadError::Compile { reason: format!("{error:#}") })?;
        Ok((inspection.world, plugin))
    }
}

impl LoadPolicy for Sandbox {
    fn load(&self, binary: &PolicyBinary) -> Result<LoadedPolicy, LoadError> {
        match self.plugin(binary)? {
            (World::Validator, plugin) => {
                Validator::load(plugin, &binary.grants).map(|validator| LoadedPolicy::Validator(Arc::new(validator)))
            }
            (World::Promotion, plugin) => Promotion::load(plugin).map(|promotion| LoadedPolicy::Promotion(Arc::new(promotion))),
            (World::Fixer, _) => Err(LoadError::FixerAsPolicy),
        }
    }
}

impl LoadFixer for Sandbox {
    fn load_fixer(&self, binary: &PolicyBinary) -> Result<Arc<dyn ProposeFix>, LoadError> {
        match self.plugin(binary)? {
            (World::Fixer, plugin) => Ok(Arc::new(Fixer::load(plugin)?)),
            (World::Validator | World::Promotion, _) => Err(LoadError::NotAFixer),
        }
    }
}
