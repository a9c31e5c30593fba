//! Counts what a call holds, and refuses what goes past the limits.

use std::io;

use wasmtime::ResourceLimiter;
use wasmtime::error::OutOfMemory;

use crate::error::HostError;
use crate::limits::{CORE_INSTANCES, MEMORIES, TABLE_ELEMENTS, TABLES};

/// Counts what the instances of one call hold, and refuses what goes past the limits.
///
/// It refuses with an error, so that the call ends there: a guest that goes on after a failed `memory.grow` would have
/// every chance to hide that it asked.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_limit: usize,
    memory: usize,
    table_elements: usize,
}

impl Limiter {
    pub(crate) const fn new(memory_limit: usize) -> Self {
        Self { memory_limit, memory: 0, table_elements: 0 }
    }

    /// Bytes of linear memory. Memories never shrink, so this is the peak.
    pub(crate) const fn memory(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.memory_limit {
            return Err(HostError::OutOfMemory { limit: self.memory_limit as u64 }.into());
        }
        let is_possible = maximum.is_none_or(|maximum| desired <= maximum);
        if is_possible {
            self.memory = total;
        }
        Ok(is_possible)
    }

    /// A guest must not learn whether the system has memory: that differs from machine to machine.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if error.is::<io::Error>() || error.is::<OutOfMemory>() {
            return Err(HostError::NoSystemMemory { reason: format!("{error:#}") }.into());
        }
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > TABLE_ELEMENTS {
            return Err(HostError::TableTooLarge { limit: TABLE_ELEMENTS as u64 }.into());
        }
        let is_possible = maximum.is_none_or(|maximum| desired <= maximum);
        if is_possible {
            self.table_elements = total;
        }
        Ok(is_possible)
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEBIBYTE: usize = 1024 * 1024;

    #[test]
    fn all_memories_of_a_call_are_counted_together() {
        let mut limiter = Limiter::new(10 * MEBIBYTE);
        assert!(limiter.memory_growing(0, 6 * MEBIBYTE, None).unwrap());
        let refused = limiter.memory_growing(0, 6 * MEBIBYTE, None).unwrap_err();
        assert!(refused.is::<HostError>());
        assert!(limiter.memory_growing(6 * MEBIBYTE, 10 * MEBIBYTE, None).unwrap());
        assert_eq!(limiter.memory(), 10 * MEBIBYTE);
    }

    #[test]
    fn what_the_guest_forbade_itself_fails_as_it_asked() {
        let mut limiter = Limiter::new(10 * MEBIBYTE);
        assert!(!limiter.memory_growing(MEBIBYTE, 2 * MEBIBYTE, Some(MEBIBYTE)).unwrap());
        assert!(!limiter.table_growing(1, 2, Some(1)).unwrap());
        assert_eq!((limiter.memory(), limiter.table_elements), (0, 0));
    }

    #[test]
    fn a_machine_without_memory_ends_the_call() {
        let mut limiter = Limiter::new(10 * MEBIBYTE);
        let refused = limiter.memory_grow_failed(io::Error::from(io::ErrorKind::OutOfMemory).into());
        assert!(refused.unwrap_err().is::<HostError>());
        assert!(limiter.memory_grow_failed(wasmtime::Error::msg("past its own maximum")).is_ok());
    }

    #[test]
    fn all_tables_of_a_call_are_counted_together() {
        let mut limiter = Limiter::new(MEBIBYTE);
        assert!(limiter.table_growing(0, TABLE_ELEMENTS, None).unwrap());
        assert!(limiter.table_growing(0, 1, None).unwrap_err().is::<HostError>());
    }
}
