//! Takes memory, and writes to every page of it, until there is none.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use std::hint::black_box;

const PAGE: usize = 4096;

guest!(|_request| {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    while black_box(true) {
        let mut block = Vec::with_capacity(1024 * 1024);
        for page in block.spare_capacity_mut().iter_mut().step_by(PAGE) {
            page.write(1);
        }
        hoard.push(black_box(block));
    }
    Ok(Vec::new())
});
