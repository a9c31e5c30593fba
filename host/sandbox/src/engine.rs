//! The wasmtime engine: what guests may be made of, how their instances are allocated, and the clock that stops them.

use std::num::NonZeroUsize;
use std::thread;

use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig};

use crate::limits;
use crate::notice::Notice;
use crate::ticker;

/// How instances are allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allocation {
    /// From a pool of slots, where the machine has the address space for it; otherwise on demand.
    #[default]
    Probe,
    /// Each instance by itself, with little address space. Slower, and the same verdicts.
    OnDemand,
}

/// How much address space an engine may reserve. It changes the machine code, and never what it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressSpace {
    /// 4 GiB a memory, so that accesses need no check.
    Wide,
    /// No more than a memory has: for processes whose address space is limited.
    Narrow,
}

/// Bytes of a slot's memory that stay resident between two calls. More is given back to the system, so that a guest
/// that touched much costs the host nothing later. Ordinary calls touch less than a megabyte.
const KEPT_RESIDENT: usize = 4 * 1024 * 1024;
/// Tables of ordinary guests have some hundreds of elements of eight bytes.
const KEPT_RESIDENT_OF_TABLES: usize = 64 * 1024;
/// Slots that keep their memory although no call uses them. Bounds what the pool holds, however many policies there are.
const WARM_SLOTS: u32 = 64;

/// An engine with its clock running.
pub(crate) struct Started {
    pub(crate) engine: Engine,
    pub(crate) address_space: AddressSpace,
    pub(crate) notices: Vec<Notice>,
}

/// Makes the engine and starts its clock.
///
/// # Errors
/// When wasmtime can't work on this machine at all, or no thread can be had for the clock.
pub(crate) fn start(allocation: Allocation) -> Result<Started, EngineError> {
    let started = match allocation {
        Allocation::Probe => pooling_or_on_demand()?,
        Allocation::OnDemand => Started {
            engine: Engine::new(&configuration(AddressSpace::Narrow)).map_err(EngineError::Engine)?,
            address_space: AddressSpace::Narrow,
            notices: Vec::new(),
        },
    };
    ticker::start(&started.engine).map_err(EngineError::Clock)?;
    Ok(started)
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("WebAssembly can't be run on this machine")]
    Engine(#[source] wasmtime::Error),
    #[error("no thread could be started for the clock that stops plugins")]
    Clock(#[source] std::io::Error),
}

fn pooling_or_on_demand() -> Result<Started, EngineError> {
    let mut notices = Vec::new();
    let mut config = configuration(AddressSpace::Wide);
    config.allocation_strategy(pool(&mut notices));
    let refused = match Engine::new(&config) {
        Ok(engine) => return Ok(Started { engine, address_space: AddressSpace::Wide, notices }),
        Err(refused) => refused,
    };
    let engine = Engine::new(&configuration(AddressSpace::Narrow)).map_err(EngineError::Engine)?;
    let notices = vec![Notice::NoPool { reason: format!("{refused:#}") }];
    Ok(Started { engine, address_space: AddressSpace::Narrow, notices })
}

/// What a process that only compiles needs: the same machine code, no pool and no clock.
///
/// # Errors
/// When wasmtime can't work on this machine at all.
pub(crate) fn for_compilation(address_space: AddressSpace) -> Result<Engine, EngineError> {
    Engine::new(&configuration(address_space)).map_err(EngineError::Engine)
}

/// Everything that decides what a guest computes, and what its machine code looks like.
fn configuration(address_space: AddressSpace) -> Config {
    let mut config = Config::new();
    config.consume_fuel(true);
    config.epoch_interruption(true);
    config.cranelift_nan_canonicalization(true);
    // Their results differ between machines. Threads are not even compiled into this wasmtime.
    config.wasm_relaxed_simd(false);
    // Memories past the limits of both classes.
    config.wasm_memory64(false);
    config.max_wasm_stack(limits::STACK_BYTES);
    // Traps are told apart by code, and authors see the panic's own place.
    config.wasm_backtrace_max_frames(None);
    config.generate_address_map(false);
    if address_space == AddressSpace::Narrow {
        config.memory_reservation(0);
        config.memory_guard_size(0);
        config.memory_reservation_for_growth(1024 * 1024);
    }
    config
}

fn pool(notices: &mut Vec<Notice>) -> PoolingAllocationConfig {
    let slots = slots();
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots);
    pool.total_core_instances(slots * limits::CORE_INSTANCES);
    pool.max_core_instances_per_component(limits::CORE_INSTANCES);
    pool.total_memories(slots);
    pool.max_memories_per_component(limits::MEMORIES);
    pool.max_memories_per_module(limits::MEMORIES);
    pool.max_memory_size(limits::LARGEST_MEMORY);
    pool.total_tables(slots * limits::TABLES);
    pool.max_tables_per_component(limits::TABLES);
    pool.max_tables_per_module(limits::TABLES);
    pool.table_elements(limits::TABLE_ELEMENTS);
    pool.max_component_instance_size(limits::INSTANCE_BYTES);
    pool.max_core_instance_size(limits::INSTANCE_BYTES);
    pool.max_unused_warm_slots(WARM_SLOTS);
    keep_resident(&mut pool, notices);
    pool
}

/// Resetting what a call wrote is cheapest where the kernel can say which pages that were (`PAGEMAP_SCAN`, Linux 6.7).
fn keep_resident(pool: &mut PoolingAllocationConfig, notices: &mut Vec<Notice>) {
    pool.table_keep_resident(KEPT_RESIDENT_OF_TABLES);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Yes);
        pool.linear_memory_keep_resident(KEPT_RESIDENT);
    } else {
        notices.push(Notice::NoPagemapScan);
    }
}

/// Several for each thread: a slot is cheapest for the plugin that used it last.
fn slots() -> u32 {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    u32::try_from(threads.saturating_mul(16)).unwrap_or(u32::MAX).clamp(64, 1024)
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use wasmtime::{Instance, Module, Store, Trap};

    use super::*;

    fn code_of(engine: &Engine) -> u64 {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn what_a_child_compiles_runs_in_the_engine_that_asked_for_it() {
        for allocation in [Allocation::Probe, Allocation::OnDemand] {
            let started = start(allocation).unwrap();
            let child = for_compilation(started.address_space).unwrap();
            assert_eq!(code_of(&started.engine), code_of(&child));
        }
    }

    #[test]
    fn a_guest_with_fuel_for_years_is_stopped_by_the_clock() {
        for allocation in [Allocation::Probe, Allocation::OnDemand] {
            let Started { engine, .. } = start(allocation).unwrap();
            let loops = wat::parse_str("(module (func $start (loop $again (br $again))) (start $start))").unwrap();
            let module = Module::new(&engine, loops).unwrap();
            let mut store = Store::new(&engine, ());
            store.set_fuel(u64::MAX).unwrap();
            store.set_epoch_deadline(ticker::ticks(30));
            let stopped = Instance::new(&mut store, &module, &[]).unwrap_err();
            assert_eq!(stopped.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
        }
    }

    #[test]
    fn threads_and_relaxed_simd_are_refused() {
        let engine = for_compilation(AddressSpace::Wide).unwrap();
        let shared = wat::parse_str("(module (memory 1 1 shared))").unwrap();
        assert!(engine.precompile_module(&shared).is_err());
        let relaxed =
            wat::parse_str("(module (func (param v128 v128) (result v128) local.get 0 local.get 1 i8x16.relaxed_swizzle))")
                .unwrap();
        assert!(engine.precompile_module(&relaxed).is_err());
    }
}
