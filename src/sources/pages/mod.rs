#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod os;

use core::ptr::NonNull;

use crate::api::global_calls::dangling;
use crate::api::move_block::replace;
use crate::api::{AllocError, Allocator, AllocatorClone, GlobalAllocator, Layout, StaticAllocator};

/// Whole pages from the operating system: `mmap` on Unix, `VirtualAlloc` on Windows.
///
/// For few and large blocks: the chunks of an arena, a pool's spans, a table of a gigabyte. Every block costs a system call
/// to get, one to free, and at least a page.
///
/// * **Blocks**: rounded up to whole pages, and returned at that length, so that nothing is hidden. Any align the
///   address space has room for; above the page size a block costs up to three more system calls. Size 0 is a dangling
///   pointer and no call.
/// * **Zero**: fresh pages are zero, so `allocate_zeroed` writes nothing, and `grow_zeroed` only the rest of the last page.
/// * **Growth**: within the last page for free; beyond it `mremap` on Linux, which moves pages and not bytes; a new
///   block and a copy elsewhere, with guard pages, and above the page size where there is no room behind the block. `shrink`
///   gives the pages behind the new end back.
/// * **Errors**: the operating system's, and layouts that round past `isize::MAX`, are `AllocError`. It may promise more
///   memory than there is (overcommit); then the first touch fails, not `allocate`.
///   Linux lets a process have some tens of thousands of mappings (`vm.max_map_count`). At that limit `allocate` fails, and
///   freeing a block between others can fail too: its memory goes back, but the mapping stays until the process ends. A system call
///   that a sandbox refuses is done without, but `mmap`, and `mprotect` for guard pages.
/// * **Size**: three bytes of options. **Threads**: any, without a lock of ours.
/// * **Fork**: blocks are private; the child has copies.
///
/// What was run: Linux on x86-64; the Windows file under Wine, not on Windows. Unix without what only Linux has is
/// type-checked by the project's checks and was never run.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Pages, collections::Vec};
///
/// const GUARDED: Pages = Pages::new().guard_pages(true);
///
/// // Whole pages: one step past the end is a fault, not a silent overwrite.
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
    /// Plain pages: no guards, the system's page size, nothing touched in advance.
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

    /// Whether a page without access lies before and behind each block, so that running out of its pages ends the program
    /// instead of changing another block. Costs address space and a system call more per block.
    ///
    /// A block starts where its first page starts. So a step before it is always seen; a step behind it only where the
    /// size is a whole number of pages, else up to a page less one byte may be overrun unseen.
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

    /// Whether blocks of 2 MiB and more are aligned to 2 MiB and advised to be backed by huge pages
    /// (`madvise(MADV_HUGEPAGE)`): fewer page faults and TLB misses for more memory. On Linux; elsewhere the
    /// blocks are aligned only.
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

    /// Whether pages are backed by memory at once, so that the first touch does not fault. On Linux; elsewhere
    /// without effect. A request for more than the system can back fails or ends the program, as its overcommit rules say.
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

    /// The size of a page in bytes, asked of the system once.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::Pages::page_size().is_power_of_two());
    /// ```
    #[must_use]
    pub fn page_size() -> usize {
        os::page_size()
    }

    /// How the block of `layout` lies in memory; `None` if it cannot.
    #[inline]
    fn mapping(self, layout: Layout) -> Option<Mapping> {
        let size = layout.size().checked_next_multiple_of(os::page_size())?;
        if size > isize::MAX as usize {
            return None;
        }
        let huge = self.huge_pages && size >= HUGE_PAGE;
        Some(Mapping {
            size,
            align: layout.align().max(if huge { HUGE_PAGE } else { os::page_size() }),
            guard: if self.guard_pages { os::guard_size() } else { 0 },
            huge,
            populate: self.populate,
        })
    }

    /// # Safety
    ///
    /// As for [`Allocator::grow`]; and the align stays.
    unsafe fn grow_in_pages(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let (old, new) = (self.mapping(old).ok_or(AllocError)?, self.mapping(new).ok_or(AllocError)?);
        if old.size == new.size {
            return Ok(NonNull::slice_from_raw_parts(start, new.size));
        }
        // SAFETY: `start` is a block of `old` by `# Safety` of this fn.
        let grown = unsafe { os::grow(start, &old, &new) };
        grown.map(|start| NonNull::slice_from_raw_parts(start, new.size)).ok_or(AllocError)
    }
}

/// The size of a huge page on x86-64, and on AArch64 with pages of 4 KiB.
const HUGE_PAGE: usize = 2 << 20;

/// A block as the operating system sees it. Whatever size in its fit range a block is freed with, the mapping is the same:
/// sizes round up to the same pages.
struct Mapping {
    /// Usable bytes: whole pages, at most `isize::MAX`.
    size: usize,
    /// At least a page.
    align: usize,
    /// Bytes without access on each side.
    guard: usize,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "no such advice"))]
    huge: bool,
    #[cfg_attr(windows, expect(dead_code, reason = "no such advice"))]
    populate: bool,
}

// SAFETY: a block is a mapping of its own until it is unmapped; where it lies and how long it is follows from its layout and
// the options, which copies share. The operating system neither unwinds nor calls the registered default.
unsafe impl Allocator for Pages {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Ok(dangling(layout));
        }
        let mapping = self.mapping(layout).ok_or(AllocError)?;
        let start = os::map(&mapping).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(start, mapping.size))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        if let Some(mapping) = self.mapping(layout) {
            // SAFETY: the caller promises a live block that `layout` fits, so its mapping is this one.
            unsafe { os::unmap(block, &mapping) };
        }
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old_layout.size() == 0 {
            return self.allocate(new_layout);
        }
        if old_layout.align() == new_layout.align() {
            // SAFETY: by `# Safety` of this fn; the align stays.
            let grown = unsafe { self.grow_in_pages(block, old_layout, new_layout) };
            if grown.is_ok() {
                return grown;
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old_layout, new_layout, old_layout.size()) }
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old_layout.size() == 0 {
            return self.allocate(new_layout);
        }
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.grow(block, old_layout, new_layout) }?;
        // All pages that were not the block's are fresh, but its last one may be dirty behind `old_layout.size()`.
        let dirty = old_layout.size().next_multiple_of(os::page_size()).min(grown.len()) - old_layout.size();
        // SAFETY: the block has more than `old_layout.size()` bytes, or `dirty` is 0.
        let rest = unsafe { grown.cast::<u8>().add(old_layout.size()) };
        // SAFETY: `old_layout.size() + dirty` is at most the length.
        unsafe { rest.write_bytes(0, dirty) };
        Ok(grown)
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if new_layout.size() == 0 {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.deallocate(block, old_layout) };
            return Ok(dangling(new_layout));
        }
        let old = self.mapping(old_layout).ok_or(AllocError)?;
        let new = self.mapping(new_layout).ok_or(AllocError)?;
        if old_layout.align() == new_layout.align() {
            if old.size == new.size {
                return Ok(NonNull::slice_from_raw_parts(block, new.size));
            }
            // SAFETY: the caller promises a live block that `old_layout` fits; the new one has fewer pages.
            if unsafe { os::shrink(block, &old, &new) } {
                return Ok(NonNull::slice_from_raw_parts(block, new.size));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, block, old_layout, new_layout, new_layout.size()) }
    }
}

// SAFETY: mappings belong to the process, not to a value.
unsafe impl StaticAllocator for Pages {}
// SAFETY: copies have the same options, from which the mapping of a block follows.
unsafe impl AllocatorClone for Pages {}
// SAFETY: calls the operating system only.
unsafe impl GlobalAllocator for Pages {}
