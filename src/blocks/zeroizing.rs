//! A building block that wipes memory before it is freed.

use core::ptr::NonNull;
use core::sync::atomic::{Ordering, compiler_fence};

use crate::api::contents::Contents;
use crate::api::move_block::transfer;
use crate::api::shorten::shorten;
use crate::api::{
    AllocError, Allocator, AllocatorClone, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns,
    StaticAllocator, WholePages,
};

/// Overwrites every block with zeros before it goes back to `A`: for keys, passwords and other secrets.
///
/// A block is wiped when it is freed, when it shrinks, and when it moves. The compiler cannot remove the writes, because they
/// are volatile.
///
/// * **Cost per call**: none to allocate. To free, a store for each word of the block.
/// * **Growth and shrinking always move the block,** unless size and align stay. The parent's own `grow` and `shrink` could leave a
///   copy behind that is never wiped. So create a collection with its full capacity where its size is known.
/// * **Blocks** are exactly as long as requested, whatever `A` returns, so that all bytes that were written are wiped.
///   **Memory**: none.
/// * **`deallocate`** wipes the block and passes it on. **Size 0** is passed on.
/// * **Errors**: the parent's. A shrink needs room for the smaller block beside the larger one, and may fail; `shrink_to_fit` of a
///   collection then ends the process.
/// * **Threads**, clones, [`Owns`] and the promises: those of `A`. There is no [`Reset`](crate::api::Reset), which would free
///   blocks without a wipe, and no [`UsableSize`](crate::api::UsableSize), because more bytes than were requested must not be written.
///
/// # Not wiped
///
/// * Blocks that are never freed: leaked ones, and those of an arena or a pool that is dropped before them.
/// * Copies elsewhere: in registers, on the stack, where a value was before it moved into the collection, in a core dump or in swap
///   space. The crate `zeroize` wipes values on the stack.
///
/// The idea is that of the crate `zeroizing-alloc` and of C23's `memset_explicit`.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, Zeroizing, collections::Vec};
///
/// let arena = Arena::new();
/// let mut key = Vec::with_capacity_in(32, Zeroizing::new(&arena));
/// key.extend_from_slice(b"correct horse battery staple");
/// let start = key.as_ptr();
/// drop(key);
///
/// // SAFETY: the arena still has the chunk, and the wipe has initialised the byte.
/// assert_eq!(unsafe { start.read() }, 0);
/// ```
#[derive(Debug, Default)]
pub struct Zeroizing<A> {
    parent: A,
}

impl<A> Zeroizing<A> {
    /// Creates a `Zeroizing` over `parent`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, SharedPool, Zeroizing};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<Zeroizing<SharedPool>> = AsGlobal::new(Zeroizing::new(SharedPool::new()));
    ///
    /// let mut password = String::from("swordfish");
    /// password.push_str(", and more"); // the first buffer is wiped
    /// # assert_eq!(password.len(), 19);
    /// ```
    #[must_use]
    pub const fn new(parent: A) -> Self {
        Self { parent }
    }

    /// Returns the allocator that serves the requests. Blocks requested from it directly are not wiped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, Zeroizing};
    ///
    /// let zeroizing = Zeroizing::new(System);
    /// let _: &System = zeroizing.parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }
}

/// Overwrites `length` bytes with zeros. The compiler does not remove the writes, even if no code reads the bytes afterwards.
///
/// # Safety
///
/// The bytes may be written, and nothing else uses them.
unsafe fn wipe(start: NonNull<u8>, length: usize) {
    let head = start.align_offset(align_of::<usize>()).min(length);
    let words = (length - head) / size_of::<usize>();
    let tail = head + words * size_of::<usize>();
    for offset in (0..head).chain(tail..length) {
        // SAFETY: the offset is less than the length.
        let byte = unsafe { start.add(offset) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { byte.write_volatile(0) };
    }
    for index in 0..words {
        // SAFETY: `head + words * size_of::<usize>()` is at most the length.
        let word = unsafe { start.add(head + index * size_of::<usize>()) }.cast::<usize>();
        // SAFETY: by `# Safety` of this fn; `head` bytes from the start on it is aligned, if there is any word.
        unsafe { word.write_volatile(0) };
    }
    // Volatile writes keep their order among themselves only.
    compiler_fence(Ordering::SeqCst);
}

impl<A: Allocator> Zeroizing<A> {
    #[inline]
    fn allocate_with(&self, layout: Layout, contents: Contents) -> Result<NonNull<[u8]>, AllocError> {
        contents.allocate(&self.parent, layout).map(|block| shorten(block, layout))
    }

    /// Moves a block, and wipes its old place.
    ///
    /// # Safety
    ///
    /// 1. `block` is a live block that `old` fits, and is not used again if this returns `Ok`.
    /// 2. `length` is at most `old.size()` and at most `new.size()`.
    unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        length: usize,
        contents: Contents,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old == new && old.size() != 0 {
            return Ok(NonNull::slice_from_raw_parts(block, new.size()));
        }
        // SAFETY: by (1) and (2) of this fn.
        unsafe { transfer(self, self, block, old, new, length, contents) }
    }
}

// SAFETY: every block is one of the parent, with its requested size, which fits it by rule 3. It is written to only when its user
// has freed it, or given it up to a resize that has succeeded.
unsafe impl<A: Allocator> Allocator for Zeroizing<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_with(layout, Contents::Uninit)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_with(layout, Contents::Zeroed)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn the block has that many bytes, as blocks are as long as requested, and is not used again.
        unsafe { wipe(block, layout.size()) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn; the new size is no less than the old one.
        unsafe { self.resize(block, old, new, old.size(), Contents::Uninit) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn; the new size is no less than the old one.
        unsafe { self.resize(block, old, new, old.size(), Contents::Zeroed) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn; the new size is no more than the old one.
        unsafe { self.resize(block, old, new, new.size(), Contents::Uninit) }
    }
}

// SAFETY: blocks are the parent's, and the parent is a `StaticAllocator`.
unsafe impl<A: StaticAllocator> StaticAllocator for Zeroizing<A> {}
// SAFETY: it calls only the parent, a `GlobalAllocator`, and no address of its own matters.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Zeroizing<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for Zeroizing<A> {}
// SAFETY: blocks are the parent's, only made to look shorter.
unsafe impl<A: WholePages> WholePages for Zeroizing<A> {}
impl<A: CallsMalloc> CallsMalloc for Zeroizing<A> {}

// SAFETY: blocks are the parent's, which answers.
unsafe impl<A: Owns> Owns for Zeroizing<A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parent.owns(block, layout)
    }
}

impl<A: AllocatorClone> Clone for Zeroizing<A> {
    fn clone(&self) -> Self {
        Self { parent: self.parent.clone() }
    }
}

impl<A: AllocatorClone + Copy> Copy for Zeroizing<A> {}

// SAFETY: clones of the parent are interchangeable.
unsafe impl<A: AllocatorClone> AllocatorClone for Zeroizing<A> {}
