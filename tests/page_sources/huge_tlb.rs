//! `HugeTlbPages`, where the machine has huge pages reserved.

use std::sync::{Mutex, MutexGuard, PoisonError};

use janus_alloc::HugeTlbPages;
use janus_alloc::api::Allocator;
use janus_alloc::sources::Lacking;

use crate::layout;

const HUGE: usize = 2 << 20;

/// Returns the number of huge pages of 2 MiB that no process has, and that are not set aside for one.
pub(crate) fn free_pages() -> usize {
    let read = |name: &str| {
        let path = format!("/sys/kernel/mm/hugepages/hugepages-2048kB/{name}");
        std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0_usize)
    };
    read("free_hugepages").saturating_sub(read("resv_hugepages"))
}

/// Returns the source if at least `needed` huge pages are free. Other tests do not use any while the guard lives.
pub(crate) fn huge_pages(needed: usize) -> Option<(HugeTlbPages, MutexGuard<'static, ()>)> {
    static IN_USE: Mutex<()> = Mutex::new(());
    let guard = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    let free = free_pages();
    if free < needed {
        skipped!("{free} free huge pages, {needed} are needed (as root: sysctl vm.nr_hugepages=64)");
        return None;
    }
    Some((HugeTlbPages::new().unwrap(), guard))
}

#[test]
fn without_reserved_pages_the_constructor_says_so() {
    if free_pages() > 0 {
        return skipped!("huge pages are reserved");
    }
    let error = HugeTlbPages::new().unwrap_err();
    assert_eq!(error.lacking(), Lacking::HugePages);
    assert!(error.to_string().contains("sysctl vm.nr_hugepages"), "{error}");
    assert!(HugeTlbPages::with_page_size(1 << 30).is_err());
}

#[test]
fn blocks_are_huge_pages() {
    let Some((huge, _guard)) = huge_pages(16) else { return };
    for align in [1, HUGE, 2 * HUGE] {
        for size in [1, HUGE, HUGE + 1, 2 * HUGE] {
            let small = layout(size, align);
            let block = huge.allocate(small).unwrap();
            assert_eq!(block.len(), size.next_multiple_of(HUGE));
            let start = block.cast::<u8>().addr().get();
            assert_eq!(start % HUGE.max(align), 0);
            let flags = crate::mappings::flags(start);
            assert!(flags.iter().any(|flag| flag == "ht"), "{flags:?}");
            assert!(crate::is_filled(block, 0));
            crate::fill(block, 1);
            // The excess is dirty, and counts as gained.
            let large = layout(3 * HUGE, align);
            // SAFETY: the block is live and has that layout; the new size is larger.
            let block = unsafe { huge.grow_zeroed(block.cast(), small, large) }.unwrap();
            // SAFETY: the block is live.
            let bytes = unsafe { block.as_ref() };
            assert!(bytes[..size].iter().all(|&byte| byte == 1) && bytes[size..].iter().all(|&byte| byte == 0));
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let block = unsafe { huge.shrink(block.cast(), large, small) }.unwrap();
            assert_eq!(block.len(), size.next_multiple_of(HUGE));
            // SAFETY: the block is live and has that layout.
            unsafe { huge.deallocate(block.cast(), small) };
        }
    }
}

/// More huge pages than there are is an error, and no signal at the first access.
#[test]
fn more_pages_than_are_reserved_are_an_error() {
    let Some((huge, _guard)) = huge_pages(1) else { return };
    let all = layout((free_pages() + 1) * HUGE, 8);
    assert!(huge.allocate(all).is_err());
    assert!(huge.allocate(layout(1, 1 << 46)).is_err());
    // The failed requests have taken none.
    assert!(HugeTlbPages::new().is_ok());
}

/// If there is no huge page for a copy, the parent keeps its own, and the child ends.
#[test]
fn a_child_without_a_page_ends_and_the_parent_goes_on() {
    use crate::forks::{start_child, status_of};

    let Some((huge, _guard)) = huge_pages(2) else { return };
    let (one, others) = (layout(HUGE, 8), layout((free_pages() - 1) * HUGE, 8));
    let (block, others_block) = (huge.allocate(one).unwrap(), huge.allocate(others).unwrap());
    crate::fill(block, 1);
    let mut pipe = [0; 2];
    // SAFETY: the array has room for two descriptors.
    assert_eq!(unsafe { libc::pipe(pipe.as_mut_ptr()) }, 0);
    let child = || {
        let mut byte = 0_u8;
        // SAFETY: the buffer has a byte.
        unsafe { libc::read(pipe[0], (&raw mut byte).cast(), 1) };
        // SAFETY: a block of the parent, of which the child should have a copy.
        unsafe { block.cast::<u8>().as_ptr().read_volatile() == 1 }
    };
    // SAFETY: it makes system calls only.
    let child = unsafe { start_child(child) };
    // The write needs a copy.
    crate::fill(block, 2);
    // SAFETY: the buffer has a byte.
    assert_eq!(unsafe { libc::write(pipe[1], c"x".as_ptr().cast(), 1) }, 1);
    assert_eq!(status_of(child), -libc::SIGBUS);
    assert!(crate::is_filled(block, 2));
    for (block, layout) in [(block, one), (others_block, others)] {
        // SAFETY: the block is live and has that layout.
        unsafe { huge.deallocate(block.cast(), layout) };
    }
    for end in pipe {
        // SAFETY: the descriptors are those of the pipe.
        unsafe { libc::close(end) };
    }
}

/// Pages of 1 GiB, where a machine has them.
#[test]
fn a_gigabyte_in_one_page() {
    let huge = match HugeTlbPages::with_page_size(1 << 30) {
        Ok(huge) => huge,
        Err(error) => return skipped!("{error}"),
    };
    assert_eq!(huge.page_size(), 1 << 30);
    let block = huge.allocate(layout(1, 1)).unwrap();
    assert_eq!((block.len(), block.cast::<u8>().addr().get() % (1 << 30)), (1 << 30, 0));
    crate::fill(block, 1);
    // SAFETY: the block is live and has that layout.
    unsafe { huge.deallocate(block.cast(), layout(1, 1)) };
}
