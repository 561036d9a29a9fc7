use core::ptr::NonNull;

use super::page_source::{self, PageSource, impl_allocator, mapping_in};
use super::{Lacking, Unsupported};
use crate::api::{
    AllocError, Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Layout, StaticAllocator,
};
use crate::os::pages::{self, Mapping};

/// Explicit huge pages (hugetlb): memory that an administrator has reserved in pages of 2 MiB or 1 GiB (`mmap` with `MAP_HUGETLB`).
///
/// An access to a huge page takes one entry of the TLB instead of 512. Unlike the transparent huge pages of
/// [`Pages::huge_pages`](crate::Pages::huge_pages), which the system may or may not use, a block here consists of huge pages, or
/// the request fails. They are never swapped out.
///
/// * **To reserve them**, root writes a number of pages: `sysctl vm.nr_hugepages=512` for 1 GiB in pages of 2 MiB, best soon after
///   boot, while memory is not yet fragmented; `hugepagesz=1G hugepages=4` on the kernel's command line for pages of 1 GiB.
///   `grep Huge /proc/meminfo` shows how many there are. All processes share them.
/// * **Blocks**: rounded up to whole huge pages, and returned at that length. So use it for few blocks that are large: a table, the
///   first chunk of an arena, the chunks of a [`SharedPool`](crate::SharedPool), which have 2 MiB. Any align; one above a huge page
///   needs, for a moment, as many more free pages as it has. A block of size 0 is dangling.
/// * **Cost per call**: a system call to allocate, and a page fault for each huge page, which zeroes it. One to free.
/// * **Growth** copies into a new block, for which enough huge pages must be free. `shrink` returns the pages behind the new end.
/// * **`deallocate`** returns the pages to those that are reserved.
/// * **Errors**: no free huge page is an `AllocError`. The pages of a block are set aside for it when it is allocated, so that no
///   access fails later; but a limit of the control group on huge pages (`hugetlb.2MB.max`) or a policy that binds the process to other
///   NUMA nodes shows only at the first access, by the signal `SIGBUS`.
/// * **Fork**: blocks are private, so the child has copies, made at the first write of either process. If there is no free huge page
///   for it, the parent keeps the page, and the next access of the child ends the child.
/// * **Size**: a word. **Threads**: any, without a lock of this crate.
///
/// It is not [`WholePages`](crate::api::WholePages), because a pool would return small pages inside of huge ones.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, HugeTlbPages};
///
/// match HugeTlbPages::new() {
///     Ok(huge) => {
///         let arena = Arena::try_with_capacity_in(1 << 20, huge).expect("a huge page was free just now");
///         assert_eq!(*arena.alloc(7), 7);
///     }
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HugeTlbPages {
    page: usize,
}

impl HugeTlbPages {
    /// Returns the source with pages of 2 MiB, the huge pages of x86-64 and of AArch64 with small pages of 4 KiB.
    ///
    /// # Errors
    ///
    /// Returns an [`Unsupported`] that lacks [`HugePages`](Lacking::HugePages) if none is free, or on a system other
    /// than Linux.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{HugeTlbPages, collections::Vec};
    ///
    /// if let Ok(huge) = HugeTlbPages::new() {
    ///     let table = Vec::<u64, _>::with_capacity_in(1000, huge);
    ///     assert_eq!(table.as_ptr().addr() % (2 << 20), 0);
    /// }
    /// ```
    pub fn new() -> Result<Self, Unsupported> {
        Self::with_page_size(2 << 20)
    }

    /// Returns the source with pages of `bytes`, such as `1 << 30`. The directory `/sys/kernel/mm/hugepages` lists the sizes that a
    /// machine has. It maps a page to find out, and unmaps it.
    ///
    /// # Errors
    ///
    /// Returns an [`Unsupported`] that lacks [`HugePages`](Lacking::HugePages) if none is free, if there are none of that
    /// size, or on a system other than Linux.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::HugeTlbPages;
    ///
    /// // No machine has huge pages of 3 bytes.
    /// assert!(HugeTlbPages::with_page_size(3).is_err());
    /// ```
    pub fn with_page_size(bytes: usize) -> Result<Self, Unsupported> {
        let lacks = |code| Unsupported::new(Lacking::HugePages, code);
        if !bytes.is_power_of_two() || bytes <= pages::page_size() {
            return Err(lacks(None));
        }
        let huge = Self { page: bytes };
        let mapping = huge.mapping(Layout::new::<u8>()).ok_or(lacks(None))?;
        let start = pages::map_huge(&mapping, bytes).map_err(lacks)?;
        // SAFETY: a fresh block of `mapping`, which nothing uses.
        unsafe { pages::unmap(start, &mapping) };
        Ok(huge)
    }

    /// Returns the size of a page in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::HugeTlbPages;
    ///
    /// assert!(HugeTlbPages::new().is_ok_and(|huge| huge.page_size() == 2 << 20) || HugeTlbPages::new().is_err());
    /// ```
    #[must_use]
    pub const fn page_size(&self) -> usize {
        self.page
    }
}

// SAFETY: (1) size and align follow from the layout and the page size, which copies share; all sizes in a fit range round up to the
// same pages. (2) Fresh pages of the system. (3) The operating system neither unwinds nor calls the registered default.
unsafe impl PageSource for HugeTlbPages {
    #[inline]
    fn mapping(&self, layout: Layout) -> Option<Mapping> {
        mapping_in(self.page, layout)
    }

    fn map(&self, mapping: &Mapping) -> Option<NonNull<u8>> {
        pages::map_huge(mapping, self.page).ok()
    }

    unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::unmap(start, mapping) };
    }

    /// Returns `None`: the system does not lengthen a mapping of explicit huge pages.
    unsafe fn extend(&self, _: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
        None
    }

    unsafe fn cut(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
        // SAFETY: by `# Safety` of this fn; there are no guards.
        unsafe { pages::shrink(start, old, new) }
    }
}

impl_allocator!(HugeTlbPages);

// SAFETY: a mapping lasts until it is unmapped, and no value owns it.
unsafe impl StaticAllocator for HugeTlbPages {}
// SAFETY: copies have the same page size, so each finds the mapping of a block.
unsafe impl AllocatorClone for HugeTlbPages {}
// SAFETY: it calls only the operating system.
unsafe impl GlobalAllocator for HugeTlbPages {}
// SAFETY: it calls only the operating system.
unsafe impl IndependentAllocator for HugeTlbPages {}
