//! Compilation in a child process of the same binary, under limits of CPU time and memory: a compiler that meets a
//! hostile plugin must not take the host with it.
//!
//! The parent writes a [`CompileJob`] and the plugin to the child's standard input. The child answers on its standard
//! output: [`COMPILED`] and the code, or [`REFUSED`] and the compiler's words.

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tollgate_core::evaluate::LoadError;
use wasmtime::Engine;

use crate::engine::{self, AddressSpace, EngineError};

/// Threads of the compiler. Each takes address space, which is limited.
const COMPILER_THREADS: usize = 4;

const COMPILED: u8 = b'C';
const REFUSED: u8 = b'R';

/// What the compiler may use for one plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// CPU time of all threads together, in whole seconds.
    pub cpu: Duration,
    /// Address space in bytes.
    pub memory: u64,
}

impl Default for CompileLimits {
    /// A minute and 4 GiB. A plugin of a megabyte takes about a second.
    fn default() -> Self {
        Self { cpu: Duration::from_secs(60), memory: 4 * 1024 * 1024 * 1024 }
    }
}

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CompileJob {
    pub(crate) address_space: AddressSpace,
    pub(crate) limits: CompileLimits,
}

impl CompileJob {
    const BYTES: usize = 17;

    fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[0] = u8::from(self.address_space == AddressSpace::Narrow);
        bytes[1..9].copy_from_slice(&self.limits.cpu.as_secs().to_be_bytes());
        bytes[9..].copy_from_slice(&self.limits.memory.to_be_bytes());
        bytes
    }

    fn decode(bytes: [u8; Self::BYTES]) -> Self {
        let [space, numbers @ ..] = bytes;
        let (cpu, memory) = numbers.split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let address_space = if space == 0 { AddressSpace::Wide } else { AddressSpace::Narrow };
        Self { address_space, limits: CompileLimits { cpu: Duration::from_secs(number(cpu)), memory: number(memory) } }
    }
}

/// Why a child could not do its work. What is wrong with a plugin is an answer, and none of these.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    #[error("compiler was given no job; it is called by tollgate itself")]
    NoJob(#[source] io::Error),
    #[error("compiler could not limit itself")]
    Limits(#[source] io::Error),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("compiler could not answer")]
    Answer(#[source] io::Error),
}

/// The child's side: the host calls this for a hidden subcommand, and exits afterwards.
///
/// # Errors
/// When standard input has no job, the limits can't be set, or standard output is closed.
pub fn compile_stdin_to_stdout() -> Result<(), ChildError> {
    let mut input = io::stdin().lock();
    let mut job = [0; CompileJob::BYTES];
    input.read_exact(&mut job).map_err(ChildError::NoJob)?;
    let job = CompileJob::decode(job);
    limit_this_process(&job.limits).map_err(ChildError::Limits)?;
    let mut plugin = Vec::new();
    input.read_to_end(&mut plugin).map_err(ChildError::NoJob)?;
    let engine = engine::for_compilation(job.address_space)?;
    let (status, answer) = match engine.precompile_component(&plugin) {
        Ok(code) => (COMPILED, code),
        Err(error) => (REFUSED, format!("{error:#}").into_bytes()),
    };
    let mut output = io::stdout().lock();
    output.write_all(&[status]).and_then(|()| output.write_all(&answer)).and_then(|()| output.flush()).map_err(ChildError::Answer)
}

fn limit_this_process(limits: &CompileLimits) -> io::Result<()> {
    let cpu = limits.cpu.as_secs();
    // One second between the signal that we can tell apart and the one that can't be ignored.
    setrlimit(Resource::Cpu, Rlimit { current: Some(cpu), maximum: Some(cpu.saturating_add(1)) })?;
    setrlimit(Resource::As, Rlimit { current: Some(limits.memory), maximum: Some(limits.memory) })?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

/// Compiles in this process.
///
/// # Errors
/// When the plugin is not valid WebAssembly.
pub(crate) fn compile(engine: &Engine, plugin: &[u8]) -> Result<Vec<u8>, LoadError> {
    engine.precompile_component(plugin).map_err(|error| LoadError::Compile { reason: format!("{error:#}") })
}

/// The parent's side.
///
/// # Errors
/// When the plugin is not valid WebAssembly, the compiler reached a limit, or the child could not be used.
pub(crate) fn compile_in_child(
    program: &Utf8Path,
    arguments: &[String],
    job: &CompileJob,
    plugin: &[u8],
) -> Result<Vec<u8>, LoadError> {
    let failed = |error: io::Error| LoadError::Compile { reason: format!("compiler `{program}` could not be run: {error}") };
    let output = run(program, arguments, job, plugin).map_err(failed)?;
    answer(output, &job.limits)
}

fn run(program: &Utf8Path, arguments: &[String], job: &CompileJob, plugin: &[u8]) -> io::Result<Output> {
    let mut command = Command::new(program);
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(COMPILER_THREADS);
    command
        .args(arguments)
        .env("RAYON_NUM_THREADS", threads.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn()?;
    let Some(mut input) = child.stdin.take() else { return child.wait_with_output() };
    // The child reads everything before it writes anything, so that neither waits for the other. One that ended
    // early closed its end of the pipe: its exit status says why.
    let written = input.write_all(&job.encode()).and_then(|()| input.write_all(plugin));
    drop(input);
    let output = child.wait_with_output()?;
    match written {
        Err(error) if output.status.success() => Err(error),
        _ => Ok(output),
    }
}

fn answer(output: Output, limits: &CompileLimits) -> Result<Vec<u8>, LoadError> {
    let Output { status, stdout, .. } = output;
    match stdout.split_first() {
        Some((&COMPILED, code)) if status.success() => Ok(code.to_vec()),
        Some((&REFUSED, reason)) if status.success() => {
            Err(LoadError::Compile { reason: String::from_utf8_lossy(reason).into_owned() })
        }
        _ => Err(ended(status, limits)),
    }
}

fn ended(status: ExitStatus, limits: &CompileLimits) -> LoadError {
    if status.signal() == Some(Signal::XCPU.as_raw()) {
        return LoadError::TooSlowToCompile { limit: format!("{} s of CPU time", limits.cpu.as_secs()) };
    }
    let memory = limits.memory / (1024 * 1024);
    let reason = format!("compiler ended with {status}; it may have run out of its {memory} MiB of memory");
    LoadError::Compile { reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_job_arrives_as_it_was_sent(narrow: bool, seconds: u64, memory: u64) {
            let address_space = if narrow { AddressSpace::Narrow } else { AddressSpace::Wide };
            let limits = CompileLimits { cpu: Duration::from_secs(seconds), memory };
            let job = CompileJob { address_space, limits };
            prop_assert_eq!(CompileJob::decode(job.encode()), job);
        }
    }

    fn answered(status: i32, stdout: &[u8]) -> Result<Vec<u8>, LoadError> {
        let output = Output { status: ExitStatus::from_raw(status), stdout: stdout.to_vec(), stderr: Vec::new() };
        answer(output, &CompileLimits::default())
    }

    #[test]
    fn code_counts_only_from_a_child_that_ended_well() {
        assert_eq!(answered(0, b"Ccode").unwrap(), b"code");
        assert!(matches!(answered(1 << 8, b"Ccode"), Err(LoadError::Compile { .. })));
        assert!(matches!(answered(0, b""), Err(LoadError::Compile { .. })));
        assert!(matches!(answered(0, b"code"), Err(LoadError::Compile { .. })));
    }

    #[test]
    fn a_refusal_is_told_in_the_compilers_words() {
        let Err(LoadError::Compile { reason }) = answered(0, b"Rbad opcode") else { panic!("accepted") };
        assert_eq!(reason, "bad opcode");
    }

    #[test]
    fn the_signal_for_too_much_cpu_time_is_told_apart() {
        let Err(LoadError::TooSlowToCompile { limit }) = answered(Signal::XCPU.as_raw(), b"") else { panic!("accepted") };
        assert_eq!(limit, "60 s of CPU time");
        assert!(matches!(answered(Signal::ABORT.as_raw(), b""), Err(LoadError::Compile { .. })));
    }
}
