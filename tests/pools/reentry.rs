//! A parent may use the pool that is calling it, through a reference to that pool.

use std::cell::RefCell;
use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::{BlockPool, Pool};

use crate::hooked::{Hooked, hook, unhook, with_pool};
use crate::{fill, free, layout};

#[test]
fn a_parent_may_use_the_pool_that_calls_it() {
    with_pool(Pool::new_in(Hooked), |pool| {
        let kept = RefCell::new(Vec::new());
        hook(move || {
            for layout in [layout(24, 8), layout(400, 8), layout(5000, 8), layout(50_000, 8)] {
                let block: NonNull<u8> = pool.allocate(layout).unwrap().cast();
                fill(block, 1, layout.size());
                kept.borrow_mut().push((block, layout));
            }
            if kept.borrow().len() > 50 {
                kept.borrow_mut().drain(..).for_each(|(block, layout)| free(pool, block, layout));
            }
        });
        let mut blocks = Vec::new();
        for n in 0..2000 {
            let layout = layout(n * 7 % 700 + n % 9 * 5000, 8);
            let block: NonNull<u8> = pool.allocate(layout).unwrap().cast();
            fill(block, n as u8, layout.size());
            blocks.push((block, layout, n as u8));
            if n % 3 == 0 {
                let (block, old, byte) = blocks.swap_remove(n * 31 % blocks.len());
                let new = self::layout(old.size() + 20_000, 8);
                // SAFETY: the block is live and has that layout; the new size is not smaller.
                let grown = unsafe { pool.grow(block, old, new) }.unwrap().cast();
                assert!(crate::all_equal(crate::bytes(grown, old.size()), byte));
                fill(grown, byte, new.size());
                blocks.push((grown, new, byte));
            }
            if n % 2 == 0 {
                let (block, layout, byte) = blocks.swap_remove(n * 17 % blocks.len());
                assert!(crate::all_equal(crate::bytes(block, layout.size()), byte));
                free(pool, block, layout);
            }
        }
        for &(block, layout, byte) in &blocks {
            assert!(crate::all_equal(crate::bytes(block, layout.size()), byte));
        }
        assert!(unhook() > 50);
    });
}

#[test]
fn a_parent_may_use_the_block_pool_that_calls_it() {
    let one = layout(104, 8);
    with_pool(BlockPool::new_in(one, Hooked), |pool| {
        hook(move || {
            for _ in 0..12 {
                fill(pool.allocate(one).unwrap().cast(), 0xff, 104);
            }
        });
        let blocks: Vec<NonNull<u8>> = (0..5000).map(|_| pool.allocate(one).unwrap().cast()).collect();
        blocks.iter().enumerate().for_each(|(n, &block)| fill(block, n as u8, 104));
        assert!(blocks.iter().enumerate().all(|(n, &block)| crate::all_equal(crate::bytes(block, 104), n as u8)));
        let calls = unhook();
        assert_eq!(pool.live_blocks(), 5000 + 24 * calls);
        assert!(calls > 5);
    });
}
