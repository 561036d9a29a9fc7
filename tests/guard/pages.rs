//! Blocks in front of a page without access: a wrong access ends the program at once.

use std::thread;

use janus_alloc::collections::Vec as VecIn;
use janus_alloc::{Guard, Pages};

use super::*;

/// Runs the test `name`, which calls this: `bug` has to end by a fault of the processor, without a report.
#[track_caller]
fn faults(name: &str, bug: impl FnOnce()) {
    let signal = if cfg!(target_vendor = "apple") { libc::SIGBUS } else { libc::SIGSEGV };
    let message = ends_by(name, signal, || {
        // std's handler would print something about the stack.
        // SAFETY: the default action.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
        bug();
    });
    assert!(!message.contains("janus-alloc"), "{message}");
}

#[test]
fn overflow_by_a_write() {
    faults("pages::overflow_by_a_write", || {
        let guard = Guard::pages();
        write(block(&guard, 24), 24, 0);
    });
}

#[test]
fn overflow_by_a_read() {
    faults("pages::overflow_by_a_read", || {
        let guard = Guard::pages();
        read(block(&guard, 24), 24);
    });
}

#[test]
fn overflow_of_many_pages() {
    faults("pages::overflow_of_many_pages", || {
        let guard = Guard::pages();
        write(block(&guard, 1_000_000), 1_000_000, 0);
    });
}

#[test]
fn overflow_of_an_aligned_block() {
    faults("pages::overflow_of_an_aligned_block", || {
        let guard = Guard::pages();
        let align = 4 * Pages::page_size();
        let block = guard.allocate(layout(2 * align, align)).unwrap().cast();
        write(block, 2 * align as isize, 0);
    });
}

#[test]
fn overflow_of_a_vector() {
    faults("pages::overflow_of_a_vector", || {
        let guard = Guard::pages();
        let mut numbers = VecIn::new_in(&guard);
        numbers.extend(0..1000_u64);
        numbers.shrink_to_fit();
        let end = numbers.as_ptr().wrapping_add(numbers.len());
        // SAFETY: none: that is the bug.
        std::hint::black_box(unsafe { end.read_volatile() });
    });
}

#[test]
fn underflow_of_the_page() {
    faults("pages::underflow_of_the_page", || {
        let guard = Guard::pages();
        write(block(&guard, 24), -(Pages::page_size() as isize), 0);
    });
}

#[test]
fn read_after_free() {
    faults("pages::read_after_free", || {
        let guard = Guard::pages();
        let freed = block(&guard, 24);
        free(&guard, freed, 24);
        read(freed, 0);
    });
}

#[test]
fn write_after_a_resize() {
    faults("pages::write_after_a_resize", || {
        let guard = Guard::pages();
        let old = block(&guard, 24);
        // SAFETY: live with that layout.
        unsafe { guard.grow(old, layout(24, 8), layout(32, 8)) }.unwrap();
        write(old, 0, 0);
    });
}

/// Within the first page.
#[test]
fn underflow_by_one() {
    reports("pages::underflow_by_one", "underflow", &["at -1 bytes from its start"], || {
        let guard = Guard::pages();
        let block = block(&guard, 24);
        write(block, -1, 0);
        free(&guard, block, 24);
    });
}

/// The page without access is 7 bytes away, as the block is aligned.
#[test]
fn overflow_in_front_of_the_page() {
    reports("pages::overflow_in_front_of_the_page", "overflow", &["at 0 bytes from its end"], || {
        let guard = Guard::pages();
        let block = block(&guard, 25);
        assert_eq!(block.addr().get() % 8, 0);
        write(block, 25, 0);
        free(&guard, block, 25);
    });
}

#[test]
fn double_free() {
    reports("pages::double_free", "double free", &["size 24 and align 8"], || {
        let guard = Guard::pages();
        let twice = block(&guard, 24);
        free(&guard, twice, 24);
        free(&guard, twice, 24);
    });
}

#[test]
fn wrong_layout() {
    reports("pages::wrong_layout", "wrong layout", &["was freed with size 32 and align 8"], || {
        let guard = Guard::pages();
        free(&guard, block(&guard, 24), 32);
    });
}

#[test]
fn leak() {
    reports("pages::leak", "leak", &["1 live block with 24 bytes"], || _ = block(&Guard::pages(), 24));
}

/// Each block ends where its pages do.
#[test]
fn blocks_end_with_a_page() {
    let guard = Guard::pages();
    let page = Pages::page_size();
    for align in [1, 2, 8, 64, page / 2, page, 2 * page] {
        for size in [1, 2, 7, 24, 100, page - 1, page, page + 1, 3 * page - 8, 100_000] {
            let layout = layout(size, align);
            let block = guard.allocate_zeroed(layout).unwrap();
            let (start, length) = (block.cast::<u8>(), block.len());
            assert_eq!((start.addr().get() % align, length), (0, size));
            let to_the_page = (start.addr().get() + size).next_multiple_of(page) - (start.addr().get() + size);
            assert!(to_the_page < align.min(page), "{size} {align}: {to_the_page}");
            assert!((0..size as isize).all(|offset| read(start, offset) == 0));
            (0..size as isize).for_each(|offset| write(start, offset, 1));
            // SAFETY: live with that layout.
            unsafe { guard.deallocate(start, layout) };
        }
    }
}

/// Freed blocks take no memory: the sum of these is far more than the machine may have.
#[test]
fn the_quarantine_costs_addresses_only() {
    let guard = Guard::pages().quarantine_bytes(1 << 40);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let large = block(&guard, 64 << 20);
                    write(large, 32 << 20, 1);
                    free(&guard, large, 64 << 20);
                }
            });
        }
    });
    assert_eq!(guard.quarantined_bytes(), 200 * (64 << 20));
}
