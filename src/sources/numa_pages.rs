use core::ptr::NonNull;

use super::page_source::{self, PageSource, impl_allocator, mapping_in};
use super::{Lacking, Unsupported};
use crate::api::{
    AllocError, Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Layout, StaticAllocator, WholePages,
};
use crate::os::pages::{self, Binding, Mapping};

/// Whole pages with memory of one NUMA node (`mmap` and `mbind`).
///
/// A machine with several processors has memory near each of them: a node. As a rule the system takes memory from the node of the
/// thread that first touches a page. `NumaPages` takes it from a node of your choice, such as that of the threads that will read
/// it. `lscpu` and `numactl --hardware` show the nodes.
///
/// * **Blocks**: like those of [`Pages`](crate::Pages): whole pages at any align, dangling for size 0. A block that grows or moves
///   stays on its node.
/// * **Cost per call**: that of `Pages`, and one more system call to allocate. The policy makes a mapping of its own of each group of
///   blocks.
/// * **`deallocate`** returns the pages to the system.
/// * **Errors**: those of `Pages`. That a node has no memory left shows at the first access of a page: with [`new`](Self::new) the
///   system frees caches of that node, swaps, or ends a process; with [`preferred`](Self::preferred) it takes another node's
///   memory.
/// * **Fork**: blocks are private, so the child has copies, on the same node.
/// * **Size**: two words. **Threads**: any, without a lock of this crate.
///
/// # Examples
///
/// ```
/// use janus_alloc::{NumaPages, SharedPool, collections::Vec};
///
/// match NumaPages::new(0) {
///     Ok(node) => {
///         let pool = SharedPool::new_in(node);
///         let mut near = Vec::new_in(&pool);
///         near.push(1);
///     }
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NumaPages {
    node: u32,
    binding: Binding,
}

impl NumaPages {
    /// Returns the source for memory of the node, and of no other. It maps a page to find out whether the system accepts the node.
    ///
    /// # Errors
    ///
    /// Returns an [`Unsupported`] that lacks [`NumaNode`](Lacking::NumaNode) if there is no such node, if it has no memory, if the
    /// process may not use it (cpuset), or on a system other than Linux.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::NumaPages;
    ///
    /// assert!(NumaPages::new(5000).is_err());
    /// ```
    pub fn new(node: u32) -> Result<Self, Unsupported> {
        Self { node, binding: Binding::Strict }.probe()
    }

    /// Returns the source for memory of the node or, if that has none left, of another one.
    ///
    /// # Errors
    ///
    /// Same as [`new`](Self::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::NumaPages;
    ///
    /// let pages = NumaPages::preferred(0);
    /// # drop(pages);
    /// ```
    pub fn preferred(node: u32) -> Result<Self, Unsupported> {
        Self { node, binding: Binding::Preferred }.probe()
    }

    /// Returns the number of the node.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::NumaPages;
    ///
    /// assert!(NumaPages::new(0).is_ok_and(|pages| pages.node() == 0) || NumaPages::new(0).is_err());
    /// ```
    #[must_use]
    pub const fn node(&self) -> u32 {
        self.node
    }

    /// Maps a page, binds it, and unmaps it.
    fn probe(self) -> Result<Self, Unsupported> {
        let lacks_pages = Unsupported::new(Lacking::Memory, None);
        let mapping = self.mapping(Layout::new::<u8>()).ok_or(lacks_pages)?;
        let start = pages::map(&mapping).ok_or(lacks_pages)?;
        // SAFETY: a fresh block of `mapping`.
        let bound = unsafe { pages::bind(start, mapping.size, self.node, self.binding) };
        // SAFETY: as above; nothing uses it.
        unsafe { pages::unmap(start, &mapping) };
        bound.map(|()| self).map_err(|code| Unsupported::new(Lacking::NumaNode, code))
    }
}

// SAFETY: (1) size and align follow from the layout alone. (2) Fresh pages of the system. (3) The operating system neither unwinds
// nor calls the registered default.
unsafe impl PageSource for NumaPages {
    #[inline]
    fn mapping(&self, layout: Layout) -> Option<Mapping> {
        mapping_in(pages::page_size(), layout)
    }

    fn map(&self, mapping: &Mapping) -> Option<NonNull<u8>> {
        let start = pages::map(mapping)?;
        // SAFETY: a fresh block of `mapping`.
        if unsafe { pages::bind(start, mapping.size, self.node, self.binding) }.is_err() {
            // SAFETY: as above; nothing uses it.
            unsafe { pages::unmap(start, mapping) };
            return None;
        }
        Some(start)
    }

    unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::unmap(start, mapping) };
    }

    /// Moves pages as [`Pages`](crate::Pages) does. The system keeps the policy of a mapping that moves or becomes longer.
    unsafe fn extend(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> Option<NonNull<u8>> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::grow(start, old, new) }
    }

    unsafe fn cut(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
        // SAFETY: by `# Safety` of this fn; there are no guards.
        unsafe { pages::shrink(start, old, new) }
    }
}

impl_allocator!(NumaPages);

// SAFETY: a mapping lasts until it is unmapped, and no value owns it.
unsafe impl StaticAllocator for NumaPages {}
// SAFETY: the mapping of a block follows from its layout alone, so each copy finds it.
unsafe impl AllocatorClone for NumaPages {}
// SAFETY: it calls only the operating system.
unsafe impl GlobalAllocator for NumaPages {}
// SAFETY: it calls only the operating system.
unsafe impl IndependentAllocator for NumaPages {}
// SAFETY: a block is a mapping of its own, private and anonymous, and fresh pages are zero.
unsafe impl WholePages for NumaPages {}
