//! Looks for anything that differs from one run to the next: addresses, bits of NaNs, seeds, what memory holds.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use std::collections::HashSet;
use std::hint::black_box;

#[expect(clippy::eq_op, reason = "that is how NaNs are made: nothing else leaves their bits to the machine")]
fn nan_bits() -> Vec<u64> {
    let zero = black_box(0.0_f64);
    let infinity = black_box(f64::INFINITY);
    let payload = black_box(f64::from_bits(0x7ff4_dead_beef_0001));
    let quotient = zero / zero;
    let difference = infinity - infinity;
    let root = black_box(-1.0_f64).sqrt();
    let narrowed = f64::from(black_box(payload) as f32);
    [quotient, -quotient, difference, root, payload + 1.0, payload * zero, narrowed].map(f64::to_bits).to_vec()
}

fn addresses() -> [usize; 3] {
    let on_stack = black_box(0_u8);
    let on_heap = black_box(Box::new(0_u8));
    [&raw const on_stack as usize, &raw const *on_heap as usize, addresses as *const () as usize]
}

fn order_of_a_set() -> Vec<u32> {
    (0..64_u32).collect::<HashSet<_>>().into_iter().collect()
}

fn what_memory_holds() -> u64 {
    let fresh: Vec<u8> = Vec::with_capacity(256 * 1024);
    // SAFETY: none. Whatever an earlier call left here must not be seen.
    let bytes = unsafe { std::slice::from_raw_parts(fresh.as_ptr(), fresh.capacity()) };
    let sum = bytes.iter().map(|byte| u64::from(*black_box(byte))).sum();
    black_box(vec![0xa5_u8; 256 * 1024]);
    sum
}

guest!(|_request| {
    let memory = core::arch::wasm32::memory_size(0);
    let grown = core::arch::wasm32::memory_grow(0, 1);
    let seen = (nan_bits(), addresses(), order_of_a_set(), what_memory_holds(), memory, grown);
    Ok(vec![guest::honest_finding(format!("{seen:x?}"))])
});
