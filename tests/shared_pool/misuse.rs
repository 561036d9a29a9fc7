//! A checked pool aborts the process with a message when it is misused, and only then.

use std::os::unix::process::ExitStatusExt;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::api::{Allocator, Layout, UsableSize};
use janus_alloc::pools::Retain;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::{disable_core_files, is_child, run_alone};
use crate::{CHECKED, CHUNK, LARGE, RETAINS, UNCHECKED, block, free, layout};

const TWICE: &str = "given back twice";
const INSIDE: &str = "no block of this pool starts there";
const FOREIGN: &str = "this pool has no block there";
const LAYOUT: &str = "use the layout it was allocated with";

/// Runs `test` in a child process, and asserts that it aborts with a message that contains `parts`. Called by the test `name` itself.
#[track_caller]
pub(crate) fn aborts(name: &str, parts: &[&str], test: impl FnOnce()) {
    if is_child() {
        disable_core_files();
        return test();
    }
    let output = run_alone(name);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{name}: {}: {message}", output.status);
    assert!(message.contains("janus-alloc: SharedPool: "), "{name}: {message}");
    for part in parts {
        assert!(message.contains(part), "{name}: `{part}` is missing in: {message}");
    }
}

fn pool() -> SharedPool {
    SharedPool::with_options(CHECKED)
}

/// Returns a pool with three live blocks of `size` bytes.
fn pool_with(size: usize) -> SharedPool {
    let pool = pool();
    (0..3).for_each(|_| {
        block(&pool, size);
    });
    pool
}

fn free_twice(size: usize) {
    let pool = pool_with(size);
    let twice = block(&pool, size);
    free(&pool, twice, size);
    free(&pool, twice, size);
}

#[test]
fn a_small_block_freed_twice() {
    aborts("misuse::a_small_block_freed_twice", &[TWICE, "size 100 and align 8"], || free_twice(100));
}

/// The bits of the smallest blocks lie in the span itself.
#[test]
fn a_smallest_block_freed_twice() {
    aborts("misuse::a_smallest_block_freed_twice", &[TWICE, "size 8 and align 8"], || free_twice(8));
}

#[test]
fn a_medium_block_freed_twice() {
    aborts("misuse::a_medium_block_freed_twice", &[TWICE, "size 200000 and align 8"], || free_twice(200_000));
}

#[test]
fn a_large_block_freed_twice() {
    aborts("misuse::a_large_block_freed_twice", &["size 1000000 and align 8", TWICE], || free_twice(1_000_000));
}

/// Found without checks too, at no cost.
#[test]
fn a_large_block_freed_twice_unchecked() {
    aborts("misuse::a_large_block_freed_twice_unchecked", &["size 1000000 and align 8", TWICE], || {
        let pool = SharedPool::with_options(UNCHECKED);
        let twice = block(&pool, 1_000_000);
        free(&pool, twice, 1_000_000);
        free(&pool, twice, 1_000_000);
    });
}

/// The block was returned to the parent, so the pool does not know it any more.
#[test]
fn a_returned_large_block_freed_again_unchecked() {
    aborts("misuse::a_returned_large_block_freed_again_unchecked", &["size 5000000 and align 8", FOREIGN], || {
        let pool = SharedPool::with_options(UNCHECKED.retain(Retain::Nothing));
        let twice = block(&pool, 5_000_000);
        free(&pool, twice, 5_000_000);
        free(&pool, twice, 5_000_000);
    });
}

#[test]
fn a_block_freed_twice_by_another_thread() {
    aborts("misuse::a_block_freed_twice_by_another_thread", &[TWICE], || {
        let pool = pool_with(100);
        let twice = block(&pool, 100).addr();
        let first = block(&pool, 100).addr();
        thread::scope(|scope| {
            for address in [first, twice] {
                let pool = &pool;
                scope
                    .spawn(move || {
                        // SAFETY: the address is not 0.
                        let block =
                            unsafe { NonNull::new_unchecked(std::ptr::with_exposed_provenance_mut(address.get())) };
                        free(pool, block, 100);
                        if address == twice {
                            free(pool, block, 100);
                        }
                    })
                    .join()
                    .unwrap();
            }
        });
    });
}

/// Found without checks too, but later.
#[test]
fn a_small_block_freed_twice_unchecked() {
    aborts("misuse::a_small_block_freed_twice_unchecked", &[TWICE], || {
        let pool = SharedPool::with_options(UNCHECKED);
        let twice = block(&pool, 100);
        free(&pool, twice, 100);
        free(&pool, twice, 100);
        pool.collect();
    });
}

fn free_as(size: usize, as_size: usize) {
    let pool = pool_with(size);
    let own = block(&pool, size);
    free(&pool, own, as_size);
}

#[test]
fn a_block_freed_as_a_smaller_class() {
    aborts("misuse::a_block_freed_as_a_smaller_class", &[LAYOUT, "104 bytes", "size 50 and align 8"], || {
        free_as(100, 50);
    });
}

#[test]
fn a_block_freed_as_a_larger_class() {
    aborts("misuse::a_block_freed_as_a_larger_class", &[LAYOUT, "104 bytes", "size 5000 and align 8"], || {
        free_as(100, 5000);
    });
}

#[test]
fn a_small_block_freed_as_medium() {
    aborts("misuse::a_small_block_freed_as_medium", &[LAYOUT, "104 bytes"], || free_as(100, 150_000));
}

#[test]
fn a_small_block_freed_as_large() {
    aborts("misuse::a_small_block_freed_as_large", &[LAYOUT, "104 bytes"], || free_as(100, 1_000_000));
}

#[test]
fn a_medium_block_freed_as_small() {
    aborts("misuse::a_medium_block_freed_as_small", &[LAYOUT, "163840 bytes"], || free_as(150_000, 1000));
}

#[test]
fn a_medium_block_freed_as_another_medium() {
    aborts("misuse::a_medium_block_freed_as_another_medium", &[LAYOUT, "163840 bytes"], || free_as(150_000, 200_000));
}

#[test]
fn a_medium_block_freed_as_large() {
    aborts("misuse::a_medium_block_freed_as_large", &[LAYOUT, "163840 bytes"], || free_as(150_000, 1_000_000));
}

#[test]
fn a_large_block_freed_as_medium() {
    let allocated = "size 1000000 and align 8:";
    aborts("misuse::a_large_block_freed_as_medium", &[LAYOUT, allocated, "size 150000 and align 8,"], || {
        free_as(1_000_000, 150_000);
    });
}

#[test]
fn a_large_block_freed_as_a_smaller_one() {
    aborts("misuse::a_large_block_freed_as_a_smaller_one", &[LAYOUT, "size 8388608 and"], || free_as(8 << 20, 600_000));
}

#[test]
fn a_large_block_freed_as_one_byte_less() {
    aborts("misuse::a_large_block_freed_as_one_byte_less", &[LAYOUT, "size 1000000 and"], || {
        free_as(1_000_000, 999_999);
    });
}

#[test]
fn a_large_block_freed_with_another_align() {
    aborts("misuse::a_large_block_freed_with_another_align", &[LAYOUT, "size 1048576 and align 1048576:"], || {
        let pool = pool();
        let own = pool.allocate(layout(1 << 20, 1 << 20)).unwrap().cast();
        free(&pool, own, 1 << 20);
    });
}

fn free_as_before_resize(after: usize) {
    let pool = pool();
    let mut own = Block::allocate(&pool, layout(1_000_000, 8), 1).unwrap();
    own.resize(&pool, layout(after, 8), false).unwrap();
    free(&pool, own.start, 1_000_000);
}

#[test]
fn a_large_block_grown_in_place_freed_with_the_old_layout() {
    let allocated = "size 1000001 and align 8:";
    aborts("misuse::a_large_block_grown_in_place_freed_with_the_old_layout", &[LAYOUT, allocated], || {
        free_as_before_resize(1_000_001);
    });
}

#[test]
fn a_grown_large_block_freed_with_the_old_layout() {
    aborts("misuse::a_grown_large_block_freed_with_the_old_layout", &[LAYOUT, "size 4000000 and align 8:"], || {
        free_as_before_resize(4_000_000);
    });
}

#[test]
fn a_shrunk_large_block_freed_with_the_old_layout() {
    aborts("misuse::a_shrunk_large_block_freed_with_the_old_layout", &[LAYOUT, "size 600000 and align 8:"], || {
        free_as_before_resize(600_000);
    });
}

#[test]
fn a_large_block_freed_as_a_larger_one() {
    aborts("misuse::a_large_block_freed_as_a_larger_one", &[LAYOUT, "size 1000000 and"], || {
        free_as(1_000_000, 2_000_000);
    });
}

#[test]
fn a_block_grown_with_another_layout() {
    aborts("misuse::a_block_grown_with_another_layout", &[LAYOUT, "104 bytes", "size 500 and"], || {
        let pool = pool();
        let own = block(&pool, 100);
        // SAFETY: violated on purpose; the pool aborts.
        let _ = unsafe { pool.grow(own, layout(500, 8), layout(1000, 8)) };
    });
}

#[test]
fn a_block_shrunk_with_another_layout() {
    aborts("misuse::a_block_shrunk_with_another_layout", &[LAYOUT, "104 bytes", "size 500 and"], || {
        let pool = pool();
        let own = block(&pool, 100);
        // SAFETY: violated on purpose; the pool aborts.
        let _ = unsafe { pool.shrink(own, layout(500, 8), layout(10, 8)) };
    });
}

#[test]
fn a_freed_block_grown() {
    aborts("misuse::a_freed_block_grown", &[TWICE], || {
        let pool = pool_with(150_000);
        let own = block(&pool, 150_000);
        free(&pool, own, 150_000);
        // SAFETY: violated on purpose; the pool aborts.
        let _ = unsafe { pool.grow(own, layout(150_000, 8), layout(200_000, 8)) };
    });
}

/// Frees a pointer `offset` bytes into a block of `size` bytes.
fn free_within(size: usize, offset: usize) {
    let pool = pool_with(size);
    // SAFETY: callers pass an offset within the block.
    let within = unsafe { block(&pool, size).add(offset) };
    free(&pool, within, size);
}

#[test]
fn a_pointer_into_a_small_block() {
    aborts("misuse::a_pointer_into_a_small_block", &[INSIDE], || free_within(100, 8));
}

#[test]
fn a_pointer_into_a_medium_block() {
    aborts("misuse::a_pointer_into_a_medium_block", &[INSIDE], || free_within(200_000, 40_000));
}

#[test]
fn a_pointer_into_a_large_block() {
    aborts("misuse::a_pointer_into_a_large_block", &[FOREIGN], || free_within(1_000_000, 4096));
}

/// A span starts with its bits, where no block is, although the distance from the start is a multiple of the block size.
#[test]
fn a_pointer_to_the_bits_of_a_span() {
    aborts("misuse::a_pointer_to_the_bits_of_a_span", &[INSIDE], || {
        let pool = pool_with(8);
        let start = block(&pool, 8).as_ptr().map_addr(|address| address & !0x3fff);
        // SAFETY: the address of a slice is not 0.
        free(&pool, unsafe { NonNull::new_unchecked(start) }, 8);
    });
}

#[test]
fn a_block_of_the_system() {
    aborts("misuse::a_block_of_the_system", &[FOREIGN], || {
        let pool = pool_with(100);
        free(&pool, block(&System, 100), 100);
    });
}

#[test]
fn a_local_variable_freed_in_an_unused_pool() {
    aborts("misuse::a_local_variable_freed_in_an_unused_pool", &[FOREIGN], || {
        let local = 1_u64;
        free(&pool(), NonNull::from(&local).cast(), 8);
    });
}

fn free_elsewhere(size: usize) {
    let (one, other) = (pool_with(size), pool_with(size));
    free(&other, block(&one, size), size);
}

#[test]
fn a_small_block_of_another_pool() {
    aborts("misuse::a_small_block_of_another_pool", &[FOREIGN], || free_elsewhere(100));
}

#[test]
fn a_medium_block_of_another_pool() {
    aborts("misuse::a_medium_block_of_another_pool", &[FOREIGN], || free_elsewhere(200_000));
}

#[test]
fn a_large_block_of_another_pool() {
    aborts("misuse::a_large_block_of_another_pool", &[FOREIGN], || free_elsewhere(1_000_000));
}

/// Calls `layout_of`, as C's functions do, with a pointer `offset` bytes from the start of a block.
fn layout_of_offset(size: usize, offset: isize) {
    let pool = pool_with(size);
    let start = block(&pool, size).as_ptr().wrapping_byte_offset(offset);
    // SAFETY: violated on purpose; the pool aborts.
    unsafe { pool.layout_of(NonNull::new(start).unwrap()) };
}

const WITHOUT_LAYOUT: &str = "without a layout";

#[test]
fn layout_of_a_pointer_into_a_small_block() {
    aborts("misuse::layout_of_a_pointer_into_a_small_block", &[WITHOUT_LAYOUT, INSIDE], || layout_of_offset(100, 8));
}

#[test]
fn layout_of_a_pointer_into_a_medium_block() {
    aborts("misuse::layout_of_a_pointer_into_a_medium_block", &[WITHOUT_LAYOUT, INSIDE], || {
        layout_of_offset(200_000, 20_000);
    });
}

#[test]
fn layout_of_a_pointer_into_a_large_block() {
    aborts("misuse::layout_of_a_pointer_into_a_large_block", &[WITHOUT_LAYOUT, FOREIGN], || {
        layout_of_offset(1_000_000, 8192);
    });
}

#[test]
fn layout_of_a_pointer_before_a_large_block() {
    aborts("misuse::layout_of_a_pointer_before_a_large_block", &[WITHOUT_LAYOUT, FOREIGN], || {
        layout_of_offset(1_000_000, -100);
    });
}

#[test]
fn layout_of_a_pointer_to_no_block() {
    aborts("misuse::layout_of_a_pointer_to_no_block", &[WITHOUT_LAYOUT, "is no block"], || {
        let pool = pool();
        let chunk = block(&pool, 100).as_ptr().map_addr(|address| address & !(CHUNK - 1));
        // SAFETY: violated on purpose; the pool aborts.
        unsafe { pool.layout_of(NonNull::new(chunk).unwrap()) };
    });
}

fn layout_of_freed(size: usize) {
    let pool = pool_with(size);
    let own = block(&pool, size);
    free(&pool, own, size);
    // SAFETY: violated on purpose; the pool aborts.
    unsafe { pool.layout_of(own) };
}

#[test]
fn layout_of_a_freed_small_block() {
    aborts("misuse::layout_of_a_freed_small_block", &[WITHOUT_LAYOUT, TWICE], || layout_of_freed(100));
}

#[test]
fn layout_of_a_freed_medium_block() {
    aborts("misuse::layout_of_a_freed_medium_block", &[WITHOUT_LAYOUT, TWICE], || layout_of_freed(200_000));
}

#[test]
fn layout_of_a_freed_large_block() {
    aborts("misuse::layout_of_a_freed_large_block", &[WITHOUT_LAYOUT, TWICE], || layout_of_freed(1_000_000));
}

/// The block would grow in place.
#[test]
fn a_freed_block_grown_within_its_class() {
    aborts("misuse::a_freed_block_grown_within_its_class", &[TWICE], || {
        let pool = pool_with(100);
        let own = block(&pool, 100);
        free(&pool, own, 100);
        // SAFETY: violated on purpose; the pool aborts.
        let _ = unsafe { pool.grow(own, layout(100, 8), layout(104, 8)) };
    });
}

/// Any layout with the same class, the same slices, or the same large block is accepted.
#[test]
fn layouts_that_fit_are_accepted() {
    for retain in RETAINS {
        for options in [CHECKED.retain(retain), CHECKED.retain(retain).huge_pages(false)] {
            let pool = SharedPool::with_options_in(options, Stats::new(Pages::new()));
            let mut random = Random(6);
            let mut blocks: Vec<Block> = Vec::new();
            for number in 0..2000 {
                let layout = random.layout();
                match random.below(6) {
                    0..3 => blocks.push(Block::allocate(&pool, layout, number).unwrap()),
                    3 if !blocks.is_empty() => {
                        let at = random.below(blocks.len());
                        blocks[at].resize(&pool, layout, true).unwrap();
                    }
                    _ if !blocks.is_empty() => {
                        let block = blocks.swap_remove(random.below(blocks.len()));
                        block.check();
                        // SAFETY: the block is live and of this pool.
                        let usable = unsafe { pool.layout_of(block.start) };
                        // A size between the requested and the usable size.
                        let more = usable.size() - block.layout.size();
                        let size = block.layout.size() + random.below(more + 1);
                        let fitting = Layout::from_size_align(size, block.layout.align()).unwrap();
                        let small = (size - 1) | (block.layout.align() - 1) < LARGE;
                        let layout = if small { fitting } else { block.layout };
                        // SAFETY: the block is live, the layout fits it, and it is not used again.
                        unsafe { pool.deallocate(block.start, layout) };
                    }
                    _ => {}
                }
            }
            blocks.into_iter().for_each(|block| block.free(&pool));
            assert_eq!(pool.stats().live_bytes(), 0);
        }
    }
}
