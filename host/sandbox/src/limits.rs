//! What a guest may use. The numbers are part of the contract with plugin authors.

use tollgate_core::policy::LimitClass;

const MEBIBYTE: usize = 1024 * 1024;

/// Bytes of a plugin.
pub const PLUGIN_BYTES: u64 = 32 * MEBIBYTE as u64;
/// Bytes of all that a call is given.
pub const INPUT_BYTES: u64 = 16 * MEBIBYTE as u64;
/// Bytes of all texts that a call returns.
pub const OUTPUT_BYTES: u64 = MEBIBYTE as u64;
/// Findings that a call returns.
pub const FINDINGS: u64 = 1_000;
/// Bytes of the log that are kept for a call.
pub const LOG_BYTES: usize = 64 * 1024;
/// Calls of `clock` and `data`. Lines of the log are bounded by [`LOG_BYTES`] and by fuel.
pub const HOST_CALLS: u64 = 1_000;

/// Bytes of a key of `data`. They are written down for replay, so they may not be as long as a guest likes.
pub const KEY_BYTES: usize = 1_024;

/// Bytes that wasmtime copies out of a guest at one time, before anything can be measured. It only bounds what a
/// hostile guest makes the host allocate: [`OUTPUT_BYTES`] is the limit that authors see.
pub(crate) const TRANSFER_BYTES: usize = 16 * MEBIBYTE;
/// Bytes of the stack of machine code. Threads that call guests have at least four times as much.
pub(crate) const STACK_BYTES: usize = 512 * 1024;
/// Elements of all tables together.
pub(crate) const TABLE_ELEMENTS: usize = 65_536;
pub(crate) const TABLES: u32 = 8;
/// Linear memories of one component.
pub(crate) const MEMORIES: u32 = 4;
/// Core instances of one component: its module, and what `wit-component` puts around it.
pub(crate) const CORE_INSTANCES: u32 = 16;
/// Bytes that wasmtime needs to describe an instance.
pub(crate) const INSTANCE_BYTES: usize = 4 * MEBIBYTE;
pub(crate) const LARGEST_MEMORY: usize = memory_bytes(LimitClass::Runtime);

/// Bytes of linear memory of a class.
pub const fn memory_bytes(class: LimitClass) -> usize {
    match class {
        LimitClass::Native => 64 * MEBIBYTE,
        LimitClass::Runtime => 256 * MEBIBYTE,
    }
}

/// What a call may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Units of wasmtime fuel, about one an instruction.
    pub fuel: u64,
    /// The deadline that backs fuel up.
    pub milliseconds: u64,
    /// Bytes of linear memory.
    pub memory: usize,
}

impl Budget {
    /// The budget of a call that is given this many bytes:
    ///
    /// - fuel: 50,000,000 + 2,000 a byte, and ten times that for class `runtime`;
    /// - deadline: 10 s, and 1 s for each 100,000,000 units of fuel. That is a tenth of the speed of an ordinary
    ///   machine, so that fuel comes first wherever a guest spends it at all.
    pub const fn of_input(class: LimitClass, bytes: u64) -> Self {
        let factor = match class {
            LimitClass::Native => 1,
            LimitClass::Runtime => 10,
        };
        let fuel = factor * (50_000_000 + 2_000 * bytes);
        Self { fuel, milliseconds: 10_000 + fuel / 100_000, memory: memory_bytes(class) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_grows_with_the_input_and_with_the_class() {
        let small = Budget::of_input(LimitClass::Native, 0);
        assert_eq!(small, Budget { fuel: 50_000_000, milliseconds: 10_500, memory: 64 * MEBIBYTE });
        assert_eq!(Budget::of_input(LimitClass::Native, 1_000).fuel, 52_000_000);
        assert_eq!(Budget::of_input(LimitClass::Runtime, 1_000).fuel, 520_000_000);
    }

    #[test]
    fn the_largest_input_does_not_overflow_the_budget() {
        let largest = Budget::of_input(LimitClass::Runtime, INPUT_BYTES);
        assert!(largest.fuel > Budget::of_input(LimitClass::Native, INPUT_BYTES).fuel);
    }
}
