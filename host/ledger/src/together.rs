//! Work on many things at once, on all processors.

use std::num::NonZeroUsize;
use std::thread;

/// What `work` makes of slices of these items, in their order.
pub(crate) fn in_slices<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> Vec<R> + Sync) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let length = items.len().div_ceil(processors).max(FEWEST);
    if items.len() <= length {
        return work(items);
    }
    thread::scope(|scope| {
        let workers: Vec<_> = items.chunks(length).map(|slice| scope.spawn(|| work(slice))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Fewer are not worth a thread.
const FEWEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_the_order_stays() {
        for count in [0, 1, 63, 64, 65, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(in_slices(&items, <[usize]>::to_vec), items);
        }
    }
}
