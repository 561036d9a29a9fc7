//! A process with many threads forks, its child starts as many and forks, and so on. The threads of each child get the thread indices
//! that the threads of its parent had, and none of their blocks.

use std::sync::Barrier;
use std::thread;

use janus_alloc::SharedPool;

use crate::children::alone;
use crate::fork::holds_in_fork;
use crate::{UNCHECKED, block, free};

static POOL: SharedPool = SharedPool::with_options(UNCHECKED);

const SIZES: [usize; 4] = [16, 256, 4096, 65_536];

/// Allocates a block and writes its own address into it.
fn allocate_marked(size: usize) -> usize {
    let block = block(&POOL, size).as_ptr().cast::<usize>();
    let address = block.expose_provenance();
    // SAFETY: the block is live, and has at least the size of an address.
    unsafe { block.write(address) };
    address
}

/// Whether the block at `address` still has its address in it.
fn is_marked(address: usize) -> bool {
    let block = std::ptr::with_exposed_provenance::<usize>(address);
    // SAFETY: the block is live and was written.
    unsafe { block.read() == address }
}

/// Starts threads that never end and have blocks in their caches. Returns the addresses of live blocks of theirs.
fn start_threads(threads: usize) -> Vec<usize> {
    let started: &Barrier = Box::leak(Box::new(Barrier::new(threads + 1)));
    let begin = |_| {
        let (send, blocks) = std::sync::mpsc::channel();
        let work = move || {
            for size in SIZES {
                send.send(allocate_marked(size)).unwrap();
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

/// Whether new threads get caches, and blocks that are not in use, while the blocks of `others` stay intact.
fn new_threads_work(others: &[usize]) -> bool {
    let work = || {
        for size in SIZES {
            let blocks: Vec<_> = (0..40).map(|_| allocate_marked(size)).collect();
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
    let works = || thread::spawn(work).join().is_ok();
    (0..3).all(|_| works())
        && others.iter().all(|&block| is_marked(block))
        && POOL.stats().threads().all(|thread| thread.number < 512)
}

fn fork_generation(left: usize, mut others: Vec<usize>) -> bool {
    others.extend(start_threads(100));
    holds_in_fork(|| new_threads_work(&others) && (left == 0 || fork_generation(left - 1, others.clone())))
}

#[test]
fn each_child_reuses_the_thread_indices_of_its_parent() {
    alone("generations::each_child_reuses_the_thread_indices_of_its_parent", || {
        free(&POOL, block(&POOL, 16), 16);
        assert!(fork_generation(7, Vec::new()));
    });
}

#[test]
fn the_forking_thread_keeps_its_cache() {
    alone("generations::the_forking_thread_keeps_its_cache", || {
        let spare: Vec<_> = (0..20).map(|_| block(&POOL, 4096)).collect();
        spare.into_iter().for_each(|spare| free(&POOL, spare, 4096));
        let cached = POOL.stats().cached_bytes();
        assert!(cached > 0);
        start_threads(20);
        assert!(holds_in_fork(|| {
            let stats = POOL.stats();
            let own: Vec<_> = stats.threads().collect();
            own.len() == 1 && own[0].cached_bytes == cached && stats.cached_bytes() == cached
        }));
    });
}
