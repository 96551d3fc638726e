//! Work on many items with a few threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Below this many items a thread costs more than it saves.
const FEW: usize = 16;

/// How many threads to use.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(2, usize::from).clamp(1, 4)
}

/// Maps items on a few threads; `take` gets each result with the item's index, on this thread, in any order.
pub(super) fn each<T: Sync, R: Send>(
    items: &[T],
    map: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(usize, R),
) {
    if items.len() < FEW {
        items.iter().enumerate().for_each(|(at, item)| take(at, map(item)));
        return;
    }
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::sync_channel(1024);
    thread::scope(|scope| {
        for _ in 0..threads() {
            let (send, next, map) = (send.clone(), &next, &map);
            scope.spawn(move || {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    if send.send((at, map(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        for (at, result) in receive {
            take(at, result);
        }
    });
}
