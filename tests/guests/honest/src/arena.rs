//! An allocator for calls that end soon: it only ever moves forward in a static reserve. An instance lives for one
//! call, so nothing has to be freed; what the reserve can't hold comes from the default allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};

const RESERVE: usize = 8 * 1024 * 1024;

#[repr(C, align(16))]
struct Arena {
    bytes: UnsafeCell<[u8; RESERVE]>,
    used: Cell<usize>,
}

// SAFETY: a guest has one thread.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { bytes: UnsafeCell::new([0; RESERVE]), used: Cell::new(0) };

impl Arena {
    fn start(&self) -> *mut u8 {
        self.bytes.get().cast()
    }

    fn holds(&self, pointer: *mut u8) -> bool {
        let start = self.start() as usize;
        (start..start + RESERVE).contains(&(pointer as usize))
    }
}

// SAFETY: every block lies in the reserve after all blocks before it, or comes from the default allocator.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.used.get().next_multiple_of(layout.align().min(16));
        match start.checked_add(layout.size()) {
            Some(end) if end <= RESERVE && layout.align() <= 16 => {
                self.used.set(end);
                // SAFETY: `start` is within the reserve.
                unsafe { self.start().add(start) }
            }
            // SAFETY: the caller's promise about the layout is passed on.
            _ => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if !self.holds(pointer) {
            // SAFETY: what is not in the reserve came from the default allocator.
            unsafe { System.dealloc(pointer, layout) }
        }
    }
}
