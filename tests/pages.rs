//! Properties of `Pages` that the conformance kit cannot check.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

#[macro_use]
mod skipped;
#[path = "shared_pool/process_memory.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod process_memory;

use std::ptr::NonNull;

use janus_alloc::Pages;
use janus_alloc::api::{Allocator, Layout};

const OPTIONS: [Pages; 5] = [
    Pages::new(),
    Pages::new().guard_pages(true),
    Pages::new().huge_pages(true),
    Pages::new().populate(true),
    Pages::new().guard_pages(true).huge_pages(true).populate(true),
];

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn fill(block: NonNull<[u8]>, byte: u8) {
    // SAFETY: callers pass a live block.
    unsafe { block.cast::<u8>().write_bytes(byte, block.len()) };
}

fn bytes(block: NonNull<[u8]>, length: usize) -> &'static [u8] {
    // SAFETY: callers pass a live block, and stop using the slice before they write or free it. Pages are always initialised.
    let bytes: &'static [u8] = unsafe { block.as_ref() };
    &bytes[..length]
}

#[test]
fn blocks_are_whole_fresh_pages() {
    let page = Pages::page_size();
    for pages in OPTIONS {
        for size in [1, page - 1, page, page + 1, 10 * page, 3 << 20] {
            let block = pages.allocate_zeroed(layout(size, 1)).unwrap();
            assert_eq!(block.len(), size.next_multiple_of(page));
            assert!(bytes(block, block.len()).iter().all(|&byte| byte == 0));
            fill(block, 1);
            // SAFETY: the block is live, and any size up to the returned length fits it.
            unsafe { pages.deallocate(block.cast(), layout(block.len(), 1)) };
        }
    }
}

/// Each request finds an aligned place, whatever other threads map and unmap meanwhile.
#[test]
fn many_threads_get_aligned_blocks() {
    let layout = layout(1 << 20, 4 << 20);
    std::thread::scope(|threads| {
        for pages in OPTIONS.into_iter().chain(OPTIONS) {
            threads.spawn(move || {
                for round in 0..500 {
                    let block = pages.allocate(layout).unwrap_or_else(|_| panic!("{pages:?}, round {round}"));
                    assert_eq!(block.cast::<u8>().addr().get() % layout.align(), 0);
                    // SAFETY: the block is live and has that layout.
                    unsafe { pages.deallocate(block.cast(), layout) };
                }
            });
        }
    });
}

#[test]
fn growth_keeps_contents_and_adds_zeroed_pages() {
    let page = Pages::page_size();
    for pages in OPTIONS {
        for align in [1, page, 16 * page, 4 << 20] {
            let (small, large) = (layout(page + 10, align), layout(5 << 20, align));
            let block = pages.allocate(small).unwrap();
            // The excess is dirty.
            fill(block, 7);
            // A neighbour may keep the block from growing in place.
            let neighbour = pages.allocate(layout(1, 1)).unwrap();
            // SAFETY: the block is live and has that layout; the new size is larger.
            let grown = unsafe { pages.grow_zeroed(block.cast(), small, large) }.unwrap();
            assert_eq!(grown.cast::<u8>().addr().get() % align, 0);
            assert!(bytes(grown, small.size()).iter().all(|&byte| byte == 7));
            assert!(bytes(grown, grown.len())[small.size()..].iter().all(|&byte| byte == 0));
            fill(grown, 9);
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let shrunk = unsafe { pages.shrink(grown.cast(), large, small) }.unwrap();
            assert_eq!((shrunk.cast::<u8>(), shrunk.len()), (grown.cast::<u8>(), 2 * page));
            assert!(bytes(shrunk, shrunk.len()).iter().all(|&byte| byte == 9));
            // SAFETY: the block is live and has that layout; the new size is larger.
            let again = unsafe { pages.grow_zeroed(shrunk.cast(), small, large) }.unwrap();
            assert!(bytes(again, again.len())[small.size()..].iter().all(|&byte| byte == 0));
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(again.cast(), large) };
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(neighbour.cast(), layout(1, 1)) };
        }
    }
}

#[test]
fn impossible_requests_are_errors() {
    for pages in OPTIONS {
        for (size, align) in
            [(isize::MAX as usize, 1), (isize::MAX as usize - 4095, 4096), (1, 1 << 62), (1 << 61, 1 << 61)]
        {
            assert!(pages.allocate(layout(size, align)).is_err(), "{size} bytes aligned to {align}");
        }
        let block = pages.allocate(layout(100, 1)).unwrap();
        fill(block, 5);
        // SAFETY: the block is live and has that layout; the new size is larger.
        assert!(unsafe { pages.grow(block.cast(), layout(100, 1), layout(isize::MAX as usize, 1)) }.is_err());
        assert!(bytes(block, block.len()).iter().all(|&byte| byte == 5));
        // SAFETY: the block is live and has that layout.
        unsafe { pages.deallocate(block.cast(), layout(100, 1)) };
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::process::Command;

    use super::*;
    use crate::process_memory::resident_bytes;

    /// Returns the lines of `/proc/self/maps` that overlap `start..start + length`, as (start, end, permissions).
    fn maps(start: usize, length: usize) -> Vec<(usize, usize, String)> {
        let text = std::fs::read_to_string("/proc/self/maps").unwrap();
        let parse = |line: &str| {
            let mut words = line.split_whitespace();
            let (first, last) = words.next()?.split_once('-')?;
            let range = (usize::from_str_radix(first, 16).ok()?, usize::from_str_radix(last, 16).ok()?);
            (range.0 < start + length && start < range.1).then(|| (range.0, range.1, words.next().unwrap().to_string()))
        };
        text.lines().filter_map(parse).collect()
    }

    fn accessible(start: usize, length: usize) -> bool {
        maps(start, length).iter().any(|(_, _, permissions)| permissions.starts_with("rw"))
    }

    /// A growth that the system refuses leaves no address space and no mapping behind.
    #[test]
    fn a_refused_growth_loses_nothing() {
        fn virtual_size() -> usize {
            let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
            statm.split_whitespace().next().unwrap().parse::<usize>().unwrap() * Pages::page_size()
        }
        let too_large = layout(1 << 46, 8);
        for pages in OPTIONS {
            let old = layout(Pages::page_size(), 8);
            let block = pages.allocate(old).unwrap();
            let before = virtual_size();
            for _ in 0..100 {
                // SAFETY: the block is live and has that layout; the new size is larger.
                assert!(unsafe { pages.grow(block.cast(), old, too_large) }.is_err());
            }
            let more = virtual_size().saturating_sub(before);
            // Other tests run at the same time.
            assert!(more < 1 << 30, "{more} more bytes of address space");
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(block.cast(), old) };
        }
    }

    /// A block that is locked in memory can neither be moved nor grow in place, so its bytes are copied.
    #[test]
    fn a_locked_block_is_copied() {
        for pages in OPTIONS {
            let (old, new) = (layout(3 * Pages::page_size(), 8), layout(6 * Pages::page_size(), 8));
            let block = pages.allocate(old).unwrap();
            fill(block, 4);
            // SAFETY: the address is in a live block.
            let error = unsafe { libc::mlock(block.cast::<u8>().as_ptr().cast(), 1) };
            assert_eq!(error, 0);
            // SAFETY: the block is live and has that layout; the new size is larger.
            let grown = unsafe { pages.grow_zeroed(block.cast(), old, new) }.unwrap();
            assert_eq!(bytes(grown, new.size())[old.size() - 1..][..2], [4, 0]);
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(grown.cast(), new) };
        }
    }

    #[test]
    fn a_block_has_a_guard_on_each_side_all_its_life() {
        let page = Pages::page_size();
        let pages = Pages::new().guard_pages(true);
        let check = |block: NonNull<[u8]>| {
            let start = block.cast::<u8>().addr().get();
            let before = maps(start - page, page);
            let behind = maps(start + block.len(), page);
            assert!(before.iter().chain(&behind).all(|(_, _, permissions)| permissions.starts_with("---")));
            assert!(!before.is_empty() && !behind.is_empty(), "there is no guard but a hole");
        };
        let sizes = [page, 3 * page, 20 * page, 2 * page, page, 40 * page];
        let mut old = layout(sizes[0], 8);
        let mut block = pages.allocate(old).unwrap();
        for size in sizes {
            let new = layout(size, 8);
            let resized = if size >= old.size() {
                // SAFETY: the block is live and has the layout `old`; the new size is not smaller.
                unsafe { pages.grow(block.cast(), old, new) }
            } else {
                // SAFETY: the block is live and has the layout `old`; the new size is smaller.
                unsafe { pages.shrink(block.cast(), old, new) }
            };
            block = resized.unwrap();
            check(block);
            old = new;
        }
        // SAFETY: the block is live and has the layout `old`.
        unsafe { pages.deallocate(block.cast(), old) };
    }

    #[test]
    fn freed_pages_are_unmapped() {
        for pages in OPTIONS {
            // Large enough that nothing else in this process maps the range at once.
            let size = 64 << 20;
            let block = pages.allocate(layout(size, 1)).unwrap();
            let start = block.cast::<u8>().addr().get();
            assert!(accessible(start, size));
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let shrunk = unsafe { pages.shrink(block.cast(), layout(size, 1), layout(1, 1)) }.unwrap();
            assert!(!accessible(start + shrunk.len(), size / 2));
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(shrunk.cast(), layout(1, 1)) };
        }
    }

    /// Returns the number of pages of the block that are in memory.
    fn resident_pages(block: NonNull<[u8]>) -> usize {
        let mut pages = vec![0_u8; block.len() / Pages::page_size()];
        // SAFETY: the pages are those of a live block, and the vector has a byte for each.
        let error = unsafe { libc::mincore(block.cast::<u8>().as_ptr().cast(), block.len(), pages.as_mut_ptr()) };
        assert_eq!(error, 0);
        pages.iter().filter(|&&page| page & 1 != 0).count()
    }

    #[test]
    fn zeroed_pages_are_untouched_and_populated_pages_resident() {
        let size = 16 << 20;
        for pages in OPTIONS {
            let populated = pages == pages.populate(true);
            let block = pages.allocate_zeroed(layout(size, 8)).unwrap();
            let all = size / Pages::page_size();
            assert_eq!(resident_pages(block), if populated { all } else { 0 }, "{pages:?}");
            // SAFETY: the block is live and has that layout; the new size is larger.
            let grown = unsafe { pages.grow(block.cast(), layout(size, 8), layout(2 * size, 8)) }.unwrap();
            if populated {
                assert_eq!(resident_pages(grown), 2 * all, "{pages:?}");
            }
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(grown.cast(), layout(2 * size, 8)) };
        }
    }

    #[test]
    fn huge_pages_are_aligned_and_advised() {
        for pages in OPTIONS {
            let huge = pages == pages.huge_pages(true);
            let block = pages.allocate(layout(6 << 20, 8)).unwrap();
            let start = block.cast::<u8>().addr().get();
            assert!(!huge || start % (2 << 20) == 0);
            let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let mut inside = false;
            let mut flags = None;
            for line in smaps.lines() {
                let word = line.split_whitespace().next().unwrap();
                if let Some((first, last)) = word.split_once('-') {
                    let address = |text| usize::from_str_radix(text, 16).unwrap();
                    inside = (address(first)..address(last)).contains(&start);
                } else if inside && word == "VmFlags:" {
                    flags = Some(line.split_whitespace().any(|flag| flag == "hg"));
                }
            }
            match flags {
                Some(advised) if std::fs::exists("/sys/kernel/mm/transparent_hugepage").unwrap() => {
                    assert!(advised == huge, "{pages:?}");
                }
                _ => skipped!("this kernel has no huge pages to advise, or does not say so"),
            }
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(block.cast(), layout(6 << 20, 8)) };
        }
    }

    /// Guards are unmapped when their block is freed or moved. Counted over many blocks, since other tests run at the same time.
    #[test]
    fn guards_are_unmapped_with_their_block() {
        let lines = || std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
        let pages = Pages::new().guard_pages(true);
        let (old, new) = (layout(1, 1), layout(3 * Pages::page_size(), 1));
        let before = lines();
        for _ in 0..2000 {
            let block = pages.allocate(old).unwrap();
            // SAFETY: the block is live and has that layout; the new size is larger.
            let moved = unsafe { pages.grow(block.cast(), old, new) }.unwrap();
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let shrunk = unsafe { pages.shrink(moved.cast(), new, old) }.unwrap();
            // SAFETY: the block is live and has that layout.
            unsafe { pages.deallocate(shrunk.cast(), old) };
        }
        assert!(lines() < before + 1000, "{} more mappings", lines() - before);
    }

    /// Growth moves pages instead of copying bytes, and touches no further page.
    #[test]
    fn growth_touches_no_page() {
        let pages = Pages::new();
        let (old, new) = (layout(256 << 20, 8), layout(512 << 20, 8));
        let block = pages.allocate(old).unwrap();
        fill(block, 1);
        let neighbour = pages.allocate(layout(1, 1)).unwrap();
        let before = resident_bytes();
        // SAFETY: the block is live and has that layout; the new size is larger.
        let grown = unsafe { pages.grow_zeroed(block.cast(), old, new) }.unwrap();
        let more = resident_bytes().saturating_sub(before);
        assert!(more < 64 << 20, "{more} more bytes in memory");
        assert_eq!(bytes(grown, 300 << 20)[(256 << 20) - 1..][..2], [1, 0]);
        // SAFETY: the block is live and has that layout.
        unsafe { pages.deallocate(grown.cast(), new) };
        // SAFETY: the block is live and has that layout.
        unsafe { pages.deallocate(neighbour.cast(), layout(1, 1)) };
    }

    /// Run by `stepping_on_a_guard_ends_the_program` in a child process.
    #[test]
    #[ignore = "ends the process"]
    fn steps_on_a_guard() {
        let Ok(behind) = std::env::var("JANUS_STEP_BEHIND") else { return };
        let block = Pages::new().guard_pages(true).allocate(layout(1, 1)).unwrap();
        let start = block.cast::<u8>().as_ptr();
        let target = if behind == "yes" { start.wrapping_add(block.len()) } else { start.wrapping_sub(1) };
        // SAFETY: violated on purpose: the page is mapped without access, so the write ends the process.
        unsafe { target.write_volatile(1) };
        println!("survived");
    }

    #[test]
    fn stepping_on_a_guard_ends_the_program() {
        use std::os::unix::process::ExitStatusExt;

        for behind in ["yes", "no"] {
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "linux::steps_on_a_guard", "--nocapture"])
                .env("JANUS_STEP_BEHIND", behind)
                .output()
                .unwrap();
            assert_eq!(output.status.signal(), Some(11), "{}", String::from_utf8_lossy(&output.stdout));
        }
    }
}
