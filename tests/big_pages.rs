//! `Pages` and pools on a system with pages of 64 KiB, which is more than a slice of a chunk or the header of a large block.
//!
//! The functions below replace those of the C library and imitate such a system on top of pages of 4 KiB.
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

use std::alloc::Layout;
use std::mem::transmute;
use std::ptr::{NonNull, null_mut, with_exposed_provenance_mut};
use std::sync::{Mutex, PoisonError};

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::testing::conformance::{self, check};
use janus_alloc::{Pages, SharedPool, SyncArena};
use libc::{c_int, c_long, c_void, off_t};

const PAGE: usize = 64 << 10;

fn refuse() -> c_long {
    // SAFETY: `__errno_location` has no conditions.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: the pointer is to the `errno` of this thread.
    unsafe { errno.write(libc::EINVAL) };
    -1
}

/// Makes a system call for the pages from `start` on. Refuses it if no page starts there.
fn call_on_pages(number: c_long, start: *mut c_void, length: usize, more: [usize; 3]) -> c_long {
    if start.addr() % PAGE != 0 {
        return refuse();
    }
    let [c, d, e] = more;
    // SAFETY: the caller of the replaced function keeps the conditions of the system call.
    unsafe { libc::syscall(number, start.expose_provenance(), length.next_multiple_of(PAGE), c, d, e) }
}

fn pointer(result: c_long) -> *mut c_void {
    with_exposed_provenance_mut(result as usize)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sysconf(name: c_int) -> c_long {
    if name == libc::_SC_PAGESIZE {
        return PAGE as c_long;
    }
    // SAFETY: the name is a C string.
    let next = unsafe { libc::dlsym(libc::RTLD_NEXT, c"sysconf".as_ptr()) };
    // SAFETY: the C library's `sysconf` has this type.
    let next: extern "C" fn(c_int) -> c_long = unsafe { transmute(next) };
    next(name)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    start: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: off_t,
) -> *mut c_void {
    let map = |start: *mut c_void, length: usize| {
        let (protection, flags, file) = (protection as usize, flags as usize, file as usize);
        // SAFETY: by the conditions of `mmap`, which the caller keeps.
        pointer(unsafe { libc::syscall(libc::SYS_mmap, start, length, protection, flags, file, offset) })
    };
    if !start.is_null() || file >= 0 {
        return map(start, length);
    }
    let Some(padded) = length.checked_next_multiple_of(PAGE).and_then(|length| length.checked_add(PAGE)) else {
        return pointer(refuse());
    };
    let mapped = map(null_mut(), padded);
    if mapped == libc::MAP_FAILED {
        return mapped;
    }
    let before = mapped.addr().next_multiple_of(PAGE) - mapped.addr();
    let aligned = mapped.wrapping_byte_add(before);
    let end = aligned.wrapping_byte_add(padded - PAGE);
    for (start, length) in [(mapped, before), (end, PAGE - before)] {
        if length > 0 {
            // SAFETY: the range was mapped above and is not used.
            assert_eq!(unsafe { libc::syscall(libc::SYS_munmap, start, length) }, 0);
        }
    }
    aligned
}

/// std calls `mmap` by this name.
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap64(
    start: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: off_t,
) -> *mut c_void {
    // SAFETY: by the conditions of `mmap`, which the caller keeps.
    unsafe { mmap(start, length, protection, flags, file, offset) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn munmap(start: *mut c_void, length: usize) -> c_int {
    call_on_pages(libc::SYS_munmap, start, length, [0; 3]) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int {
    call_on_pages(libc::SYS_madvise, start, length, [advice as usize, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mprotect(start: *mut c_void, length: usize, protection: c_int) -> c_int {
    call_on_pages(libc::SYS_mprotect, start, length, [protection as usize, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mremap(start: *mut c_void, old: usize, new: usize, flags: c_int, _: *mut c_void) -> *mut c_void {
    let Some(new) = new.checked_next_multiple_of(PAGE) else { return pointer(refuse()) };
    let stays = call_on_pages(libc::SYS_mremap, start, old, [new, 0, 0]);
    if stays >= 0 || flags & libc::MREMAP_MAYMOVE == 0 {
        return pointer(stays);
    }
    // SAFETY: a new mapping, to which the pages are moved.
    let to = unsafe { mmap(null_mut(), new, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANON, -1, 0) };
    if to == libc::MAP_FAILED {
        return to;
    }
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    pointer(call_on_pages(libc::SYS_mremap, start, old, [new, flags as usize, to.expose_provenance()]))
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

/// Returns the bytes of this process that are in memory, counted in the real pages of the system.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    // SAFETY: `getauxval` accepts any type.
    let page = unsafe { libc::getauxval(libc::AT_PAGESZ) } as usize;
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * page
}

const OPTIONS: Options = Options::new().checked(false).huge_pages(false);

/// Held by each test, since resident memory is that of the whole process.
static ONE_TEST: Mutex<()> = Mutex::new(());

/// Slices that become free one after the other, a quarter of a page at a time, are returned to the system once the page is free.
#[test]
fn slices_of_a_page_are_returned_together() {
    let _alone = ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner);
    const CHUNK: usize = 2 << 20;
    const SLICE: usize = 16 << 10;
    const BYTES: usize = 24 << 20;
    assert_eq!(Pages::page_size(), PAGE);
    // Frees most slices, and collects after each quarter if `collects`.
    let run = |retain: Retain, collects: bool| {
        let pool = SharedPool::with_options(OPTIONS.retain(retain));
        let mut blocks: Vec<NonNull<u8>> = Vec::with_capacity(BYTES / 16);
        blocks.extend((0..BYTES / 16).map(|_| pool.allocate(layout(16)).unwrap().cast()));
        for block in &blocks {
            // SAFETY: the block is live and has that many bytes.
            unsafe { block.write_bytes(1, 16) };
        }
        let full = resident();
        for quarter in 0..4 {
            blocks.retain(|block| {
                let slice = block.addr().get() % CHUNK / SLICE;
                // The last slice of each chunk stays, so that no chunk is empty.
                let freed = slice % 4 == quarter && slice != CHUNK / SLICE - 1;
                if freed {
                    // SAFETY: the block is live, has that layout, and is not used again.
                    unsafe { pool.deallocate(*block, layout(16)) };
                }
                !freed
            });
            if collects {
                pool.collect();
            }
        }
        let returned = full.saturating_sub(resident());
        assert!(returned > BYTES * 3 / 4, "{retain:?}: {returned} bytes of {BYTES}");
        for block in blocks {
            // SAFETY: the block is live and has that many bytes.
            assert_eq!(unsafe { block.read() }, 1);
            // SAFETY: the block is live and has that layout.
            unsafe { pool.deallocate(block, layout(16)) };
        }
    };
    run(Retain::Everything, true);
    run(Retain::Bounded(128 << 20), true);
    // (Blocks in the bin of the thread may keep a slice.)
    run(Retain::Nothing, false);
}

#[test]
fn pools_pages_and_arenas_keep_the_rules() {
    let _alone = ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner);
    let requests = conformance::Options { operations: 10_000, max_align: 1 << 20, ..Default::default() };
    let pools = [Retain::Nothing, Retain::Bounded(1 << 20), Retain::Everything];
    let pools = pools.into_iter().flat_map(|retain| [false, true].map(|checked| (retain, checked)));
    for (retain, checked) in pools {
        let pool = SharedPool::with_options(Options::new().retain(retain).checked(checked));
        check(&pool, &requests).unwrap_or_else(|violation| panic!("{retain:?} {checked}: {violation}"));
    }
    let pages =
        [Pages::new(), Pages::new().guard_pages(true), Pages::new().huge_pages(true), Pages::new().populate(true)];
    for pages in pages {
        check(pages, &requests).unwrap_or_else(|violation| panic!("{pages:?}: {violation}"));
    }
    check(SyncArena::new(), &requests).unwrap_or_else(|violation| panic!("{violation}"));
}

/// Blocks of the parent grow by moving pages, and shrink; they keep their contents, and new bytes are zero.
#[test]
fn large_blocks_keep_their_contents() {
    let _alone = ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner);
    let pool = SharedPool::with_options(OPTIONS);
    let mut live = Vec::new();
    for number in 1..20_u8 {
        let mut old = layout((600 << 10) + usize::from(number) * 5000);
        let mut block = pool.allocate_zeroed(old).unwrap();
        for (times, new) in
            [(3, 2 << 20), (5, 3 << 20), (2, 9 << 20)].map(|(times, size)| (times, layout(size + times)))
        {
            let start: NonNull<u8> = block.cast();
            // SAFETY: the block is live and has that many bytes.
            unsafe { start.write_bytes(number, old.size()) };
            // SAFETY: the block is live and has that layout; the new size is larger.
            block = unsafe { pool.grow_zeroed(start, old, new) }.unwrap();
            // SAFETY: the block is live and has that many bytes, all of them initialised.
            let bytes = unsafe { NonNull::slice_from_raw_parts(block.cast::<u8>(), new.size()).as_ref() };
            assert_eq!((bytes[0], bytes[old.size() - 1], bytes[old.size()]), (number, number, 0), "{times}");
            assert!(bytes[old.size()..].iter().step_by(512).all(|&byte| byte == 0));
            old = new;
        }
        let small = layout(700 << 10);
        // SAFETY: the block is live and has that layout; the new size is smaller.
        let block: NonNull<u8> = unsafe { pool.shrink(block.cast(), old, small) }.unwrap().cast();
        // SAFETY: the block is live and has that many bytes.
        assert_eq!(unsafe { block.read() }, number);
        live.push((block, small));
        if number % 3 == 0 {
            let (block, layout) = live.swap_remove(0);
            // SAFETY: the block is live and has that layout.
            unsafe { pool.deallocate(block, layout) };
        }
    }
    pool.collect();
    // SAFETY: the block is live and has that layout.
    live.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block, layout) });
    let stats = pool.stats();
    assert_eq!(stats.live_bytes(), 0, "{stats}");
}
