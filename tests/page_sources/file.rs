//! `FilePages`: memory of files without a name.

use std::fs;
use std::path::PathBuf;
use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::collections::{HashMapIn, Vec};
use janus_alloc::{FilePages, Pages, SharedPool};

use crate::children::alone;
use crate::forks::{status_in_child, survives_a_child};
use crate::{fill, is_filled, layout, mappings};

/// A directory of its own, which is removed in the end.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(format!("/var/tmp/janus-alloc-test-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// Returns whether the directory is in a file system in memory.
pub(crate) fn lies_in_memory(directory: &Directory) -> bool {
    let file_system = std::process::Command::new("stat").args(["-f", "-c", "%T"]).arg(&directory.0).output();
    file_system.is_ok_and(|output| output.stdout.trim_ascii() == b"tmpfs")
}

#[test]
fn collections_lie_in_files_without_a_name() {
    let directory = Directory::new("collections");
    let disk = FilePages::new_in(&directory.0).unwrap();
    let mut numbers = Vec::new_in(&disk);
    numbers.extend(0..1_000_000_u64);
    let mut map: HashMapIn<u64, u64, _> = HashMapIn::new_in(&disk);
    map.extend(numbers.iter().map(|&number| (number, number * 3)));
    assert!(map.iter().all(|(key, value)| *value == 3 * key) && map.len() == numbers.len());
    numbers.shrink_to(10);
    numbers.truncate(500_000);
    numbers.shrink_to_fit();
    assert!(numbers.iter().copied().eq(0..500_000));
    let file = mappings::file(numbers.as_ptr().addr()).unwrap();
    assert!(file.starts_with(directory.0.to_str().unwrap()), "{file}");
    assert!(directory.is_empty());
    // Blocks outlive the source.
    let block = disk.allocate(layout(10, 8)).unwrap();
    drop((numbers, map));
    drop(disk);
    fill(block, 2);
    assert!(is_filled(block, 2));
    // SAFETY: a mapping of a page, which nothing uses any more.
    unsafe { Pages::new().deallocate(block.cast(), layout(10, 8)) };
}

#[test]
fn blocks_are_zeroed_and_aligned() {
    let disk = FilePages::temporary().unwrap();
    let page = Pages::page_size();
    for align in [1, page, 16 * page, 8 << 20] {
        for size in [1, page, page + 1, 3 << 20] {
            let block = disk.allocate(layout(size, align)).unwrap();
            assert_eq!((block.len(), block.cast::<u8>().addr().get() % align), (size.next_multiple_of(page), 0));
            assert!(is_filled(block, 0));
            fill(block, 1);
            // SAFETY: the block is live, and any size up to the returned length fits it.
            unsafe { disk.deallocate(block.cast(), layout(block.len(), align)) };
        }
    }
    for (size, align) in [(isize::MAX as usize - 4095, 1), (1, 1 << 62), (1 << 61, 1 << 61), (1 << 50, 8)] {
        assert!(disk.allocate(layout(size, align)).is_err(), "{size} {align}");
    }
}

/// Frees leave neither descriptors nor mappings behind; nor do failures.
#[test]
fn nothing_is_left_behind() {
    alone("file::nothing_is_left_behind", || {
        let count = |path: &str| fs::read_dir(path).unwrap().count();
        let lines = || fs::read_to_string("/proc/self/maps").unwrap().lines().count();
        let disk = FilePages::temporary().unwrap();
        let run = || {
            for round in 0..300 {
                let (old, new) = (layout(1 + round, 8), layout(50_000 + round, 1 << (round % 18)));
                let block = disk.allocate(old).unwrap();
                // SAFETY: the block is live and has that layout; the new size is larger.
                let block = unsafe { disk.grow(block.cast(), old, new) }.unwrap();
                // SAFETY: the block is live and has that layout; the new size is larger.
                assert!(unsafe { disk.grow(block.cast(), new, layout(1 << 50, new.align())) }.is_err());
                // SAFETY: the block is live and has that layout; the new size is smaller.
                let block = unsafe { disk.shrink(block.cast(), new, layout(5000, new.align())) }.unwrap();
                // SAFETY: the block is live and has that layout.
                unsafe { disk.deallocate(block.cast(), layout(5000, new.align())) };
            }
        };
        run();
        let before = (count("/proc/self/fd"), lines());
        run();
        assert_eq!((count("/proc/self/fd"), lines()), before);
    });
}

/// The system can take the memory away from a block, which keeps its contents: so there may be more of them than memory.
#[test]
fn memory_is_written_out_and_read_back() {
    let directory = Directory::new("written_out");
    if lies_in_memory(&directory) {
        return skipped!("/var/tmp is in memory");
    }
    let disk = FilePages::new_in(&directory.0).unwrap();
    let layout = layout(64 << 20, 8);
    let block = disk.allocate(layout).unwrap();
    let start = block.cast::<u8>().as_ptr();
    for at in (0..layout.size()).step_by(8) {
        // SAFETY: the block is live, and aligned to 8.
        unsafe { start.wrapping_add(at).cast::<usize>().write(at ^ 0xabc) };
    }
    let resident = || {
        let mut pages = vec![0_u8; layout.size() / Pages::page_size()];
        // SAFETY: the pages are those of a live block, and the vector has a byte for each.
        assert_eq!(unsafe { libc::mincore(start.cast(), layout.size(), pages.as_mut_ptr()) }, 0);
        pages.iter().filter(|&&page| page & 1 != 0).count()
    };
    let all = resident();
    // SAFETY: the pages of a live block, whose contents this does not change.
    assert_eq!(unsafe { libc::msync(start.cast(), layout.size(), libc::MS_SYNC) }, 0);
    // SAFETY: as above.
    if unsafe { libc::madvise(start.cast(), layout.size(), libc::MADV_PAGEOUT) } != 0 {
        return skipped!("this kernel does not page out on request");
    }
    let left = resident();
    println!("{all} pages were in memory, {left} are after they were written out");
    assert!(left < all / 4, "{left} of {all}");
    for at in (0..layout.size()).step_by(8) {
        // SAFETY: the block is live, and aligned to 8.
        assert_eq!(unsafe { start.wrapping_add(at).cast::<usize>().read() }, at ^ 0xabc);
    }
    // SAFETY: the block is live and has that layout.
    unsafe { disk.deallocate(block.cast(), layout) };
}

/// The child of a fork has none of the blocks, and cannot change those of the parent.
#[test]
fn a_child_has_none_of_the_blocks() {
    let disk = FilePages::temporary().unwrap();
    let layout = layout(100_000, 8);
    let block = disk.allocate(layout).unwrap();
    fill(block, 4);
    let bytes = Vec::from_iter_in(0..100_000_u32, &disk);
    let frees = || {
        // SAFETY: the parent's block is live and has that layout; the new size is larger. It fails.
        let grown = unsafe { disk.grow(block.cast(), layout, crate::layout(200_000, 8)) };
        // SAFETY: the parent's block is live and has that layout; the new size is smaller. It fails.
        let shrunk = unsafe { disk.shrink(block.cast(), layout, crate::layout(5_000, 8)) };
        let refused = grown.is_err() && shrunk.is_err() && disk.allocate(layout).is_err();
        // Something else at the same address survives that the block is freed.
        let start = block.cast::<u8>().as_ptr();
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: the child has no mapping there, or else the call fails.
        let own = unsafe { libc::mmap(start.cast(), 4096, access, flags | libc::MAP_FIXED_NOREPLACE, -1, 0) };
        // SAFETY: the block is live in the parent and has that layout. The child does not use it.
        unsafe { disk.deallocate(block.cast(), layout) };
        // SAFETY: the child ends without another drop of the vector.
        drop(unsafe { std::ptr::read(&raw const bytes) });
        if own != start.cast() {
            return false;
        }
        // SAFETY: the fresh mapping of the child.
        unsafe { own.cast::<u8>().write_volatile(1) };
        refused
    };
    // SAFETY: it makes system calls only, and does not use the blocks.
    assert_eq!(unsafe { status_in_child(frees) }, 0);
    // SAFETY: violated on purpose: the child does not have the block, so the read ends it.
    let reads = || unsafe { block.cast::<u8>().as_ptr().read_volatile() == 4 };
    // SAFETY: it makes no call.
    assert_eq!(unsafe { status_in_child(reads) }, -libc::SIGSEGV);
    assert!(is_filled(block, 4) && bytes.iter().copied().eq(0..100_000));
    // SAFETY: the block is live and has that layout.
    unsafe { disk.deallocate(block.cast(), layout) };
}

/// A fork does not touch the memory of a pool, so a child that starts another program is not concerned.
#[test]
fn a_child_ignores_a_pool() {
    survives_a_child(&SharedPool::new_in(FilePages::temporary().unwrap()));
}

/// A source that the child creates itself works there.
#[test]
fn a_child_may_have_a_source_of_its_own() {
    alone("file::a_child_may_have_a_source_of_its_own", || {
        let parents = FilePages::temporary().unwrap();
        let in_child = || {
            let Ok(own) = FilePages::temporary() else { return false };
            let mut numbers = Vec::new_in(&own);
            numbers.extend(0..10_000_u32);
            numbers.iter().copied().eq(0..10_000) && parents.allocate(layout(1, 1)).is_err()
        };
        // SAFETY: no other thread of this process holds a lock of the default.
        assert_eq!(unsafe { status_in_child(in_child) }, 0);
        assert!(parents.allocate(layout(1, 1)).is_ok());
    });
}

/// A pool takes chunks, serves many small blocks from them, and returns their room.
#[test]
fn a_pool_over_files() {
    let pool = SharedPool::new_in(FilePages::temporary().unwrap());
    let blocks: std::vec::Vec<NonNull<[u8]>> =
        (1..20_000).map(|size| pool.allocate_zeroed(layout(size % 3000 + 1, 8)).unwrap()).collect();
    for (number, &block) in blocks.iter().enumerate() {
        assert!(block.len() > (number + 1) % 3000);
        fill(block, number as u8);
    }
    for (number, &block) in blocks.iter().enumerate() {
        assert!(is_filled(block, number as u8));
        // SAFETY: the block is live, and any size up to the returned length fits it.
        unsafe { pool.deallocate(block.cast(), layout((number + 1) % 3000 + 1, 8)) };
    }
    assert!(pool.collect() > 20 << 20);
}
