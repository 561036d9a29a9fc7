//! `SecretPages`: blocks are locked, in no core dump, wiped in the child of a fork, and between guards, all their life.

use janus_alloc::SecretPages;
use janus_alloc::api::Allocator;

use crate::layout;

#[cfg(target_os = "linux")]
/// Returns the source, if this process may lock enough memory for the tests.
pub(crate) fn secret_pages() -> Option<SecretPages> {
    let pages = match SecretPages::new() {
        Ok(pages) => pages,
        Err(error) => {
            skipped!("{error}");
            return None;
        }
    };
    let enough = layout(32 << 20, 8);
    let Ok(block) = pages.allocate(enough) else {
        skipped!("this process may lock little memory (ulimit -l)");
        return None;
    };
    // SAFETY: the block is live and has that layout.
    unsafe { pages.deallocate(block.cast(), enough) };
    Some(pages)
}

/// On a system that lacks a protection the constructor says so, and `SecretPages::locked` works.
#[cfg(not(target_os = "linux"))]
#[test]
fn systems_that_lack_a_protection_say_so() {
    let lacking = SecretPages::new().unwrap_err().lacking();
    assert_eq!(lacking, janus_alloc::sources::Lacking::CoreDumpExclusion);
    let pages = SecretPages::locked().unwrap();
    let block = pages.allocate(layout(100, 8)).unwrap();
    // SAFETY: the block is live and has that layout.
    unsafe { pages.deallocate(block.cast(), layout(100, 8)) };
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ptr::NonNull;

    use janus_alloc::collections::Vec;
    use janus_alloc::pools::{Options, Retain};
    use janus_alloc::sources::Lacking;
    use janus_alloc::{Pages, Pool, SharedPool, Zeroizing};

    use super::*;
    use crate::children::alone;
    use crate::forks::{status_in_child, survives_a_child};
    use crate::mappings::{flags, locked_bytes};
    use crate::{fill, is_filled};

    /// The kernel's names of a mapping's flags: locked, not dumped, wiped on fork.
    const SECRET: [&str; 3] = ["lo", "dd", "wf"];

    #[track_caller]
    fn assert_secret(start: usize, length: usize) {
        for address in [start, start + length - 1] {
            let flags = flags(address);
            assert!(SECRET.iter().all(|secret| flags.iter().any(|flag| flag == secret)), "{flags:?}");
        }
    }

    #[track_caller]
    fn assert_guarded_secret(block: NonNull<[u8]>) {
        let start = block.cast::<u8>().addr().get();
        assert_secret(start, block.len());
        for guard in [start - 1, start + block.len()] {
            let flags = flags(guard);
            // Mapped, but neither readable nor locked.
            assert!(!flags.is_empty() && !flags.iter().any(|flag| flag == "rd" || flag == "lo"), "{flags:?}");
        }
    }

    #[test]
    fn blocks_are_secret_all_their_life() {
        alone("secret::linux::blocks_are_secret_all_their_life", || {
            let Some(pages) = secret_pages() else { return };
            let page = Pages::page_size();
            let before = locked_bytes();
            for align in [8, 16 * page, 4 << 20] {
                let mut old = layout(1, align);
                let mut block = pages.allocate(old).unwrap();
                for size in [1, 3 * page, 3 * page + 1, 2 * page, 40 * page, 5 << 20, 30 * page, page, 17] {
                    let new = layout(size, align);
                    let resized = if size >= old.size() {
                        // SAFETY: the block is live and has the layout `old`; the new size is not smaller.
                        unsafe { pages.grow_zeroed(block.cast(), old, new) }
                    } else {
                        // SAFETY: the block is live and has the layout `old`; the new size is smaller.
                        unsafe { pages.shrink(block.cast(), old, new) }
                    };
                    block = resized.unwrap();
                    assert_eq!(block.len(), size.next_multiple_of(page));
                    assert_guarded_secret(block);
                    fill(block, 5);
                    assert_eq!(locked_bytes() - before, block.len(), "{size}");
                    old = new;
                }
                // SAFETY: the block is live and has the layout `old`.
                unsafe { pages.deallocate(block.cast(), old) };
                assert_eq!(locked_bytes(), before);
            }
        });
    }

    #[test]
    fn only_what_is_promised_is_done() {
        let Ok(pages) = SecretPages::locked() else { return skipped!("no memory can be locked") };
        let block = pages.allocate(layout(100, 8)).unwrap();
        let flags = flags(block.cast::<u8>().addr().get());
        assert!(flags.iter().any(|flag| flag == "lo") && !flags.iter().any(|flag| flag == "dd" || flag == "wf"));
        // SAFETY: the block is live and has that layout.
        unsafe { pages.deallocate(block.cast(), layout(100, 8)) };
    }

    #[test]
    fn a_child_finds_zeros_and_can_free_them() {
        let Some(pages) = secret_pages() else { return };
        let layout = layout(3 * Pages::page_size(), 8);
        let block = pages.allocate(layout).unwrap();
        fill(block, 7);
        let child = || {
            let wiped = is_filled(block, 0);
            fill(block, 9);
            // SAFETY: the child has the block, too, which has that layout.
            unsafe { pages.deallocate(block.cast(), layout) };
            // New blocks are of use, too.
            let Ok(own) = pages.allocate_zeroed(layout) else { return false };
            fill(own, 3);
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(own.cast(), layout) };
            wiped
        };
        // SAFETY: it makes system calls only.
        assert_eq!(unsafe { status_in_child(child) }, 0);
        assert!(is_filled(block, 7), "the parent's block has changed");
        // SAFETY: the block is live and has that layout.
        unsafe { pages.deallocate(block.cast(), layout) };
    }

    /// Advice about huge pages, discarding and reuse by a pool take nothing away.
    #[test]
    fn pools_over_it_stay_secret() {
        let Some(pages) = secret_pages() else { return };
        for retain in [Retain::Nothing, Retain::Bounded(1 << 20), Retain::Everything] {
            let pool = SharedPool::with_options_in(Options::new().retain(retain).checked(false), pages);
            for round in 0..3 {
                let sizes = [40, 3000, 100_000, 700_000, 3 << 20];
                let blocks: std::vec::Vec<_> = (0..60)
                    .map(|number| sizes[number % sizes.len()] + number)
                    .scan(0, |all, size| (*all < 24 << 20).then(|| (*all += size, size).1))
                    .map(|size| (pool.allocate_zeroed(layout(size, 8)).unwrap(), size))
                    .collect();
                for &(block, size) in &blocks {
                    assert!(is_filled(NonNull::slice_from_raw_parts(block.cast(), size), 0), "{size}");
                    fill(block, 1 + round);
                    assert_secret(block.cast::<u8>().addr().get(), block.len());
                }
                for (number, &(block, size)) in blocks.iter().enumerate().rev() {
                    // SAFETY: the block is live and has that layout.
                    unsafe { pool.deallocate(block.cast(), layout(size, 8)) };
                    if number % 7 == 0 {
                        pool.collect();
                    }
                }
                let _ = pool.purge();
            }
        }
    }

    #[test]
    fn zeroizing_over_a_pool_wipes_and_hides() {
        let Some(pages) = secret_pages() else { return };
        let secrets = Zeroizing::new(Pool::new_in(pages));
        let mut key = Vec::with_capacity_in(32, &secrets);
        key.extend_from_slice(b"correct horse battery staple");
        let first = key.as_ptr();
        assert_secret(first.addr(), 32);
        // It moves, as it grows.
        key.extend_from_slice(&[b'x'; 1000]);
        let second = key.as_ptr();
        assert_ne!(first, second);
        assert_secret(second.addr(), key.capacity());
        // Another secret keeps the pool's memory in use.
        let other = Vec::from_iter_in(0..100_u8, &secrets);
        drop(key);
        for (start, length) in [(first, 28), (second, 1028)] {
            // The first word of a free block may be the pool's.
            for at in 16..length {
                // SAFETY: the pool has the memory, and the wipe has initialised the bytes.
                assert_eq!(unsafe { start.wrapping_add(at).read_volatile() }, 0, "{at}");
            }
        }
        assert_eq!(other[99], 99);
    }

    /// A fork does not touch the memory of a pool, so a child that starts another program is not concerned.
    #[test]
    fn a_child_ignores_a_pool() {
        let Some(pages) = secret_pages() else { return };
        survives_a_child(&SharedPool::new_in(pages));
    }

    /// A page that cannot be locked is an error, and never an unlocked page.
    #[test]
    fn the_limit_of_locked_memory_is_an_error() {
        alone("secret::linux::the_limit_of_locked_memory_is_an_error", || {
            let limit = |bytes| {
                let limit = libc::rlimit { rlim_cur: bytes, rlim_max: 1 << 20 };
                // SAFETY: the pointer is to a valid `rlimit`.
                assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &raw const limit) }, 0);
            };
            limit(1 << 20);
            // Root may lock more than the limit. Nobody may not.
            // SAFETY: it has no conditions. The process is that of this test alone.
            if unsafe { libc::getuid() } == 0 && unsafe { libc::setuid(65534) } != 0 {
                return skipped!("this process cannot give up the privilege to lock memory");
            }
            let pages = SecretPages::new().unwrap();
            let (half, most) = (layout(512 << 10, 8), layout(900 << 10, 8));
            let block = pages.allocate(half).unwrap();
            fill(block, 6);
            assert!(pages.allocate(most).is_err() && pages.allocate_zeroed(layout(8 << 20, 8)).is_err());
            // SAFETY: the block is live and has that layout; the new size is larger.
            assert!(unsafe { pages.grow(block.cast(), half, most) }.is_err());
            assert!(is_filled(block, 6));
            assert_guarded_secret(block);
            // In place, as there is no room for both.
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let block = unsafe { pages.shrink(block.cast(), half, layout(300 << 10, 8)) }.unwrap();
            assert!(is_filled(block, 6));
            let more = pages.allocate(layout(700 << 10, 8)).unwrap();
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(more.cast(), layout(700 << 10, 8)) };
            assert_eq!(locked_bytes(), 300 << 10);
            let mut list: Vec<u8, _> = Vec::new_in(pages);
            assert!(list.try_reserve(2 << 20).is_err() && list.try_reserve(100_000).is_ok());
            drop(list);
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(block.cast(), layout(300 << 10, 8)) };

            limit(0);
            let error = SecretPages::new().unwrap_err();
            assert_eq!((error.lacking(), error.raw_os_error().is_some()), (Lacking::LockedMemory, true));
            assert!(error.to_string().contains("ulimit -l"), "{error}");
            assert_eq!(SecretPages::locked(), Err(error));
            assert!(pages.allocate(layout(1, 1)).is_err());
        });
    }

    #[test]
    fn a_step_on_a_guard_ends_the_child() {
        let Some(pages) = secret_pages() else { return };
        let block = pages.allocate(layout(1, 1)).unwrap();
        let start = block.cast::<u8>().as_ptr();
        for target in [start.wrapping_sub(1), start.wrapping_add(block.len())] {
            let child = || {
                // SAFETY: violated on purpose: the page is mapped without access, so the write ends the child.
                unsafe { target.write_volatile(1) };
                true
            };
            // SAFETY: it makes no call.
            assert_eq!(unsafe { status_in_child(child) }, -libc::SIGSEGV);
        }
        // SAFETY: the block is live and has that layout.
        unsafe { pages.deallocate(block.cast(), layout(1, 1)) };
    }
}
