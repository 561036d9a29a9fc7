//! A building block with a buffer inside itself.

mod buffer;

use core::fmt;
use core::ptr::NonNull;

use super::Fallback;
use crate::api::{AllocError, Allocator, AllocatorClone, CallsMalloc, Layout, Owns, Reset};
use buffer::Buffer;

/// Allocates from `N` bytes inside itself, mostly on the stack, and from `A` when they are used up.
///
/// Take it for a function whose collections are almost always short: they then cost no call to the heap.
///
/// * **Collections** take `&stack_first`. Only the reference implements the trait, because moving the value would move its bytes. (It
///   can be moved while nothing borrows it.)
/// * **Cost per call**: the bump of a pointer in the buffer, some ten instructions. To free or resize, a comparison of addresses. With an
///   `N` of 0 there is no buffer, and a call costs nothing beyond `A`.
/// * **Memory**: exactly `N` bytes and two words beside `A`, aligned to 16. Sizes are not rounded up. A large `N` needs a large stack.
/// * **Growth**: the last block in the buffer grows and shrinks in place. A block that outgrows the buffer moves to `A`, and stays
///   there.
/// * **`deallocate`** returns the last block to the buffer, and blocks of `A` to `A`. Any other block of the buffer is used again only
///   when all are free. **Size 0** uses no byte.
/// * **Errors**: a request fails if neither the buffer nor `A` has room.
/// * **Threads**: one; `Send` if `A` is, never `Sync`. [`Owns`] and [`Reset`] if `A` has them.
///
/// The idea is that of Zig's `stackFallback` and of Howard Hinnant's `short_alloc` for C++.
///
/// # Examples
///
/// ```
/// use janus_alloc::{StackFirst, Stats, System, collections::Vec};
///
/// fn sum_of_squares(numbers: impl Iterator<Item = u64>, heap: &Stats<System>) -> u64 {
///     let memory = StackFirst::<1024, _>::new(heap);
///     let mut squares = Vec::new_in(&memory);
///     squares.extend(numbers.map(|n| n * n));
///     squares.iter().sum()
/// }
///
/// let heap = Stats::new(System);
/// assert_eq!(sum_of_squares(0..10, &heap), 285);
/// assert_eq!(heap.snapshot().allocations, 0);
///
/// assert_eq!(sum_of_squares(0..1000, &heap), 332_833_500);
/// assert!(heap.snapshot().allocations > 0);
/// ```
pub struct StackFirst<const N: usize, A> {
    buffer: Buffer<N>,
    parent: A,
}

impl<const N: usize, A> StackFirst<N, A> {
    /// Creates a `StackFirst` with `N` free bytes, over `parent`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, StackFirst, collections::Vec};
    ///
    /// let memory = StackFirst::<16, _>::new(Null); // nothing but the buffer
    /// let mut bytes = Vec::<u8, _>::new_in(&memory);
    /// assert!(bytes.try_reserve_exact(16).is_ok() && bytes.try_reserve_exact(17).is_err());
    /// ```
    #[must_use]
    pub const fn new(parent: A) -> Self {
        Self { buffer: Buffer::new(), parent }
    }

    /// Returns the allocator that serves the requests that the buffer has no room for.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{StackFirst, System};
    ///
    /// let memory = StackFirst::<64, _>::new(System);
    /// let _: &System = memory.parent();
    /// ```
    #[inline]
    pub const fn parent(&self) -> &A {
        &self.parent
    }

    /// Returns the number of bytes of the buffer that are in use, including padding for alignment and freed blocks that were not the
    /// last one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{StackFirst, System, collections::Box};
    ///
    /// let memory = StackFirst::<64, _>::new(System);
    /// let boxed = Box::new_in([0_u8; 10], &memory);
    /// assert_eq!(memory.buffer_bytes(), 10);
    /// drop(boxed);
    /// assert_eq!(memory.buffer_bytes(), 0);
    /// ```
    #[must_use]
    pub fn buffer_bytes(&self) -> usize {
        self.buffer.used()
    }

    /// Combines the buffer and the parent to one allocator.
    #[inline(always)]
    const fn parts(&self) -> Fallback<&Buffer<N>, &A> {
        Fallback::new(&self.buffer, &self.parent)
    }
}

// SAFETY: a `Fallback` of references to the parts is an allocator, and each call makes an equivalent one. The bytes of the buffer stay
// in place while the value is borrowed, and a collection of `&'a StackFirst` borrows it for all of `'a`. Without a buffer, which is so for
// all calls or for none, every block is the parent's.
unsafe impl<const N: usize, A: Allocator> Allocator for &StackFirst<N, A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if N == 0 { self.parent.allocate(layout) } else { self.parts().allocate(layout) }
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if N == 0 { self.parent.allocate_zeroed(layout) } else { self.parts().allocate_zeroed(layout) }
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if N == 0 {
            // SAFETY: by `# Safety` of this fn; every block is the parent's.
            unsafe { self.parent.deallocate(block, layout) };
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parts().deallocate(block, layout) };
        }
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if N == 0 {
            // SAFETY: by `# Safety` of this fn; every block is the parent's.
            unsafe { self.parent.grow(block, old, new) }
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parts().grow(block, old, new) }
        }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if N == 0 {
            // SAFETY: by `# Safety` of this fn; every block is the parent's.
            unsafe { self.parent.grow_zeroed(block, old, new) }
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parts().grow_zeroed(block, old, new) }
        }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if N == 0 {
            // SAFETY: by `# Safety` of this fn; every block is the parent's.
            unsafe { self.parent.shrink(block, old, new) }
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.parts().shrink(block, old, new) }
        }
    }
}

// SAFETY: copies of the reference refer to the same value.
unsafe impl<const N: usize, A: Allocator> AllocatorClone for &StackFirst<N, A> {}
impl<const N: usize, A: CallsMalloc> CallsMalloc for StackFirst<N, A> {}

// SAFETY: each block is one of a part, which answers.
unsafe impl<const N: usize, A: Owns> Owns for &StackFirst<N, A> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        self.parts().owns(block, layout)
    }
}

impl<const N: usize, A: Reset> Reset for StackFirst<N, A> {
    fn reset(&mut self) {
        self.buffer.reset();
        self.parent.reset();
    }
}

impl<const N: usize, A: Default> Default for StackFirst<N, A> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<const N: usize, A: fmt::Debug> fmt::Debug for StackFirst<N, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StackFirst")
            .field("buffer_bytes", &self.buffer_bytes())
            .field("parent", &self.parent)
            .finish_non_exhaustive()
    }
}
