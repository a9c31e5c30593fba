//! The allocator of a plugin: a bump arena.
//!
//! An instance lives for one call, so nothing is ever given back. What matters is that ordinary input never calls
//! `memory.grow`: that is a system call or two in the host for each fresh instance, and serialises its threads.
#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};

/// What is there without asking the host. The pages of it that no call touches cost nothing.
const RESERVE: usize = 8 << 20;
/// Past the reserve, memory is asked for in steps of at least this size.
const STEP: usize = 1 << 20;
const PAGE: usize = 64 << 10;

#[global_allocator]
static ARENA: Arena = Arena { reserve: UnsafeCell::new([0; RESERVE]), next: Cell::new(0), end: Cell::new(0) };

struct Arena {
    reserve: UnsafeCell<[u8; RESERVE]>,
    /// The first free address; 0 before the first allocation.
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: plugins have one thread; the host refuses modules with shared memory.
unsafe impl Sync for Arena {}

impl Arena {
    /// The start of `size` free bytes; nothing when the host gives no more.
    fn take(&self, size: usize, align: usize) -> Option<usize> {
        if self.end.get() == 0 {
            let start = self.reserve.get() as usize;
            self.next.set(start);
            self.end.set(start + RESERVE);
        }
        // Alignments are powers of two.
        let start = self.next.get().checked_add(align - 1)? & !(align - 1);
        let end = start.checked_add(size)?;
        if end <= self.end.get() {
            self.next.set(end);
            return Some(start);
        }
        self.grow(size.checked_add(align)?)?;
        self.take(size, align)
    }

    /// Asks for at least so many bytes, which follow the ones asked for before.
    fn grow(&self, size: usize) -> Option<()> {
        let pages = size.max(STEP).div_ceil(PAGE);
        let before = core::arch::wasm32::memory_grow::<0>(pages);
        let start = before.checked_mul(PAGE).filter(|_| before != usize::MAX)?;
        if start != self.end.get() {
            self.next.set(start);
        }
        // The last page of a 32-bit memory ends where no address can point.
        self.end.set(start.saturating_add(pages * PAGE));
        Some(())
    }
}

// SAFETY: `take` hands out each byte once, aligned, within memory that the instance has.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout.size(), layout.align()).map_or(std::ptr::null_mut(), |start| start as *mut u8)
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // Memory is zero until it is handed out, and it is handed out once.
        // SAFETY: as the caller promises.
        unsafe { self.alloc(layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let address = start as usize;
        let is_last = address + layout.size() == self.next.get();
        if size <= layout.size() {
            return start;
        }
        if is_last && address.checked_add(size).is_some_and(|end| end <= self.end.get()) {
            self.next.set(address + size);
            return start;
        }
        // SAFETY: the caller promises a size that is no overflow with this alignment.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both are at least as large, and the new one was never handed out before.
            unsafe { std::ptr::copy_nonoverlapping(start, moved, layout.size()) };
        }
        moved
    }
}
