use core::ptr::NonNull;

use super::page_source::{self, PageSource, impl_allocator, mapping_in};
use crate::api::{
    AllocError, Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Layout, StaticAllocator, WholePages,
};
use crate::os::pages::{self, Mapping};

/// Whole pages from the operating system: `mmap` on Unix, `VirtualAlloc` on Windows.
///
/// Use it for few and large blocks: the chunks of an arena or a pool, or a table of a gigabyte. Every block costs a
/// system call to allocate, one to free, and at least a page.
///
/// * **Blocks**: rounded up to whole pages, and returned at that length, so that the caller can use all of them. Any
///   align for which the address space has room. A block aligned to more than a page costs up to three more system
///   calls. A block of size 0 is dangling, and costs none.
/// * **Zero**: fresh pages are zero, so `allocate_zeroed` writes nothing, and `grow_zeroed` only the rest of the last
///   page.
/// * **Growth** within the last page is free. Beyond it, Linux moves the pages by `mremap`, without a copy. A new block
///   and a copy are needed on other systems, with guard pages, and for a block aligned to more than a page that has no
///   room behind it. `shrink` returns the pages behind the new end.
/// * **Errors**: an error of the operating system, or a layout that rounds up past `isize::MAX`, is an `AllocError`.
///   The system may promise more memory than there is (overcommit): then the first access fails, not `allocate`. Linux
///   allows a process some tens of thousands of mappings (`vm.max_map_count`). At that limit `allocate` fails, and so
///   can the free of a block between others: its memory goes back, but its mapping stays until the process ends. A
///   sandbox may refuse any system call but `mmap`, and `mprotect` for guard pages; `Pages` works without the others.
/// * **Size**: three bytes of options. **Threads**: any, without a lock of this crate.
/// * **Fork**: blocks are private, so the child has copies.
///
/// This was run on Linux on x86-64, and under Wine, not on Windows. The code for other Unix systems is type-checked by
/// the project's checks, but was never run.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Pages, collections::Vec};
///
/// const GUARDED: Pages = Pages::new().guard_pages(true);
///
/// // Whole pages: an access past the end is a fault, and does not overwrite other memory.
/// let table = Vec::<u8, _>::with_capacity_in(25 * Pages::page_size(), GUARDED);
/// assert_eq!(table.as_ptr().addr() % Pages::page_size(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pages {
    guard_pages: bool,
    huge_pages: bool,
    populate: bool,
}

impl Pages {
    /// Returns the plain options: no guard pages, no huge pages, no memory before the first access.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, Pages};
    ///
    /// static PAGES: AsGlobal<Pages> = AsGlobal::new(Pages::new());
    /// let big = janus_alloc::collections::Box::new_in([0_u8; 10_000], &PAGES);
    /// assert_eq!(big.len(), 10_000);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { guard_pages: false, huge_pages: false, populate: false }
    }

    /// Sets whether a page without access lies before and behind each block, so that an access outside its pages ends
    /// the program instead of changing another block. It costs address space and one more system call for each block.
    ///
    /// A block starts at the start of its first page. So an access before it is always detected. An access behind it is
    /// detected if the size is a whole number of pages; otherwise up to a page less one byte can be overrun undetected.
    ///
    /// # Examples
    ///
    /// ```
    /// let guarded = janus_alloc::Pages::new().guard_pages(true);
    /// # assert_ne!(guarded, janus_alloc::Pages::new());
    /// ```
    #[must_use]
    pub const fn guard_pages(self, guard_pages: bool) -> Self {
        Self { guard_pages, ..self }
    }

    /// Sets whether blocks of 2 MiB and more are aligned to 2 MiB, and the system is asked to back them with huge pages
    /// (`madvise(MADV_HUGEPAGE)`). That saves page faults and TLB misses, and may use more memory. Systems other than
    /// Linux only align the blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pages, collections::Vec};
    ///
    /// let table = Vec::<u8, _>::with_capacity_in(4 << 20, Pages::new().huge_pages(true));
    /// assert_eq!(table.as_ptr().addr() % (2 << 20), 0);
    /// ```
    #[must_use]
    pub const fn huge_pages(self, huge_pages: bool) -> Self {
        Self { huge_pages, ..self }
    }

    /// Sets whether pages are backed with memory at once, so that the first access does not fault. It has an effect on
    /// Linux only. A request for more than the system can back fails or ends the program, by the system's overcommit
    /// rules.
    ///
    /// # Examples
    ///
    /// ```
    /// let ready = janus_alloc::Pages::new().populate(true);
    /// # assert_ne!(ready, janus_alloc::Pages::new());
    /// ```
    #[must_use]
    pub const fn populate(self, populate: bool) -> Self {
        Self { populate, ..self }
    }

    /// Returns the size of a page in bytes. It asks the system once.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::Pages::page_size().is_power_of_two());
    /// ```
    #[must_use]
    pub fn page_size() -> usize {
        pages::page_size()
    }
}

/// The size of a huge page on x86-64, and on AArch64 with pages of 4 KiB.
const HUGE_PAGE: usize = 2 << 20;

// SAFETY: (1) size, align and guards follow from the layout and the options, which copies share; all sizes in a fit range round up
// to the same pages. (2) Fresh pages of the system. (3) The operating system neither unwinds nor calls the registered default.
unsafe impl PageSource for Pages {
    #[inline]
    fn mapping(&self, layout: Layout) -> Option<Mapping> {
        let plain = mapping_in(pages::page_size(), layout)?;
        let huge = self.huge_pages && plain.size >= HUGE_PAGE;
        Some(Mapping {
            align: if huge { plain.align.max(HUGE_PAGE) } else { plain.align },
            guard: if self.guard_pages { pages::guard_size() } else { 0 },
            huge,
            populate: self.populate,
            ..plain
        })
    }

    #[inline]
    fn map(&self, mapping: &Mapping) -> Option<NonNull<u8>> {
        pages::map(mapping)
    }

    #[inline]
    unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::unmap(start, mapping) };
    }

    #[inline]
    unsafe fn extend(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::grow(start, old, new) }
    }

    #[inline]
    unsafe fn cut(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
        // SAFETY: by `# Safety` of this fn; the options, and so the guards, are the same.
        unsafe { pages::shrink(start, old, new) }
    }
}

impl_allocator!(Pages);

// SAFETY: a mapping lasts until it is unmapped, and no value owns it.
unsafe impl StaticAllocator for Pages {}
// SAFETY: copies have the same options, so each finds the mapping of a block.
unsafe impl AllocatorClone for Pages {}
// SAFETY: it calls only the operating system.
unsafe impl GlobalAllocator for Pages {}
// SAFETY: it calls only the operating system.
unsafe impl IndependentAllocator for Pages {}
// SAFETY: a block is a mapping of its own, private and anonymous, and fresh pages are zero.
unsafe impl WholePages for Pages {}
