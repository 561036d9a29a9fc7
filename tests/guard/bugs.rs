//! Programs with one bug each.

use std::ptr;
use std::sync::Barrier;
use std::thread;

use janus_alloc::api::{Allocator, Reset, UsableSize};
use janus_alloc::collections::Vec as VecIn;
use janus_alloc::{Arena, Guard, SharedPool, System};

use super::*;

const OVERFLOW: &str = "overflow";
const UNDERFLOW: &str = "underflow";
const USE_AFTER_FREE: &str = "use after free";
const DOUBLE_FREE: &str = "double free";
const WRONG_LAYOUT: &str = "wrong layout";
const FOREIGN: &str = "foreign pointer";

/// A test of each line: its name, the report, parts of that, and the bug.
macro_rules! bugs {
    ($($(#[doc = $doc:expr])* $name:ident: $kind:expr, $parts:expr => $bug:expr;)*) => {$(
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            reports(concat!("bugs::", stringify!($name)), $kind, &$parts, || $bug);
        }
    )*};
}

bugs! {
    overflow_by_one: OVERFLOW, [
        "1 byte behind the block at 0x",
        "of size 24 and align 8 was overwritten: at 0 bytes from its end is 0x00 instead of",
        "found when it was freed, at tests/guard/bugs.rs:",
        "allocated: event 1, by this thread, at tests/guard/bugs.rs:",
        "guard created at tests/guard/bugs.rs:",
    ] => overflow(&Guard::new(System), 24, 24, 0);

    overflow_of_a_byte: OVERFLOW, ["size 1 and", "is 0xff instead"] => overflow(&Guard::new(System), 1, 1, 0xff);

    overflow_far: OVERFLOW, ["1 byte behind", "at 63 bytes from its end is 0x41"] => {
        overflow(&Guard::new(System), 100, 163, b'A');
    };

    overflow_long: OVERFLOW, ["40 bytes behind", "were overwritten: at 0 bytes from"] => {
        let guard = Guard::new(SharedPool::new());
        let block = block(&guard, 100);
        // SAFETY: none: that is the bug.
        unsafe { block.write_bytes(1, 140) };
        free(&guard, block, 100);
    };

    /// A text in C, copied with the zero at its end.
    overflow_of_a_vector: OVERFLOW, ["size 5 and align 1", "0x00 instead", "at tests/guard/bugs.rs:"] => {
        let guard = Guard::new(System);
        let mut text = VecIn::with_capacity_in(5, guard.call_site());
        // SAFETY: none: that is the bug.
        unsafe { ptr::copy_nonoverlapping(c"hello".as_ptr().cast::<u8>(), text.as_mut_ptr(), 6) };
        // SAFETY: written above.
        unsafe { text.set_len(5) };
        drop(text);
    };

    overflow_of_a_zeroed_block: OVERFLOW, ["size 1000 and align 16"] => {
        let guard = Guard::new(System);
        let block = guard.allocate_zeroed(layout(1000, 16)).unwrap().cast();
        write(block, 1000, 0);
        // SAFETY: live with that layout.
        unsafe { guard.deallocate(block, layout(1000, 16)) };
    };

    overflow_of_an_aligned_block: OVERFLOW, ["size 10 and align 4096"] => {
        let guard = Guard::new(System);
        let block = guard.allocate(layout(10, 4096)).unwrap().cast();
        write(block, 10, 0);
        // SAFETY: live with that layout.
        unsafe { guard.deallocate(block, layout(10, 4096)) };
    };

    overflow_found_by_a_grow: OVERFLOW, ["size 50 and", "found when it was grown, at tests/guard/bugs.rs:"] => {
        let guard = Guard::new(System);
        let block = block(&guard, 50);
        write(block, 50, 0);
        // SAFETY: live with that layout.
        let _ = unsafe { guard.grow(block, layout(50, 8), layout(80, 8)) };
    };

    overflow_found_by_a_shrink: OVERFLOW, ["size 50 and", "found when it was shrunk, at tests/guard/bugs.rs:"] => {
        let guard = Guard::new(System);
        let block = block(&guard, 50);
        write(block, 50, 0);
        // SAFETY: live with that layout.
        let _ = unsafe { guard.shrink(block, layout(50, 8), layout(20, 8)) };
    };

    /// Behind the new end, where the block had bytes before.
    overflow_of_a_shrunk_block: OVERFLOW, ["size 20 and", "at 2 bytes from its end"] => {
        let guard = Guard::new(System);
        let block = block(&guard, 50);
        // SAFETY: live with that layout.
        let block = unsafe { guard.shrink(block, layout(50, 8), layout(20, 8)) }.unwrap().cast();
        write(block, 22, 0);
        free(&guard, block, 20);
    };

    overflow_of_a_grown_block: OVERFLOW, ["size 80 and"] => {
        let guard = Guard::new(System);
        let block = block(&guard, 50);
        // SAFETY: live with that layout.
        let block = unsafe { guard.grow_zeroed(block, layout(50, 8), layout(80, 8)) }.unwrap().cast();
        write(block, 80, 0);
        free(&guard, block, 80);
    };

    overflow_found_by_a_check: OVERFLOW, ["found when the guard was checked, at tests/guard/bugs.rs:"] => {
        let guard = Guard::new(System);
        let blocks = [0; 100].map(|_| block(&guard, 30));
        write(blocks[70], 30, 0);
        guard.check();
    };

    /// It is worse than the leak.
    overflow_of_a_leak: OVERFLOW, ["found when the guard was dropped\n"] => {
        let guard = Guard::new(System);
        write(block(&guard, 30), 30, 0);
    };

    overflow_found_by_a_reset: OVERFLOW, ["found when the guard was reset, at tests/guard/bugs.rs:"] => {
        let mut guard = Guard::new(Arena::new());
        write(block(&guard, 30), 31, 0);
        guard.reset();
    };

    overflow_found_at_exit: OVERFLOW, ["found when the process ended\n"] => {
        static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
        GUARD.check_at_exit().unwrap();
        write(block(&GUARD, 30), 30, 0);
    };

    /// Over the red zone of its own.
    overflow_into_the_next_block: UNDERFLOW, [
        "size 32 and align 8",
        "it may also be an overflow of the block at",
        "of size 16 and align 8 in front of it",
    ] => {
        let arena = Arena::new();
        let guard = Guard::new(&arena);
        let (first, second) = (block(&guard, 16), block(&guard, 32));
        assert_eq!(second.addr().get() - first.addr().get(), 16 + 2 * 64, "an arena puts them side by side");
        write(first, 16 + 64, 0);
        free(&guard, first, 16);
        free(&guard, second, 32);
    };

    underflow_by_one: UNDERFLOW, [
        "1 byte in front of the block at 0x",
        "was overwritten: at -1 bytes from its start is 0x00 instead of",
    ] => underflow(-1);

    underflow_far: UNDERFLOW, ["at -64 bytes from its start"] => underflow(-64);

    underflow_by_an_index: UNDERFLOW, ["8 bytes in front of", "at -1 bytes"] => {
        let guard = Guard::new(System);
        let numbers = guard.allocate(layout(80, 8)).unwrap().cast::<u64>();
        let index = std::hint::black_box(0_usize).wrapping_sub(1);
        // SAFETY: none: that is the bug.
        unsafe { numbers.as_ptr().wrapping_add(index).write_volatile(7) };
        free(&guard, numbers.cast(), 80);
    };

    double_free: DOUBLE_FREE, [
        "of size 100 and align 8 was freed, but it is free",
        "allocated: event 1, by this thread, at tests/guard/bugs.rs:",
        "freed: event 2, by this thread, at tests/guard/bugs.rs:",
    ] => {
        let guard = Guard::new(System);
        let twice = block(&guard, 100);
        free(&guard, twice, 100);
        free(&guard, twice, 100);
    };

    double_free_after_others: DOUBLE_FREE, ["event 51, "] => {
        let guard = Guard::new(System);
        let blocks = [0; 50].map(|_| block(&guard, 100));
        blocks.iter().for_each(|&each| free(&guard, each, 100));
        free(&guard, blocks[0], 100);
    };

    /// The memory is the parent's by then.
    double_free_after_the_quarantine: DOUBLE_FREE, ["freed: event 3, "] => {
        let arena = Arena::new();
        let guard = Guard::new(&arena).quarantine_bytes(0);
        let twice = block(&guard, 100);
        let _next = block(&guard, 100);
        free(&guard, twice, 100);
        free(&guard, twice, 100);
    };

    /// The second free frees another's block, which is only seen when the other frees it.
    double_free_after_reuse: DOUBLE_FREE, ["allocated: event 3, ", "freed: event 4, "] => {
        let guard = Guard::new(SharedPool::new()).quarantine_bytes(0);
        let one = block(&guard, 100);
        free(&guard, one, 100);
        let other = block(&guard, 100);
        assert_eq!(one, other, "the pool returns what was freed last");
        free(&guard, one, 100);
        free(&guard, other, 100);
    };

    double_free_by_another_thread: DOUBLE_FREE, ["by another thread, at tests"] => {
        let guard = Guard::new(System);
        let twice = block(&guard, 100).addr();
        for _ in 0..2 {
            let guard = &guard;
            thread::scope(|scope| {
                scope.spawn(move || free(guard, NonNull::new(ptr::with_exposed_provenance_mut(twice.get())).unwrap(), 100));
            });
        }
    };

    double_free_at_the_same_time: DOUBLE_FREE, ["by another thread"] => {
        let guard = Guard::new(System);
        let start = Barrier::new(2);
        // Large, so that a free takes its time.
        let twice = block(&guard, 10 << 20).addr();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let twice = NonNull::new(ptr::with_exposed_provenance_mut(twice.get())).unwrap();
                    start.wait();
                    free(&guard, twice, 10 << 20);
                });
            }
        });
    };

    double_drop_of_a_vector: DOUBLE_FREE, ["size 40 and align 4", "at tests/guard/bugs.rs:"] => {
        let guard = Guard::new(System);
        let mut numbers = VecIn::with_capacity_in(10, guard.call_site());
        numbers.extend(0..10_u32);
        // SAFETY: none: that is the bug.
        drop(unsafe { ptr::read(&raw const numbers) });
        drop(numbers);
    };

    use_after_free_found_at_reuse: USE_AFTER_FREE, [
        "1 byte of the freed block at 0x",
        "of size 100 and align 8 was overwritten: at 5 bytes from its start is 0x2a instead of 0xde",
        "found when its memory left the quarantine, at tests/guard/bugs.rs:",
        "allocated: event 1, ",
        "freed: event 2, ",
    ] => {
        let guard = Guard::new(System).quarantine_bytes(1000);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        write(freed, 5, 42);
        for _ in 0..10 {
            let next = block(&guard, 100);
            free(&guard, next, 100);
        }
    };

    /// The parent has no more memory.
    use_after_free_found_before_a_failure: USE_AFTER_FREE, ["found when its memory left the quarantine"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        write(freed, 5, 42);
        let _ = guard.allocate(layout(isize::MAX as usize - 1000, 8));
    };

    use_after_free_found_at_drop: USE_AFTER_FREE, ["100 bytes of", "found when the guard was dropped\n"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        // SAFETY: none: that is the bug.
        unsafe { freed.write_bytes(0, 100) };
    };

    use_after_free_found_by_a_check: USE_AFTER_FREE, ["at 99 bytes from its start", "the guard was checked, at "] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        write(freed, 99, 0xff);
        guard.check();
    };

    use_after_free_found_at_exit: USE_AFTER_FREE, ["found when the process ended\n"] => {
        static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
        GUARD.check_at_exit().unwrap();
        GUARD.check_at_exit().unwrap();
        let freed = block(&GUARD, 100);
        free(&GUARD, freed, 100);
        write(freed, 0, 0);
    };

    use_after_free_of_one_byte: USE_AFTER_FREE, ["size 1 and align 8 was overwritten: at 0 bytes"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 1);
        free(&guard, freed, 1);
        write(freed, 0, 1);
    };

    /// And outside of it.
    use_after_free_behind: USE_AFTER_FREE, ["1 byte behind the freed block", "at 3 bytes from its end"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        write(freed, 103, 1);
    };

    /// The old buffer of a vector that has grown.
    use_after_free_of_a_moved_buffer: USE_AFTER_FREE, ["size 16 and align 4", "freed: event "] => {
        let guard = Guard::new(System);
        let mut numbers = VecIn::with_capacity_in(4, &guard);
        numbers.extend(0..4_u32);
        let first = numbers.as_mut_ptr();
        numbers.push(4);
        // SAFETY: none: that is the bug.
        unsafe { first.write_volatile(7) };
    };

    grow_of_a_freed_block: USE_AFTER_FREE, ["size 100 and align 8 was grown, but it is free", "freed: event 2"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.grow(freed, layout(100, 8), layout(200, 8)) };
    };

    shrink_of_a_freed_block: USE_AFTER_FREE, ["was shrunk, but it is free"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.shrink(freed, layout(100, 8), layout(20, 8)) };
    };

    shrink_of_a_moved_block: USE_AFTER_FREE, ["was shrunk, but it is free"] => {
        let guard = Guard::new(System);
        let moved = block(&guard, 100);
        // SAFETY: live with that layout.
        unsafe { guard.shrink(moved, layout(100, 8), layout(50, 8)) }.unwrap();
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.shrink(moved, layout(100, 8), layout(20, 8)) };
    };

    layout_of_a_freed_block: USE_AFTER_FREE, ["was asked for its layout, but it is free"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        // SAFETY: none: that is the bug.
        unsafe { guard.layout_of(freed) };
    };

    wrong_size_smaller: WRONG_LAYOUT, [
        "of size 100 and align 8 was freed with size 99 and align 8",
        "allocated: event 1, by this thread, at tests/guard/bugs.rs:",
    ] => free_as(layout(99, 8));

    wrong_size_larger: WRONG_LAYOUT, ["of size 100 and align 8 was freed with size 101 and align 8"] => {
        free_as(layout(101, 8));
    };

    wrong_align_smaller: WRONG_LAYOUT, ["was freed with size 100 and align 4"] => free_as(layout(100, 4));

    wrong_align_larger: WRONG_LAYOUT, ["was freed with size 100 and align 16"] => free_as(layout(100, 16));

    grow_with_a_wrong_size: WRONG_LAYOUT, ["of size 100 and align 8 was grown with size 90 and align 8"] => {
        let guard = Guard::new(System);
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.grow(block(&guard, 100), layout(90, 8), layout(200, 8)) };
    };

    shrink_with_a_wrong_layout: WRONG_LAYOUT, ["of size 100 and align 8 was shrunk with size 128 and align 8"] => {
        let guard = Guard::new(System);
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.shrink(block(&guard, 100), layout(128, 8), layout(20, 8)) };
    };

    grow_to_a_smaller_size: WRONG_LAYOUT, ["was grown from size 100 to size 99"] => {
        let guard = Guard::new(System);
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.grow_zeroed(block(&guard, 100), layout(100, 8), layout(99, 8)) };
    };

    shrink_to_a_larger_size: WRONG_LAYOUT, ["was shrunk from size 100 to size 101"] => {
        let guard = Guard::new(System);
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.shrink(block(&guard, 100), layout(100, 8), layout(101, 8)) };
    };

    /// A vector that was taken apart, and put together with another capacity.
    wrong_capacity: WRONG_LAYOUT, ["of size 80 and align 8 was freed with size 72 and align 8"] => {
        let guard = Guard::new(System);
        let mut numbers = std::mem::ManuallyDrop::new(VecIn::<u64, _>::with_capacity_in(10, &guard));
        // SAFETY: none: that is the bug.
        drop(unsafe { VecIn::from_raw_parts_in(numbers.as_mut_ptr(), 0, 9, &guard) });
    };

    size_zero_not_aligned: WRONG_LAYOUT, ["a block of size 0 at 0x3 was freed with align 8"] => {
        let guard = Guard::new(System);
        free(&guard, NonNull::new(ptr::without_provenance_mut(3)).unwrap(), 0);
    };

    size_zero_grown_not_aligned: WRONG_LAYOUT, ["a block of size 0 at 0x4 was grown with align 8"] => {
        let guard = Guard::new(System);
        // SAFETY: none: that is the bug.
        let _ = unsafe {
            guard.grow(NonNull::new(ptr::without_provenance_mut(4)).unwrap(), layout(0, 8), layout(10, 8))
        };
    };

    /// One byte was meant.
    size_zero_freed_with_a_size: FOREIGN, [
        "0x8 was freed with size 1 and align 8",
        "it may be the dangling pointer of a block of size 0",
    ] => {
        let guard = Guard::new(System);
        let nothing = block(&guard, 0);
        free(&guard, nothing, 1);
    };

    from_another_guard: FOREIGN, ["was freed with size 100 and align 8, but this guard has no block there"] => {
        let (one, other) = (Guard::new(System), Guard::new(System));
        block(&other, 100);
        free(&other, block(&one, 100), 100);
    };

    from_the_parent: FOREIGN, ["this guard has no block there"] => {
        let guard = Guard::new(System);
        free(&guard, System.allocate(layout(100, 8)).unwrap().cast(), 100);
    };

    from_the_stack: FOREIGN, ["this guard has no block there", "found when it was freed, at tests/guard/bugs.rs:"] => {
        let guard = Guard::new(System);
        let on_the_stack = 1_u64;
        block(&guard, 8);
        free(&guard, NonNull::from(&on_the_stack).cast(), 8);
    };

    to_an_unused_guard: FOREIGN, ["this guard has no block there", "guard created at tests/guard/bugs.rs:"] => {
        let on_the_stack = 1_u64;
        free(&Guard::new(System), NonNull::from(&on_the_stack).cast(), 8);
    };

    inside_of_a_block: FOREIGN, [
        "it points 8 bytes into the live block at",
        "of size 100 and align 8",
        "allocated: event 2, ",
    ] => free_at(8);

    in_the_last_byte_of_a_block: FOREIGN, ["it points 99 bytes into the live block at"] => free_at(99);

    in_front_of_a_block: FOREIGN, ["this guard has no block there"] => free_at(-64);

    inside_of_a_freed_block: FOREIGN, ["it points 8 bytes into the freed block at"] => {
        let guard = Guard::new(System);
        let freed = block(&guard, 100);
        free(&guard, freed, 100);
        // SAFETY: within the block.
        free(&guard, unsafe { freed.add(8) }, 100);
    };

    grow_inside_of_a_block: FOREIGN, ["was grown with size 92 and align 8", "it points 8 bytes into the live"] => {
        let guard = Guard::new(System);
        // SAFETY: within the block.
        let inside = unsafe { block(&guard, 100).add(8) };
        // SAFETY: none: that is the bug.
        let _ = unsafe { guard.grow(inside, layout(92, 8), layout(200, 8)) };
    };

    layout_of_a_foreign_block: FOREIGN, ["was asked for its layout without a layout"] => {
        let guard = Guard::new(System);
        block(&guard, 100);
        // SAFETY: none: that is the bug.
        unsafe { guard.layout_of(System.allocate(layout(100, 8)).unwrap().cast()) };
    };

    free_without_a_layout: FOREIGN, ["was freed without a layout"] => {
        let guard = Guard::new(System);
        // SAFETY: within the block.
        let inside = unsafe { block(&guard, 100).add(16) };
        // SAFETY: none: that is the bug.
        unsafe { guard.deallocate_without_layout(inside) };
    };

    /// A block that a reset has ended.
    freed_after_a_reset: FOREIGN, ["this guard has no block there"] => {
        let mut guard = Guard::new(Arena::new());
        let ended = block(&guard, 100);
        guard.reset();
        free(&guard, ended, 100);
    };
}

#[track_caller]
fn overflow(guard: &Guard<System>, size: usize, at: isize, byte: u8) {
    let block = block(guard, size);
    write(block, at, byte);
    free(guard, block, size);
}

fn underflow(at: isize) {
    let guard = Guard::new(System);
    let block = block(&guard, 100);
    write(block, at, 0);
    free(&guard, block, 100);
}

/// Frees a block of size 100 and align 8.
fn free_as(wrong: Layout) {
    let guard = Guard::new(System);
    // SAFETY: none: that is the bug.
    unsafe { guard.deallocate(block(&guard, 100), wrong) };
}

/// Frees what is no block's start.
fn free_at(offset: isize) {
    let guard = Guard::new(System);
    block(&guard, 100);
    let start = block(&guard, 100);
    free(&guard, NonNull::new(start.as_ptr().wrapping_byte_offset(offset)).unwrap(), 100);
}
