//! A process with many threads forks, its child has as many again and forks, and so on: each has the numbers that the last one's threads
//! had, and none of their blocks.

use std::sync::Barrier;
use std::thread;

use janus_alloc::SharedPool;

use crate::children::alone;
use crate::fork::says_yes;
use crate::{UNCHECKED, block, free};

static POOL: SharedPool = SharedPool::with_options(UNCHECKED);

const SIZES: [usize; 4] = [16, 256, 4096, 65_536];

/// A block in use, which has its own address in it.
fn marked(size: usize) -> usize {
    let block = block(&POOL, size).as_ptr().cast::<usize>();
    let address = block.expose_provenance();
    // SAFETY: the block has so many bytes.
    unsafe { block.write(address) };
    address
}

fn is_marked(address: usize) -> bool {
    let block = std::ptr::with_exposed_provenance::<usize>(address);
    // SAFETY: in use for ever, and by nobody else unless the pool is wrong.
    unsafe { block.read() == address }
}

/// Starts threads that never end, and have blocks in their caches; and returns blocks that they have in use.
fn start(threads: usize) -> Vec<usize> {
    let started: &Barrier = Box::leak(Box::new(Barrier::new(threads + 1)));
    let begin = |_| {
        let (send, blocks) = std::sync::mpsc::channel();
        let work = move || {
            for size in SIZES {
                send.send(marked(size)).unwrap();
                let spare: Vec<_> = (0..4).map(|_| block(&POOL, size)).collect();
                spare.into_iter().for_each(|spare| free(&POOL, spare, size));
            }
            drop(send);
            started.wait();
            loop {
                thread::park();
            }
        };
        thread::Builder::new().stack_size(128 << 10).spawn(work).unwrap();
        blocks
    };
    let blocks: Vec<_> = (0..threads).map(begin).collect();
    started.wait();
    blocks.into_iter().flatten().collect()
}

/// Whether new threads have slots and caches, and blocks that are nobody else's.
fn new_threads_go_well(others: &[usize]) -> bool {
    let work = || {
        for size in SIZES {
            let blocks: Vec<_> = (0..40).map(|_| marked(size)).collect();
            assert!(blocks.iter().all(|&block| is_marked(block)));
            for address in blocks {
                free(&POOL, std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(address)).unwrap(), size);
            }
        }
        let before = POOL.stats().cached_bytes();
        let own = block(&POOL, 4096);
        assert_eq!(POOL.stats().cached_bytes(), before - 4096);
        free(&POOL, own, 4096);
    };
    let go = || thread::spawn(work).join().is_ok();
    (0..3).all(|_| go())
        && others.iter().all(|&block| is_marked(block))
        && POOL.stats().threads().all(|thread| thread.number < 512)
}

fn generation(left: usize, mut others: Vec<usize>) -> bool {
    others.extend(start(100));
    says_yes(|| new_threads_go_well(&others) && (left == 0 || generation(left - 1, others.clone())))
}

#[test]
fn each_child_has_the_numbers_of_its_parents_threads() {
    alone("generations::each_child_has_the_numbers_of_its_parents_threads", || {
        free(&POOL, block(&POOL, 16), 16);
        assert!(generation(7, Vec::new()));
    });
}

/// The thread that forks goes on with what is in its cache.
#[test]
fn the_thread_that_forks_keeps_its_cache() {
    alone("generations::the_thread_that_forks_keeps_its_cache", || {
        let spare: Vec<_> = (0..20).map(|_| block(&POOL, 4096)).collect();
        spare.into_iter().for_each(|spare| free(&POOL, spare, 4096));
        let cached = POOL.stats().cached_bytes();
        assert!(cached > 0);
        start(20);
        assert!(says_yes(|| {
            let stats = POOL.stats();
            let own: Vec<_> = stats.threads().collect();
            own.len() == 1 && own[0].cached_bytes == cached && stats.cached_bytes() == cached
        }));
    });
}
