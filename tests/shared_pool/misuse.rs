//! A checked pool ends the process with a message when it is misused, and never when it is not.

use std::os::unix::process::ExitStatusExt;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::api::{Allocator, Layout, UsableSize};
use janus_alloc::pools::Retain;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::{in_a_child, is_child};
use crate::{CHECKED, CHUNK, LARGE, RETAINS, UNCHECKED, block, free, layout};

const TWICE: &str = "given back twice";
const INSIDE: &str = "no block of this pool starts there";
const FOREIGN: &str = "this pool has no block there";
const LAYOUT: &str = "use the layout it was allocated with";

/// Runs the test `name`, which calls this, where `test` has to abort with a message that has `parts`.
#[track_caller]
pub(crate) fn aborts(name: &str, parts: &[&str], test: impl FnOnce()) {
    if is_child() {
        // No core file.
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads the struct.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
        return test();
    }
    let output = in_a_child(name);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{name}: {}: {message}", output.status);
    assert!(message.contains("janus-alloc: SharedPool: "), "{name}: {message}");
    for part in parts {
        assert!(message.contains(part), "{name}: {part} is not in {message}");
    }
}

fn pool() -> SharedPool {
    SharedPool::with_options(CHECKED)
}

/// One that has other blocks of that size alive.
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
fn twice_small() {
    aborts("misuse::twice_small", &[TWICE, "size 100 and align 8"], || free_twice(100));
}

/// The bits of these lie in the span itself.
#[test]
fn twice_smallest() {
    aborts("misuse::twice_smallest", &[TWICE, "size 8 and align 8"], || free_twice(8));
}

#[test]
fn twice_medium() {
    aborts("misuse::twice_medium", &[TWICE, "size 200000 and align 8"], || free_twice(200_000));
}

#[test]
fn twice_large() {
    aborts("misuse::twice_large", &["size 1000000 and align 8", TWICE], || free_twice(1_000_000));
}

/// It costs nothing to see it.
#[test]
fn twice_large_unchecked() {
    aborts("misuse::twice_large_unchecked", &["size 1000000 and align 8", TWICE], || {
        let pool = SharedPool::with_options(UNCHECKED);
        let twice = block(&pool, 1_000_000);
        free(&pool, twice, 1_000_000);
        free(&pool, twice, 1_000_000);
    });
}

/// Where it has gone back to the parent, or was never the pool's.
#[test]
fn large_of_nobody_unchecked() {
    aborts("misuse::large_of_nobody_unchecked", &["size 5000000 and align 8", FOREIGN], || {
        let pool = SharedPool::with_options(UNCHECKED.retain(Retain::Nothing));
        let twice = block(&pool, 5_000_000);
        free(&pool, twice, 5_000_000);
        free(&pool, twice, 5_000_000);
    });
}

#[test]
fn twice_by_two_threads() {
    aborts("misuse::twice_by_two_threads", &[TWICE], || {
        let pool = pool_with(100);
        let twice = block(&pool, 100).addr();
        let first = block(&pool, 100).addr();
        thread::scope(|scope| {
            for address in [first, twice] {
                let pool = &pool;
                scope
                    .spawn(move || {
                        // SAFETY: not at 0.
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

/// Without checks it is noticed as well, if later.
#[test]
fn twice_unchecked() {
    aborts("misuse::twice_unchecked", &[TWICE], || {
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
fn as_a_smaller_class() {
    aborts("misuse::as_a_smaller_class", &[LAYOUT, "104 bytes", "size 50 and align 8"], || free_as(100, 50));
}

#[test]
fn as_a_larger_class() {
    aborts("misuse::as_a_larger_class", &[LAYOUT, "104 bytes", "size 5000 and align 8"], || free_as(100, 5000));
}

#[test]
fn small_as_medium() {
    aborts("misuse::small_as_medium", &[LAYOUT, "104 bytes"], || free_as(100, 150_000));
}

#[test]
fn small_as_large() {
    aborts("misuse::small_as_large", &[LAYOUT, "104 bytes"], || free_as(100, 1_000_000));
}

#[test]
fn medium_as_small() {
    aborts("misuse::medium_as_small", &[LAYOUT, "163840 bytes"], || free_as(150_000, 1000));
}

#[test]
fn medium_as_another() {
    aborts("misuse::medium_as_another", &[LAYOUT, "163840 bytes"], || free_as(150_000, 200_000));
}

#[test]
fn medium_as_large() {
    aborts("misuse::medium_as_large", &[LAYOUT, "163840 bytes"], || free_as(150_000, 1_000_000));
}

#[test]
fn large_as_medium() {
    let asked = "size 1000000 and align 8:";
    aborts("misuse::large_as_medium", &[LAYOUT, asked, "size 150000 and align 8,"], || free_as(1_000_000, 150_000));
}

#[test]
fn large_as_smaller() {
    aborts("misuse::large_as_smaller", &[LAYOUT, "size 8388608 and"], || free_as(8 << 20, 600_000));
}

#[test]
fn large_as_one_less() {
    aborts("misuse::large_as_one_less", &[LAYOUT, "size 1000000 and"], || free_as(1_000_000, 999_999));
}

#[test]
fn large_of_another_align() {
    aborts("misuse::large_of_another_align", &[LAYOUT, "size 1048576 and align 1048576:"], || {
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
fn large_grown_where_it_is() {
    let asked = "size 1000001 and align 8:";
    aborts("misuse::large_grown_where_it_is", &[LAYOUT, asked], || free_as_before_resize(1_000_001));
}

#[test]
fn large_grown() {
    aborts("misuse::large_grown", &[LAYOUT, "size 4000000 and align 8:"], || free_as_before_resize(4_000_000));
}

#[test]
fn large_shrunk() {
    aborts("misuse::large_shrunk", &[LAYOUT, "size 600000 and align 8:"], || free_as_before_resize(600_000));
}

#[test]
fn large_as_larger() {
    aborts("misuse::large_as_larger", &[LAYOUT, "size 1000000 and"], || free_as(1_000_000, 2_000_000));
}

#[test]
fn grown_as_another() {
    aborts("misuse::grown_as_another", &[LAYOUT, "104 bytes", "size 500 and"], || {
        let pool = pool();
        let own = block(&pool, 100);
        // SAFETY: none: that is what is tested.
        let _ = unsafe { pool.grow(own, layout(500, 8), layout(1000, 8)) };
    });
}

#[test]
fn shrunk_as_another() {
    aborts("misuse::shrunk_as_another", &[LAYOUT, "104 bytes", "size 500 and"], || {
        let pool = pool();
        let own = block(&pool, 100);
        // SAFETY: none: that is what is tested.
        let _ = unsafe { pool.shrink(own, layout(500, 8), layout(10, 8)) };
    });
}

#[test]
fn grown_after_it_was_freed() {
    aborts("misuse::grown_after_it_was_freed", &[TWICE], || {
        let pool = pool_with(150_000);
        let own = block(&pool, 150_000);
        free(&pool, own, 150_000);
        // SAFETY: none: that is what is tested.
        let _ = unsafe { pool.grow(own, layout(150_000, 8), layout(200_000, 8)) };
    });
}

/// A pointer `offset` bytes into a block of so many.
fn free_within(size: usize, offset: usize) {
    let pool = pool_with(size);
    // SAFETY: within the block.
    let within = unsafe { block(&pool, size).add(offset) };
    free(&pool, within, size);
}

#[test]
fn within_small() {
    aborts("misuse::within_small", &[INSIDE], || free_within(100, 8));
}

#[test]
fn within_medium() {
    aborts("misuse::within_medium", &[INSIDE], || free_within(200_000, 40_000));
}

#[test]
fn within_large() {
    aborts("misuse::within_large", &[FOREIGN], || free_within(1_000_000, 4096));
}

/// In the span, where its bits are or where no block has room, there is no block though the distance from the start is right.
#[test]
fn where_a_span_has_no_block() {
    aborts("misuse::where_a_span_has_no_block", &[INSIDE], || {
        let pool = pool_with(8);
        let start = block(&pool, 8).as_ptr().map_addr(|address| address & !0x3fff);
        // SAFETY: the first slice of the span is not at 0.
        free(&pool, unsafe { NonNull::new_unchecked(start) }, 8);
    });
}

#[test]
fn from_the_system() {
    aborts("misuse::from_the_system", &[FOREIGN], || {
        let pool = pool_with(100);
        free(&pool, block(&System, 100), 100);
    });
}

#[test]
fn from_the_stack_of_a_pool_without_memory() {
    aborts("misuse::from_the_stack_of_a_pool_without_memory", &[FOREIGN], || {
        let local = 1_u64;
        free(&pool(), NonNull::from(&local).cast(), 8);
    });
}

fn free_elsewhere(size: usize) {
    let (one, other) = (pool_with(size), pool_with(size));
    free(&other, block(&one, size), size);
}

#[test]
fn in_another_pool_small() {
    aborts("misuse::in_another_pool_small", &[FOREIGN], || free_elsewhere(100));
}

#[test]
fn in_another_pool_medium() {
    aborts("misuse::in_another_pool_medium", &[FOREIGN], || free_elsewhere(200_000));
}

#[test]
fn in_another_pool_large() {
    aborts("misuse::in_another_pool_large", &[FOREIGN], || free_elsewhere(1_000_000));
}

/// As C's functions ask, `offset` bytes into a block.
fn ask(size: usize, offset: isize) {
    let pool = pool_with(size);
    let start = block(&pool, size).as_ptr().wrapping_byte_offset(offset);
    // SAFETY: none: that is what is tested.
    unsafe { pool.layout_of(NonNull::new(start).unwrap()) };
}

const ASKED: &str = "without a layout";

#[test]
fn asked_within_small() {
    aborts("misuse::asked_within_small", &[ASKED, INSIDE], || ask(100, 8));
}

#[test]
fn asked_within_medium() {
    aborts("misuse::asked_within_medium", &[ASKED, INSIDE], || ask(200_000, 20_000));
}

#[test]
fn asked_within_large() {
    aborts("misuse::asked_within_large", &[ASKED, FOREIGN], || ask(1_000_000, 8192));
}

#[test]
fn asked_in_front_of_large() {
    aborts("misuse::asked_in_front_of_large", &[ASKED, FOREIGN], || ask(1_000_000, -100));
}

#[test]
fn asked_where_nothing_is() {
    aborts("misuse::asked_where_nothing_is", &[ASKED, "is no block"], || {
        let pool = pool();
        let chunk = block(&pool, 100).as_ptr().map_addr(|address| address & !(CHUNK - 1));
        // SAFETY: none: that is what is tested.
        unsafe { pool.layout_of(NonNull::new(chunk).unwrap()) };
    });
}

fn ask_after_it_was_freed(size: usize) {
    let pool = pool_with(size);
    let own = block(&pool, size);
    free(&pool, own, size);
    // SAFETY: none: that is what is tested.
    unsafe { pool.layout_of(own) };
}

#[test]
fn asked_after_it_was_freed_small() {
    aborts("misuse::asked_after_it_was_freed_small", &[ASKED, TWICE], || ask_after_it_was_freed(100));
}

#[test]
fn asked_after_it_was_freed_medium() {
    aborts("misuse::asked_after_it_was_freed_medium", &[ASKED, TWICE], || ask_after_it_was_freed(200_000));
}

#[test]
fn asked_after_it_was_freed_large() {
    aborts("misuse::asked_after_it_was_freed_large", &[ASKED, TWICE], || ask_after_it_was_freed(1_000_000));
}

/// Where it would stay where it is.
#[test]
fn grown_within_its_class_after_it_was_freed() {
    aborts("misuse::grown_within_its_class_after_it_was_freed", &[TWICE], || {
        let pool = pool_with(100);
        let own = block(&pool, 100);
        free(&pool, own, 100);
        // SAFETY: none: that is what is tested.
        let _ = unsafe { pool.grow(own, layout(100, 8), layout(104, 8)) };
    });
}

/// Sizes that fit: any that has the same class, slices or block.
#[test]
fn layouts_that_fit_are_accepted() {
    for retain in RETAINS {
        for options in [CHECKED.retain(retain), CHECKED.retain(retain).whole_pages(true)] {
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
                        // SAFETY: live.
                        let usable = unsafe { pool.layout_of(block.start) };
                        // Between what was asked for and what there is.
                        let more = usable.size() - block.layout.size();
                        let size = block.layout.size() + random.below(more + 1);
                        let fitting = Layout::from_size_align(size, block.layout.align()).unwrap();
                        let small = (size - 1) | (block.layout.align() - 1) < LARGE;
                        let layout = if small { fitting } else { block.layout };
                        // SAFETY: live, and the layout fits.
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
